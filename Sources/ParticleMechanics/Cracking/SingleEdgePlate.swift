internal import ArrayMath
internal import Foundation

/// A plate with a crack from one edge under tension: what ``EnergyReleaseIntegral`` is held against.
///
/// The plate is 0 ≤ x ≤ W and |y| ≤ H, the crack 0 ≤ x ≤ a on y = 0; tractions pull on y = ±H, plane strain. One half is
/// meshed, with plain nine-node quadrilaterals that shrink towards the tip; none is placed at quarter points.
///
///     K_I = σ √(πa) F(a/W),   F = 1.122 − 0.231 ξ + 10.55 ξ² − 21.71 ξ³ + 30.382 ξ⁴
///
/// within 0.5 % for ξ = a/W ≤ 0.6 and long plates. H. Tada, P. C. Paris, G. R. Irwin, The Stress Analysis of Cracks
/// Handbook, section 2.10.
public struct SingleEdgePlate: Sendable {
  public let width: Double
  /// H, half the length.
  public let halfHeight: Double
  /// a, in metres.
  public let crackLength: Double
  public let youngsModulus: Double
  public let poissonRatio: Double
  /// The half above the crack's plane; the ligament is ``ElementMesh/BoundaryName/symmetryY``.
  public let mesh: ElementMesh

  /// - Parameter tipElement: size of the elements at the tip over the crack's length.
  /// - Throws: ``CrackingError/outOfRange(name:value:expected:)`` for a crack that does not fit the plate.
  public init(
    width: Double, halfHeight: Double, crackLength: Double, youngsModulus: Double, poissonRatio: Double,
    tipElement: Double = 0.01
  ) throws(CrackingError) {
    guard width > 0, halfHeight >= width else {
      throw .outOfRange(name: "half the height of the plate", value: halfHeight, expected: "at least the width")
    }
    guard crackLength > 0, crackLength < width else {
      throw .outOfRange(name: "the crack's length", value: crackLength, expected: "a part of the width, \(width) m")
    }
    guard tipElement > 1e-6, tipElement <= 0.5 else {
      throw .outOfRange(name: "the size of the tip's elements", value: tipElement, expected: "a number up to 0.5")
    }
    self.width = width
    self.halfHeight = halfHeight
    self.crackLength = crackLength
    self.youngsModulus = youngsModulus
    self.poissonRatio = poissonRatio
    let size = tipElement * crackLength
    let before = Self.steps(from: size, over: crackLength)
    let after = Self.steps(from: size, over: width - crackLength)
    let x = before.reversed().map { crackLength - $0 } + after.dropFirst().map { crackLength + $0 }
    let y = Self.steps(from: size, over: halfHeight)
    mesh = Self.mesh(x: x, y: y, crackEnd: before.count - 1)
  }

  /// F of Tada's polynomial times σ √(πa), in Pa√m, for a tension σ in pascals.
  public func closedFormIntensity(tension: Double) -> Double {
    let xi = crackLength / width
    let shape = 1.122 + xi * (-0.231 + xi * (10.55 + xi * (-21.71 + xi * 30.382)))
    return tension * (Double.pi * crackLength).squareRoot() * shape
  }

  /// The displacement of each node under a tension, x and y component in turn, in metres.
  public func displacement(tension: Double) throws(CrackingError) -> [Double] {
    let nodes = mesh.nodeCount
    var unknowns = [Int32](repeating: 0, count: 2 * nodes)
    for node in mesh.boundaries[ElementMesh.BoundaryName.symmetryY] ?? [] { unknowns[2 * Int(node) + 1] = -1 }
    // The symmetry plane leaves the plate free to slide along x: its far corner is held.
    if let corner = (mesh.boundaries[ElementMesh.BoundaryName.symmetryY] ?? []).max() { unknowns[2 * Int(corner)] = -1 }
    var size: Int32 = 0
    for index in unknowns.indices where unknowns[index] >= 0 {
      unknowns[index] = size
      size += 1
    }
    let connectivity = mesh.elements.flatMap { [unknowns[2 * Int($0)], unknowns[2 * Int($0) + 1]] }
    let pattern = SparsityPattern(
      size: Int(size), unknownsPerElement: 2 * mesh.shape.nodeCount, connectivity: connectivity)
    var matrix = SymmetricSparseMatrix(pattern: pattern)
    let shear = youngsModulus / (2 * (1 + poissonRatio))
    let lambda = 2 * shear * poissonRatio / (1 - 2 * poissonRatio)
    ElementQuadrature(mesh).forEachElement { points in
      for point in 0..<points.pointCount {
        let offset = point * points.nodes.count
        for first in 0..<points.nodes.count {
          for second in 0..<points.nodes.count {
            let (a, b) = (points.gradients[offset + first], points.gradients[offset + second])
            let dot = (a * b).sum()
            let (row, column) = (2 * Int(points.nodes[first]), 2 * Int(points.nodes[second]))
            for i in 0..<2 {
              for j in 0..<2 where unknowns[column + j] >= 0 && unknowns[column + j] <= unknowns[row + i] {
                let value = lambda * a[i] * b[j] + shear * a[j] * b[i] + (i == j ? shear * dot : 0)
                matrix.add(
                  points.volumes[point] * value, row: Int(unknowns[row + i]), column: Int(unknowns[column + j]))
              }
            }
          }
        }
      }
    }
    var force = [Double](repeating: 0, count: Int(size))
    FacetQuadrature(mesh, facets: mesh.boundaries["loaded"] ?? []).forEachPoint { point in
      for local in 0..<point.nodes.count {
        let unknown = unknowns[2 * Int(point.nodes[local]) + 1]
        if unknown >= 0 { force[Int(unknown)] += point.area * tension * point.values[local] }
      }
    }
    do {
      let factor = try CholeskyFactor(pattern: pattern)
      try factor.factorise(matrix.values)
      try factor.solve(inPlace: &force)
    } catch {
      throw .solverFailed(reason: "\(error)")
    }
    return unknowns.map { $0 < 0 ? 0 : force[Int($0)] }
  }

