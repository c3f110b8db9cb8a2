import ArrayMath
import CKernels

extension FrameReducer {
  /// Reads a frame once and adds its pixels to their bins.
  func add(_ source: some FrameSource, frame: Int, scratch: inout IntegrationScratch, variance: [Float]?) throws
    -> FrameSums
  {
    var sums = try table.withPointers { pointers in
      guard let pointers else { return FrameSums(bins: table.bins, constants: constants) }
      var adder = FrameAdder(self, pointers, type: source.pixelType, work: &scratch.work)
      if let variance {
        try variance.withUnsafeBufferPointer { variance in
          try source.forEachPiece(ofFrame: frame, scratch: &scratch.frames) { adder.add(first: $0, $1, variance) }
        }
      } else {
        try source.forEachPiece(ofFrame: frame, scratch: &scratch.frames) { adder.add(first: $0, $1, nil) }
      }
      return adder.finish()
    }
    if settings.errorModel == .azimuthal { try addSpread(of: source, frame: frame, scratch: &scratch, to: &sums) }
    return sums
  }
}

/// Adds pieces of one frame to the sums of their bins.
private struct FrameAdder {
  /// How the variance of a pixel enters.
  private enum Squares {
    case none
    /// The kernel adds the pixels and their squares of shares at once.
    case together
    /// Another pass, over the pixels with a floor or over a given variance.
    case apart(operando_pixel)
  }

  private let reducer: FrameReducer
  private let table: PixelTable
  private let pointers: PixelTable.Pointers
  private let places: Int
  private let type: operando_pixel
  private let size: Int
  private let squares: Squares
  private let floor: Int32
  private var range: operando_valid_range
  private let sums, squareSums: UnsafeMutableRawPointer
  private let copy, floored: UnsafeMutableRawPointer
  private let leftOut: UnsafeMutablePointer<UInt32>
  private var totals, squareTotals: [Double]
  private var lost: BinConstants?
  /// Sums of the pixels over many bins.
  private var wide: FrameSums?

  init(_ reducer: FrameReducer, _ pointers: PixelTable.Pointers, type: PixelType, work: inout WorkingMemory) {
    self.reducer = reducer
    table = reducer.table
    self.pointers = pointers
    places = Self.places(reducer.table.bins)
    self.type = type.kernelType
    size = type.size
    range = reducer.settings.invalid.range(for: type)
    let isWhole =
      switch table.layout {
      case .whole, .wholeWide: true
      case .shared, .paired: false
      }
    switch reducer.settings.errorModel {
    case .poisson(let floor):
      self.floor = Int32(floor)
      squares = floor > 0 ? .apart(self.type) : isWhole ? .none : .together
    case .variance:
      floor = 0
      squares = .apart(OPERANDO_F32)
    case .none, .azimuthal:
      floor = 0
      squares = .none
    }
    // Sums a bin: tables of whole pixels, or the places of shared ones without and with products.
    let (plain, products) =
      switch table.layout {
      case .whole: (4, 4)
      case .wholeWide: (2, 2)
      case .shared: (4, 8)
      case .paired: (2, 4)
      }
    let isTogether = if case .together = squares { true } else { false }
    let isApart = if case .apart = squares { true } else { false }
    let count = places * (isTogether ? products : plain)
    let squareCount = places * (isApart ? products : 0)
    work.prepare(bytes: 8 * count, squareBytes: 8 * squareCount)
    totals = [Double](repeating: 0, count: isWhole ? places : count)
    squareTotals = [Double](repeating: 0, count: isWhole ? min(squareCount, places) : squareCount)
    sums = work.sums.baseAddress.unsafelyUnwrapped
    squareSums = work.squareSums.baseAddress.unsafelyUnwrapped
    copy = work.copy.baseAddress.unsafelyUnwrapped
    floored = work.floored.baseAddress.unsafelyUnwrapped
    leftOut = work.leftOut.baseAddress.unsafelyUnwrapped
    if !table.wide.pixels.isEmpty { wide = FrameSums(bins: table.bins, constants: reducer.constants) }
  }

  /// Room for the bins, one before them and one for pixels left out.
  private static func places(_ bins: Int) -> Int { bins + 2 }

  /// Adds one piece, chunk by chunk.
  ///
  /// Chunks start at multiples of a fixed number of pixels, and totals are collected at such multiples too: what is
  /// added when does not depend on how the frame was cut.
  mutating func add(first: Int, _ pixels: UnsafeRawBufferPointer, _ variance: UnsafeBufferPointer<Float>?) {
    guard let base = pixels.baseAddress else { return }
    let end = first + pixels.count / size
    for run in table.runs where run.lowerBound < end && run.upperBound > first {
      var start = max(run.lowerBound, first)
      let stop = min(run.upperBound, end)
      while start < stop {
        let next = min((start / WorkingMemory.chunk + 1) * WorkingMemory.chunk, stop)
        if start.isMultiple(of: collectInterval) { collect() }
        add(start..<next, base + (start - first) * size, variance)
        start = next
      }
    }
  }

