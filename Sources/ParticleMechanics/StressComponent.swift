/// A scalar read from a stress tensor.
public enum StressComponent: String, Sendable, Hashable, CaseIterable {
  case radial
  case hoop
  case axial
  /// The shear stress between radius and hoop.
  case radialHoopShear = "radial-hoop-shear"
  case xx
  case yy
  case xy
  /// The largest, the middle and the smallest principal stress.
  case firstPrincipal = "first-principal"
  case secondPrincipal = "second-principal"
  case thirdPrincipal = "third-principal"
  case vonMises = "von-mises"
  /// A third of the trace; tension is positive.
  case hydrostatic

  /// The component of a stress at a point whose radius points along (cosine, sine).
  public func value(of stress: SymmetricTensor, cosine: Double, sine: Double) -> Double {
    switch self {
    case .radial: stress.polar(cosine: cosine, sine: sine).radial
    case .hoop: stress.polar(cosine: cosine, sine: sine).hoop
    case .axial: stress.zz
    case .radialHoopShear: stress.polar(cosine: cosine, sine: sine).shear
    case .xx: stress.xx
    case .yy: stress.yy
    case .xy: stress.xy
    case .firstPrincipal: stress.principal.x
    case .secondPrincipal: stress.principal.y
    case .thirdPrincipal: stress.principal.z
    case .vonMises: stress.vonMises
    case .hydrostatic: stress.hydrostatic
    }
  }
}
