import ArrayMath
import Foundation
import Testing

@testable import ParticleMechanics

@Suite struct GrainMaterialTests {
  private func material(_ frames: [GrainFrame]) throws -> GrainMaterial {
    try GrainMaterial(
      frames: frames, diffusivityInPlane: .formula("1e-14*(1+u)"), diffusivityAlongC: .constant(1e-17),
      expansion: .linear(aStrainPerLithiation: 0.02, cStrainPerLithiation: -0.03))
  }

  @Test func tensorsHaveTheCrystalsValuesAlongItsAxes() throws {
    var generator = SeededGenerator(seed: 1)
    let frames = (0..<20).map { _ in GrainFrame.random(using: &generator) }
    let material = try material(frames)
    for (region, frame) in frames.enumerated() {
      let point = MaterialPoint(position: .zero, region: Int32(region))
      let (value, slope) = material.diffusivity(at: point, lithiation: 0.5)
      #expect(abs(value.component(frame.x, frame.x) / 1.5e-14 - 1) < 1e-12)
      #expect(abs(value.component(frame.z, frame.z) - 1e-17) < 1e-27)
      #expect(abs(value.component(frame.y, frame.z)) < 1e-27)
      #expect(abs(slope.component(frame.y, frame.y) / 1e-14 - 1) < 1e-12)
      let strain = material.eigenstrain(at: point, lithiation: 0.5)
      #expect(abs(strain.value.component(frame.x, frame.x) + 0.01) < 1e-14)
      #expect(abs(strain.value.component(frame.z, frame.z) - 0.015) < 1e-14)
      #expect(abs(strain.slope.component(frame.z, frame.z) + 0.03) < 1e-14)
      // A stretch along the crystal's own axis gives the crystal's own stress along it.
      let stress = material.stiffness(at: point)(SymmetricTensor3(axis: frame.z, along: 1e-3, across: 0))
      #expect(abs(stress.component(frame.z, frame.z) / 185e6 - 1) < 1e-9)
      #expect(abs(stress.component(frame.x, frame.x) / 65e6 - 1) < 1e-9)
    }
    #expect(!material.hasConstantDiffusivity)
  }

  @Test func framesDrawnAtRandomHaveNoPreferredDirection() {
    var generator = SeededGenerator(seed: 1)
    var moments = [SIMD3<Double>](repeating: .zero, count: 3)
    let count = 20_000
    for _ in 0..<count {
      let frame = GrainFrame.random(using: &generator)
      moments[0] += frame.x * frame.x / Double(count)
      moments[1] += frame.y * frame.y / Double(count)
      moments[2] += frame.z * frame.z / Double(count)
      #expect((cross(frame.x, frame.y) - frame.z).max() < 1e-12)
    }
    // ⟨n²⟩ = 1/3 with a standard deviation of √(4/45) a draw.
    for moment in moments { #expect(abs((moment - 1 / 3).max()) < 5 * (4.0 / 45 / Double(count)).squareRoot()) }
  }

  @Test func aFrameAroundAnAxisIsRightHanded() throws {
    for axis in [SIMD3<Double>(0, 0, 2), SIMD3(3, 0, 0), SIMD3(-1, 2, 0.5)] {
      let frame = GrainFrame(cAxis: axis, turn: 0.7)
      #expect((cross(frame.z, axis) * cross(frame.z, axis)).sum() < 1e-24)
      _ = try GrainFrame(x: frame.x, y: frame.y, z: frame.z)
    }
  }

  @Test func badFramesAndRegionsAreRefused() throws {
    #expect(throws: SectionError.self) {
      try GrainFrame(x: SIMD3(1, 0, 0), y: SIMD3(0, 1, 0), z: SIMD3(0, 0, -1))
    }
    #expect(throws: SectionError.self) { try GrainFrame(x: SIMD3(2, 0, 0), y: SIMD3(0, 1, 0), z: SIMD3(0, 0, 1)) }
    #expect(throws: SectionError.self) { try material([]) }
    var mesh = try SectionMesher(elementSize: 1e-6).mesh(.disc(radius: 3e-6))
    mesh.regions[3] = 1
    #expect(throws: SectionError.missingFrame(label: 1)) { try material([.identity]).validate(for: mesh) }
  }
}
