import ArrayMath
import Foundation
import ImageAnalysis
import Quantities
import Testing

@testable import Tomography

@Suite struct ProjectionPreparationTests {
  let particle = PreparedParticle()

  @Test func takesRampsOffAndKeepsTheMass() throws {
    let prepared = try ProjectionPreparation().prepare(particle.transmissions(), sense: .counterclockwise, threads: 2)
    #expect(prepared.matterSign == -1)
    #expect(prepared.warnings.isEmpty, "\(prepared.warnings)")
    for view in particle.angles.indices {
      let truth = particle.projection(view)
      let image = prepared.stack.image(view)
      let worst = zip(image.pixels, truth.pixels).map { abs($0 - $1) }.max() ?? .nan
      #expect(worst < 2e-5, "view \(view)")
      let sum = truth.pixels.reduce(0.0) { $0 + Double($1) }
      #expect(abs(prepared.views[view].total.value / sum - 1) < 1e-5, "view \(view)")
      #expect(prepared.views[view].residues == 0)
    }
  }

  /// Left in, the ramps and constants would change the sums by much more than the 2.5 % of the reference.
  @Test func theRampsMatter() throws {
    var settings = PreparationSettings()
    settings.correction = .none
    var gentle = particle
    (gentle.ramp, gentle.constant) = (0.001, 0.02)
    let left = try ProjectionPreparation(settings).prepare(gentle.transmissions(), sense: .clockwise, threads: 1)
    let sums = left.views.map(\.total.value)
    let scatter = sums.map { abs($0 / gentle.total - 1) }.max() ?? 0
    #expect(scatter > 0.01)
    let taken = try ProjectionPreparation().prepare(gentle.transmissions(), sense: .clockwise, threads: 1)
    #expect((taken.total?.relativeDeviation ?? 1) < 1e-4)
    #expect(taken.notes.contains { $0.contains("clockwise") })
  }

  @Test func findsTheSignOfMatter() throws {
    let straight = try ProjectionPreparation().prepare(particle.transmissions(), sense: .counterclockwise, threads: 2)
    let mirrored = particle.transmissions().map { projection in
      var projection = projection
      projection.object = projection.object.map(\.conjugate)
      return projection
    }
    let turned = try ProjectionPreparation().prepare(mirrored, sense: .counterclockwise, threads: 2)
    #expect(turned.matterSign == 1)
    #expect(turned.notes.contains { $0.contains("positive in 12 of 12 projections, against the convention") })
    let worst = zip(straight.stack.pixels, turned.stack.pixels).map { abs($0 - $1) }.max() ?? .nan
    #expect(worst < 2e-5)
    var settings = PreparationSettings()
    settings.sign = .matterNegative
    let forced = try ProjectionPreparation(settings).prepare(mirrored, sense: .counterclockwise, threads: 1)
    #expect(forced.views[0].total.value < 0)
  }

  @Test func doesNotDependOnThreads() throws {
    var noisy = particle
    noisy.noise = 0.1
    let one = try ProjectionPreparation().prepare(noisy.transmissions(), sense: .counterclockwise, threads: 1)
    let three = try ProjectionPreparation().prepare(noisy.transmissions(), sense: .counterclockwise, threads: 3)
    #expect(one.stack.pixels == three.stack.pixels)
    #expect(one.views == three.views)
  }

  /// Over 120 views the errors of the totals are as large as stated.
  @Test func statesHowUncertainTotalsAre() throws {
    var noisy = particle
    noisy.noise = 0.1
    noisy.angles = ProjectionGeometry.halfTurn(120)
    let prepared = try ProjectionPreparation().prepare(noisy.transmissions(), sense: .counterclockwise, threads: 2)
    var errors: [Double] = []
    for view in noisy.angles.indices {
      let truth = noisy.projection(view).pixels.reduce(0.0) { $0 + Double($1) }
      errors.append((prepared.views[view].total.value - truth) / prepared.views[view].total.uncertainty)
    }
    let mean = errors.reduce(0, +) / 120
    let deviation = (errors.reduce(0) { $0 + $1 * $1 } / 120).squareRoot()
    #expect(abs(mean) < 0.2 + 2.6 / 120.0.squareRoot())
    // 99 % of the standard deviations of 120 normal deviates.
    #expect(deviation > 0.83 && deviation < 1.17, "\(deviation)")
    for view in prepared.views {
      #expect(abs((view.airDeviation ?? 0) / 0.1 - 1) < 0.1)
      #expect(abs(view.noise / 0.1 - 1) < 0.1)
    }
  }

