import ArrayMath

/// Which bins each pixel of a stored image belongs to, packed for the kernels.
struct PixelTable: Sendable {
  /// How the pixels are packed.
  enum Layout: Sendable {
    /// The bin of each pixel; the number of bins for those left out.
    case whole([UInt16])
    /// Pixels over up to three bins, as ``SharedWord`` packs them.
    case shared([UInt64])
    /// The bin of each pixel of a cake; the number of bins for those left out.
    case wholeWide([UInt32])
    /// Pixels of a cake over up to two bins, as ``PairedWord`` packs them.
    case paired([UInt64])
  }

  let bins: Int
  let layout: Layout
  /// Pixels that reach over more bins than the layout has room for.
  let wide: WidePixels
  /// Runs of pixels outside of which all are left out, in ascending order.
  let runs: [Range<Int>]

  /// Where the layout lies in memory.
  enum Pointers {
    case whole(UnsafePointer<UInt16>)
    case shared(UnsafePointer<UInt64>)
    case wholeWide(UnsafePointer<UInt32>)
    case paired(UnsafePointer<UInt64>)
  }

  /// Hands over the layout's memory once for many uses; `nil` in an empty layout.
  func withPointers<Result>(_ body: (Pointers?) throws -> Result) rethrows -> Result {
    switch layout {
    case .whole(let table): try table.withUnsafeBufferPointer { try body($0.baseAddress.map(Pointers.whole)) }
    case .shared(let table): try table.withUnsafeBufferPointer { try body($0.baseAddress.map(Pointers.shared)) }
    case .wholeWide(let table): try table.withUnsafeBufferPointer { try body($0.baseAddress.map(Pointers.wholeWide)) }
    case .paired(let table): try table.withUnsafeBufferPointer { try body($0.baseAddress.map(Pointers.paired)) }
    }
  }

  /// Calls `body` with each bin of a pixel and the share in it, in units.
  func forEachShare(of pixel: Int, _ body: (_ bin: Int, _ quanta: Int) -> Void) {
    switch layout {
    case .whole(let table):
      let bin = Int(table[pixel])
      if bin < bins { body(bin, PixelShares.unit) }
    case .shared(let table):
      let word = SharedWord(table[pixel])
      guard word.middle < bins else { return wide.forEachShare(of: pixel, body) }
      if word.left > 0 { body(word.middle - 1, word.left) }
      let own = PixelShares.unit - word.left - word.right
      if own > 0 { body(word.middle, own) }
      if word.right > 0 { body(word.middle + 1, word.right) }
    case .wholeWide(let table):
      let bin = Int(table[pixel])
      if bin < bins { body(bin, PixelShares.unit) }
    case .paired(let table):
      let word = PairedWord(bits: table[pixel])
      guard word.bin < bins else { return wide.forEachShare(of: pixel, body) }
      if word.next < PixelShares.unit { body(word.bin, PixelShares.unit - word.next) }
      if word.next > 0 { body(word.bin + 1, word.next) }
    }
  }
}

/// A pixel over three bins: the one in the middle, and the shares of its neighbours in units.
///
/// From the lowest bit: 16 for the middle bin plus 1, 24 for the share of the bin before, 24 for that of the bin after.
/// The middle bin has the rest. A pixel left out, or over more bins, has the number of bins as its middle.
struct SharedWord {
  let bits: UInt64

  init(_ bits: UInt64) { self.bits = bits }

  /// `nil` when the pixel lies over more bins.
  init?(_ shares: borrowing PixelShares) {
    let largest = PixelShares.unit - 1
    switch shares.count {
    case 1: bits = UInt64(shares.first + 1)
    case 2: bits = UInt64(shares.first + 2) | UInt64(min(shares.quanta[0], largest)) << 16
    case 3:
      bits =
        UInt64(shares.first + 2) | UInt64(min(shares.quanta[0], largest)) << 16
        | UInt64(min(shares.quanta[2], largest)) << 40
    default: return nil
    }
  }

  static func leftOut(bins: Int) -> SharedWord { SharedWord(UInt64(bins + 1)) }

  var middle: Int { Int(bits & 0xffff) - 1 }
  var left: Int { Int((bits >> 16) & 0xff_ffff) }
  var right: Int { Int(bits >> 40) }
}

/// A pixel over a bin and the next: the bin in the lower half, the share of the next, in units, in the upper.
struct PairedWord {
  let bits: UInt64

  var bin: Int { Int(bits & 0xffff_ffff) }
  var next: Int { Int(bits >> 32) }
}

/// Pixels that reach over many bins, in ascending order, with all their shares.
struct WidePixels: Sendable {
  private(set) var pixels: [UInt32] = []
  /// Where the shares of each pixel start; one element more than pixels.
  private(set) var starts: [Int] = [0]
  private(set) var bins: [Int32] = []
  private(set) var quanta: [UInt32] = []

  /// Adds a pixel; its bins ascend.
  mutating func append(pixel: Int, shares: some Sequence<(bin: Int, quanta: Int)>) {
    pixels.append(UInt32(pixel))
    for share in shares where share.quanta > 0 {
      bins.append(Int32(share.bin))
      quanta.append(UInt32(share.quanta))
    }
    starts.append(quanta.count)
  }

  mutating func append(_ other: WidePixels) {
    let offset = quanta.count
    pixels += other.pixels
    bins += other.bins
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
      body(Int(bins[place]), Int(quanta[place]))
    }
  }
}

/// Sums over pixels that depend on the geometry alone.
struct BinConstants: Sendable {
  /// Σ c in units.
  var quanta: [Int]
  /// Σ c n and Σ c² n².
  var normalisation, normalisationSquared: [Double]
  /// Σ c dark and Σ c² Var(dark); empty without a dark.
  var dark, darkVariance: [Double]

  init(bins: Int, hasDark: Bool, hasDarkVariance: Bool) {
    let zero = [Double](repeating: 0, count: bins)
    quanta = [Int](repeating: 0, count: bins)
    normalisation = zero
    normalisationSquared = zero
    dark = hasDark ? zero : []
    darkVariance = hasDarkVariance ? zero : []
  }

  /// Adds the share of one pixel.
  mutating func add(bin: Int, quanta share: Int, weight: Double, dark: Double, darkVariance: Double) {
    let unit = 1 / Double(PixelShares.unit)
    let c = Double(share) * unit
    quanta[bin] += share
    normalisation[bin] += c * weight
    normalisationSquared[bin] += c * weight * (c * weight)
    if !self.dark.isEmpty { self.dark[bin] += c * dark }
    if !self.darkVariance.isEmpty { self.darkVariance[bin] += c * c * darkVariance }
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
  }

  mutating func add(_ other: BinConstants) {
    func sum(_ a: inout [Double], _ b: [Double]) { for index in a.indices { a[index] += b[index] } }
    for index in quanta.indices { quanta[index] += other.quanta[index] }
    sum(&normalisation, other.normalisation)
    sum(&normalisationSquared, other.normalisationSquared)
    sum(&dark, other.dark)
    sum(&darkVariance, other.darkVariance)
  }
}
