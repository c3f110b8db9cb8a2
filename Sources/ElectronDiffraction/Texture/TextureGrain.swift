import Crystallography
import Foundation

/// A grain of a section, as the texture sees it: one crystal, one axis.
public struct TextureGrain: Sendable, Hashable {
  /// Its label in ``GrainLabels``.
  public let label: Int
  /// Points of the map with an orientation.
  public let points: Int
  /// Their area, in square metres.
  public let area: Double
  /// Mean of their positions in the map's frame, in metres.
  public let centroid: SIMD2<Double>
  /// The axis nearest to those of the points, a unit vector of the map's frame with z ≥ 0.
  public let cAxis: SIMD3<Double>
  /// Root mean square angle between the points' axes and the grain's, in radians.
  public let axisSpread: Double
  /// Root mean square of the points' uncertainties of the axis, in radians; 0 where the map states none.
  ///
  /// The errors of neighbours may well be one (a pattern centre that is off), so it is not divided by √points.
  public let axisUncertainty: Double
}

/// The points of a map that have an orientation and a grain, sorted by grain.
struct GrainPoints: Sendable {
  var grains: [TextureGrain] = []
  /// The points of grain k are at `starts[k]..<starts[k + 1]`.
  var starts: [Int] = [0]
  /// Index of each point in the map.
  var indices: [Int] = []
  /// Position in the map's frame, in metres.
  var positions: [SIMD2<Double>] = []
  /// c axis in the map's frame.
  var axes: [SIMD3<Double>] = []

  /// - Parameters:
  ///   - phase: the phase to look at.
  ///   - includesUndecided: whether points that are one of several pseudo-symmetric orientations count.
  ///   - smallest: grains of fewer points are left out.
  init(
    _ map: OrientationMap, _ labels: GrainLabels, phase: Int, includesUndecided: Bool, smallest: Int
  ) throws(TextureError) {
    guard labels.labels.count == map.points.count else {
      throw .labelCount(found: labels.labels.count, expected: map.points.count)
    }
    var members = [[Int]](repeating: [], count: labels.count)
    for (index, label) in labels.labels.enumerated() where label >= 0 {
      let point = map.points[index]
      guard point.phase == phase, point.status == .indexed || (includesUndecided && point.status == .undecided) else {
        continue
      }
      members[label].append(index)
    }
    let area = map.grid.stepX * map.grid.stepY
    for (label, points) in members.enumerated() where points.count >= max(smallest, 1) {
      var tensor = SymmetricMatrix3(xx: 0, yy: 0, zz: 0, yz: 0, xz: 0, xy: 0)
      var (centroid, variance) = (SIMD2<Double>.zero, 0.0)
      for index in points {
        let (c, point) = (map.cAxis(at: index), map.points[index])
        tensor.xx += c.x * c.x
        tensor.yy += c.y * c.y
        tensor.zz += c.z * c.z
        tensor.yz += c.y * c.z
        tensor.xz += c.x * c.z
        tensor.xy += c.x * c.y
        centroid += SIMD2(point.x, point.y)
        if point.axisUncertainty.isFinite { variance += point.axisUncertainty * point.axisUncertainty }
        indices.append(index)
        positions.append(SIMD2(point.x, point.y))
        axes.append(c)
      }
      let axis = principalAxis(tensor)
      let count = Double(points.count)
      let spread = axes[(starts.last ?? 0)...].reduce(0) { sum, c in
        let sine = cross(c, axis)
        let angle = atan2((sine * sine).sum().squareRoot(), abs((c * axis).sum()))
        return sum + angle * angle
      }
      grains.append(
        TextureGrain(
          label: label, points: points.count, area: area * count, centroid: centroid / count, cAxis: axis,
          axisSpread: (spread / count).squareRoot(), axisUncertainty: (variance / count).squareRoot()))
      starts.append(indices.count)
    }
  }
}
