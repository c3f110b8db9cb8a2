/// What pulls at the boundaries between the grains of a section, piece by piece.
public struct GrainBoundaryDrivers: Sendable, Hashable {
  /// One side that two elements of different regions share.
  public struct Piece: Sendable, Hashable {
    /// Its middle, in metres.
    public var position: SIMD2<Double>
    /// Across it, from the lower region to the higher, of unit length.
    public var normal: SIMD2<Double>
    /// In metres.
    public var length: Double
    /// The lower region and the higher.
    public var regions: SIMD2<Int32>
    /// n·σ n and t·σ n at the middle, the mean of both sides, in pascals; t is n turned anticlockwise by 90°.
    public var normalTraction: Double
    public var shearTraction: Double
    /// By how much the tractions of the two sides differ, in pascals: what the mesh does not resolve.
    public var tractionJump: Double
    /// The load on a flaw in the boundary under these tractions.
    public var load: FlawLoad
  }

  public let pieces: [Piece]
  /// Half the length of the flaw that is supposed everywhere, in metres.
  public let halfLength: Double

  /// - Parameters:
  ///   - stress: of a section with a region a grain.
  ///   - halfLength: half the length of a flaw, small beside a grain.
  ///   - driver: the mean stiffness.
  public init(stress: MeshStress, halfLength: Double, driver: FlawDriver) throws(CrackingError) {
    let mesh = stress.mesh
    guard mesh.dimension == 2 else {
      throw .invalidField(
        name: "the mesh for grain boundaries", reason: "its elements are \(mesh.shape.rawValue); expected a section")
    }
    let places = mesh.shape.nodePlaces
    var seen: [SIMD2<Int32>: (element: Int, side: Int)] = [:]
    var pieces: [Piece] = []
    for element in 0..<mesh.elementCount {
      for (side, nodes) in mesh.shape.facetNodes.enumerated() {
        let ends = nodes[..<2].map { mesh.elements[element * mesh.shape.nodeCount + $0] }
        let key = SIMD2(min(ends[0], ends[1]), max(ends[0], ends[1]))
        guard let other = seen.updateValue((element, side), forKey: key) else { continue }
        guard mesh.regions[element] != mesh.regions[other.element] else { continue }
        let isLower = mesh.regions[element] < mesh.regions[other.element]
        let (first, second) = (mesh.position(Int(ends[0])), mesh.position(Int(ends[1])))
        let along = second - first
        let length = (along * along).sum().squareRoot()
        // The element lies on the left of its side: the right-hand normal leaves it.
        let outward = SIMD3(along.y, -along.x, 0) / length
        let normal = isLower ? outward : -outward
        func traction(_ element: Int, _ side: Int) -> SIMD3<Double> {
          let nodes = mesh.shape.facetNodes[side]
          return stress.value(element: element, at: 0.5 * (places[nodes[0]] + places[nodes[1]]))(normal)
        }
        let (near, far) = (traction(element, side), traction(other.element, other.side))
        let (mean, jump) = (0.5 * (near + far), near - far)
        let across = (mean * normal).sum()
        let shear = (mean * SIMD3(-normal.y, normal.x, 0)).sum()
        let middle = 0.5 * (first + second)
        pieces.append(
          Piece(
            position: SIMD2(middle.x, middle.y), normal: SIMD2(normal.x, normal.y), length: length,
            regions: SIMD2(
              min(mesh.regions[element], mesh.regions[other.element]),
              max(mesh.regions[element], mesh.regions[other.element])),
            normalTraction: across, shearTraction: shear, tractionJump: (jump * jump).sum().squareRoot(),
            load: try driver.flaw(halfLength: halfLength, normalTraction: across, shearTraction: shear)))
      }
    }
    self.pieces = pieces
    self.halfLength = halfLength
  }

  /// The part of the boundaries' length for which a verdict holds, 0...1; 0 where there are no boundaries.
  public func share(of verdict: GrowthVerdict, toughness: Toughness, relativeUncertainty: Double = 0) -> Double {
    var (chosen, whole) = (0.0, 0.0)
    for piece in pieces {
      whole += piece.length
      let own = toughness.verdict(
        intensity: piece.load.effectiveIntensity, relativeUncertainty: relativeUncertainty)
      if own == verdict { chosen += piece.length }
    }
    return whole > 0 ? chosen / whole : 0
  }
}
