internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Where the axis of rotation lies in projections that are not displaced.
public struct RotationAxis: Sendable, Hashable {
  /// How it is found.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// From projections half a turn apart, which are each other's mirror images, cut off by the field or not.
    case pair
    /// From the centre of mass, which must move as C + A cos θ + B sin θ; for samples within the field.
    case centreOfMass = "centre-of-mass"
    /// Where slices are sharpest: the sum of their absolute values is least (T. Donath, F. Beckmann, A. Schreyer, J. Opt.
    /// Soc. Am. A 23 (2006) 1048).
    case sharpness
  }

  /// In pixels from the left edge, at half the height; pixel i covers [i, i + 1).
  public var column: Double
  /// Standard uncertainty, in pixels, from what is left over; nil where the method has none.
  public var uncertainty: Double?
  /// Angle by which the axis leans to the left going down, in radians; 0 where it cannot be told.
  public var tilt: Double
  /// Standard uncertainty in radians, nil where the tilt was not found.
  public var tiltUncertainty: Double?
  public var method: Method
  public var notes: [String]

  /// Finds the axis.
  ///
  /// - Parameters:
  ///   - stack: displacements of its geometry are taken into account by the centre of mass alone.
  ///   - method: nil takes the centre of mass where the sample lies within the field, else a pair, else the sharpness.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where the projections do not suit the method.
  public static func find(_ stack: ProjectionStack, method: Method? = nil, threads: Int) throws -> RotationAxis {
    guard stack.count >= 2 else {
      throw TomographyError.invalid("there is 1 projection; the axis of rotation shows in two or more")
    }
    guard stack.shape.columns >= 16 else {
      throw TomographyError.invalid(
        "projections are \(stack.shape.columns) columns wide; an axis of rotation is looked for in at least 16")
    }
    let profiles = try ViewProfiles.all(stack, threads: threads)
    let measured = profiles.indices.filter { !profiles[$0].isEmpty }
    guard measured.count >= 2 else {
      throw TomographyError.invalid("fewer than two projections hold anything; the axis of rotation shows in two or more")
    }
    let truncated = measured.filter { profiles[$0].isTruncated }
    let pairs = AxisPairs.pairs(stack.geometry, among: measured)
    let chosen = method ?? (truncated.isEmpty && measured.count >= 4 ? .centreOfMass : pairs.isEmpty ? .sharpness : .pair)
    var axis: RotationAxis
    switch chosen {
    case .pair: axis = try AxisPairs.axis(stack, pairs: pairs)
    case .centreOfMass:
      guard truncated.isEmpty else {
        throw TomographyError.invalid(
          """
          in \(truncated.count) of \(stack.count) projections matter reaches beyond the sides of the field, so their centre \
          of mass is not the sample's; look for the axis by a pair of projections or by sharpness
          """)
      }
      axis = try AxisCentreOfMass.axis(stack, profiles: profiles, measured: measured)
    case .sharpness: axis = try AxisSharpness.axis(stack, measured: measured, threads: threads)
    }
    if !truncated.isEmpty {
      axis.notes.append(
        "matter reaches beyond the sides of the field in \(truncated.count) of \(stack.count) projections")
    }
    return axis
  }

  /// The column and the tilt from places found in bands of rows.
  ///
  /// - Parameter places: the middle row of each band, the column there, and its standard uncertainty.
  static func line(
    through places: [(row: Double, column: Double, uncertainty: Double)], rows: Int, method: Method
  ) throws -> RotationAxis {
    let known = places.filter { $0.column.isFinite && $0.uncertainty.isFinite && $0.uncertainty > 0 }
    guard !known.isEmpty else {
      throw TomographyError.invalid("nothing in the projections tells where the axis of rotation lies")
    }
    var level = LeastSquaresSum(unknowns: 1)
    for place in known { level.add([1], place.column, weight: pow(place.uncertainty, -2)) }
    let mean = level.right[0] / level.matrix[0]
    let plain = RotationAxis(
      column: mean, uncertainty: 1 / level.matrix[0].squareRoot(), tilt: 0, tiltUncertainty: nil, method: method,
      notes: [])
    guard known.count >= 3, rows >= 16 else { return plain }
    var sum = LeastSquaresSum(unknowns: 2)
    for place in known {
      sum.add([1, (place.row - Double(rows) / 2) / Double(rows)], place.column, weight: pow(place.uncertainty, -2))
    }
    guard let found = sum.solved() else { return plain }
    let slope = found.values[1] / Double(rows)
    // What bands scatter by counts where it is more than their own uncertainty says.
    let scatter = max(1, found.rest / Double(known.count - 2)).squareRoot()
    return RotationAxis(
      column: found.values[0], uncertainty: scatter * found.variances[0].squareRoot(), tilt: -atan(slope),
      tiltUncertainty: scatter * found.variances[1].squareRoot() / Double(rows), method: method, notes: [])
  }

  /// Up to eight bands of rows.
  static func bands(_ rows: Int) -> [Range<Int>] {
    let count = max(1, min(8, rows / 8))
    return (0..<count).map { rows * $0 / count..<rows * ($0 + 1) / count }
  }
}
