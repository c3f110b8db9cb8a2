import Foundation

/// A crystal: its cell, its space group and the atoms of its asymmetric unit.
public struct CrystalStructure: Sendable, Hashable {
  /// What the file calls it.
  public let name: String
  /// The unit cell.
  public let cell: UnitCell
  /// The space group.
  public let spaceGroup: SpaceGroup
  /// The atoms of the asymmetric unit, at the places of the file.
  public let sites: [AtomSite]
  /// The atoms of the whole cell: for each site its images.
  public let images: [[AtomImage]]

  /// One atom of the cell.
  public struct AtomImage: Sendable, Hashable {
    /// Fractional coordinates, each from 0 up to 1.
    public var position: SIMD3<Double>
    /// The operation that brings the site here.
    public var operation: SymmetryOperation
  }

  /// Images of a site closer than this are one atom, in metres: 0.05 Å, more than coordinates of three digits spoil.
  public static let mergingDistance = 0.05e-10

  /// A structure; its sites are expanded to the whole cell.
  ///
  /// - Parameters:
  ///   - name: any text.
  ///   - cell: the unit cell.
  ///   - spaceGroup: the space group, in the setting of the cell.
  ///   - sites: the asymmetric unit; more atoms than that are refused by their overlap only where it is a site's own.
  /// - Throws: ``CrystallographyError/outOfRange(name:value:expected:)`` when the cell does not have the symmetry of the
  ///   group to 1 %, when a position is not finite, an occupancy not in 0...1, or a displacement negative.
  public init(
    name: String, cell: UnitCell, spaceGroup: SpaceGroup, sites: [AtomSite]
  ) throws(CrystallographyError) {
    let misfit = spaceGroup.misfit(of: cell)
    guard misfit < 0.02 else {
      throw .outOfRange(
        name: "the relative misfit of the cell to the space group \(spaceGroup.symbol)", value: misfit / 2,
        expected: "less than 0.01; another setting may be meant")
    }
    for site in sites { try Self.check(site) }
    (self.name, self.cell, self.spaceGroup, self.sites) = (name, cell, spaceGroup, sites)
    images = sites.map { Self.images(of: $0.position, cell: cell, group: spaceGroup) }
  }

  private static func check(_ site: AtomSite) throws(CrystallographyError) {
    for (axis, value) in zip(["x", "y", "z"], [site.position.x, site.position.y, site.position.z]) {
      guard value.isFinite, abs(value) <= 1000 else {
        throw .outOfRange(
          name: "the coordinate \(axis) of \(site.label)", value: value, expected: "a fraction of the cell")
      }
    }
    // Files round: three sites of 0.3333 and a refined 1.004 are common.
    guard site.occupancy >= 0, site.occupancy <= 1.05 else {
      throw .outOfRange(name: "the occupancy of \(site.label)", value: site.occupancy, expected: "0...1")
    }
    let diagonal =
      switch site.displacement {
      case .isotropic(let u): [u]
      case .anisotropic(let u): [u.xx, u.yy, u.zz]
      }
    // 10 square angstrom is beyond any crystal.
    for u in diagonal where !(u.isFinite && abs(u) <= 10e-20) {
      throw .outOfRange(
        name: "the displacement U of \(site.label) in square metres", value: u, expected: "less than 10 square angstrom"
      )
    }
  }

  /// The images of a place, each once, after moving it onto the symmetry element that it nearly lies on.
  private static func images(of position: SIMD3<Double>, cell: UnitCell, group: SpaceGroup) -> [AtomImage] {
    let metric = cell.metric
    let closest = mergingDistance * mergingDistance
    // The mean over the operations that leave the atom in place lies exactly on their symmetry element.
    var sum = SIMD3<Double>.zero
    var count = 0.0
    for operation in group.operations {
      let difference = nearest(operation(position) - position)
      if metric.form(difference) < closest {
        sum += difference
        count += 1
      }
    }
    let centred = position + sum / count
    var images: [AtomImage] = []
    for operation in group.operations {
      let image = reduced(operation(centred))
      if !images.contains(where: { metric.form(nearest($0.position - image)) < closest }) {
        images.append(AtomImage(position: image, operation: operation))
      }
    }
    return images
  }

  /// The difference of two places reduced by lattice translations to −1/2...1/2 along each axis.
  static func nearest(_ difference: SIMD3<Double>) -> SIMD3<Double> {
    difference - difference.rounded(.toNearestOrEven)
  }

  private static func reduced(_ position: SIMD3<Double>) -> SIMD3<Double> {
    let fraction = position - position.rounded(.down)
    // 1 − 1e-16 and −1e-17 are 0 of the next cell.
    return fraction.replacing(with: 0, where: fraction .>= 1 - 1e-12)
  }
}

extension CrystalStructure {
  /// Atoms of each element in the cell.
  ///
  /// - Throws: ``CrystallographyError/outOfRange(name:value:expected:)`` when there are none.
  public func composition() throws(CrystallographyError) -> Composition {
    var amounts: [ChemicalElement: Double] = [:]
    for (site, images) in zip(sites, images) {
      amounts[site.element, default: 0] += site.occupancy * Double(images.count)
    }
    return try Composition(amounts)
  }

  /// The mass density of the perfect crystal, in kg/m³; zero without atoms.
  public var density: Double {
    let avogadro = 6.02214076e23
    let mass = zip(sites, images).reduce(0) { $0 + $1.0.occupancy * Double($1.1.count) * $1.0.element.molarMass }
    return mass / (avogadro * cell.volume)
  }

  /// The same atoms in a cell of other edges and angles.
  ///
  /// - Throws: as ``init(name:cell:spaceGroup:sites:)``.
  public func with(cell: UnitCell) throws(CrystallographyError) -> CrystalStructure {
    try CrystalStructure(name: name, cell: cell, spaceGroup: spaceGroup, sites: sites)
  }
}
