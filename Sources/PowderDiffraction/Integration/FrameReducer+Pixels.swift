import ArrayMath
import CKernels

extension FrameReducer {
  /// Visits each pixel of a frame that has a value and a bin: its index, its signal raw − dark, and its normalisation.
  ///
  /// What the kernels do for sums, one pixel at a time for everything else.
  func forEachPixel(
    of source: some FrameSource, frame: Int, scratch: inout IntegrationScratch,
    _ body: (_ pixel: Int, _ signal: Double, _ weight: Double) -> Void
  ) throws {
    let type = source.pixelType
    let kernelType = type.kernelType
    let size = type.size
    let range = settings.invalid.range(for: type)
    let dark = settings.dark ?? []
    let columns = rays.shape.columns
    let weights = UnsafeMutableBufferPointer<Double>.allocate(capacity: columns)
    defer { weights.deallocate() }
    var filled = -1
    try source.forEachPiece(ofFrame: frame, scratch: &scratch.frames) { first, pixels in
      guard let base = pixels.baseAddress else { return }
      let end = first + pixels.count / size
      for run in table.runs where run.lowerBound < end && run.upperBound > first {
        for pixel in max(run.lowerBound, first)..<min(run.upperBound, end) {
          let value = kernelType.value(base, pixel - first)
          guard range.contains(value) else { continue }
          let row = pixel / columns
          if row != filled {
            normalisation.fill(row: row, into: weights)
            filled = row
          }
          body(pixel, dark.isEmpty ? value : value - Double(dark[pixel]), weights[pixel - row * columns])
        }
      }
    }
  }

  /// Adds the spread of the pixels about the mean of their bin to the sums: `Σ c² (s − n I)²` and the products of shares.
  func addSpread(
    of source: some FrameSource, frame: Int, scratch: inout IntegrationScratch, to sums: inout FrameSums
  ) throws {
    let constants = sums.constants
    var mean = [Double](repeating: 0, count: table.bins)
    for bin in mean.indices where constants.quanta[bin] > 0 {
      let signal = sums.signal[bin] - (constants.dark.isEmpty ? 0 : constants.dark[bin])
      mean[bin] = signal / constants.normalisation[bin]
    }
    let unit = 1 / Double(PixelShares.unit)
    var result = FrameSums(bins: table.bins, constants: constants)
    try forEachPixel(of: source, frame: frame, scratch: &scratch) { pixel, signal, weight in
      var last = (bin: -3, deviation: 0.0)
      var secondLast = last
      table.forEachShare(of: pixel) { bin, quanta in
        let deviation = Double(quanta) * unit * (signal - weight * mean[bin])
        result.squares[bin] += deviation * deviation
        for other in [last, secondLast] {
          if other.bin == bin - 1 { result.neighbours[bin - 1] += other.deviation * deviation }
          if other.bin == bin - 2 { result.secondNeighbours[bin - 2] += other.deviation * deviation }
        }
        secondLast = last
        last = (bin, deviation)
      }
    }
    sums.squares = result.squares
    sums.neighbours = result.neighbours
    sums.secondNeighbours = result.secondNeighbours
  }
}

extension operando_valid_range {
  /// The rule of the kernels for one value.
  func contains(_ value: Double) -> Bool {
    guard value >= low, value <= high else { return false }
    return withUnsafeBytes(of: exceptions) {
      !$0.bindMemory(to: Double.self).prefix(Int(exception_count)).contains(value)
    }
  }
}
