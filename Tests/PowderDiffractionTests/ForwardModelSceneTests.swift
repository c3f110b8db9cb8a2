import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import PowderDiffraction

private let degree = Double.pi / 180

@Suite struct ForwardModelSceneTests {
  private let geometry = DetectorGeometry(
    poni: PoniGeometry(distance: 0.05, poni1: 0.01, poni2: 0.01),
    grid: DetectorGrid(shape: FrameShape(rows: 100, columns: 120), pixelHeight: 2e-4, pixelWidth: 2e-4),
    wavelength: SeedInstrument.wavelength)

  @Test func backgroundsHaveTheirHeights() throws {
    var scene = PowderScene(beam: SeedInstrument.beam, phases: [], background: ScatteringBackground(flat: 3))
    scene.beam.polarisation = 0
    let detector = DetectorModel(geometry: geometry)
    #expect(try detector.expectedPhotons(of: scene).allSatisfy { $0 == 3 })
    scene.background = ScatteringBackground(isotropic: 10)
    let isotropic = try detector.expectedPhotons(of: scene)
    scene.background = ScatteringBackground(
      humps: [AmorphousHump(twoTheta: 8 * degree, fwhm: 4 * degree, height: 5)],
      air: AirScatter(height: 7, decay: 0.1))
    let polarised = try detector.expectedPhotons(of: scene)
    for (row, column) in [(49, 49), (10, 90), (99, 119), (0, 60)] {
      let index = row * 120 + column
      let twoTheta = geometry.twoTheta(row: Double(row) + 0.5, column: Double(column) + 0.5)
      // Untilted: the angle of incidence is 2θ.
      let solidAngle = pow(cos(twoTheta), 3)
      #expect(abs(Double(isotropic[index]) - 10 * solidAngle) < 1e-5)
      let offset = (twoTheta - 8 * degree) / (4 * degree)
      let height = 5 * exp2(-4 * offset * offset) + 7 * exp(-twoTheta / 0.1)
      let expected = height * solidAngle * (1 + pow(cos(twoTheta), 2)) / 2
      #expect(abs(Double(polarised[index]) / expected - 1) < 1e-5)
    }
  }

  @Test func phasesAdd() throws {
    let environment = SampleEnvironment(
      aluminium: 1e5, tungsten: 2e5, platinum: 3e4, lithium: 1e4, needlePlace: 20e-6, lithiumPlace: 2e-3)
    let phases = environment.phases(wavelength: SeedInstrument.wavelength, profile: .gaussian(fwhm: 0.3 * degree))
    #expect(phases.map(\.name) == ["Al", "W", "Pt", "Li"])
    let detector = DetectorModel(geometry: geometry)
    var sum = [Double](repeating: 0, count: geometry.grid.shape.count)
    for phase in phases {
      let image = try detector.expectedPhotons(of: PowderScene(beam: SeedInstrument.beam, phases: [phase]))
      for index in sum.indices { sum[index] += Double(image[index]) }
    }
    let together = try detector.expectedPhotons(of: PowderScene(beam: SeedInstrument.beam, phases: phases))
    let crest = sum.max() ?? 0
    #expect(zip(sum, together).allSatisfy { abs($0 - Double($1)) < 3e-4 * crest })
  }

  @Test func theEnvironmentsRingsAreWhereTheirCellsPutThem() throws {
    let expected: [([DiffractionLine], [Double])] = [
      (PowderLines.lanthanumHexaboride, [9.004, 12.746, 15.627, 18.064, 20.217, 22.170, 25.654, 27.239]),
      (PowderLines.nmc811(), [7.910, 15.315, 15.858, 15.989, 18.444, 20.096]),
      (PowderLines.aluminium, [16.044, 18.547]), (PowderLines.tungsten, [16.767]), (PowderLines.platinum, [16.565]),
      (PowderLines.lithium, [15.108]),
    ]
    for (lines, angles) in expected {
      for (line, angle) in zip(lines, angles) {
        let twoTheta = try #require(line.twoTheta(wavelength: SeedInstrument.wavelength))
        #expect(abs(twoTheta / degree - angle) < 6e-4, "\(line.label)")
      }
    }
  }

