import ArrayMath
import ParticleMechanics
import TestData
import Testing

@Suite struct SphereOctantMechanicsTests {
  private let sphere = SphereShell()

  private func solve(
    layers: Int, _ method: LinearSolverMethod
  ) throws -> (displacement: [Double], errors: (core: Double, hoop: Double, displacement: Double)) {
    let mesh = try ElementMesh.sphereOctant(
      radius: sphere.radius, layers: layers, transitionRadius: sphere.transitionRadius)
    let mechanics = try MeshMechanics(mesh: mesh, material: sphere, method: method)
    let lithiation = [Double](repeating: 0.2, count: mesh.nodeCount)
    let moved = try mechanics.displacements(lithiations: [lithiation])[0]
    let stress = mechanics.stress(displacement: moved, lithiation: lithiation)
    return (moved.values, sphere.errors(mesh: mesh, displacement: moved.values, stress: stress))
  }

  @Test func theClosedFormIsThatOfTheReferencePage() {
    #expect(abs(sphere.coreStress * 1e-6 + 1621.02) < 1e-4)
    #expect(abs(sphere.hoopStress(atRadius: sphere.radius) * 1e-6 - 1586.666667) < 1e-4)
    #expect(abs(sphere.surfaceDisplacement * 1e9 + 170) < 1e-6)
  }

  @Test func convergesToTheClosedForm() throws {
    let coarse = try solve(layers: 5, .direct).errors
    let fine = try solve(layers: 10, .direct).errors
    #expect(fine.core < 0.01 && fine.hoop < 0.01 && fine.displacement < 1e-3)
    // Stress of the second degree's elements is of order 2, their displacement of order 3.
    #expect(fine.hoop < coarse.hoop / 3 && fine.displacement < coarse.displacement / 6, "\(coarse) \(fine)")
  }

  @Test func multigridGivesWhatTheFactorGives() throws {
    let direct = try solve(layers: 8, .direct).displacement
    let settings = ConjugateGradient.Settings(
      preconditioner: .multigrid(MultigridSettings(largestDirectSize: 100)), tolerance: 1e-11)
    let iterative = try solve(layers: 8, .iterative(settings)).displacement
    let largest = direct.reduce(0) { max($0, abs($1)) }
    for (a, b) in zip(direct, iterative) { #expect(abs(a - b) < 1e-9 * largest) }
  }
}
