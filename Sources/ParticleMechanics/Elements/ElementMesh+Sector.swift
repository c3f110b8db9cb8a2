extension ElementMesh {
  /// The quarter disc of the seed's model with the regions core (0) and shell (1): `surface` is the arc, `symmetry-x` the
  /// edge x = 0 and `symmetry-y` the edge y = 0.
  public init(_ sector: SectorMesh) {
    let perRing = sector.angularElements
    let shell = sector.firstShellRing
    let rings = sector.ringCount
    var arc: [Int32] = []
    for angle in 0..<perRing {
      arc += [0, 2, 1].map { Int32(sector.node(circle: 2 * rings, angle: 2 * angle + $0)) }
    }
    var (bottom, left): ([Int32], [Int32]) = ([], [])
    for ring in 0..<rings {
      bottom += [0, 2, 1].map { Int32(sector.node(circle: 2 * ring + $0, angle: 0)) }
      left += [2, 0, 1].map { Int32(sector.node(circle: 2 * ring + $0, angle: 2 * perRing)) }
    }
    self.init(
      points: zip(sector.x, sector.y).flatMap { [$0, $1] }, shape: .quadrilateral9, elements: sector.elements,
      regions: (0..<sector.elementCount).map { element in shell.map { element / perRing >= $0 ? 1 : 0 } ?? 0 },
      boundaries: [BoundaryName.surface: arc, BoundaryName.symmetryX: left, BoundaryName.symmetryY: bottom])
  }
}
