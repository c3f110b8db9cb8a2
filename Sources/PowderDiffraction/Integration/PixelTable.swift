import ArrayMath

/// Which bins each pixel of a stored image belongs to, packed for the kernels.
struct PixelTable: Sendable {
  /// How the pixels are packed.
  enum Layout: Sendable {
    /// The bin of each pixel; the number of bins for those left out.
    case whole([UInt16])
    /// Bin b and the shares of b, b + 1 and b + 2, 16 bits each from the lowest; b is the number of bins and the shares
    /// are 0 for pixels left out.
    case shared([UInt64])
  }

  let bins: Int
  let layout: Layout
  /// Pixels that reach over more bins than the layout has room for.
  let wide: WidePixels
  /// Runs of pixels outside of which all are left out, in ascending order.
  let runs: [Range<Int>]

  /// Whether a pixel reaches over more bins than the layout has room for.
  func isWide(_ pixel: Int) -> Bool {
    switch layout {
    case .whole: true
    case .shared(let table): table[pixel] == UInt64(bins)
    }
  }

  /// Calls `body` with each bin of a pixel and the share in it, in 65535ths.
  func forEachShare(of pixel: Int, _ body: (_ bin: Int, _ quanta: Int) -> Void) {
    switch layout {
    case .whole(let table):
      let bin = Int(table[pixel])
      if bin < bins { body(bin, PixelShares.unit) }
    case .shared(let table):
      let word = table[pixel]
      let bin = Int(word & 0xffff)
      guard bin < bins else { return wide.forEachShare(of: pixel, body) }
      for place in 0..<3 {
        let quanta = Int((word >> (16 * UInt64(place + 1))) & 0xffff)
        if quanta > 0 { body(bin + place, quanta) }
      }
    }
  }
}

/// Pixels that reach over many bins, in ascending order, with all their shares.
struct WidePixels: Sendable {
  private(set) var pixels: [UInt32] = []
  private(set) var first: [Int32] = []
  /// Where the shares of each pixel start in ``quanta``; one element more than pixels.
  private(set) var starts: [Int] = [0]
  private(set) var quanta: [UInt16] = []

  mutating func append(pixel: Int, _ shares: borrowing PixelShares) {
    pixels.append(UInt32(pixel))
    first.append(Int32(shares.first))
    for index in 0..<shares.count { quanta.append(UInt16(shares.quanta[index])) }
    starts.append(quanta.count)
  }

  mutating func append(_ other: WidePixels) {
    let offset = quanta.count
    pixels += other.pixels
    first += other.first
    quanta += other.quanta
    starts += other.starts.dropFirst().map { $0 + offset }
  }

  /// The index of the first of these pixels at or after a pixel of the image.
  func index(atOrAfter pixel: Int) -> Int {
    var (low, high) = (0, pixels.count)
    while low < high {
      let middle = (low + high) / 2
      if pixels[middle] < pixel { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func forEachShare(of pixel: Int, _ body: (_ bin: Int, _ quanta: Int) -> Void) {
    let index = index(atOrAfter: pixel)
    guard index < pixels.count, pixels[index] == pixel else { return }
    for place in starts[index]..<starts[index + 1] {
      body(Int(first[index]) + place - starts[index], Int(quanta[place]))
    }
  }
}

/// Sums over pixels that depend on the geometry alone.
struct BinConstants: Sendable {
  /// Σ c in 65535ths.
  var quanta: [Int]
  /// Σ c n and Σ c² n².
  var normalisation, normalisationSquared: [Double]
  /// Σ c dark and Σ c² Var(dark); empty without a dark.
  var dark, darkVariance: [Double]
  /// What the kernels' rounding takes from Σ c² n.
  var squareRemainder: [Double]

  init(bins: Int, hasDark: Bool, hasDarkVariance: Bool) {
    let zero = [Double](repeating: 0, count: bins)
    quanta = [Int](repeating: 0, count: bins)
    normalisation = zero
    normalisationSquared = zero
    dark = hasDark ? zero : []
    darkVariance = hasDarkVariance ? zero : []
    squareRemainder = zero
  }

  /// Adds the share of one pixel.
  mutating func add(bin: Int, quanta share: Int, weight: Double, dark: Double, darkVariance: Double, isWide: Bool) {
    let unit = 1 / Double(PixelShares.unit)
    let c = Double(share) * unit
    quanta[bin] += share
    normalisation[bin] += c * weight
    normalisationSquared[bin] += c * weight * (c * weight)
    if !self.dark.isEmpty { self.dark[bin] += c * dark }
    if !self.darkVariance.isEmpty { self.darkVariance[bin] += c * c * darkVariance }
    if !isWide { squareRemainder[bin] += Double(share * share & 0xffff) * unit * unit * weight }
  }

  /// Takes away what pixels without a value had added; nothing stays where no pixel is left.
  mutating func subtract(_ lost: BinConstants) {
    func difference(_ a: inout [Double], _ b: [Double]) {
      for index in a.indices { a[index] = quanta[index] > 0 ? a[index] - b[index] : 0 }
    }
    for index in quanta.indices { quanta[index] -= lost.quanta[index] }
    difference(&normalisation, lost.normalisation)
    difference(&normalisationSquared, lost.normalisationSquared)
    difference(&dark, lost.dark)
    difference(&darkVariance, lost.darkVariance)
    difference(&squareRemainder, lost.squareRemainder)
  }

  mutating func add(_ other: BinConstants) {
    func sum(_ a: inout [Double], _ b: [Double]) { for index in a.indices { a[index] += b[index] } }
    for index in quanta.indices { quanta[index] += other.quanta[index] }
    sum(&normalisation, other.normalisation)
    sum(&normalisationSquared, other.normalisationSquared)
    sum(&dark, other.dark)
    sum(&darkVariance, other.darkVariance)
    sum(&squareRemainder, other.squareRemainder)
  }
}
