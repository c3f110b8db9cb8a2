public import ArrayMath
internal import Foundation

/// The constant and the ramp that a reconstruction leaves free in the phase of its object.
///
/// An object O and a probe P describe the same measurement as O·exp(i(c + a·r)) and P·exp(−ia·r), so c and a are fixed by
/// air, where the phase is to be 0. ``estimate(_:air:mask:)`` does it on complex numbers, for which no unwrapping is
/// needed:
///
/// 1. a from the peak of |F[O]|², padded with zeros to twice the extent, since what is flat adds up in one place;
/// 2. where no air is given, air is found (``AirMask``);
/// 3. a += arg Σ O(r + e) conj O(r) over neighbours in air along each axis e, and c = arg Σ O exp(−ia·r), three times;
/// 4. a plane through the phase that is left in air (``RobustPlane``), with its covariance.
public struct PhaseRamp: Sendable, Hashable {
  /// Radians at the centre of the image, ((rows − 1)/2, (columns − 1)/2).
  public var constant: Double
  /// Radians per pixel downwards.
  public var perRow: Double
  /// Radians per pixel to the right.
  public var perColumn: Double
  /// Row at which the phase is `constant`.
  public var centreRow: Double
  /// Column at which the phase is `constant`.
  public var centreColumn: Double
  /// The covariance of (constant, perRow, perColumn), in radians and pixels; correlation of neighbours is accounted for.
  public var covariance: [[Double]]
  /// The standard deviation of the phase in air round the plane, in radians.
  public var airDeviation: Double
  /// How much the air undulates: the standard deviation of means over squares (1/64 of the larger extent, at least 5 pixels),
  /// over that which the differences of neighbouring squares lead to expect (the root of von Neumann's ratio).
  ///
  /// 1 for noise whose correlation does not reach from square to square. From about 5 what was taken for air is not flat: the
  /// field holds no air, or the reconstruction has errors of long wavelength. Then neither constant nor uncertainty holds.
  public var undulation: Double
  /// Pixels of air that were used.
  public var airPixels: Int

  /// A ramp that is known.
  public init(constant: Double, perRow: Double, perColumn: Double, shape: FrameShape) {
    (self.constant, self.perRow, self.perColumn) = (constant, perRow, perColumn)
    centreRow = Double(shape.rows - 1) / 2
    centreColumn = Double(shape.columns - 1) / 2
    covariance = [[Double]](repeating: [0, 0, 0], count: 3)
    airDeviation = 0
    undulation = 1
    airPixels = 0
  }

  /// Radians at a pixel.
  public func phase(row: Double, column: Double) -> Double {
    constant + perRow * (row - centreRow) + perColumn * (column - centreColumn)
  }

  /// The standard uncertainty of ``phase(row:column:)``, in radians.
  public func uncertainty(row: Double, column: Double) -> Double {
    let point = [1, row - centreRow, column - centreColumn]
    var variance = 0.0
    for i in 0..<3 { for j in 0..<3 { variance += point[i] * covariance[i][j] * point[j] } }
    return max(variance, 0).squareRoot()
  }

  /// The constant and ramp of an object.
  ///
  /// - Parameters:
  ///   - object: complex transmission; pixels that are 0 or not finite do not count.
  ///   - air: true where nothing is in the beam; found by ``AirMask/find(in:mask:rule:)`` without one.
  ///   - mask: true where the object was illuminated; everywhere without one.
  /// - Throws: ``ImageAnalysisError`` where extents differ or there is too little air to span a plane.
  public static func estimate(
    _ object: ComplexImage, air: Image<Bool>? = nil, mask: Image<Bool>? = nil
  ) throws -> PhaseRamp {
    let usable = try AirMask.usable(object, mask: mask)
    if let air { try ImageAnalysisError.requireSameShape(air.shape, object.shape, "the air mask") }
    let start = try coarse(object, usable: air.map { both($0, usable) } ?? usable)
    let chosen = try air.map { both($0, usable) } ?? AirMask.find(in: object, mask: mask, rule: .automatic)
    return try refined(object, from: start, air: chosen)
  }

  private static func both(_ a: Image<Bool>, _ b: Image<Bool>) -> Image<Bool> {
    Image(zip(a.pixels, b.pixels).map { $0 && $1 }, shape: a.shape)
  }