  @Test func leavesOutWhatHadNoLight() throws {
    var light = ScalarImage(repeating: 1, shape: particle.shape)
    for row in 0..<72 {
      for column in 0..<80 {
        if row < 3 || column >= 76 { light[row, column] = 0.02 }
        if row < 9 && column < 12 { light[row, column] = 0.05 }
      }
    }
    let views = particle.angles.indices.map { view in
      var projection = particle.transmission(view, illumination: light)
      for index in light.pixels.indices where light.pixels[index] < 0.1 {
        projection.object.pixels[index] = ComplexFloat(1)
      }
      return projection
    }
    let prepared = try ProjectionPreparation().prepare(views, sense: .counterclockwise, threads: 2)
    #expect(prepared.kept.rows == 3..<72 && prepared.kept.columns == 0..<76)
    #expect(prepared.stack.shape == FrameShape(rows: 69, columns: 76))
    #expect(prepared.stack.geometry.axisColumn == 40)
    #expect(prepared.stack.pixels[0].isNaN && prepared.stack.weights?[0] == 0)
    #expect(prepared.views[0].unmeasured == 6 * 12)
    let truth = particle.projection(5).cropped(rows: 3..<72, columns: 0..<76)
    for (pixel, expected) in zip(prepared.stack.image(5).pixels, truth.pixels) where !pixel.isNaN {
      #expect(abs(pixel - expected) < 3e-5)
    }
  }

  @Test func laysDifferentExtentsOnTheirMiddles() throws {
    var views = particle.transmissions()
    // Two rows and three columns less on the outside, an odd difference.
    views[3].object = views[3].object.cropped(rows: 1..<71, columns: 1..<78)
    let prepared = try ProjectionPreparation().prepare(views, sense: .counterclockwise, threads: 2)
    #expect(prepared.stack.shape == FrameShape(rows: 70, columns: 77))
    let total = try #require(prepared.total)
    #expect(total.centroidDeviation < 0.01)
    #expect(abs(total.centroid.x - 3) < 0.01 && abs(total.centroid.y + 2) < 0.01)
  }

  @Test func takesAGivenPhase() throws {
    let views = particle.angles.indices.map { view in
      var projection = particle.transmission(view)
      projection.phase = particle.projection(view).map { 0.3 - $0 }
      return projection
    }
    let prepared = try ProjectionPreparation().prepare(views, sense: .counterclockwise, threads: 2)
    let worst = zip(prepared.stack.image(2).pixels, particle.projection(2).pixels).map { abs($0 - $1) }.max() ?? .nan
    #expect(worst < 2e-5)
  }

  @Test func saysWhereThereIsNoAir() throws {
    var full = particle
    full.angles = [0, 1]
    full.shape = FrameShape(rows: 150, columns: 160)
    full.axes = (180, 180, 180)
    full.density = 0.025
    full.noise = 0.05
    let prepared = try ProjectionPreparation().prepare(full.transmissions(), sense: .counterclockwise, threads: 1)
    #expect(prepared.views.allSatisfy { !$0.hasZero && $0.total.uncertainty == .infinity })
    #expect(prepared.warnings.contains { $0.contains("no air was found in 2 of 2 projections (view 1, view 2)") })
  }

  @Test func theDerivativeNeedsNoUnwrapping() throws {
    let plain = try ProjectionPreparation().prepare(particle.transmissions(), sense: .counterclockwise, threads: 2)
    let wrapped = try ProjectionPreparation().prepareWrapped(
      particle.transmissions(), sense: .counterclockwise, threads: 2)
    #expect(wrapped.matterSign == -1 && wrapped.total == nil)
    #expect(wrapped.stack.geometry == plain.stack.geometry)
    #expect(wrapped.stack.pixels.allSatisfy { abs($0) <= .pi })
    for (one, other) in zip(wrapped.stack.pixels, plain.stack.pixels) {
      #expect(abs(wrappedPhase(one - other)) < 2e-5)
    }
    for (one, other) in zip(wrapped.views, plain.views) {
      #expect(abs(one.total.value / other.total.value - 1) < 1e-5)
      #expect(one.discontinuities == 0 && one.residues == 0)
    }
  }

  @Test func namesWhatIsWrong() {
    let preparation = ProjectionPreparation()
    #expect {
      try preparation.prepare([TransmissionProjection](), sense: .clockwise, threads: 1)
    } throws: {
      "\($0)".contains("there is no projection")
    }
    var bad = particle.transmission(0)
    bad.angle = .nan
    #expect { try preparation.prepare([bad], sense: .clockwise, threads: 1) } throws: {
      "\($0)".contains("the angle of view 1")
    }
    var other = particle.transmission(0)
    other.illumination = ScalarImage(repeating: 1, shape: FrameShape(rows: 3, columns: 3))
    #expect { try preparation.prepare([other], sense: .clockwise, threads: 1) } throws: {
      "\($0)".contains("the illumination has 3 x 3 pixels, the object 72 x 80")
    }
    other.illumination = ScalarImage(repeating: 0, shape: particle.shape)
    #expect { try preparation.prepare([other], sense: .clockwise, threads: 1) } throws: {
      "\($0)".contains("no part of the field has light")
    }
    var settings = PreparationSettings()
    settings.leastIllumination = 2
    #expect(throws: TomographyError.self) {
      try ProjectionPreparation(settings).prepare([particle.transmission(0)], sense: .clockwise, threads: 1)
    }
  }
}
