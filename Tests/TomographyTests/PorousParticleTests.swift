import ArrayMath
import Foundation
import ImageAnalysis
import Testing

@testable import Tomography

/// A particle whose volume and projections are known, held against what follows from its density at points.
@Suite struct PorousParticleTests {
  static func particle(seed: UInt64 = 1, _ change: (inout PorousParticle.Character) -> Void = { _ in })
    -> PorousParticle
  {
    var character = PorousParticle.Character.seed(electronDensity: 0.63e30)
    change(&character)
    var generator = SeededGenerator(seed: seed)
    return .random(character, using: &generator)
  }

  @Test(arguments: [0.03, 0.08]) func hasTheVolumeAndPorosityAskedFor(porosity: Double) {
    let particle = Self.particle { $0.porosity = porosity }
    #expect(abs(particle.envelopeVolume / 2375e-18 - 1) < 1e-12)
    #expect(abs(particle.porosity - porosity) < 1e-6)
    #expect(abs(particle.solidVolume + particle.voidVolume - particle.envelopeVolume) < 1e-28)
    #expect(abs(particle.meanElectronDensity / 0.63e30 - 1) < 0.01)
  }

  @Test func noVoidMeetsAnotherOrTheSurface() {
    // Volumes are sums only if bodies do not meet: at random points the density is one of those that are possible.
    let particle = Self.particle { ($0.cracks, $0.porosity) = (3, 0.06) }
    var generator = SeededGenerator(seed: 2)
    var inVoid = 0
    for _ in 0..<20_000 {
      let unit = SIMD3(2 * generator.uniform() - 1, 2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
      let point = particle.centre + unit * particle.semiAxes
      func isInside(_ body: EllipsoidBody) -> Bool { length(body.whitened(point - body.centre)) < 1 }
      let voids = particle.voids.count(where: isInside)
      #expect(voids <= 1)
      guard voids == 1 else { continue }
      inVoid += 1
      #expect(isInside(particle.envelope))
      #expect(!particle.grains.contains(where: isInside))
    }
    #expect(inVoid > 300)
  }

  @Test(arguments: RotationSense.allCases) func projectionIsTheSumOfVoxelsAlongTheRay(sense: RotationSense) throws {
    // Independent of the closed forms: fine voxels looked up along rays, and the formula of the geometry.
    var particle = Self.particle { ($0.porosity, $0.poreRadii, $0.cracks, $0.grains) = (0.05, 0.08...0.15, 2, 40) }
    particle.mediumElectronDensity = 0.2e30
    let voxel = 200e-9
    let count = 120
    let volume = try particle.volume(
      VolumeShape(slices: count, rows: count, columns: count), voxel: voxel, threads: 2)
    let shape = FrameShape(rows: 120, columns: 120)
    var geometry = ProjectionGeometry(angles: [0, 0.7, 2.1], axisColumn: 61, sense: sense)
    geometry.displacements[1] = ImageShift(rows: 3, columns: -2)
    for view in 0..<3 {
      let image = particle.projection(geometry, view: view, shape: shape, pixel: voxel)
      let angle = sense.sign * geometry.angles[view]
      var (difference, total, sum) = (0.0, 0.0, 0.0)
      for row in 40..<70 {
        for column in 20..<100 {
          let slice = row - Int(geometry.displacements[view].rows)
          let t = Double(column) + 0.5 - geometry.axisColumn - geometry.displacements[view].columns
          var line = 0.0
          for step in 0..<480 {
            let s = (Double(step) + 0.5) / 4 - 60
            let (x, y) = (t * cos(angle) - s * sin(angle) + 60, t * sin(angle) + s * cos(angle) + 60)
            guard (0..<120).contains(x), (0..<120).contains(y) else { continue }
            line += volume[slice, Int(y), Int(x)] * voxel / 4
          }
          let expected = image[row, column]
          difference += (line - expected) * (line - expected)
          total += expected * expected
          sum += line - expected
        }
      }
      #expect((difference / total).squareRoot() < 0.03)
      #expect(abs(sum) / total.squareRoot() < 0.2)
    }
  }

  @Test func everyProjectionHoldsAllElectrons() throws {
    var particle = Self.particle { ($0.needle, $0.cracks) = (nil, 2) }
    let shape = FrameShape(rows: 80, columns: 80)
    let geometry = ProjectionGeometry(angles: [0, 0.3, 1.4, 2.9], axisColumn: 40)
    for soaked in [false, true] {
      particle.isSoaked = soaked
      particle.mediumElectronDensity = soaked ? 0.44e30 : 0
      for view in 0..<4 {
        let image = particle.projection(geometry, view: view, shape: shape, pixel: 250e-9)
        let electrons = image.pixels.reduce(0, +) * 250e-9 * 250e-9
        #expect(abs(electrons / particle.contrastElectrons - 1) < 2e-5)
      }
      let volume = try particle.volume(VolumeShape(slices: 80, rows: 80, columns: 80), voxel: 250e-9, threads: 2)
      let sum = volume.voxels.reduce(0, +) * 250e-9 * 250e-9 * 250e-9
      #expect(abs(sum / particle.contrastElectrons - 1) < 1e-3)
    }
  }

  @Test func theNeedleTouchesFromBelowAndAddsNothingInside() throws {
    let particle = Self.particle { ($0.grains, $0.porosity, $0.eccentricity) = (0, 0, 0) }
    let mount = try #require(particle.mount)
    let volume = try particle.volume(VolumeShape(slices: 100, rows: 80, columns: 80), voxel: 250e-9, threads: 2)
    // On the axis: particle, then needle, without a gap; never both.
    let column = (0..<100).map { volume[$0, 40, 40] / particle.electronDensity }
    let first = try #require(column.firstIndex { $0 > 0.5 })
    #expect(column[first + 1..<99].allSatisfy { $0 > 0.99 && $0 < 1.501 })
    #expect(abs(column[99] - 1.5) < 1e-9)
    let below = particle.projection(
      ProjectionGeometry(angles: [0], axisColumn: 40), view: 0, shape: FrameShape(rows: 100, columns: 80),
      pixel: 250e-9)
    let row = below.pixels[99 * 80..<100 * 80].reduce(0, +) * 250e-9
    let radius = mount.radius(at: 49.5 * 250e-9)
    #expect(abs(row / (.pi * radius * radius * mount.electronDensity) - 1) < 1e-4)
  }
}
