import Foundation
public import ParticleMechanics

/// A crack from the edge of a section, drawn through it by the displacement around a tip that moves at a steady pace:
/// K² = E' G_c, prescribed on the whole outside.
///
/// In the steady state the crack follows at the same pace, so that the energy released per advance is known without
/// finding the tip. M. Z. Hossain, C.-J. Hsueh, B. Bourdin, K. Bhattacharya, J. Mech. Phys. Solids 71 (2014) 15.
public struct SurfingCrack {
  public var length = 1e-6
  public var halfHeight = 0.4e-6
  /// The crack's first length over the section's, and how far the tip moves.
  public var start = 0.3
  public var travel = 0.4
  public var lengthScale: Double
  public var elementsPerLengthScale: Int
  public var dissipation = FractureSettings.Dissipation.at2
  public var tolerance = 1e-4
  public let material = LinearSolid(youngsModulus: 140e9, poissonRatio: 0.25)
  /// G_c, in J/m².
  public let toughness = 2.0

  public init(lengthScale: Double, elementsPerLengthScale: Int) {
    self.lengthScale = lengthScale
    self.elementsPerLengthScale = elementsPerLengthScale
  }

  /// What is seen after a step.
  public struct Row: Sendable {
    /// How far the prescribed tip has moved, in metres.
    public var moved: Double
    /// Where d falls below 0.9, in metres.
    public var tip: Double
    /// Work done on the section less the energy in it, in J/m.
    public var released: Double
    public var surface: Double
    public var iterations: Int
    /// The largest fall of damage at any node: none may be.
    public var healed: Double
  }

  private var size: Double { lengthScale / Double(elementsPerLengthScale) }

  /// Small triangles in a band of six length scales around the crack's plane, larger ones away from it.
  public func mesh() -> ElementMesh {
    let columns = Int((length / size).rounded())
    let x = (0...columns).map { length * Double($0) / Double(columns) }
    var upper = (0...3 * elementsPerLengthScale).map { Double($0) * size }
    var step = size
    while let last = upper.last, last < halfHeight {
      step *= 1.4
      upper.append(last + step)
    }
    return SampleMeshes.triangles(x: x, y: upper.dropFirst().reversed().map { -$0 } + upper)
  }

  public func run(steps: Int) throws -> [Row] {
    let mesh = mesh()
    let (last, height) = (mesh.nodeCount - 1, mesh.points[2 * mesh.nodeCount - 1])
    let right = mesh.points[2 * last]
    let outside = (0..<mesh.nodeCount).filter { node in
      let (x, y) = (mesh.points[2 * node], mesh.points[2 * node + 1])
      return x == 0 || x == right || y.magnitude == height
    }
    let band = 3 * lengthScale
    let toughness = toughness
    // The notch lies in the row of elements above y = 0.
    let plane = 0.5 * size
    let fracture = try PhaseFieldFracture(
      mesh: mesh, material: material,
      settings: FractureSettings(dissipation: dissipation, lengthScale: lengthScale, tolerance: tolerance),
      fractureEnergy: { $0.position.y.magnitude < band ? toughness : .infinity },
      prescribed: outside.flatMap { node in (0...1).map { PrescribedDisplacement(node: node, axis: $0) } },
      initialDamage: PhaseFieldFracture<LinearSolid>.damage(
        from: SIMD2(0, plane), to: SIMD2(start * length, plane), on: mesh))
    var rows: [Row] = []
    for step in 0...steps {
      let moved = travel * length * Double(step) / Double(steps)
      let values = outside.flatMap { node in
        field(mesh.points[2 * node] - start * length - moved, mesh.points[2 * node + 1] - plane)
      }
      let before = fracture.state.damage
      let state = try fracture.advance(prescribed: values)
      rows.append(
        Row(
          moved: moved, tip: tip(state.damage, mesh), released: state.externalWork - state.elasticEnergy,
          surface: state.surfaceEnergy, iterations: state.iterations,
          healed: zip(before, state.damage).reduce(0) { max($0, $1.0 - $1.1) }))
    }
    return rows
  }

  /// The displacement at a place seen from the tip.
  private func field(_ x: Double, _ y: Double) -> [Double] {
    let (radius, angle) = ((x * x + y * y).squareRoot(), atan2(y, x))
    let nu = material.poissonRatio
    let intensity = (toughness * material.youngsModulus / (1 - nu * nu)).squareRoot()
    let shear = material.youngsModulus / (2 * (1 + nu))
    let size = intensity / (2 * shear) * (radius / (2 * Double.pi)).squareRoot() * (3 - 4 * nu - cos(angle))
    return [size * cos(angle / 2), size * sin(angle / 2)]
  }

  private func tip(_ damage: [Double], _ mesh: ElementMesh) -> Double {
    let row = (0..<mesh.nodeCount).filter { mesh.points[2 * $0 + 1] == 0 }
    var tip = 0.0
    for (a, b) in zip(row, row.dropFirst()) where damage[a] >= 0.9 && damage[b] < 0.9 {
      let part = (damage[a] - 0.9) / (damage[a] - damage[b])
      tip = mesh.points[2 * a] + part * (mesh.points[2 * b] - mesh.points[2 * a])
    }
    return tip
  }
}

/// An isotropic solid that expands with its lithiation from 0 on.
public struct LinearSolid: ParticleMaterial {
  public var youngsModulus: Double
  public var poissonRatio: Double
  /// ε* at u = 1.
  public var expansion: SymmetricTensor3
  public var diffusion: SymmetricTensor3
  public let hasConstantDiffusivity = true

  public init(
    youngsModulus: Double, poissonRatio: Double, expansion: SymmetricTensor3 = SymmetricTensor3(),
    diffusion: SymmetricTensor3 = SymmetricTensor3(isotropic: 1e-14)
  ) {
    self.youngsModulus = youngsModulus
    self.poissonRatio = poissonRatio
    self.expansion = expansion
    self.diffusion = diffusion
  }

  public func diffusivity(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) { (diffusion, SymmetricTensor3()) }

  public func eigenstrain(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) { (lithiation * expansion, expansion) }

  public func stiffness(at point: MaterialPoint) -> Stiffness {
    .isotropic(youngsModulus: youngsModulus, poissonRatio: poissonRatio)
  }
}

extension SampleMeshes {
  /// Rectangles between lines of x and y, each cut into two triangles along alternating diagonals; nodes row by row.
  public static func triangles(x: [Double], y: [Double]) -> ElementMesh {
    func node(_ column: Int, _ row: Int) -> Int32 { Int32(row * x.count + column) }
    var elements: [Int32] = []
    for row in 0..<y.count - 1 {
      for column in 0..<x.count - 1 {
        let (a, b) = (node(column, row), node(column + 1, row))
        let (c, d) = (node(column + 1, row + 1), node(column, row + 1))
        elements += (row + column) % 2 == 0 ? [a, b, c, a, c, d] : [a, b, d, b, c, d]
      }
    }
    return ElementMesh(
      points: y.flatMap { y in x.flatMap { [$0, y] } }, shape: .triangle3, elements: elements)
  }
}
