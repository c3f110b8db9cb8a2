internal import Foundation
public import ImageAnalysis

/// How parallel projections were taken: where the axis of rotation lies in each and by which angle the sample was turned.
///
/// Lengths are pixels of the projections. Pixel i covers [i, i + 1), its centre is i + 0.5. The axis is parallel to the
/// projections' columns of pixels, but for ``axisTilt``.
///
/// Slices are drawn as seen from above with the beam running up the page at angle 0: columns to the right as in the
/// projection of angle 0, rows towards the source, slices in the order of the projections' rows. (column, row, slice) is a
/// right-handed frame. The axis passes through the centre of every slice, so that the voxel (row i, column j) of slices of
/// R × C voxels lies at x = j + 0.5 − C/2, y = i + 0.5 − R/2, and with the angle θ (times −1 where the sense is clockwise) it
/// is seen in the projection at
///
///     column = axisColumn + x cos θ + y sin θ + displacement.columns − tan(axisTilt) (row − rows/2),
///     row = slice + 0.5 + displacement.rows.
public struct ProjectionGeometry: Sendable, Hashable {
  /// The angle of every projection, in radians.
  public var angles: [Double]
  /// Where the axis lies at half the height of the projections, in pixels from their left edge.
  public var axisColumn: Double
  /// Angle by which the axis leans to the left in the image, going down, in radians.
  public var axisTilt: Double
  /// Which way the sample turns.
  public var sense: RotationSense
  /// By how much the sample is displaced in each projection, in pixels.
  public var displacements: [ImageShift]

  /// - Parameters:
  ///   - angles: in radians.
  ///   - axisColumn: usually half the width of the projections.
  public init(
    angles: [Double], axisColumn: Double, axisTilt: Double = 0, sense: RotationSense = .counterclockwise,
    displacements: [ImageShift]? = nil
  ) {
    self.angles = angles
    self.axisColumn = axisColumn
    self.axisTilt = axisTilt
    self.sense = sense
    self.displacements = displacements ?? Array(repeating: ImageShift(rows: 0, columns: 0), count: angles.count)
  }

  /// `count` angles evenly over half a turn, the end excluded: 600 angles are steps of 0.3°.
  public static func halfTurn(_ count: Int) -> [Double] { (0..<count).map { .pi * Double($0) / Double(count) } }

  /// The number of projections.
  public var count: Int { angles.count }

  /// The part of half a turn that each projection stands for, in radians: half the way to each neighbour, angles taken
  /// modulo half a turn; projections of the same angle share it. The sum is π.
  ///
  /// The weights of filtered back-projection: with them its scale is right for any number and spacing of angles.
  public var angularWeights: [Double] {
    guard count > 1 else { return Array(repeating: .pi, count: count) }
    let folded = angles.map { angle in
      let rest = angle.truncatingRemainder(dividingBy: .pi)
      // An angle that misses a whole half turn by rounding belongs to 0.
      return rest < -1e-9 ? rest + .pi : (rest > .pi - 1e-9 ? 0 : max(rest, 0))
    }
    let order = folded.indices.sorted { (folded[$0], $0) < (folded[$1], $1) }
    var groups: [(angle: Double, members: [Int])] = []
    for index in order {
      if let last = groups.last, folded[index] - last.angle < 1e-9 {
        groups[groups.count - 1].members.append(index)
      } else {
        groups.append((folded[index], [index]))
      }
    }
    var weights = [Double](repeating: 0, count: count)
    for (place, group) in groups.enumerated() {
      let before =
        place > 0 ? group.angle - groups[place - 1].angle : group.angle + .pi - groups[groups.count - 1].angle
      let after =
        place + 1 < groups.count ? groups[place + 1].angle - group.angle : groups[0].angle + .pi - group.angle
      let share = groups.count == 1 ? .pi : (before + after) / 2
      for member in group.members { weights[member] = share / Double(group.members.count) }
    }
    return weights
  }

  /// The largest part of half a turn without a projection, in radians.
  public var largestGap: Double {
    let folded = angles.map { angle -> Double in
      let rest = angle.truncatingRemainder(dividingBy: .pi)
      return rest < 0 ? rest + .pi : rest
    }.sorted()
    guard let first = folded.first, let last = folded.last else { return .pi }
    return zip(folded.dropFirst(), folded).map { $0 - $1 }.max().map { max($0, first + .pi - last) } ?? .pi
  }

  /// The slices that all projections see. Beyond them, where displaced ones end, densities are too low.
  ///
  /// - Parameter rows: of the projections.
  public func completeSlices(rows: Int) -> Range<Int> {
    let shifts = displacements.map(\.rows)
    let (least, most) = (shifts.min() ?? 0, shifts.max() ?? 0)
    let first = min(max(Int((-least).rounded(.up)), 0), rows)
    return first..<max(first, min(Int((Double(rows) - most).rounded(.down)), rows))
  }

  /// The geometry of some of the projections.
  public func selecting(_ indices: [Int]) -> ProjectionGeometry {
    var part = self
    part.angles = indices.map { angles[$0] }
    part.displacements = indices.map { displacements[$0] }
    return part
  }
}