  /// The pixels after which a sum might no longer fit its integer.
  private var collectInterval: Int {
    if case .whole = pointers { return 1 << 18 }
    return 1 << 23
  }

  private mutating func collect() {
    switch table.layout {
    case .whole:
      operando_collect_whole(type, sums, places, &totals)
      if case .apart(let type) = squares { operando_collect_whole(type, squareSums, places, &squareTotals) }
    case .wholeWide:
      operando_collect_whole_wide(type, sums, places, &totals)
      if case .apart(let type) = squares { operando_collect_whole_wide(type, squareSums, places, &squareTotals) }
    case .shared, .paired:
      operando_collect_shared(type, sums, totals.count, &totals)
      if case .apart(let type) = squares {
        operando_collect_shared(type, squareSums, squareTotals.count, &squareTotals)
      }
    }
  }

  private mutating func add(_ range: Range<Int>, _ pixels: UnsafeRawPointer, _ variance: UnsafeBufferPointer<Float>?) {
    let count = range.count
    var pixels = pixels
    var missing = 0
    if operando_all_valid(type, pixels, count, &self.range) == 0 {
      missing = operando_copy_valid(type, pixels, count, &self.range, copy, leftOut)
      pixels = UnsafeRawPointer(copy)
      lose(missing, from: range.lowerBound)
    }
    let isTogether = if case .together = squares { true } else { false }
    kernel(type, pixels, range, sums, withProducts: isTogether)
    if case .apart(let secondType) = squares {
      if let variance {
        floored.copyMemory(from: variance.baseAddress.unsafelyUnwrapped + range.lowerBound, byteCount: 4 * count)
      } else {
        operando_copy_floored(type, pixels, count, floor, floored)
      }
      let width = variance == nil ? size : 4
      for index in 0..<missing {
        (floored + Int(leftOut[index]) * width).initializeMemory(as: UInt8.self, repeating: 0, count: width)
      }
      kernel(secondType, UnsafeRawPointer(floored), range, squareSums, withProducts: true)
    }
    if wide != nil { addWide(range, pixels) }
  }

  private func kernel(
    _ type: operando_pixel, _ pixels: UnsafeRawPointer, _ range: Range<Int>, _ sums: UnsafeMutableRawPointer,
    withProducts: Bool
  ) {
    let (first, count) = (range.lowerBound, range.count)
    switch pointers {
    case .whole(let bins): operando_add_whole(type, pixels, bins + first, count, sums, places)
    case .wholeWide(let bins): operando_add_whole_wide(type, pixels, bins + first, count, sums, places)
    case .shared(let words):
      if withProducts {
        operando_add_shared_products(type, pixels, words + first, count, sums)
      } else {
        operando_add_shared(type, pixels, words + first, count, sums)
      }
    case .paired(let words):
      if withProducts {
        operando_add_paired_products(type, pixels, words + first, count, sums)
      } else {
        operando_add_paired(type, pixels, words + first, count, sums)
      }
    }
  }

  /// Takes the pixels left out from the sums of the geometry.
  private mutating func lose(_ count: Int, from first: Int) {
    let settings = reducer.settings
    var lost =
      self.lost
      ?? BinConstants(
        bins: table.bins, hasDark: settings.dark != nil, hasDarkVariance: settings.darkVariance != nil)
    self.lost = nil
    let columns = reducer.rays.shape.columns
    for index in 0..<count {
      let pixel = first + Int(leftOut[index])
      let weight = reducer.normalisation(row: pixel / columns, column: pixel % columns)
      let dark = settings.dark.map { Double($0[pixel]) } ?? 0
      let darkVariance = settings.darkVariance.map { Double($0[pixel]) } ?? 0
      table.forEachShare(of: pixel) { bin, quanta in
        lost.add(bin: bin, quanta: quanta, weight: weight, dark: dark, darkVariance: darkVariance)
      }
    }
    self.lost = lost
  }

  private mutating func addWide(_ range: Range<Int>, _ pixels: UnsafeRawPointer) {
    var index = table.wide.index(atOrAfter: range.lowerBound)
    while index < table.wide.pixels.count, table.wide.pixels[index] < range.upperBound {
      let place = Int(table.wide.pixels[index]) - range.lowerBound
      let value = type.value(pixels, place)
      let variance: Double =
        switch squares {
        case .none: 0
        case .together: value
        case .apart(let type): type.value(UnsafeRawPointer(floored), place)
        }
      wide?.add(table.wide, index, value: value, variance: variance)
      index += 1
    }
  }

