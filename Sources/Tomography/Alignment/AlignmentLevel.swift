internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// The projections as one level of an alignment sees them: pixels taken together, and smoothed along rows by the window of
/// the volume, so that a projection and its re-projection differ by noise and displacement alone; along columns by that of
/// the highest cut-off, so that parts of a row can be told.
///
/// Made from the projections as measured, once a level: nothing is moved here.
struct AlignmentLevel: Sendable {
  /// Pixels along each side that are taken together.
  let bin: Int
  /// Pixels that were not measured are 0 and count nothing. The geometry is without displacements.
  var stack: ProjectionStack
  /// Rows and columns of the slices.
  let size: Int
  /// Where the window ends, in cycles a pixel of this level.
  let cutOff: Double

  /// - Parameters:
  ///   - radius: how far matter reaches from the axis, in pixels of the projections; nil where it is not known.
  ///   - cutOff: of the window, as a fraction of the Crowther frequency.
  init(
    _ source: ProjectionStack, bin: Int, radius: Double?, cutOff: Double, ramps: [ProjectionRamp], threads: Int
  ) throws {
    self.bin = bin
    let shape = FrameShape(rows: source.shape.rows / bin, columns: source.shape.columns / bin)
    let width = radius.map { min(2 * Int(($0 / Double(bin)).rounded(.up)) + 2, shape.columns) } ?? shape.columns
    size = width
    // Views of a body of diameter D are independent of each other from M/(πD) on (R. A. Crowther et al., 1970).
    let directions = source.geometry.directions
    let crowther = Double(directions) / (.pi * Double(width))
    let end = min(0.5, max(crowther * min(cutOff, 1), 4 / Double(width)))
    self.cutOff = end
    let kernel = Self.window(end)
    let images = try parallelMap(count: source.count, threads: threads) { view in
      Self.reduced(source, view, bin: bin, shape: shape, ramp: ramps[view], kernel: kernel)
    }
    let isWhole = images.allSatisfy { $0.weights == nil }
    let ones = isWhole ? [] : [Float](repeating: 1, count: shape.count)
    let weights = isWhole ? nil : Array(images.map { $0.weights ?? ones }.joined())
    let lean = tan(source.geometry.axisTilt)
    var geometry = source.geometry
    let half = (Double(source.shape.rows) - Double(bin * shape.rows)) / 2
    geometry.axisColumn = (geometry.axisColumn + lean * half) / Double(bin)
    geometry.displacements = Array(repeating: ImageShift(rows: 0, columns: 0), count: source.count)
    stack = try ProjectionStack(
      Array(images.map(\.pixels).joined()), shape: shape, geometry: geometry, quantity: source.quantity, weights: weights)
  }

  /// The level's geometry with displacements given in pixels of the projections.
  mutating func displace(_ displacements: [ImageShift]) {
    let scale = 1 / Double(bin)
    stack.geometry.displacements = displacements.map {
      ImageShift(rows: scale * $0.rows, columns: scale * $0.columns)
    }
  }

  /// Samples of the Hann window of a cut-off: for 1/2 they are 1/4, 1/2, 1/4.
  static func window(_ cutOff: Double) -> [Double] {
    func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }
    let reach = cutOff > 0.499 ? 1 : Int((4 / cutOff).rounded(.up))
    let half = (0...reach).map { n in
      let x = 2 * cutOff * Double(n)
      return cutOff * (sinc(x) + 0.5 * sinc(x - 1) + 0.5 * sinc(x + 1))
    }
    let sum = half[0] + 2 * half.dropFirst().reduce(0, +)
    return half.map { $0 / sum }
  }

  /// One projection, without its ramp, pixels taken together and smoothed; weights are nil where all pixels count fully.
  private static func reduced(
    _ source: ProjectionStack, _ view: Int, bin: Int, shape: FrameShape, ramp: ProjectionRamp, kernel: [Double]
  ) -> (pixels: [Float], weights: [Float]?) {
    let width = source.shape.columns
    let start = view * source.shape.count
    var sums = [Float](repeating: 0, count: shape.count)
    var counts = [Float](repeating: 0, count: shape.count)
    let (middle, centre) = (Double(width) / 2, Double(source.shape.rows) / 2)
    source.pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<shape.rows * bin {
        let line = start + row * width
        let target = row / bin * shape.columns
        for column in 0..<shape.columns * bin {
          let pixel = pixels[line + column]
          let weight = source.weights.map { $0[line + column] } ?? 1
          guard pixel == pixel, weight > 0 else { continue }
          sums[target + column / bin] += weight * pixel
          counts[target + column / bin] += weight
        }
      }
    }
    let full = Float(bin * bin)
    let isWhole = counts.allSatisfy { $0 == full }
    for row in 0..<shape.rows {
      let line = row * shape.columns
      let y = (Double(row) + 0.5) * Double(bin) - centre
      for column in 0..<shape.columns where counts[line + column] > 0 {
        let x = (Double(column) + 0.5) * Double(bin) - middle
        let level = ramp.constant + ramp.across * x + ramp.down * y
        sums[line + column] -= counts[line + column] * Float(level)
      }
    }
    var smooth = Self.smoothed(sums, shape, kernel.map { Float($0) }, stride: 1)
    smooth = Self.smoothed(smooth, shape, [0.5, 0.25], stride: shape.columns)
    var total = Self.smoothed(counts, shape, kernel.map { Float($0) }, stride: 1)
    total = Self.smoothed(total, shape, [0.5, 0.25], stride: shape.columns)
    let pixels = (0..<shape.count).map { counts[$0] > 0 && total[$0] > 0 ? smooth[$0] / total[$0] : 0 }
    return (pixels, isWhole ? nil : counts.map { $0 / full })
  }

  /// An image convolved with a symmetric kernel along its rows (stride 1) or columns; nothing lies beyond the edges.
  private static func smoothed(_ image: [Float], _ shape: FrameShape, _ taps: [Float], stride: Int) -> [Float] {
    var result = image.map { taps[0] * $0 }
    let along = stride == 1
    image.withUnsafeBufferPointer { image in
      result.withUnsafeMutableBufferPointer { result in
        for (step, tap) in taps.enumerated().dropFirst() {
          guard step < (along ? shape.columns : shape.rows) else { break }
          for row in 0..<(along ? shape.rows : shape.rows - step) {
            let first = row * shape.columns
            let second = first + step * stride
            for index in 0..<(along ? shape.columns - step : shape.columns) {
              result[first + index] += tap * image[second + index]
              result[second + index] += tap * image[first + index]
            }
          }
        }
      }
    }
    return result
  }
}

extension ProjectionGeometry {
  /// The number of different angles modulo half a turn.
  var directions: Int { angularWeights.count < 2 ? count : Set(foldedKeys).count }

  private var foldedKeys: [Int] {
    angles.map { angle in
      let rest = angle.truncatingRemainder(dividingBy: .pi)
      let folded = rest < -1e-9 ? rest + .pi : (rest > .pi - 1e-9 ? 0 : max(rest, 0))
      return Int((folded * 1e8).rounded())
    }
  }
}
