import Crystallography
import Foundation

/// Which angle between c axis and radius is meant.
public enum RadialAngleKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Between the axis and the radius in space. Random axes have the density sin θ.
  case inSpace
  /// Between their projections on the section. Random axes have an even density.
  case inSection
}

/// What the angle of an axis to the radius needs to know of the particle.
struct RadialGeometry: Sendable {
  var centre: SIMD2<Double>
  var height: Double
  var kind: RadialAngleKind

  /// The unit radius at a position; x at the centre itself, where any direction is as good.
  @inline(__always)
  func direction(_ position: SIMD2<Double>) -> SIMD3<Double> {
    let radius = SIMD3(position.x - centre.x, position.y - centre.y, kind == .inSpace ? height : 0)
    let square = (radius * radius).sum()
    return square > 0 ? radius / square.squareRoot() : SIMD3(1, 0, 0)
  }

  /// cos² θ of a unit axis at a position.
  @inline(__always)
  func squaredCosine(_ position: SIMD2<Double>, _ axis: SIMD3<Double>) -> Double {
    let product = (direction(position) * axis).sum()
    guard kind == .inSection else { return min(product * product, 1) }
    let projected = axis.x * axis.x + axis.y * axis.y
    // An axis along the normal has no direction in the section.
    return projected > 1e-18 ? min(product * product / projected, 1) : 0.5
  }

  /// Distance from the centre in space, whatever the kind of angle, in metres.
  func distance(_ position: SIMD2<Double>) -> Double {
    let d = position - centre
    return ((d * d).sum() + height * height).squareRoot()
  }
}

/// The angle θ between c axis and radius, 0...π/2, of every point of a particle's section and of every grain.
public struct RadialAngles: Sendable {
  public let kind: RadialAngleKind
  public let section: ParticleSection
  public let height: SectionHeight
  /// The grains that have an orientation, by ascending label.
  public let grains: [TextureGrain]
  /// θ of each point of the map in its order, in radians; NaN where there is no orientation or no grain.
  public let angles: [Double]
  /// θ between each grain's axis and the radius at its centroid, in radians.
  public let grainAngles: [Double]
  /// Distance of each grain's centroid from the particle's centre in space, in metres.
  public let grainRadii: [Double]
  /// Index of the phase that was looked at.
  public let phase: Int
  let points: GrainPoints

  /// - Parameters:
  ///   - labels: the grain of each point.
  ///   - height: of the section; used by angles in space alone, and by the distances from the centre.
  ///   - phase: index of the phase to look at.
  ///   - includesUndecided: whether points of undecided pseudo-symmetry count; their axes may be wrong by 70°.
  ///   - smallestGrain: grains of fewer points are left out.
  /// - Throws: ``TextureError`` where labels are missing or fewer than two grains remain.
  public init(
    of map: OrientationMap, labels: GrainLabels, section: ParticleSection, height: SectionHeight = .assumedCentral,
    kind: RadialAngleKind = .inSpace, phase: Int = 0, includesUndecided: Bool = false, smallestGrain: Int = 1
  ) throws(TextureError) {
    let points = try GrainPoints(
      map, labels, phase: phase, includesUndecided: includesUndecided, smallest: smallestGrain)
    guard points.grains.count >= 2 else { throw .tooFewGrains(found: points.grains.count, expected: 2) }
    self.init(points, count: map.points.count, section: section, height: height, kind: kind, phase: phase)
  }

  /// The same points with another height of the section.
  init(_ other: RadialAngles, height: SectionHeight) {
    self.init(
      other.points, count: other.angles.count, section: other.section, height: height, kind: other.kind,
      phase: other.phase)
  }

  private init(
    _ points: GrainPoints, count: Int, section: ParticleSection, height: SectionHeight, kind: RadialAngleKind,
    phase: Int
  ) {
    (self.kind, self.section, self.height, self.points) = (kind, section, height, points)
    self.phase = phase
    grains = points.grains
    let geometry = RadialGeometry(centre: section.centre, height: height.value, kind: kind)
    var angles = [Double](repeating: .nan, count: count)
    for (place, index) in points.indices.enumerated() {
      angles[index] = acos(geometry.squaredCosine(points.positions[place], points.axes[place]).squareRoot())
    }
    self.angles = angles
    grainAngles = grains.map { acos(geometry.squaredCosine($0.centroid, $0.cAxis).squareRoot()) }
    grainRadii = grains.map { geometry.distance($0.centroid) }
  }

  var geometry: RadialGeometry { RadialGeometry(centre: section.centre, height: height.value, kind: kind) }

  /// (Σ w)² / Σ w², with the areas of the grains as weights (Kish, "Survey Sampling", 1965): as many grains of equal size
  /// would tell as much.
  public var effectiveGrains: Double {
    let (sum, squares) = grains.reduce((0.0, 0.0)) { ($0.0 + $1.area, $0.1 + $1.area * $1.area) }
    return sum * sum / squares
  }
}
