/// A material with cracks in it: less stiff, and harder for lithium to pass.
///
/// C and D of the whole material are lowered by g = (1 − d)² (1 − k) + k at the place. D is lowered in all directions, or
/// across the crack alone, whose normal is the direction of ∇d; within a broken row, where ∇d has none, in all. The crack
/// is empty: electrolyte that would enter it, and carry lithium, is not modelled.
public struct DamagedMaterial<Base: ParticleMaterial>: ParticleMaterial {
  /// In which directions a crack hinders lithium.
  public enum Barrier: String, Sendable, Hashable, CaseIterable {
    case allDirections = "all-directions"
    case acrossCrack = "across-crack"
  }

  public let base: Base
  public let barrier: Barrier
  /// What is left of stiffness where d = 1, as a part of the whole.
  public let residualStiffness: Double
  /// What is left of diffusivity where d = 1, as a part of the whole.
  public let residualDiffusivity: Double
  private let field: DamageField

  /// - Parameters:
  ///   - mesh: the section on which the damage was computed.
  ///   - damage: d of each node.
  public init(
    base: Base, mesh: ElementMesh, damage: [Double], barrier: Barrier = .allDirections,
    residualStiffness: Double = 1e-6, residualDiffusivity: Double = 1e-4
  ) throws(CrackingError) {
    for (name, value) in [("stiffness", residualStiffness), ("diffusivity", residualDiffusivity)]
    where !(value > 0 && value <= 1) {
      throw .outOfRange(name: "the residual \(name)", value: value, expected: "a positive number up to 1")
    }
    self.base = base
    self.barrier = barrier
    self.residualStiffness = residualStiffness
    self.residualDiffusivity = residualDiffusivity
    field = try DamageField(mesh: mesh, damage: damage)
  }

  public func diffusivity(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    let whole = base.diffusivity(at: point, lithiation: lithiation)
    let (damage, gradient) = field.damage(at: point.position)
    guard damage > 0 else { return whole }
    let g = residualDiffusivity + (1 - residualDiffusivity) * (1 - damage) * (1 - damage)
    let length = (gradient * gradient).sum().squareRoot()
    guard barrier == .acrossCrack, length > 0 else { return (g * whole.value, g * whole.slope) }
    // P D P with P = I − (1 − √g) n⊗n: g along the normal, the whole along the crack.
    let lowered = SymmetricTensor3(
      axis: SIMD3(gradient.x / length, gradient.y / length, 0), along: g.squareRoot(), across: 1)
    return (Self.sandwich(lowered, whole.value), Self.sandwich(lowered, whole.slope))
  }

  public func eigenstrain(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    base.eigenstrain(at: point, lithiation: lithiation)
  }

  public func stiffness(at point: MaterialPoint) -> Stiffness {
    let damage = field.damage(at: point.position).value
    let whole = base.stiffness(at: point)
    guard damage > 0 else { return whole }
    let g = residualStiffness + (1 - residualStiffness) * (1 - damage) * (1 - damage)
    return Stiffness(whole.values.map { g * $0 })
  }

  public var hasConstantDiffusivity: Bool { base.hasConstantDiffusivity }

  /// P D P.
  private static func sandwich(_ p: SymmetricTensor3, _ d: SymmetricTensor3) -> SymmetricTensor3 {
    let (x, y, z) = (p(SIMD3(1, 0, 0)), p(SIMD3(0, 1, 0)), p(SIMD3(0, 0, 1)))
    return SymmetricTensor3(
      xx: d.component(x, x), yy: d.component(y, y), zz: d.component(z, z), yz: d.component(y, z),
      xz: d.component(x, z), xy: d.component(x, y))
  }
}
