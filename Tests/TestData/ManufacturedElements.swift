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
    let mesh = SampleMeshes.box(shape, count: count, distortion: 0.1, bend: 0.1 / Double(count))
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

  /// The error in lithiation, root mean square, of transport with the full tensor D = (0.6 + u) T(x), T linear in x,
  /// towards u = 0.5 + 0.3 e^(−t) Π sin π x_i at t = 0.5, the outside held at 0.5; with `beta` more than 0 driven by stress
  /// as well, w = β u, the crystal without symmetry and its displacement as in ``mechanics(_:count:)``.
  public static func transport(
    _ shape: ElementShape, count: Int, beta: Double = 0, tolerance: Double = 1e-6
  ) throws -> Double {
    let isSpace = shape.dimension == 3
    let mesh = SampleMeshes.box(shape, count: count, distortion: 0.1, bend: 0.1 / Double(count))
    let flat = SIMD3(1, 1, isSpace ? 1.0 : 0)
    let waves = [SIMD3(1.1, 0.6, 0.8) * flat, SIMD3(0.7, -1.2, 0.5) * flat, SIMD3(-0.9, 0.8, 1.0) * flat]
    let (amplitudes, phases) = ([0.8, 1.0, 0.6], [0.3, -0.5, 0.9])
    let expansion = SymmetricTensor3(xx: 0.6, yy: 0.4, zz: 0.5, yz: 0.1, xz: -0.1, xy: 0.2)
    let tensor = SymmetricTensor3(xx: 1, yy: 0.6, zz: 0.8, yz: 0.1, xz: 0.15, xy: 0.3)
    let slope = SIMD3(0.3, 0.2, 0)
    let crystal = Stiffness.triclinic
    let freeStress = crystal(expansion)
    let waveStress = (0..<3).map { k in
      var direction = SIMD3<Double>.zero
      direction[k] = amplitudes[k]
      return crystal(dyad(direction, waves[k]))
    }
    let waveWork = waveStress.map { $0.contracted(expansion) }
    func shapes(_ x: SIMD3<Double>) -> (value: Double, gradient: SIMD3<Double>, curvature: SymmetricTensor3) {
      let s = SIMD3(sin(.pi * x.x), sin(.pi * x.y), isSpace ? sin(.pi * x.z) : 1)
      let c = .pi * SIMD3(cos(.pi * x.x), cos(.pi * x.y), isSpace ? cos(.pi * x.z) : 0)
      let value = s.x * s.y * s.z
      let second = -Double.pi * Double.pi * value
      return (
        value, SIMD3(c.x * s.y * s.z, s.x * c.y * s.z, s.x * s.y * c.z),
        SymmetricTensor3(
          xx: second, yy: second, zz: isSpace ? second : 0, yz: s.x * c.y * c.z, xz: c.x * s.y * c.z,
          xy: c.x * c.y * s.z)
      )
    }
    func source(_ time: Double, _ x: SIMD3<Double>) -> Double {
      let fade = 0.3 * exp(-time)
      let shape = shapes(x)
      let u = 0.5 + fade * shape.value
      let gradient = fade * shape.gradient
      let curvature = fade * shape.curvature
      // p = Σ a_k cos(q_k · x + φ_k) − u E : C : E and its derivatives.
      let own = freeStress.contracted(expansion)
      var potentialGradient = -own * gradient
      var potentialCurvature = -own * curvature
      for k in 0..<3 {
        let phase = (waves[k] * x).sum() + phases[k]
        potentialGradient -= waveWork[k] * sin(phase) * waves[k]
        potentialCurvature = potentialCurvature + (-waveWork[k] * cos(phase)) * dyad(waves[k], waves[k])
      }
      let scale = 1 + (slope * x).sum()
      let drive = gradient - beta * u * potentialGradient
      let spread = curvature + (-beta * u) * potentialCurvature
      let along = (gradient * tensor(drive)).sum() * scale
      let bent = (tensor(slope) * drive).sum()
      let mixed = beta * (gradient * tensor(potentialGradient)).sum()
      let divergence = along + (0.6 + u) * (bent + scale * (tensor.contracted(spread) - mixed))
      return -fade * shape.value - divergence
    }
    let material = SampleMaterial(
      diffusivity: { point, u in
        let scale = 1 + (slope * point.position).sum()
        return ((0.6 + u) * (scale * tensor), scale * tensor)
      },
      eigenstrain: { _, u in (u * expansion, expansion) }, stiffness: { _ in crystal }, hasConstantDiffusivity: false)
    var coupling: (law: MeshStressCoupling, mechanics: MeshMechanics<SampleMaterial>)?
    if beta > 0 {
      let mechanics = try MeshMechanics(
        mesh: mesh, material: material, warps: true, prescribed: Set(mesh.outerFacets().map(Int.init)).sorted())
      coupling = (MeshStressCoupling(maximumConcentration: 1) { 1 / (beta * $0) }, mechanics)
    }
    let transport = try MeshTransport(mesh: mesh, material: material, coupling: coupling)
    transport.source = source
    transport.prescribe(
      displacement: { x in
        SIMD3(
          amplitudes[0] * sin((waves[0] * x).sum() + phases[0]), amplitudes[1] * sin((waves[1] * x).sum() + phases[1]),
          amplitudes[2] * sin((waves[2] * x).sum() + phases[2]))
      },
      bodyForce: { time, x in
        var force = 0.3 * exp(-time) * freeStress(shapes(x).gradient)
        for k in 0..<3 { force += sin((waves[k] * x).sum() + phases[k]) * waveStress[k](waves[k]) }
        return force
      })
    let start = (0..<mesh.nodeCount).map { 0.5 + 0.3 * shapes(mesh.position($0)).value }
    // On the outside exactly: a sine of π is not quite 0.
    let outside = Set(mesh.outerFacets().map(Int.init))
    let initial = start.enumerated().map { outside.contains($0.offset) ? 0.5 : $0.element }
    let state = try follow(
      transport, from: MeshState(lithiation: initial), control: .lithiation(0.5), for: 0.5, firstStep: 1.0 / 64,
      tolerance: tolerance)
    return mesh.difference(state.lithiation) { SIMD3(0.5 + 0.3 * exp(-0.5) * shapes($0).value, 0, 0) }
  }

  /// Steps by powers of two that keep the error of each below a tolerance.
  public static func follow<Transport: CyclingTransport>(
    _ transport: Transport, from state: Transport.State, control: SurfaceControl, for duration: Double,
    firstStep: Double, tolerance: Double
  ) throws -> Transport.State {
    var (state, done, step) = (state, 0.0, firstStep)
    while done < duration * (1 - 1e-12) {
      let length = min(step, duration - done)
      let next = try transport.step(from: state, duration: length, control: control)
      if next.error > tolerance {
        step = length / 2
        continue
      }
      state = next.state
      done += length
      if next.error < tolerance / 20 { step *= 2 }
    }
    return state
  }

  /// The symmetric part of a ⊗ b.
  public static func dyad(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SymmetricTensor3 {
    SymmetricTensor3(
      xx: a.x * b.x, yy: a.y * b.y, zz: a.z * b.z, yz: 0.5 * (a.y * b.z + a.z * b.y),
      xz: 0.5 * (a.x * b.z + a.z * b.x), xy: 0.5 * (a.x * b.y + a.y * b.x))
  }
}

extension SymmetricTensor3 {
  /// a : b.
  fileprivate func contracted(_ other: SymmetricTensor3) -> Double {
    let normal = xx * other.xx + yy * other.yy + zz * other.zz
    return normal + 2 * (yz * other.yz + xz * other.xz + xy * other.xy)
  }
}
