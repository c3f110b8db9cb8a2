public import Crystallography
import Foundation

/// All that a model of the particle reads of a measured section: grains, their tensors and who touches whom.
public struct OrientationHandOver: Sendable, Hashable {
  /// Another grain that a grain touches.
  public struct Neighbour: Sendable, Hashable {
    /// Its label.
    public let label: Int
    /// Length of the common boundary along the sides of the points, in metres.
    public let boundaryLength: Double
    /// Angle between the two c axes, 0...π/2 radians.
    public let axisAngle: Double
  }

  /// A grain with its tensors in the map's frame.
  public struct Grain: Sendable, Hashable {
    public let grain: TextureGrain
    /// Distance from the particle's centre in space, in metres.
    public let radius: Double
    /// Angle between c axis and radius at the centroid, in radians.
    public let radialAngle: Double
    /// In square metres a second.
    public let diffusivity: SymmetricMatrix3
    /// Chemical strain, tensor components.
    public let strain: SymmetricMatrix3
    /// 6 × 6 by rows in Voigt's order xx, yy, zz, yz, xz, xy, engineering shears, in pascals.
    public let stiffness: [Double]
    /// By ascending label.
    public let neighbours: [Neighbour]
  }

  /// The points of the map that the grains lie on.
  public let grid: MapGrid
  /// Name of the phase whose grains are handed over.
  public let phase: String
  /// The grain of each point in the map's order; -1 where there is none.
  public let labels: [Int]
  public let section: ParticleSection
  public let height: SectionHeight
  public let crystal: LayeredCrystal
  /// By ascending label.
  public let grains: [Grain]
  /// Core and shell where their step was fitted: the radius and the width that the particle model takes, in metres.
  public let transition: Transition?

  /// The step between core and shell.
  public struct Transition: Sendable, Hashable {
    public let radius: IntervalEstimate
    /// Width over which a polynomial step rises from 0 to 1 with the fitted slope, see ``LogisticStep/polynomialWidth``.
    public let width: Double
    /// S of the core and of the shell.
    public let coreOrder, shellOrder: Double
  }

  /// - Parameters:
  ///   - angles: in space; the grains it holds are handed over.
  ///   - labels: those that the angles were made with.
  public init(
    map: OrientationMap, labels: GrainLabels, angles: RadialAngles, crystal: LayeredCrystal,
    coreShell: CoreShellFit? = nil
  ) throws(TextureError) {
    try crystal.validate()
    guard labels.labels.count == map.points.count else {
      throw .labelCount(found: labels.labels.count, expected: map.points.count)
    }
    var place = [Int?](repeating: nil, count: labels.count)
    for (index, grain) in angles.grains.enumerated() where grain.label < labels.count { place[grain.label] = index }
    let kept = labels.labels.map { $0 >= 0 && place[$0] != nil ? $0 : -1 }
    let borders = Self.borders(kept, map.grid)
    grid = map.grid
    phase = angles.phase < map.phases.count ? map.phases[angles.phase].name : ""
    self.labels = kept
    (section, height, self.crystal) = (angles.section, angles.height, crystal)
    grains = angles.grains.enumerated().map { index, grain in
      let axis = grain.cAxis
      let neighbours = (borders[grain.label] ?? [:]).sorted { $0.key < $1.key }.compactMap { label, length in
        place[label].map { other in
          let product = abs((axis * angles.grains[other].cAxis).sum())
          return Neighbour(label: label, boundaryLength: length, axisAngle: acos(min(product, 1)))
        }
      }
      return Grain(
        grain: grain, radius: angles.grainRadii[index], radialAngle: angles.grainAngles[index],
        diffusivity: crystal.diffusivity(axis: axis), strain: crystal.strain(axis: axis),
        stiffness: crystal.stiffness.matrix(axis: axis), neighbours: neighbours)
    }
    transition = coreShell.map {
      Transition(
        radius: $0.transitionRadius, width: $0.step.polynomialWidth, coreOrder: $0.coreOrder.value,
        shellOrder: $0.shellOrder.value)
    }
  }

  /// Lengths of the sides that points of two grains share, both ways.
  private static func borders(_ labels: [Int], _ grid: MapGrid) -> [Int: [Int: Double]] {
    var lengths: [Int: [Int: Double]] = [:]
    func add(_ first: Int, _ second: Int, _ length: Double) {
      guard first >= 0, second >= 0, first != second else { return }
      lengths[first, default: [:]][second, default: 0] += length
      lengths[second, default: [:]][first, default: 0] += length
    }
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let here = row * grid.columns + column
        if column + 1 < grid.columns { add(labels[here], labels[here + 1], grid.stepY) }
        if row + 1 < grid.rows { add(labels[here], labels[here + grid.columns], grid.stepX) }
      }
    }
    return lengths
  }
}