  @Test func aLineOfACellHasItsSpacing() {
    // Triclinic, d of 1 -2 3 by gemmi 0.7.5.
    let cell = UnitCell(
      a: 5e-10, b: 6e-10, c: 7e-10, alpha: 80 * degree, beta: 95 * degree, gamma: 105 * degree)
    let line = DiffractionLine(h: 1, k: -2, l: 3, cell: cell, intensity: 1, multiplicity: 2)
    #expect(abs(line.dSpacing * 1e10 - 1.633_757_745_6) < 1e-6)
  }

  @Test func pointSpreadKeepsTheSumAndAddsItsVariance() throws {
    let shape = FrameShape(rows: 41, columns: 41)
    var point = [Float](repeating: 0, count: shape.count)
    point[20 * 41 + 20] = 1
    for (rows, columns) in [(0.02, 0.5), (0.4, 2.0), (4.0, 0.0)] {
      let spread = try #require(PointSpread(rowVariance: rows, columnVariance: columns))
      let image = try spread(point, shape: shape, threads: 1)
      #expect(try spread(point, shape: shape, threads: 2) == image)
      var moments = (0.0, 0.0, 0.0)
      for (index, value) in image.enumerated() {
        let (row, column) = (Double(index / 41) - 20, Double(index % 41) - 20)
        moments.0 += Double(value)
        moments.1 += Double(value) * row * row
        moments.2 += Double(value) * column * column
      }
      #expect(abs(moments.0 - 1) < 1e-6)
      #expect(abs(moments.1 - rows) < 1e-5 && abs(moments.2 - columns) < 1e-5)
    }
    #expect(PointSpread(rowVariance: 1e-4, columnVariance: 1e-4) == nil)
  }

  @Test func theFootprintOfTheBeamSpreadsRings() throws {
    var scene = PowderScene(
      beam: SeedInstrument.beam,
      phases: [
        PowderPhase("a", lines: [PowderLines.nmc811()[0]], scale: 1e6, profile: .gaussian(fwhm: 0.3 * degree))
      ])
    // One pixel wide across, nothing upwards: the ring widens along the columns alone.
    scene.beam.footprintWidth = 2e-4
    scene.beam.footprintHeight = 0
    let detector = DetectorModel(geometry: geometry)
    let wide = try detector.expectedPhotons(of: scene)
    scene.beam.footprintWidth = 0
    let sharp = try detector.expectedPhotons(of: scene)
    func variance(_ values: [Double]) -> Double {
      let sum = values.reduce(0, +)
      let mean = zip(0..., values).reduce(0) { $0 + Double($1.0) * $1.1 } / sum
      return zip(0..., values).reduce(0) { $0 + pow(Double($1.0) - mean, 2) * $1.1 } / sum
    }
    let across = variance((50..<120).map { Double(wide[50 * 120 + $0]) })
    let before = variance((50..<120).map { Double(sharp[50 * 120 + $0]) })
    #expect(abs(across - before - 1 / 5.545) < 2e-3)
  }

  @Test func fibreTextureOfOtherPlanesHasTheMeanOneOverTheSphere() {
    for angle in [0.3, 1.0, 1.5] {
      var sum = 0.0
      for step in 0..<400 {
        sum += LineTexture.poleDensity(cosine: (Double(step) + 0.5) / 400, ratio: 0.5, poleAngles: [angle]) / 400
      }
      #expect(abs(sum - 1) < 1e-3)
    }
    // Planes perpendicular to the axis: the closed form.
    let closed = LineTexture.density(squaredCosine: 0.49, ratio: 0.5)
    #expect(abs(LineTexture.poleDensity(cosine: 0.7, ratio: 0.5, poleAngles: [0]) - closed) < 1e-12)
  }

  @Test func aTableOfPolesEqualsItsIntegral() {
    let angles = [0.4, 1.2]
    let texture = LineTexture(.marchDollase(ratio: 0.7, axis: SIMD3(1, 1, 0)), poleAngles: angles)
    let t = SIMD3(0.01, 0.03, 0.1)
    let length = (t * t).sum().squareRoot()
    let q = t / length - SIMD3(0, 0, 1)
    let cosine = abs((q.x + q.y) / 2.0.squareRoot() / (q * q).sum().squareRoot())
    let expected = LineTexture.poleDensity(cosine: cosine, ratio: 0.7, poleAngles: angles)
    #expect(abs(texture.factor(at: t, length: length) - expected) < 1e-6)
  }

