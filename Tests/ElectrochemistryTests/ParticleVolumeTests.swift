import Electrochemistry
import Foundation
import Quantities
import Testing

@Suite struct ParticleVolumeTests {
  /// 0.1 µm a pixel.
  let bar = ScaleBar(length: UncertainValue(10e-6), pixels: UncertainValue(100))

  func polygon(
    _ a: Double, _ b: Double, angle: Double = 0, centre: SIMD2<Double> = [700, 400], count: Int = 720,
    squeezed: Double = 1, along direction: Double = 0
  ) -> ParticleOutline.Shape {
    .polygon(
      (0..<count).map { k in
        let t = 2 * .pi * Double(k) / Double(count)
        let (x, y) = (a * cos(t), b * sin(t))
        var p = SIMD2(cos(angle) * x - sin(angle) * y, sin(angle) * x + cos(angle) * y)
        let e = SIMD2(cos(direction), sin(direction))
        p += (squeezed - 1) * (p * e).sum() * e
        return centre + p
      })
  }

  func outline(
    _ shape: ParticleOutline.Shape, edge: Double = 0, tilt: StageTilt = .none, view: ViewDirection = .front
  ) -> ParticleOutline {
    ParticleOutline(shape: shape, scaleBar: bar, edgeUncertainty: edge, tilt: tilt, view: view)
  }

  @Test func sphereOfTheSeed() throws {
    // 2.13e-15 m³ is a sphere of 15.96 µm.
    let result = try particleVolume(from: [outline(polygon(79.8, 79.8))], as: .sphere)
    #expect(abs(result.volume.value / (4 / 3 * .pi * pow(7.98e-6, 3)) - 1) < 1e-4)
    #expect(abs(result.volume.value - 2.13e-15) < 0.003e-15)
    #expect(result.shapeUncertainty < 1e-6 * result.volume.value)
  }

  @Test func aPolygonCountsWithItsOwnArea() throws {
    // A square of side 2: the sphere of area 4.
    let square = ParticleOutline.Shape.polygon([[0, 0], [0, 200], [200, 200], [200, 0]])
    let result = try particleVolume(from: [outline(square)], as: .sphere)
    let radius = (400e-12 / .pi).squareRoot()
    #expect(abs(result.volume.value / (4 / 3 * .pi * radius * radius * radius) - 1) < 1e-12)
  }

  @Test(arguments: [0, 0.4, 1.3, 2.5]) func spheroids(angle: Double) throws {
    let shapes = [
      polygon(90, 60, angle: angle), .ellipse(semiAxes: [90, 60], angle: angle),
      .ellipseInMetres(semiAxes: [9e-6, 6e-6], angle: angle),
    ]
    for shape in shapes {
      let egg = try particleVolume(from: [outline(shape)], as: .spheroidAboutLongAxis).volume.value
      let lentil = try particleVolume(from: [outline(shape)], as: .spheroidAboutShortAxis).volume.value
      #expect(abs(egg / (4 / 3 * .pi * 9e-6 * 36e-12) - 1) < 1e-4)
      #expect(abs(lentil / (4 / 3 * .pi * 81e-12 * 6e-6) - 1) < 1e-4)
    }
  }

  @Test(arguments: [0, 0.7, 2]) func foreshorteningIsUndoneAlongTheTiltDirection(direction: Double) throws {
    let tilt: Double = 52 * .pi / 180
    let squeezed = polygon(80, 80, squeezed: cos(tilt), along: direction)
    let truth = 4 / 3 * Double.pi * pow(8e-6, 3)
    func volume(_ shape: ParticleOutline.Shape, _ correction: TiltCorrection) throws -> Double {
      let stage = StageTilt(angle: UncertainValue(tilt), direction: direction, correction: correction)
      return try particleVolume(from: [outline(shape, tilt: stage)], as: .sphere).volume.value
    }
    #expect(abs(try volume(squeezed, .flatFeature) / truth - 1) < 1e-4)
    #expect(abs(try volume(polygon(80, 80), .silhouette) / truth - 1) < 1e-4)
    let stretched = polygon(80, 80, squeezed: 1.0 / cos(tilt), along: direction)
    #expect(abs(try volume(stretched, .undoInstrumentCorrection) / truth - 1) < 1e-4)
    // Across the tilt direction the correction would be wrong, and shows.
    let across = StageTilt(angle: UncertainValue(tilt), direction: direction + .pi / 2, correction: .flatFeature)
    let wrong = try particleVolume(from: [outline(squeezed, tilt: across)], as: .spheroidAboutLongAxis).volume.value
    #expect(abs(wrong / truth - 1) > 0.1)
  }

