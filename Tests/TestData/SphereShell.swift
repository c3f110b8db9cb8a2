import Foundation
public import ParticleMechanics

/// A uniformly charged sphere whose core shrinks evenly and whose shell shrinks along both tangents alone, the border between
/// them sharp: a material for a mesh with regions 0 and 1, and the closed form it must give.
///
/// In the core σ = 2E/(3(1 − ν)) { N[tr ε*]/3 − e_c + e_s ln(R/R_T) } I, with N[f] the mean over the volume. In the shell,
/// where e_r = 0 and e_θ = e_s, equilibrium gives w = a r + b/r² + c r ln(r/R) with c = −4μ e_s / (3 (λ + 2μ)); a and b follow
/// from the free surface and the core's pressure.
public struct SphereShell: ParticleMaterial {
  /// Metres.
  public let radius = 10e-6
  public let transitionRadius = 6e-6
  let young = 140e9
  let poisson = 0.25
  let volumetricStrain = -0.051
  public let hasConstantDiffusivity = true

  public init() {}

  public func diffusivity(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    (SymmetricTensor3(isotropic: 1e-14), SymmetricTensor3())
  }

  public func eigenstrain(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    if point.region == 0 { return (SymmetricTensor3(isotropic: volumetricStrain / 3), SymmetricTensor3()) }
    let direction = point.position / (point.position * point.position).sum().squareRoot()
    return (SymmetricTensor3(axis: direction, along: 0, across: volumetricStrain / 2), SymmetricTensor3())
  }

  public func stiffness(at point: MaterialPoint) -> Stiffness {
    .isotropic(youngsModulus: young, poissonRatio: poisson)
  }

  private var lambda: Double { young * poisson / ((1 + poisson) * (1 - 2 * poisson)) }
  private var mu: Double { young / (2 * (1 + poisson)) }
  private var ratio: Double { transitionRadius / radius }

  /// Of all normal components in the core, in pascals.
  public var coreStress: Double {
    // The trace is ε_V in the core and in the shell alike.
    let (core, shell) = (volumetricStrain / 3, volumetricStrain / 2)
    let strain = volumetricStrain / 3 - core - shell * log(ratio)
    return 2 * young / (3 * (1 - poisson)) * strain
  }

  private var coefficients: (a: Double, b: Double, c: Double) {
    let shell = volumetricStrain / 2
    let bulk = 3 * lambda + 2 * mu
    let c = -4 * mu * shell / (3 * (lambda + 2 * mu))
    let b = (bulk * c * log(ratio) - coreStress) / (4 * mu * (1 / (ratio * ratio * ratio) - 1))
    let a = (2 * lambda * shell - (lambda + 2 * mu) * c + 4 * mu * b) / bulk
    return (a, b, c)
  }

  /// Hoop stress in the shell, in pascals.
  public func hoopStress(atRadius r: Double) -> Double {
    let (a, b, c) = coefficients
    let s = r / radius
    let bulk = 3 * lambda + 2 * mu
    let even = bulk * a + 2 * mu * b / (s * s * s)
    return even + bulk * c * log(s) + lambda * c - (lambda + mu) * volumetricStrain
  }

  /// Displacement of the surface along the radius, in metres.
  public var surfaceDisplacement: Double {
    let (a, b, _) = coefficients
    return radius * (a + b)
  }

  /// The largest errors over the exact values: of the stress inside nine tenths of the core, of the hoop stress in the outer
  /// tenth of the radius over that at the surface, and of the displacement of the surface.
  public func errors(
    mesh: ElementMesh, displacement: [Double], stress: MeshStress
  ) -> (core: Double, hoop: Double, displacement: Double) {
    var (core, hoop, moved) = (0.0, 0.0, 0.0)
    let surface = hoopStress(atRadius: radius)
    for (place, value) in zip(stress.positions(), stress.values) {
      let r = (place * place).sum().squareRoot()
      if r < 0.9 * transitionRadius {
        for component in [value.xx, value.yy, value.zz] { core = max(core, abs(component / coreStress - 1)) }
      } else if r > 0.9 * radius {
        let along = value.component(place / r, place / r)
        hoop = max(hoop, abs((value.trace - along) / 2 - hoopStress(atRadius: r)) / surface)
      }
    }
    for node in 0..<mesh.nodeCount {
      let place = mesh.position(node)
      let r = (place * place).sum().squareRoot()
      guard r > radius * (1 - 1e-9) else { continue }
      let shift = SIMD3(displacement[3 * node], displacement[3 * node + 1], displacement[3 * node + 2])
      moved = max(moved, abs((shift * place).sum() / r / surfaceDisplacement - 1))
    }
    return (core, hoop, moved)
  }
}
