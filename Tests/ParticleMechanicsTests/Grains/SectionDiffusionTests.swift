import ArrayMath
import Foundation
import Testing

@testable import ParticleMechanics

@Suite struct SectionDiffusionTests {
  /// A square of grains whose c axes lie anywhere in the plane.
  func sample(_ grains: Int, seed: UInt64, elements: Double) throws -> (
    mesh: ElementMesh, axes: [SIMD3<Double>]
  ) {
    var generator = SeededGenerator(seed: seed)
    let voronoi = try VoronoiGrains(count: grains, outline: .rectangle(width: 1, height: 1), using: &generator)
    let mesh = try SectionMesher(elementSize: elements / Double(grains).squareRoot()).mesh(voronoi.partition)
    let axes = (0..<grains).map { _ in
      let angle = Double.pi * generator.uniform()
      return SIMD3(cos(angle), sin(angle), 0)
    }
    return (mesh, axes)
  }

  func conductivities(
    _ sample: (mesh: ElementMesh, axes: [SIMD3<Double>]), along: Double
  ) throws -> (x: Double, y: Double) {
    func tensor(_ point: MaterialPoint) -> SymmetricTensor3 {
      SymmetricTensor3(axis: sample.axes[Int(point.region)], along: along, across: 1)
    }
    return (
      try SectionDiffusion.effectiveDiffusivity(
        sample.mesh, from: "left", to: "right", length: 1, width: 1, diffusivity: tensor),
      try SectionDiffusion.effectiveDiffusivity(
        sample.mesh, from: "bottom", to: "top", length: 1, width: 1, diffusivity: tensor)
    )
  }

  @Test func aSquareOfGrainsObeysDykhnesLaw() throws {
    // The flux of one direction is the gradient of the other turned by 90°, so in every sample D_x D_y = D_ab D_c
    // exactly; elements approach it from above, at the rate of the singularities in the corners of grains.
    let coarse = try conductivities(sample(16, seed: 1, elements: 0.5), along: 0.1)
    let fine = try conductivities(sample(16, seed: 1, elements: 0.12), along: 0.1)
    let (first, second) = (coarse.x * coarse.y / 0.1 - 1, fine.x * fine.y / 0.1 - 1)
    #expect(second > 0 && second < first)
    #expect(second < 0.01)
  }

  @Test func manyGrainsConductLikeTheRootOfTheProduct() throws {
    let d = try conductivities(sample(200, seed: 1, elements: 0.3), along: 0.1)
    let mean = (d.x * d.y).squareRoot()
    #expect(abs(mean / 0.1.squareRoot() - 1) < 0.02)
    // Either direction scatters by the number of grains.
    #expect(abs(d.x / 0.1.squareRoot() - 1) < 0.15)
  }

  @Test func aDiscLetsLithiumOutInTheClosedFormsTime() throws {
    let mesh = try SectionMesher(elementSize: 1e-6).mesh(.disc(radius: 10e-6))
    let time = try SectionDiffusion.meanExitTime(mesh) { _ in SymmetricTensor3(isotropic: 1e-14) }
    #expect(abs(time / (1e-10 / 8e-14) - 1) < 1e-4)
  }

  @Test func aSectionWithBlockingGrainsIsWarnedOf() throws {
    var generator = SeededGenerator(seed: 1)
    let voronoi = try VoronoiGrains(count: 60, outline: .disc(radius: 10e-6), using: &generator)
    let mesh = try SectionMesher(elementSize: 0.7e-6).mesh(voronoi.partition)
    func blocking(_ frames: [GrainFrame], alongC: Double) throws -> SectionBlocking {
      try SectionBlocking(
        mesh,
        GrainMaterial(
          frames: frames, diffusivityInPlane: .constant(1e-14), diffusivityAlongC: .constant(alongC),
          expansion: .linear(aStrainPerLithiation: 0, cStrainPerLithiation: 0)))
    }
    let flat = (0..<60).map { _ in
      let angle = 2 * Double.pi * generator.uniform()
      return GrainFrame(cAxis: SIMD3(cos(angle), sin(angle), 0))
    }
    let blocked = try blocking(flat, alongC: 0)
    // Dykhne's law lets nothing through; 60 grains, many of them at the surface, and elements of finite size let some.
    #expect(blocked.ratio < SectionBlocking.warningRatio && blocked.warning != nil)
    #expect(abs(blocked.spaceDiffusivity / 0.5e-14 - 1) < 1e-12)
    // Crystals alike along all axes block nothing.
    let open = try blocking(flat, alongC: 1e-14)
    #expect(abs(open.ratio - 1) < 1e-9 && open.warning == nil)
    // c along the normal leaves the plane free.
    let upright = try blocking((0..<60).map { _ in .identity }, alongC: 0)
    #expect(abs(upright.ratio - 2) < 1e-9 && upright.warning == nil)
    // Orientations of all kinds in space conduct in the plane almost like in space: the self-consistent estimate for the
    // projected tensors is 0.49 D_ab. Layers along the radius, as in nanorods, do not block either.
    let random = try blocking((0..<60).map { _ in .random(using: &generator) }, alongC: 0)
    #expect(abs(random.ratio - 0.98) < 0.15 && random.warning == nil)
    let centroids = voronoi.partition.areas().map(\.centroid)
    let radial = try blocking(centroids.map { GrainFrame(cAxis: SIMD3(-$0.y, $0.x, 0)) }, alongC: 0)
    #expect(radial.ratio > 1.5 && radial.warning == nil)
  }

  @Test func aMissingBoundaryIsNamed() throws {
    let mesh = try SectionMesher(elementSize: 0.5).mesh(.disc(radius: 1))
    #expect(throws: ElementMeshError.self) {
      try SectionDiffusion.effectiveDiffusivity(mesh, from: "left", to: "right", length: 1, width: 1) { _ in
        SymmetricTensor3(isotropic: 1)
      }
    }
  }
}
