/// The symmetry of a particle whose state depends on the distance from its centre only.
public enum RadialGeometry: String, Sendable, Hashable, CaseIterable {
  /// A long cylinder, the disc of the 2-D model: axially held as the model's ``ParticleModel/AxialCondition`` says.
  case cylinder
  /// A sphere: both tangential directions are alike, and there is no axial condition.
  case sphere

  /// m of the volume element rᵐ dr.
  var power: Int {
    switch self {
    case .cylinder: 1
    case .sphere: 2
    }
  }
}

extension ExpansionConvention {
  /// The factors of ε_V in the core along (radius, first tangent, second tangent) of a geometry.
  ///
  /// In a cylinder the tangents are hoop and axis, and the factors are ``core``. A sphere has no axis to leave out, so
  /// conventions A and B coincide there: (1/3, 1/3, 1/3) in the core, (0, 1/2, 1/2) in the shell, the same change of
  /// volume in both. Convention C keeps its linear strain: (1/3, 1/3, 1/3) and (0, 1/3, 1/3).
  public func core(in geometry: RadialGeometry) -> SIMD3<Double> {
    switch geometry {
    case .cylinder: core
    case .sphere: SIMD3(repeating: 1 / 3)
    }
  }

  /// The factors of ε_V in the shell along (radius, first tangent, second tangent); see ``core(in:)``.
  public func shell(in geometry: RadialGeometry) -> SIMD3<Double> {
    switch (geometry, self) {
    case (.cylinder, _): shell
    case (.sphere, .equalArea), (.sphere, .isotropicCore): SIMD3(0, 1 / 2, 1 / 2)
    case (.sphere, .equalLinear): SIMD3(0, 1 / 3, 1 / 3)
    }
  }
}