  /// The silhouette of an ellipsoid with semi-axes along x, y, z turned by `spin` about y and `lean` about x.
  func silhouette(_ axes: SIMD3<Double>, spin: Double, lean: Double, from view: ViewDirection)
    -> ParticleOutline.Shape
  {
    // Support function h(n)² = Σ axes² (n·axis)² of the body, taken at two directions and their sum.
    let directions: [SIMD3<Double>] = [
      [cos(spin), 0, -sin(spin)],
      [sin(lean) * sin(spin), cos(lean), sin(lean) * cos(spin)],
      [cos(lean) * sin(spin), -sin(lean), cos(lean) * cos(spin)],
    ]
    func square(_ n: SIMD3<Double>) -> Double {
      (0..<3).reduce(0) { sum, k in
        let part = axes[k] * (n * directions[k]).sum()
        return sum + part * part
      }
    }
    let (xx, yy) = (square(view.right), square(view.down))
    let xy = (square(view.right + view.down) - xx - yy) / 2
    let angle = atan2(2 * xy, xx - yy) / 2
    let middle = (xx + yy) / 2
    let half = hypot((xx - yy) / 2, xy)
    return .ellipse(semiAxes: [(middle + half).squareRoot(), (middle - half).squareRoot()], angle: angle)
  }