  /// Steps 3 and 4.
  static func refined(_ object: ComplexImage, from start: PhaseRamp, air: Image<Bool>) throws -> PhaseRamp {
    var ramp = start
    for _ in 0..<3 {
      let left = ramp.removed(from: object)
      var (down, right, sum) = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
      left.pixels.withUnsafeBufferPointer { left in
        air.pixels.withUnsafeBufferPointer { air in
          for row in 0..<object.rows {
            for index in row * object.columns..<(row + 1) * object.columns where air[index] {
              let here = left[index]
              sum = (sum.0 + Double(here.real), sum.1 + Double(here.imaginary))
              if index + 1 < (row + 1) * object.columns, air[index + 1] {
                let step = left[index + 1] * here.conjugate
                right = (right.0 + Double(step.real), right.1 + Double(step.imaginary))
              }
              if row + 1 < object.rows, air[index + object.columns] {
                let step = left[index + object.columns] * here.conjugate
                down = (down.0 + Double(step.real), down.1 + Double(step.imaginary))
              }
            }
          }
        }
      }
      ramp.perRow += atan2(down.1, down.0)
      ramp.perColumn += atan2(right.1, right.0)
      ramp.constant += atan2(sum.1, sum.0)
    }
    let correction = try fit(ramp.removed(from: object).map(\.phase), air: air)
    ramp.constant = remainder(ramp.constant + correction.constant, 2 * .pi)
    ramp.perRow += correction.perRow
    ramp.perColumn += correction.perColumn
    ramp.covariance = correction.covariance
    ramp.airDeviation = correction.airDeviation
    ramp.undulation = correction.undulation
    ramp.airPixels = correction.airPixels
    return ramp
  }

  /// The plane through an unwrapped phase in air, by Huber's least squares.
  ///
  /// - Parameters:
  ///   - phase: radians; pixels that are not finite do not count.
  ///   - air: true where nothing is in the beam.
  /// - Throws: ``ImageAnalysisError`` where extents differ or there is too little air to span a plane.
  public static func fit(_ phase: ScalarImage, air: Image<Bool>) throws -> PhaseRamp {
    try ImageAnalysisError.requireSameShape(air.shape, phase.shape, "the air mask")
    var ramp = PhaseRamp(constant: 0, perRow: 0, perColumn: 0, shape: phase.shape)
    var samples: [RobustPlane.Sample] = []
    for row in 0..<phase.rows {
      for column in 0..<phase.columns where air[row, column] && phase[row, column].isFinite {
        samples.append(
          RobustPlane.Sample(
            row: Double(row) - ramp.centreRow, column: Double(column) - ramp.centreColumn,
            value: Double(phase[row, column])))
      }
    }
    guard let plane = RobustPlane(samples) else {
      throw ImageAnalysisError.invalid(
        "air was found in \(samples.count) pixels, which do not span a plane; name the air, or scan more of it")
    }
    (ramp.constant, ramp.perRow, ramp.perColumn) = (plane.constant, plane.perRow, plane.perColumn)
    let inflation = correlationFactor(phase, air: air, plane: ramp, limit: 3 * plane.deviation)
    ramp.covariance = plane.covariance.map { $0.map { $0 * inflation } }
    ramp.airDeviation = plane.deviation
    ramp.undulation = undulation(phase, air: air, plane: ramp)
    ramp.airPixels = samples.count
    return ramp
  }

  /// By how much correlation of neighbours makes the samples fewer than they are.
  private static func correlationFactor(
    _ phase: ScalarImage, air: Image<Bool>, plane: PhaseRamp, limit: Double
  ) -> Double {
    func residual(_ row: Int, _ column: Int) -> Double? {
      guard row < phase.rows, column < phase.columns, air[row, column], phase[row, column].isFinite else { return nil }
      let value = Double(phase[row, column]) - plane.phase(row: Double(row), column: Double(column))
      return min(max(value, -limit), limit)
    }
    var (square, down, right) = (0.0, 0.0, 0.0)
    var (squares, downs, rights) = (0.0, 0.0, 0.0)
    for row in 0..<phase.rows {
      for column in 0..<phase.columns {
        guard let here = residual(row, column) else { continue }
        (square, squares) = (square + here * here, squares + 1)
        if let next = residual(row + 1, column) { (down, downs) = (down + here * next, downs + 1) }
        if let next = residual(row, column + 1) { (right, rights) = (right + here * next, rights + 1) }
      }
    }
    func factor(_ sum: Double, _ count: Double) -> Double {
      guard square > 0, count > 0 else { return 1 }
      let correlation = min(max(sum / count / (square / squares), 0), 0.99)
      return (1 + correlation) / (1 - correlation)
    }
    return factor(down, downs) * factor(right, rights)
  }

  /// The object with the ramp taken off its phase.
  public func removed(from object: ComplexImage) -> ComplexImage {
    // The phase of a column is the same in every row but for a factor.
    let columns = (0..<object.columns).map { column in
      let angle = -perColumn * (Double(column) - centreColumn)
      return ComplexFloat(Float(cos(angle)), Float(sin(angle)))
    }
    var result = object
    result.pixels.withUnsafeMutableBufferPointer { pixels in
      for row in 0..<object.rows {
        let angle = -constant - perRow * (Double(row) - centreRow)
        let factor = ComplexFloat(Float(cos(angle)), Float(sin(angle)))
        for column in 0..<object.columns { pixels[row * object.columns + column] *= factor * columns[column] }
      }
    }
    return result
  }

  /// The unwrapped phase less the ramp, in radians.
  public func removed(from phase: ScalarImage) -> ScalarImage {
    var result = phase
    for row in 0..<phase.rows {
      for column in 0..<phase.columns {
        result[row, column] = Float(
          Double(phase[row, column]) - self.phase(row: Double(row), column: Double(column)))
      }
    }
    return result
  }
}
