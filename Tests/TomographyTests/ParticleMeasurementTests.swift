import ArrayMath
import Foundation
import ImageAnalysis
import Quantities
import Testing
import Tomography

@Suite struct ParticleMeasurementTests {
  static let cube = pow(MeasuredBall.voxel, 3)
  static let scale = ContrastScale(wavelength: MeasuredBall.wavelength, voxel: MeasuredBall.voxel)

  /// Relative errors of solid, envelope and electron count.
  private static func errors(_ measured: MeasuredBall, _ ball: PorousBall) -> (Double, Double, Double) {
    let q = measured.quantities
    let electrons = ball.solid * (ball.density + ball.hidden) * scale.electrons
    return (
      q.solidVolume.value / cube / ball.solid - 1, q.envelopeVolume.value / cube / ball.envelope - 1,
      (q.electronCount?.value ?? 0) / electrons - 1
    )
  }

  @Test func aCleanPorousBallIsMeasuredToATenthOfAPerMille() throws {
    let ball = PorousBall.porous(seed: 1, count: 20, radii: 2.5...5)
    let measured = try MeasuredBall(ball.projections(views: 150))
    let q = measured.quantities
    let (solid, envelope, electrons) = Self.errors(measured, ball)
    #expect(abs(solid) < 2e-4 && abs(envelope) < 5e-4 && abs(electrons) < 1e-4)
    #expect(abs(q.porosity.value - (1 - ball.solid / ball.envelope)) < 5e-4)
    #expect(q.radius.value / MeasuredBall.voxel - 30.3 < 0.01)
    #expect(abs(q.sphericity - 1) < 5e-3)
    #expect(q.electronRoute == .projections && q.isTruncated == false)
    // Density: of the solid, by its composition.
    let composition = try ElectronComposition(formula: "LiNi0.8Mn0.1Co0.1O2", wavelength: MeasuredBall.wavelength)
    let density = try #require(q.electronDensity)
    #expect(abs(density.value / (ball.density * Self.scale.electronDensity) - 1) < 1e-3)
    #expect(
      abs(try #require(q.solidDensity).value / composition.massDensity(electronDensity: density.value) - 1) < 1e-12)
    // Each pore is found where it is, with its size and depth.
    #expect(q.voids.count == 20)
    for pore in ball.pores {
      let place = SIMD3(pore.centre.z, pore.centre.y, pore.centre.x) + 40
      let found = try #require(q.voids.min { distance($0.centre, place) < distance($1.centre, place) })
      #expect(distance(found.centre, place) < 0.3)
      #expect(abs(cbrt(found.volume / Self.cube * 3 / (4 * .pi)) - pore.radius) < 0.25)
      let offset = pore.centre - ball.centre
      let depth = ball.radius - (offset * offset).sum().squareRoot() - pore.radius
      #expect(abs(found.depth / MeasuredBall.voxel - depth) < 1 && !found.isOpen)
      #expect(abs(found.extent / MeasuredBall.voxel / (2 * pore.radius * 3.0.squareRoot()) - 1) < 0.2)
    }
  }

  private func distance(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { ((a - b) * (a - b)).sum().squareRoot() }

  /// A pixel that is wrong by its stated uncertainty, noise and residual offsets.
  @Test func intervalsHoldTheTruth() throws {
    var (inside, insideMass, sums) = (0, 0, SIMD2<Double>.zero)
    let seeds = 12
    for seed in 1...seeds {
      var ball = PorousBall.porous(seed: UInt64(seed), count: 4, radii: 2...3.5, radius: 16.4, size: 46)
      ball.density = 0.08
      let stack = try ball.projections(views: 70, noise: 0.06, offset: 0.01, seed: UInt64(seed))
      var generator = SeededGenerator(seed: UInt64(seed), item: -1)
      // The voxel that is believed differs from the true one.
      let u = 1e-3
      let believed = 1 + u * generator.normal()
      let measured = try MeasuredBall(stack, voxelFactor: believed, pixelUncertainty: u)
      let solid = measured.quantities.solidVolume
      let mass = try #require(measured.quantities.electronCount)
      let volumeError = (solid.value / Self.cube - ball.solid) / (solid.uncertainty / Self.cube)
      let electrons = ball.solid * ball.density * Self.scale.electrons
      let massError = (mass.value - electrons) / mass.uncertainty
      if abs(volumeError) < 1.96 { inside += 1 }
      if abs(massError) < 1.96 { insideMass += 1 }
      sums += SIMD2(volumeError, massError)
      #expect(abs(solid.value / Self.cube / ball.solid - 1) < 0.015)
      #expect(abs(mass.value / electrons - 1) < 0.01)
    }
    // Of 12, nine or more in 99.8 % of cases.
    #expect(inside >= 9 && insideMass >= 9)
    let limit = 0.2 + 2.6 / Double(seeds).squareRoot()
    #expect(abs(sums.x) / Double(seeds) < limit && abs(sums.y) / Double(seeds) < limit)
  }

  @Test(arguments: SurroundingMedium.Pores.allCases) func aMediumHidesItsOwnElectrons(pores: SurroundingMedium.Pores)
    throws
  {
    // 0.44 electrons a cubic angstrom of an ionic liquid against 1.36.
    var ball = PorousBall.porous(seed: 2, count: 12, radii: 2.5...4, radius: 22.2, size: 60)
    ball.hidden = ball.density * 0.44 / (1.36 - 0.44)
    ball.poresAreEmpty = pores == .empty
    let medium = SurroundingMedium(
      name: "ionic liquid",
      electronDensity: UncertainValue(
        ball.hidden * Self.scale.electronDensity, uncertainty: 0.01 * ball.hidden * Self.scale.electronDensity),
      pores: pores)
    let measured = try MeasuredBall(ball.projections(views: 100), medium: medium)
    let (solid, envelope, electrons) = Self.errors(measured, ball)
    #expect(abs(solid) < 1e-3 && abs(envelope) < 1e-3 && abs(electrons) < 1e-3)
    let mass = try #require(measured.quantities.massFromElectrons)
    // A third of the electrons rests on the medium's density.
    #expect(abs(abs(mass.budget.contribution(.medium)) / mass.value - 0.01 * 0.44 / 1.36) < 4e-4)
    // Taken for one in vacuum a third of its mass is missing.
    let bare = try MeasuredBall(ball.projections(views: 100))
    #expect(try #require(bare.quantities.massFromElectrons).value / mass.value < 0.69)
  }

  @Test func mountDepositAndDropletAreNotTheParticles() throws {
    var ball = PorousBall.porous(seed: 3, count: 6, radii: 2.5...4, radius: 22.2, size: 72)
    ball.needle = (5, 1.5 * ball.density)
    let side = SIMD3(1.0, 0, -0.3) / 1.09.squareRoot()
    ball.others = [
      // Platinum that touches, and a droplet that stands apart.
      (ball.centre + side * (22.2 + 4.5), 5, 4 * ball.density),
      (ball.centre - side * (22.2 + 8), 5, 0.32 * ball.density),
    ]
    let measured = try MeasuredBall(ball.projections(views: 120))
    let (solid, envelope, electrons) = Self.errors(measured, ball)
    #expect(abs(solid) < 5e-3 && abs(envelope) < 5e-3 && abs(electrons) < 8e-3)
    #expect(measured.particle.notes.contains { $0.contains("denser") })
    #expect(measured.particle.notes.contains { $0.contains("mount is cut off") })
    #expect(measured.quantities.massFromElectrons?.budget.contribution(.mountCut) != 0)
  }

  @Test func truncatedViewsAreFlaggedWithWhatIsMissing() throws {
    let ball = PorousBall(size: 70, radius: 30.3)
    let whole = try ball.projections(views: 100)
    let kept = 8..<62
    let cut = whole.pixels.indices.filter { kept.contains($0 % 70) }.map { whole.pixels[$0] }
    let geometry = ProjectionGeometry(angles: whole.geometry.angles, axisColumn: 35 - 8)
    let stack = try ProjectionStack(cut, shape: FrameShape(rows: 70, columns: kept.count), geometry: geometry)
    let measured = try MeasuredBall(stack)
    let q = measured.quantities
    #expect(q.isTruncated && !q.warnings.isEmpty)
    let total = try #require(q.projectedTotal)
    let sum = whole.pixels.reduce(0) { $0 + Double($1) } / 100
    let missing = sum - cut.reduce(0) { $0 + Double($1) } / 100
    #expect(total.isTruncated)
    #expect(total.missing > 0.4 * missing && total.missing < 2 * missing)
    #expect((q.massFromElectrons?.budget.contribution(.truncation) ?? 0) > 0)
  }

  @Test func twoMassesAgreeWhereTheDensityIsRight() throws {
    let ball = PorousBall(size: 52, radius: 18.3)
    let stack = try ball.projections(views: 60, noise: 0.05, seed: 1)
    let volume = try FilteredBackProjection()(stack, threads: 2)
    let particle = try ParticleSegmentation()(volume, threads: 2)
    let composition = try ElectronComposition(formula: "LiNi0.8Mn0.1Co0.1O2", wavelength: MeasuredBall.wavelength)
    let density = composition.massDensity(electronDensity: ball.density * Self.scale.electronDensity)
    var measurement = ParticleMeasurement(
      voxel: UncertainValue(MeasuredBall.voxel, uncertainty: 0.002 * MeasuredBall.voxel),
      wavelength: UncertainValue(MeasuredBall.wavelength), medium: .vacuum, composition: composition,
      density: .init(UncertainValue(density, uncertainty: 0.01 * density), basis: .solid),
      charge: UncertainValue(1e-9))
    let right = try measurement(volume, particle, evidence: .init(projections: stack), threads: 2)
    #expect(abs(try #require(right.massDisagreement)) < 3)
    let (byVolume, byElectrons) = (try #require(right.chargeFromVolume), try #require(right.chargeFromElectrons))
    #expect(abs(byVolume.stateOfCharge.value / byElectrons.stateOfCharge.value - 1) < 0.02)
    // Less than half of the density, as the seed's: thirty sigmas and more apart.
    measurement.density = .init(UncertainValue(2202 / 4770 * density, uncertainty: 0.01 * density), basis: .envelope)
    let wrong = try measurement(volume, particle, evidence: .init(projections: stack), threads: 1)
    #expect(try #require(wrong.massDisagreement) < -30)
    // Threads change nothing; without projections the volume itself is summed up.
    #expect(wrong.solidVolume == right.solidVolume && wrong.massFromElectrons == right.massFromElectrons)
    let alone = try measurement(volume, particle, threads: 2)
    #expect(alone.electronRoute == .volume)
    #expect(
      abs(try #require(alone.massFromElectrons).value / (try #require(right.massFromElectrons).value) - 1) < 5e-3)
    #expect(alone.warnings.contains { $0.contains("odd and even") })
  }

  @Test func theSurfaceLiesWhereTheParticleIs() throws {
    var ball = PorousBall.porous(seed: 4, count: 3, radii: 3...4, radius: 18.3, size: 56)
    ball.needle = (4, ball.density)
    let measured = try MeasuredBall(ball.projections(views: 70))
    let mesh = try measured.particle.surface(of: measured.volume, voxel: 1, threads: 2)
    #expect(mesh.isWatertight)
    // The surface is that of the envelope: pores have none.
    #expect(abs(mesh.volume / ball.envelope - 1) < 0.01)
    let bounds = try #require(mesh.bounds)
    #expect(
      abs((bounds.lower.x + bounds.upper.x) / 2 - 28.3) < 0.2 && abs(bounds.upper.x - bounds.lower.x - 36.6) < 0.4)
    #expect(abs((bounds.lower.y + bounds.upper.y) / 2 + 27.8) < 0.2 && abs(bounds.upper.z + 28.4 - 18.3) < 0.3)
    let coarse = try measured.particle.surface(of: measured.volume, voxel: 1, binning: 2, threads: 2)
    #expect(coarse.isWatertight && coarse.triangles.count < mesh.triangles.count / 2)
    #expect(abs(coarse.volume / mesh.volume - 1) < 0.02)
    let outline = try measured.particle.outline(of: measured.volume, voxel: 1)
    #expect(outline.polygons.count == 1 && abs(outline.area / (.pi * 18.3 * 18.3) - 1) < 0.01)
    let flat = try measured.particle.outline(of: measured.volume, plane: .horizontal(slice: 28.4), voxel: 1)
    #expect(abs(flat.area / (.pi * 18.3 * 18.3) - 1) < 0.01)
  }

  @Test func whatIsNoParticleIsRefused() throws {
    let shape = VolumeShape(slices: 20, rows: 20, columns: 20)
    #expect(throws: TomographyError.self) { try ParticleSegmentation()(ScalarVolume(repeating: 1, shape: shape)) }
    #expect(throws: TomographyError.self) { try ParticleSegmentation()(ScalarVolume(repeating: .nan, shape: shape)) }
    let thin = ScalarVolume(repeating: 1, shape: VolumeShape(slices: 1, rows: 20, columns: 20))
    #expect(throws: TomographyError.self) { try ParticleSegmentation()(thin) }
    // A ball without a void about it.
    let ball = SurfaceMeshTests.ball(shape, centre: SIMD3(10, 10, 10), radius: 8).map { min(max($0, 0), 1) }
    let particle = try ParticleSegmentation()(ball)
    var measurement = ParticleMeasurement(
      voxel: UncertainValue(1e-8), wavelength: UncertainValue(1e-10), medium: .vacuum, composition: nil)
    let small = ScalarVolume(repeating: 1, shape: VolumeShape(slices: 20, rows: 20, columns: 21))
    #expect(throws: TomographyError.self) { try measurement(small, particle) }
    measurement.voxel.value = 0
    #expect(throws: TomographyError.self) { try measurement(ball, particle) }
  }
}