  @Test func profilesHaveUnitAreaAndTheirWidth() throws {
    for mixing in [0.0, 0.4, 1] {
      let shape = try RingShape(fwhm: 0.01, mixing: mixing)
      #expect(abs(shape(0.005) / shape(0) - 0.5) < 1e-9)
      let steps = 100_000
      let step = 2 * shape.reach / Double(steps)
      let area = (0..<steps).reduce(0.0) { $0 + step * shape(-shape.reach + (Double($1) + 0.5) * step) }
      #expect(abs(area - 1) < 1e-6)
    }
    // Thompson, Cox & Hastings: pure Gaussian and pure Lorentzian come out as such.
    let caglioti = try RingProfile.instrument(u: 4e-6, v: -1e-6, w: 1e-6).shape(twoTheta: 0.3)
    let tangent = tan(0.15)
    #expect(abs(caglioti.fwhm - (4e-6 * tangent * tangent - 1e-6 * tangent + 1e-6).squareRoot()) < 1e-12)
    #expect(caglioti.mixing == 0)
    let lorentzian = try RingProfile.instrument(u: 0, v: 0, w: 0, x: 1e-3, y: 2e-3).shape(twoTheta: 0.3)
    #expect(abs(lorentzian.fwhm - (1e-3 * tangent + 2e-3 / cos(0.15))) < 1e-12)
    #expect(abs(lorentzian.mixing - 1) < 1e-9)
  }

  @Test func gaussLegendreIsExactForPolynomials() {
    for count in 1...GaussLegendre.largest {
      let rule = GaussLegendre(count)
      for power in 0..<2 * count {
        let integral = zip(rule.points, rule.weights).reduce(0) { $0 + $1.1 * pow($1.0, Double(power)) }
        let exact = power.isMultiple(of: 2) ? pow(0.5, Double(power)) / Double(power + 1) : 0
        #expect(abs(integral - exact) < 1e-14)
      }
    }
  }

  @Test func aSeriesReadsLikeAFile() throws {
    let detector = DetectorModel(geometry: geometry, readNoise: 1, offset: 20)
    let scene = PowderScene(
      beam: SeedInstrument.beam,
      phases: [PowderPhase("a", lines: PowderLines.nmc811(), scale: 100, profile: .gaussian(fwhm: 0.3 * degree))],
      background: ScatteringBackground(flat: 2))
    let still = try SimulatedFrames(scene, detector: detector, count: 3, seed: 1)
    let moving = try SimulatedFrames(detector: detector, count: 3, seed: 1) { frame in
      var scene = scene
      scene.phases[0].strain = 0.05 * Double(frame)
      return scene
    }
    #expect(still.shape == FrameShape(rows: 100, columns: 120) && still.pixelType == .uint16)
    let first = try still.floats(frame: 0)
    #expect(try moving.floats(frame: 0) == first)
    #expect(try moving.floats(frame: 2) != still.floats(frame: 2))
    #expect(try still.floats(frame: 1) != first)
    #expect(try still.floats(frame: 0) == first)
    let expected = try detector.expectedPhotons(of: scene)
    #expect(try detector.frame(expected: expected, seed: 1, frame: 1).map { Float($0) } == still.floats(frame: 1))
  }

  @Test func calibrantFramesHaveTheStatedBrightness() throws {
    let detector = DetectorModel(geometry: SeedInstrument.geometry())
    let image = try detector.expectedPhotons(of: try SeedInstrument.calibrant(.weak))
    // Vertical, where polarisation takes nothing; the pixel's own width takes 10 %.
    let column = stride(from: 1528, to: 3056, by: 1).map { image[$0 * 3056 + 1528] }
    let crest = Double(column[900..<1100].max() ?? 0) - 20
    #expect(crest > 50 && crest < 61)
    #expect(abs(Double(image[1528 * 3056 + 1528]) - 20) < 0.5)
  }
}
