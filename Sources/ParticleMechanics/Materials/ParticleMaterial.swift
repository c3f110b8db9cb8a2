/// A place in the particle.
public struct MaterialPoint: Sendable, Hashable {
  /// In metres; z is 0 in a section.
  public var position: SIMD3<Double>
  /// The region of the mesh it lies in: the number of its grain.
  public var region: Int32

  public init(position: SIMD3<Double>, region: Int32) {
    self.position = position
    self.region = region
  }
}

/// What the equations ask of a material at a place and a lithiation.
///
/// Solvers are generic over it, so that an implementation is compiled into their loops. Slopes are derivatives with
/// respect to lithiation.
public protocol ParticleMaterial: Sendable {
  /// D in m²/s. In a section the components with z do not act.
  func diffusivity(at point: MaterialPoint, lithiation: Double) -> (value: SymmetricTensor3, slope: SymmetricTensor3)
  /// ε*, the strain of the material free of stress.
  func eigenstrain(at point: MaterialPoint, lithiation: Double) -> (value: SymmetricTensor3, slope: SymmetricTensor3)
  /// In the frame of the particle, in pascals.
  func stiffness(at point: MaterialPoint) -> Stiffness
  /// Whether D depends on lithiation; if not, factors of the step matrices may be kept.
  var hasConstantDiffusivity: Bool { get }
}