  @Test func anEllipsoidFromThreeViews() throws {
    let axes = SIMD3(95.0, 80, 65)
    let views = [ViewDirection.front, .turned(by: 1), .turned(by: 0.4, tilt: 0.9)]
    let result = try particleVolume(
      from: views.map { outline(silhouette(axes, spin: 0.5, lean: 0.3, from: $0), view: $0) }, as: .ellipsoid)
    #expect(abs(result.volume.value / (4 / 3 * .pi * 9.5e-6 * 8e-6 * 6.5e-6) - 1) < 1e-9)
    #expect(result.isDetermined == true)
    #expect(result.shapeUncertainty == 0)
    let found = try #require(result.semiAxes)
    for k in 0..<3 { #expect(abs(found[k] / (axes[k] * 1e-7) - 1) < 1e-9) }
    #expect(try #require(result.misfit) < 1e-12)
  }

  @Test func twoViewsAcrossGiveAnEllipsoidOnItsAxesAndSayThatItIsOpen() throws {
    let axes = SIMD3(95.0, 80, 65)
    let views = [ViewDirection.front, .turned(by: .pi / 2)]
    let result = try particleVolume(
      from: views.map { outline(silhouette(axes, spin: 0, lean: 0, from: $0), view: $0) }, as: .ellipsoid)
    #expect(abs(result.volume.value / (4 / 3 * .pi * 9.5e-6 * 8e-6 * 6.5e-6) - 1) < 1e-9)
    #expect(result.isDetermined == false)
    #expect(result.shapeUncertainty > 0)
  }

  @Test func inconsistentViewsShowAMisfit() throws {
    let views = [ViewDirection.front, .turned(by: .pi / 2)]
    let result = try particleVolume(
      from: zip(views, [80.0, 90]).map { outline(.ellipse(semiAxes: [$1, $1], angle: 0), view: $0) }, as: .ellipsoid)
    #expect(try #require(result.misfit) > 0.01)
  }

  @Test func uncertaintiesOfASphere() throws {
    let shape = ParticleOutline.Shape.ellipse(semiAxes: [80, 80], angle: 0)
    let bar = ScaleBar(length: UncertainValue(10e-6, uncertainty: 0.1e-6), pixels: UncertainValue(100, uncertainty: 1))
    let single = ParticleOutline(shape: shape, scaleBar: bar, edgeUncertainty: 0.8)
    let result = try particleVolume(from: [single], as: .sphere)
    let volume = result.volume.value
    // dV/V = 3 dl/l: 3 % from the written length, 3 % from the measured bar, 3 % from the edge.
    #expect(abs(result.scaleUncertainty / volume - 0.03 * 2.0.squareRoot()) < 1e-4)
    #expect(abs(result.edgeUncertainty / volume - 0.03) < 1e-4)
    #expect(abs(result.volume.uncertainty / volume - 0.03 * 3.0.squareRoot()) < 1e-4)
    // Four images average what is their own, not what they share.
    let four = try particleVolume(from: .init(repeating: single, count: 4), as: .sphere)
    #expect(abs(four.scaleUncertainty / volume - 0.03 * 1.25.squareRoot()) < 1e-4)
    #expect(abs(four.edgeUncertainty / volume - 0.015) < 1e-4)
  }

  @Test func notKnowingTheBodyIsAnUncertainty() throws {
    let result = try particleVolume(from: [outline(.ellipse(semiAxes: [90, 60], angle: 0))], as: .sphere)
    let spread = 4 / 3 * Double.pi * 1e-21 * (90 * 90 * 60 - 90 * 60 * 60)
    #expect(abs(result.shapeUncertainty - spread / 12.0.squareRoot()) < 1e-6 * spread)
    #expect(result.alternatives.count == 3)
  }

  @Test func statedUncertaintyCoversTheTruth() throws {
    var trial = CoverageTrial()
    let truth = 4 / 3 * Double.pi * pow(8e-6, 3)
    for seed in 1...400 {
      var generator = SplitMix64(seed: UInt64(seed))
      let drawn = (80 + 0.8 * generator.normal()) * (1 + 0.01 * generator.normal())
      let found = ScaleBar(
        length: UncertainValue(10e-6, uncertainty: 0.1e-6),
        pixels: UncertainValue(100 + generator.normal(), uncertainty: 1)
      )
      let result = try particleVolume(
        from: [
          ParticleOutline(shape: .ellipse(semiAxes: [drawn, drawn], angle: 0), scaleBar: found, edgeUncertainty: 0.8)
        ], as: .sphere)
      trial.scores.append((result.volume.value - truth) / result.volume.uncertainty)
    }
    #expect(trial.interval.contains(trial.covered), "\(trial.covered) of \(trial.scores.count)")
    #expect(abs(trial.mean) < trial.biasLimit)
  }

  @Test func refusesOutlinesThatEncloseNothing() {
    let bad: [ParticleOutline.Shape] = [
      .polygon([]), .polygon([[0, 0], [1, 1]]), .polygon([[0, 0], [1, 1], [2, 2]]),
      .polygon([[0, 0], [3, 2], [3, 0], [0, 1]]), .polygon([[0, 0], [.nan, 2], [3, 0]]),
      .ellipse(semiAxes: [0, 3], angle: 0), .ellipse(semiAxes: [2, 3], angle: .infinity),
    ]
    for shape in bad {
      #expect(throws: ElectrochemistryError.self) { try particleVolume(from: [outline(shape)], as: .sphere) }
    }
    let round = ParticleOutline.Shape.ellipse(semiAxes: [3, 3], angle: 0)
    #expect(throws: ElectrochemistryError.self) { try particleVolume(from: [], as: .sphere) }
    #expect(throws: ElectrochemistryError.self) { try particleVolume(from: [outline(round)], as: .ellipsoid) }
    #expect(throws: ElectrochemistryError.self) {
      try particleVolume(from: [outline(round), outline(round)], as: .ellipsoid)
    }
    let upright = StageTilt(angle: UncertainValue(.pi / 2), direction: 0, correction: .flatFeature)
    #expect(throws: ElectrochemistryError.self) {
      try particleVolume(from: [outline(round, tilt: upright)], as: .sphere)
    }
    let nearly = StageTilt(angle: UncertainValue(1.5, uncertainty: 0.1), direction: 0, correction: .flatFeature)
    #expect(throws: ElectrochemistryError.self) {
      try particleVolume(from: [outline(round, tilt: nearly)], as: .sphere)
    }
    #expect(throws: ElectrochemistryError.self) {
      try particleVolume(from: [outline(polygon(9000, 9000, count: 20_001))], as: .sphere)
    }
    let none = ScaleBar(length: UncertainValue(1e-5), pixels: UncertainValue(0))
    #expect(throws: ElectrochemistryError.self) {
      try particleVolume(from: [ParticleOutline(shape: round, scaleBar: none, edgeUncertainty: 0)], as: .sphere)
    }
    #expect(throws: ElectrochemistryError.self) { try ViewDirection(right: [1, 0, 0], down: [1, 0, 0]) }
  }

  @Test func massHasTheUncertaintyOfBoth() throws {
    let mass = try particleMass(
      volume: UncertainValue(2e-15, uncertainty: 0.06e-15), density: UncertainValue(2000, uncertainty: 80))
    #expect(abs(mass.value - 4e-12) < 1e-24)
    #expect(abs(mass.relativeUncertainty - 0.05) < 1e-12)
  }
}
