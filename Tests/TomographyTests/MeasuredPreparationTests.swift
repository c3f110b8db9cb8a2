import ArrayMath
import Foundation
import Quantities
import Testing
import Tomography

@Suite struct MeasuredPreparationTests {
  let shape = FrameShape(rows: 20, columns: 30)

  /// A disc of −ln T = 2 at most, counted with gain, darks, a dead pixel and a pixel without photons.
  private func intensities() -> (measured: MeasuredProjections, truth: [Float]) {
    var truth: [Float] = []
    var counts: [Float] = []
    for view in 0..<4 {
      for index in 0..<shape.count {
        let column = Double(index % 30) - 14.5 - 2 * Double(view)
        let absorption = 2 * max(1 - column * column / 64, 0).squareRoot()
        truth.append(Float(absorption))
        let gain = 1000 + 10 * Double(index % 30)
        counts.append(Float(100 + gain * exp(-absorption)))
      }
      counts[view * shape.count + 123] = 0
      counts[view * shape.count + 200] = 90
      counts[view * shape.count + 201] = .nan
    }
    var measured = MeasuredProjections(name: "tooth.h5", frames: MemoryFrames(counts, shape: shape))
    measured.content = .intensity
    measured.angles = [0, 0.8, 1.6, 2.4]
    var flat = ScalarImage((0..<shape.count).map { 1100 + 10 * Float($0 % 30) }, shape: shape)
    flat.pixels[123] = 100
    measured.flats = [flat.map { $0 - 5 }, flat.map { $0 + 5 }]
    measured.flats[0].pixels[123] = 100
    measured.flats[1].pixels[123] = 100
    measured.darks = [ScalarImage(repeating: 100, shape: shape)]
    return (measured, truth)
  }

  @Test func takesTheLogarithmOfTheTransmission() throws {
    let (measured, truth) = intensities()
    let prepared = try ProjectionPreparation().prepare(measured, sense: .clockwise, threads: 2)
    #expect(prepared.stack.quantity == .absorption && prepared.matterSign == nil)
    for (index, pixel) in prepared.stack.pixels.enumerated() where ![123, 200, 201].contains(index % shape.count) {
      #expect(abs(pixel - truth[index]) < 1e-4)
    }
    // The dead pixel comes from its neighbours, the dark one is as dark as can be told; neither counts.
    #expect(abs(prepared.stack.pixels[123] - truth[123]) < 0.1)
    #expect(abs(prepared.stack.pixels[200] + log(1e-3)) < 1e-3)
    #expect([123, 200, 201].allSatisfy { prepared.stack.weights?[$0] == 0 })
    #expect(prepared.views.allSatisfy { $0.replaced == 3 && $0.unmeasured == 0 })
    #expect(prepared.warnings.contains { $0.contains("dead or let less than 0.001 of the light through") })
    #expect(prepared.notes.contains { $0.contains("2 flats and 1 darks; 1 pixels are dead") })
    #expect(prepared.stack.geometry.sense == .clockwise)
  }

  @Test(arguments: [-1, 1]) func takesPhasesOfEitherSign(sign: Int) throws {
    let particle = PreparedParticle()
    let pixels = particle.angles.indices.flatMap { particle.projection($0).map { Float(sign) * $0 }.pixels }
    var measured = MeasuredProjections(name: "phases.h5", frames: MemoryFrames(pixels, shape: particle.shape))
    measured.angles = particle.angles
    measured.content = sign < 0 ? .phase : .negativePhase
    measured.axisColumn = 39
    let prepared = try ProjectionPreparation().prepare(measured, sense: .counterclockwise, threads: 2)
    #expect(prepared.matterSign == sign && prepared.warnings.isEmpty)
    #expect(prepared.stack.pixels == particle.angles.indices.flatMap { particle.projection($0).pixels })
    #expect(prepared.stack.geometry.axisColumn == 39)
    #expect(abs((prepared.total?.mean.value ?? 0) / particle.total - 1) < 2e-3)
    // What is stated against what the data show.
    measured.content = sign > 0 ? .phase : .negativePhase
    let other = try ProjectionPreparation().prepare(measured, sense: .counterclockwise, threads: 1)
    #expect(other.stack.pixels == prepared.stack.pixels)
    #expect(other.warnings.contains { $0.contains("but its projections show the opposite") })
  }

