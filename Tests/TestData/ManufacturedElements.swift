import Foundation
public import ParticleMechanics

/// Manufactured solutions on the unit square or cube, and the errors of the solvers on meshes against them.
public enum ManufacturedElements {
  /// Root mean squares of the errors on one mesh.
  public struct MechanicsErrors: Sendable {
    public var displacement: Double
    public var stress: Double
  }

  /// The displacement v_k = A_k sin(q_k · x + φ_k) of a crystal without symmetry whose stiffness is (1 + 0.4 x + 0.2 y) C
  /// and whose eigenstrain follows u = sin(1.3x + 0.9y + 0.4z); body force −div σ, the displacement of the outside given.
  public static func mechanics(_ shape: ElementShape, count: Int) throws -> MechanicsErrors {
    let isSpace = shape.dimension == 3
    let mesh = SampleMeshes.box(shape, count: count, distortion: 0.2, bend: 0.2 / Double(count))
    // A section warps, so that all three components act; nothing depends on z there.
    let flat = SIMD3(1, 1, isSpace ? 1.0 : 0)
    let waves = [SIMD3(1.1, 0.6, 0.8) * flat, SIMD3(0.7, -1.2, 0.5) * flat, SIMD3(-0.9, 0.8, 1.0) * flat]
    let amplitudes = [0.8, 1.0, 0.6]
    let phases = [0.3, -0.5, 0.9]
    let free = SymmetricTensor3(xx: 0.3, yy: -0.2, zz: 0.25, yz: 0.1, xz: -0.15, xy: 0.2)
    let lithium = SIMD3(1.3, 0.9, 0.4) * flat
    let slope = SIMD3(0.4, 0.2, 0)
    @Sendable func scale(_ x: SIMD3<Double>) -> Double { 1 + (slope * x).sum() }
    @Sendable func lithiation(_ x: SIMD3<Double>) -> Double { sin((lithium * x).sum()) }
    func displacement(_ x: SIMD3<Double>) -> SIMD3<Double> {
      var value = SIMD3<Double>.zero
      for k in 0..<3 { value[k] = amplitudes[k] * sin((waves[k] * x).sum() + phases[k]) }
      return value
    }
    let unit = Stiffness.triclinic
    // σ of the strain that a unit of cos(q_k · x + φ_k) makes.
    let waveStress = (0..<3).map { k in
      var direction = SIMD3<Double>.zero
      direction[k] = amplitudes[k]
      return unit(dyad(direction, waves[k]))
    }
    let freeStress = unit(free)
    func unitStress(_ x: SIMD3<Double>) -> SymmetricTensor3 {
      var sum = -lithiation(x) * freeStress
      for k in 0..<3 { sum = sum + cos((waves[k] * x).sum() + phases[k]) * waveStress[k] }
      return sum
    }
    func bodyForce(_ x: SIMD3<Double>) -> SIMD3<Double> {
      var divergence = -cos((lithium * x).sum()) * freeStress(lithium)
      for k in 0..<3 { divergence -= sin((waves[k] * x).sum() + phases[k]) * waveStress[k](waves[k]) }
      return -scale(x) * divergence - unitStress(x)(slope)
    }
    let material = SampleMaterial(
      eigenstrain: { _, u in (u * free, free) },
      stiffness: { point in Stiffness(unit.values.map { $0 * scale(point.position) }) })
    let mechanics = try MeshMechanics(
      mesh: mesh, material: material, warps: true, prescribed: Set(mesh.outerFacets().map(Int.init)).sorted())
    let nodal = (0..<mesh.nodeCount).map { lithiation(mesh.position($0)) }
    let solution = try mechanics.displacement(lithiation: nodal, prescribed: displacement, bodyForce: bodyForce)
    let stress = mechanics.stress(displacement: solution, lithiation: nodal)
    return MechanicsErrors(
      displacement: mesh.difference(solution.values, components: 3, to: displacement),
      stress: stress.difference { scale($0) * unitStress($0) })
  }

  /// The symmetric part of a ⊗ b.
  public static func dyad(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SymmetricTensor3 {
    SymmetricTensor3(
      xx: a.x * b.x, yy: a.y * b.y, zz: a.z * b.z, yz: 0.5 * (a.y * b.z + a.z * b.y),
      xz: 0.5 * (a.x * b.z + a.z * b.x), xy: 0.5 * (a.x * b.y + a.y * b.x))
  }
}
