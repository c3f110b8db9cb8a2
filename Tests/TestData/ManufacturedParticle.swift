import Foundation
import ParticleMechanics

/// A manufactured solution of the particle model with the full tensor, and the errors of the solver against it.
///
/// With ρ = r/R, u = 0.6 + 0.3 cos(πρ²/2) (1 + 0.2 ρ⁴ cos 4θ) e^(−t/t₀): smooth at the centre, 0.6 on the arc, no flux
/// through the straight edges. The displacement, unrelated to it, is V (sin 1.3x̂ cos 0.9ŷ, 0.8 sin 1.1ŷ cos 0.7x̂), which
/// keeps the symmetry of the edges; body force and traction follow from the stress C : (ε(v) − ε*(u)).
public struct ManufacturedParticle {
  /// Relative errors on one mesh.
  public struct Errors {
    /// Root mean square of the error of u.
    public var lithiation: Double
    /// Root mean square of the error of the stress tensor over that of the tensor.
    public var stress: Double
  }

  let model: ParticleModel
  let step: SmoothStep
  let time = 1000.0
  let decay = 2000.0
  let amplitude = 0.05e-6

  public init() {
    step = SmoothStep(position: 5e-6, width: 6e-6)
    model = ParticleModel(structure: .coreShell(step), coreDiffusivity: 0.6e-14, tangentialDiffusivity: 0.2e-14)
  }

  /// The errors with `elements` along the radius and the arc.
  public func errors(elements: Int) throws -> Errors {
    let radii = (0...elements).map { Double($0) / Double(elements) * model.radius }
    let simulation = try ParticleSimulation(
      model: model, mesh: SectorMesh(ringRadii: radii, angularElements: elements))
    let lithiation = try simulation.transport(
      source: source, initial: { self.lithiation(0, $0, $1) }, surface: 0.6, until: time, tolerance: 1e-9)
    let displacement = try simulation.displacement(
      lithiation: lithiation, bodyForce: bodyForce,
      traction: { x, y in
        let stress = self.stress(x, y)
        let (c, s) = (x / (x * x + y * y).squareRoot(), y / (x * x + y * y).squareRoot())
        return SIMD2(stress.xx * c + stress.xy * s, stress.xy * c + stress.yy * s)
      })
    let state = ParticleState(
      legIndex: 0, time: time, lithiation: lithiation, meanLithiation: 0, lithiumContentChange: 0,
      boundaryFluxIntegral: 0, displacement: displacement)
    let field = try simulation.stress(state)
    let zero = StressField(
      mesh: simulation.mesh, values: [Double](repeating: 0, count: field.values.count), axialStrain: 0)
    return Errors(
      lithiation: simulation.difference(lithiation) { self.lithiation(time, $0, $1) },
      stress: simulation.difference(field, to: stress) / simulation.difference(zero, to: stress))
  }

  /// The orders of convergence between two meshes, the second one twice as fine.
  public static func orders(_ coarse: Errors, _ fine: Errors) -> (lithiation: Double, stress: Double) {
    (lithiation: log2(coarse.lithiation / fine.lithiation), stress: log2(coarse.stress / fine.stress))
  }

  private func lithiation(_ time: Double, _ x: Double, _ y: Double) -> Double {
    let square = (x * x + y * y) / (model.radius * model.radius)
    let angle = cos(4 * atan2(y, x))
    return 0.6 + 0.3 * cos(.pi / 2 * square) * (1 + 0.2 * square * square * angle) * exp(-time / decay)
  }

  /// f = ∂u/∂t − D_rr' u_r − D_rr (u_rr + u_r/r) − D_tt u_θθ/r².
  private func source(_ time: Double, _ x: Double, _ y: Double) -> Double {
    let radius = (x * x + y * y).squareRoot()
    let p = radius / model.radius
    let angle = cos(4 * atan2(y, x))
    let (c, s) = (cos(.pi / 2 * p * p), sin(.pi / 2 * p * p))
    // a(ρ) = cos(πρ²/2) and b(ρ) = ρ⁴ a(ρ), with their derivatives.
    let aSlope = -.pi * p * s
    let aCurve = -.pi * s - .pi * .pi * p * p * c
    let bSlope = 4 * p * p * p * c + p * p * p * p * aSlope
    let bCurve = 12 * p * p * c + 8 * p * p * p * aSlope + p * p * p * p * aCurve
    let slope = aSlope + 0.2 * bSlope * angle
    let curve = aCurve + 0.2 * bCurve * angle
    let slopeOverRadius = -.pi * s + 0.2 * angle * (4 * p * p * c + p * p * p * aSlope)
    let hoopCurve = -16 * 0.2 * p * p * c * angle
    let t = min(max(2 * (radius - step.position) / step.width, -1), 1)
    let stepSlope = 0.9375 * (1 - t * t) * (1 - t * t) * 2 / step.width * model.radius
    let diffusivity = model.principalDiffusivity(atRadius: radius)
    let radialSlope = (model.radialDiffusivity - model.coreDiffusivity) * stepSlope
    let divergence =
      (radialSlope * slope + diffusivity.radial * (curve + slopeOverRadius) + diffusivity.hoop * hoopCurve)
      / (model.radius * model.radius)
    let fade = 0.3 * exp(-time / decay)
    return -fade / decay * (c + 0.2 * p * p * p * p * c * angle) - fade * divergence
  }

  private func stress(_ x: Double, _ y: Double) -> SymmetricTensor {
    let (u, v) = (x / model.radius, y / model.radius)
    let scale = amplitude / model.radius
    let xx = scale * 1.3 * cos(1.3 * u) * cos(0.9 * v)
    let yy = scale * 0.88 * cos(1.1 * v) * cos(0.7 * u)
    let xy = scale / 2 * (-0.9 * sin(1.3 * u) * sin(0.9 * v) - 0.56 * sin(1.1 * v) * sin(0.7 * u))
    let free = model.eigenstrain(x: x, y: y, lithiation: lithiation(time, x, y))
    let (young, poisson) = (model.youngsModulus, model.poissonRatio)
    let mu = young / (2 * (1 + poisson))
    let trace = 2 * mu * poisson / (1 - 2 * poisson) * (xx + yy - free.xx - free.yy - free.zz)
    return SymmetricTensor(
      xx: trace + 2 * mu * (xx - free.xx), yy: trace + 2 * mu * (yy - free.yy), zz: trace - 2 * mu * free.zz,
      xy: 2 * mu * (xy - free.xy))
  }

  /// b = −div σ, by central differences of fourth order.
  private func bodyForce(_ x: Double, _ y: Double) -> SIMD2<Double> {
    let d = 1e-3 * model.radius
    func slope(_ component: (Double) -> Double) -> Double {
      (8 * (component(d) - component(-d)) - component(2 * d) + component(-2 * d)) / (12 * d)
    }
    return -SIMD2(
      slope { stress(x + $0, y).xx } + slope { stress(x, y + $0).xy },
      slope { stress(x + $0, y).xy } + slope { stress(x, y + $0).yy })
  }
}