  /// J at the tip, in J/m², with the weight falling over a ring of these radii in crack lengths.
  public func energyRelease(
    tension: Double, displacement: [Double], ring: ClosedRange<Double> = 0.1...0.5
  ) throws(CrackingError) -> Double {
    let integral = try EnergyReleaseIntegral(
      tip: SIMD2(crackLength, 0), direction: SIMD2(1, 0),
      radii: ring.lowerBound * crackLength...ring.upperBound * crackLength, isHalf: true)
    return try integral(
      mesh: mesh, displacement: displacement,
      material: UniformSolid(stiffness: .isotropic(youngsModulus: youngsModulus, poissonRatio: poissonRatio)))
  }

  /// Distances from the tip to the element edges: sizes that grow by a third from one to the next, at most an eighth of
  /// the whole.
  private static func steps(from size: Double, over length: Double) -> [Double] {
    var (sizes, total, next) = ([Double](), 0.0, size)
    while total < length {
      sizes.append(next)
      total += next
      next = min(next * 4 / 3, length / 8)
    }
    // The overshoot is spread over all.
    var (edges, place) = ([0.0], 0.0)
    for size in sizes {
      place += size * length / total
      edges.append(place)
    }
    edges[edges.count - 1] = length
    return edges
  }

  /// Nine-node quadrilaterals between lines of x and of y.
  private static func mesh(x: [Double], y: [Double], crackEnd: Int) -> ElementMesh {
    func halved(_ edges: [Double]) -> [Double] {
      [edges[0]] + zip(edges, edges.dropFirst()).flatMap { [0.5 * ($0 + $1), $1] }
    }
    let (columns, rows) = (halved(x), halved(y))
    func node(_ column: Int, _ row: Int) -> Int32 { Int32(row * columns.count + column) }
    var elements: [Int32] = []
    for row in 0..<y.count - 1 {
      for column in 0..<x.count - 1 {
        elements += BiquadraticElement.places.map { node(2 * column + $0.xi, 2 * row + $0.eta) }
      }
    }
    var (ligament, loaded): ([Int32], [Int32]) = ([], [])
    for column in 0..<x.count - 1 {
      let last = rows.count - 1
      loaded += [node(2 * column + 2, last), node(2 * column, last), node(2 * column + 1, last)]
      if column >= crackEnd { ligament += [node(2 * column, 0), node(2 * column + 2, 0), node(2 * column + 1, 0)] }
    }
    return ElementMesh(
      points: rows.flatMap { row in columns.flatMap { [$0, row] } }, shape: .quadrilateral9, elements: elements,
      boundaries: [ElementMesh.BoundaryName.symmetryY: ligament, "loaded": loaded])
  }
}

/// A solid of one stiffness through which nothing moves and which does not expand.
struct UniformSolid: ParticleMaterial {
  let stiffness: Stiffness

  func diffusivity(at point: MaterialPoint, lithiation: Double) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    (SymmetricTensor3(), SymmetricTensor3())
  }

  func eigenstrain(at point: MaterialPoint, lithiation: Double) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    (SymmetricTensor3(), SymmetricTensor3())
  }

  func stiffness(at point: MaterialPoint) -> Stiffness { stiffness }

  var hasConstantDiffusivity: Bool { true }
}