  @Test func takesRampsOfPhasesOffWhereAsked() throws {
    let particle = PreparedParticle()
    let pixels = particle.angles.indices.flatMap { view in
      particle.projection(view).pixels.enumerated().map { -$1 + 0.4 + 0.003 * Float($0 % 80) }
    }
    var measured = MeasuredProjections(name: "phases.h5", frames: MemoryFrames(pixels, shape: particle.shape))
    (measured.angles, measured.content) = (particle.angles, .phase)
    var settings = PreparationSettings()
    settings.correction = .air
    let prepared = try ProjectionPreparation(settings).prepare(measured, sense: .counterclockwise, threads: 2)
    let worst = zip(prepared.stack.image(4).pixels, particle.projection(4).pixels).map { abs($0 - $1) }.max() ?? .nan
    #expect(worst < 2e-5)
  }

  @Test func takesTheLightThatChangedOffAbsorption() throws {
    let particle = PreparedParticle()
    let pixels = particle.angles.indices.flatMap { view in
      particle.projection(view).pixels.map { $0 + 0.05 * Float(view) }
    }
    var measured = MeasuredProjections(name: "absorption.h5", frames: MemoryFrames(pixels, shape: particle.shape))
    (measured.angles, measured.content) = (particle.angles, .absorption)
    let left = try ProjectionPreparation().prepare(measured, sense: .counterclockwise, threads: 1)
    #expect(left.warnings.contains { $0.contains("the sum changes by") })
    var settings = PreparationSettings()
    settings.correction = .air
    let prepared = try ProjectionPreparation(settings).prepare(measured, sense: .counterclockwise, threads: 2)
    #expect((prepared.total?.relativeDeviation ?? 1) < 1e-3)
    #expect(prepared.warnings.isEmpty, "\(prepared.warnings)")
  }

  @Test func readsAnglesOfUnknownUnit() throws {
    var (measured, _) = intensities()
    (measured.angles, measured.angleUnitIsStated) = ([0, 45, 90, 135], false)
    let prepared = try ProjectionPreparation().prepare(measured, sense: .clockwise, threads: 1)
    #expect(abs(prepared.stack.geometry.angles[1] - .pi / 4) < 1e-12)
    #expect(prepared.notes.contains { $0.contains("angles are read as degrees") })
  }

  @Test func namesWhatIsMissing() {
    func error(_ change: (inout MeasuredProjections) -> Void) -> String {
      var (measured, _) = intensities()
      change(&measured)
      do {
        _ = try ProjectionPreparation().prepare(measured, sense: .clockwise, threads: 1)
        return "none"
      } catch { return "\(error)" }
    }
    let cases: [(change: (inout MeasuredProjections) -> Void, expected: String)] = [
      ({ $0.content = nil }, "does not tell what its frames hold; state one of intensity"),
      ({ $0.angles = nil }, "does not tell the angles of its 4 projections"),
      ({ $0.angles = [1] }, "holds 4 projections and 1 angles"),
      ({ $0.angles?[2] = .infinity }, "the angle of projection 3 is inf"),
      ({ ($0.angles, $0.angleUnitIsStated) = ([0, 1, 2, 2.5], false) }, "could be degrees or radians; state the unit"),
      ({ $0.flats = [] }, "no flat"),
      ({ $0.darks = [ScalarImage(repeating: 0, shape: FrameShape(rows: 1, columns: 1))] }, "a dark has 1 x 1"),
      ({ $0.darks = [ScalarImage(repeating: 5000, shape: $0.frames.shape)] }, "were they exchanged?"),
      ({ $0.frames = MemoryFrames([Float](), shape: FrameShape(rows: 2, columns: 2)) }, "holds no projection"),
    ]
    for (change, expected) in cases {
      let message = error(change)
      #expect(message.contains(expected), "\(message)")
    }
  }
}