  mutating func finish() -> FrameSums {
    collect()
    var constants = reducer.constants
    if let lost { constants.subtract(lost) }
    var result = wide ?? FrameSums(bins: table.bins, constants: constants)
    result.constants = constants
    let unit = 1 / Double(PixelShares.unit)
    switch table.layout {
    case .whole, .wholeWide:
      for bin in 0..<table.bins {
        result.signal[bin] += totals[bin]
        result.squares[bin] += squareTotals.isEmpty ? totals[bin] : squareTotals[bin]
      }
    case .shared:
      let width = if case .together = squares { 8 } else { 4 }
      for bin in 0..<table.bins {
        // Places count from 1, and the first sum of a place is multiplied by it.
        let sum = totals[(bin + 1) * width] / Double(bin + 1)
        let left = totals[(bin + 1) * width + 1] * unit
        let right = totals[(bin + 1) * width + 2] * unit
        result.signal[bin] += sum - left - right
        if bin > 0 { result.signal[bin - 1] += left }
        if bin + 1 < table.bins { result.signal[bin + 1] += right }
      }
      switch squares {
      case .none: break
      case .together: result.addProducts(totals, bins: table.bins)
      case .apart: result.addProducts(squareTotals, bins: table.bins)
      }
    case .paired:
      let width = if case .together = squares { 4 } else { 2 }
      for bin in 0..<table.bins {
        let next = totals[bin * width + 1] * unit
        result.signal[bin] += totals[bin * width] - next
        if bin + 1 < table.bins { result.signal[bin + 1] += next }
      }
      switch squares {
      case .none: break
      case .together: result.addPairedProducts(totals, bins: table.bins)
      case .apart: result.addPairedProducts(squareTotals, bins: table.bins)
      }
    }
    return result
  }
}

extension FrameSums {
  init(bins: Int, constants: BinConstants) {
    let zero = [Double](repeating: 0, count: bins)
    signal = zero
    squares = zero
    neighbours = zero
    secondNeighbours = zero
    self.constants = constants
  }

  /// Adds what the kernel of shares and their products gave.
  ///
  /// It adds c and d, the shares of the bins beside the middle one, and c², d² and c d. The middle bin has 1 − c − d, from
  /// which the other squares and products follow.
  mutating func addProducts(_ totals: [Double], bins: Int) {
    let unit = 1 / Double(PixelShares.unit)
    for bin in 0..<bins {
      let place = 8 * (bin + 1)
      let sum = totals[place] / Double(bin + 1)
      let (c, d) = (totals[place + 1] * unit, totals[place + 2] * unit)
      let (cc, dd, both) = (totals[place + 5] * unit, totals[place + 6] * unit, totals[place + 7] * unit)
      squares[bin] += sum + cc + dd - 2 * c - 2 * d + 2 * both
      if bin > 0 {
        squares[bin - 1] += cc
        neighbours[bin - 1] += c - cc - both
      }
      if bin + 1 < bins {
        squares[bin + 1] += dd
        neighbours[bin] += d - dd - both
        if bin > 0 { secondNeighbours[bin - 1] += both }
      }
    }
  }

  /// The same for pixels over a bin and the next, whose shares are 1 − d and d.
  mutating func addPairedProducts(_ totals: [Double], bins: Int) {
    let unit = 1 / Double(PixelShares.unit)
    for bin in 0..<bins {
      let (d, dd) = (totals[bin * 4 + 1] * unit, totals[bin * 4 + 2] * unit)
      squares[bin] += totals[bin * 4] - 2 * d + dd
      if bin + 1 < bins {
        squares[bin + 1] += dd
        neighbours[bin] += d - dd
      }
    }
  }

  /// Adds a pixel over many bins.
  mutating func add(_ wide: WidePixels, _ index: Int, value: Double, variance pixelVariance: Double) {
    let unit = 1 / Double(PixelShares.unit)
    let places = wide.starts[index]..<wide.starts[index + 1]
    for place in places {
      let bin = Int(wide.bins[place])
      let share = Double(wide.quanta[place]) * unit
      signal[bin] += share * value
      guard pixelVariance != 0 else { continue }
      squares[bin] += share * share * pixelVariance
      for other in place + 1..<max(min(place + 3, places.upperBound), place + 1) {
        let product = share * Double(wide.quanta[other]) * unit * pixelVariance
        switch Int(wide.bins[other]) - bin {
        case 1: neighbours[bin] += product
        case 2: secondNeighbours[bin] += product
        default: break
        }
      }
    }
  }
}
