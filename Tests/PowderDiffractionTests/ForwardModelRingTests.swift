import ArrayMath
import Foundation
import PowderDiffraction
import Testing

/// What a pixel holds, written from the equation: dense midpoints, angles from the geometry, one line.
private func plainPixel(
  _ row: Int, _ column: Int, geometry: DetectorGeometry, line: Double, photons: Double, shape: RingShape,
  polarisation: Double, displacement: Double = 0, points: Int = 16,
  texture: (_ twoTheta: Double, _ azimuth: Double) -> Double = { _, _ in 1 }
) -> Double {
  let poni = geometry.poni
  let normal = poni.rotation(SIMD3(0, 0, 1))
  var sum = 0.0
  for i in 0..<points {
    for j in 0..<points {
      let r = Double(row) + (Double(i) + 0.5) / Double(points)
      let c = Double(column) + (Double(j) + 0.5) / Double(points)
      let place =
        geometry.isTransposed ? geometry.grid.position(row: c, column: r) : geometry.grid.position(row: r, column: c)
      let t = poni.laboratoryPosition(axis1: place.axis1, axis2: place.axis2) - SIMD3(0, 0, displacement)
      let length = (t * t).sum().squareRoot()
      let twoTheta = acos(t.z / length)
      let azimuth = atan2(t.x, t.y)
      let cosine = cos(twoTheta)
      let p = 0.5 * (1 + cosine * cosine - polarisation * cos(2 * azimuth) * (1 - cosine * cosine))
      let solidAngle = (normal * t).sum() / (length * length * length)
      sum += photons * shape(twoTheta - line) / (2 * .pi * sin(twoTheta)) * p * solidAngle * texture(twoTheta, azimuth)
    }
  }
  return sum / Double(points * points) * geometry.grid.pixelHeight * geometry.grid.pixelWidth
}

private let degree = Double.pi / 180

/// A small plate close to the sample: 400 x 420 pixels of 100 µm x 90 µm at 60 mm.
private func smallGeometry(
  tilt: (Double, Double, Double) = (0, 0, 0), orientation: DetectorOrientation = .bottomRight,
  isTransposed: Bool = false
) -> DetectorGeometry {
  let grid = DetectorGrid(
    shape: FrameShape(rows: 400, columns: 420), pixelHeight: 100e-6, pixelWidth: 90e-6, orientation: orientation)
  return DetectorGeometry(
    poni: PoniGeometry(
      distance: 0.06, poni1: 0.0203, poni2: 0.0187, rotation1: tilt.0, rotation2: tilt.1, rotation3: tilt.2),
    grid: grid, wavelength: 0.65e-10, isTransposed: isTransposed)
}

private func scene(
  _ twoTheta: Double, fwhm: Double = 0.2 * degree, mixing: Double = 0, photons: Double = 1e6,
  polarisation: Double = 0.99,
  texture: RingTexture? = nil, displacement: Double = 0
) -> PowderScene {
  PowderScene(
    beam: IncidentBeam(wavelength: 0.65e-10, polarisation: polarisation),
    phases: [
      PowderPhase(
        "one ring",
        lines: [DiffractionLine("a", twoTheta: twoTheta, wavelength: 0.65e-10, intensity: 1)], scale: photons,
        profile: .constant(fwhm: fwhm, mixing: mixing), texture: texture, displacement: displacement)
    ])
}

@Suite struct ForwardModelRingTests {
  @Test(arguments: [(0.0, 0.0, 0.0), (0.05, -0.08, 0.3)])
  func theWholeRingIsOnThePlateWhateverTheTilt(tilt: (Double, Double, Double)) throws {
    let twoTheta = 12 * degree
    let detector = DetectorModel(geometry: smallGeometry(tilt: tilt))
    let image = try detector.expectedPhotons(of: scene(twoTheta))
    let total = image.reduce(0.0) { $0 + Double($1) }
    // cos 2χ has no mean over a ring, so the degree of polarisation does not matter.
    let expected = 1e6 * (1 + pow(cos(twoTheta), 2)) / 2
    #expect(abs(total / expected - 1) < 2e-6)
  }

  @Test(arguments: DetectorOrientation.allCases, [false, true])
  func equalsThePlainSum(orientation: DetectorOrientation, isTransposed: Bool) throws {
    let geometry = smallGeometry(tilt: (0.06, -0.04, 0.2), orientation: orientation, isTransposed: isTransposed)
    let detector = DetectorModel(geometry: geometry)
    let line = 12 * degree
    let displacement = 0.4e-3
    let image = try detector.expectedPhotons(of: scene(line, mixing: 0.3, displacement: displacement))
    let shape = try RingShape(fwhm: 0.2 * degree, mixing: 0.3)
    var generator = SeededGenerator(seed: 1)
    let columns = detector.imageShape.columns
    let crest = Double(image.max() ?? 0)
    for _ in 0..<400 {
      let row = Int.random(in: 0..<detector.imageShape.rows, using: &generator)
      let column = Int.random(in: 0..<columns, using: &generator)
      let plain = plainPixel(
        row, column, geometry: geometry, line: line, photons: 1e6, shape: shape, polarisation: 0.99,
        displacement: displacement)
      #expect(abs(Double(image[row * columns + column]) - plain) < 2e-4 * crest)
    }
  }

  @Test func subPixelPointsHaveConverged() throws {
    let line = 12 * degree
    var chosen = DetectorModel(geometry: smallGeometry(tilt: (0.03, 0.05, 0)))
    // A pixel is 0.09 degree wide here: rings of half, one and three pixels.
    for (fwhm, limit) in [(0.045, 2e-3), (0.09, 5e-4), (0.27, 3e-4)] {
      chosen.samplesPerEdge = nil
      let automatic = try chosen.expectedPhotons(of: scene(line, fwhm: fwhm * degree))
      chosen.samplesPerEdge = 20
      let dense = try chosen.expectedPhotons(of: scene(line, fwhm: fwhm * degree))
      let worst = zip(automatic, dense).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst < Float(limit) * (dense.max() ?? 0))
      let bias = zip(automatic, dense).reduce(0.0) { $0 + Double($1.0 - $1.1) } / dense.reduce(0.0) { $0 + Double($1) }
      #expect(abs(bias) < 1e-5)
    }
  }

  @Test(arguments: [0.0, 0.03])
  func theCentroidOfARingIsItsLine(tilt: Double) throws {
    // Unpolarised, so that only (1 + cos²)/2 has to be divided out; 003 of the pristine cathode on the seed's plate.
    var scene = PowderScene(
      beam: SeedInstrument.beam,
      phases: [
        PowderPhase(
          "NMC811", lines: Array(PowderLines.nmc811().prefix(1)), scale: 1e6,
          profile: .gaussian(fwhm: 25e-3 * degree))
      ])
    scene.beam.polarisation = 0
    let geometry = SeedInstrument.geometry(tilt: (tilt, -tilt / 2, 0))
    let line = try #require(scene.phases[0].lines[0].twoTheta(wavelength: SeedInstrument.wavelength))
    let detector = DetectorModel(geometry: geometry)
    let image = try detector.expectedPhotons(of: scene)
    var weights = 0.0
    var moment = 0.0
    for row in 850..<2200 {
      for column in 850..<2200 where image[row * 3056 + column] > 0 {
        let twoTheta = geometry.twoTheta(row: Double(row) + 0.5, column: Double(column) + 0.5)
        let weight = Double(image[row * 3056 + column]) / (1 + pow(cos(twoTheta), 2))
        weights += weight
        moment += weight * (twoTheta - line)
      }
    }
    #expect(abs(moment / weights) < 0.002e-3 * degree)
  }

  @Test func theSeedsRingsLieWhereTheReferencePutsThem() throws {
    let detector = DetectorModel(geometry: SeedInstrument.geometry())
    for (index, radius) in [(0, 590.1), (4, 1416.6)] {
      let scene = PowderScene(
        beam: SeedInstrument.beam,
        phases: [
          PowderPhase(
            "NMC811", lines: [PowderLines.nmc811()[index]], scale: 1e6, profile: .gaussian(fwhm: 25e-3 * degree))
        ])
      let image = try detector.expectedPhotons(of: scene)
      // Along the row through the middle, from column 1528 on; the row's centre lies half a pixel above the beam.
      let row = image[(1528 * 3056 + 1528)..<(1529 * 3056)]
      let sum = row.reduce(0.0) { $0 + Double($1) }
      let centroid = zip(0..., row).reduce(0.0) { $0 + (Double($1.0) + 0.5) * Double($1.1) } / sum
      #expect(abs(centroid - radius) < 0.06)
    }
  }

  @Test func intensityAlongARingFollowsPolarisationAndSolidAngle() throws {
    let geometry = smallGeometry(tilt: (0.08, 0.1, 0))
    let detector = DetectorModel(geometry: geometry)
    let line = 12 * degree
    let shape = detector.imageShape
    let image = try detector.expectedPhotons(of: scene(line))
    // Photons in sectors of 30 degrees: the solid angle of each is the same, so polarisation alone makes a difference.
    var sectors = [Double](repeating: 0, count: 12)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns where image[row * shape.columns + column] > 0 {
        // Pixels across a border are shared by points, or the border would decide.
        for i in 0..<16 {
          for j in 0..<16 {
            let azimuth = geometry.azimuth(
              row: Double(row) + (Double(i) + 0.5) / 16, column: Double(column) + (Double(j) + 0.5) / 16)
            let sector = min(Int((azimuth + .pi) / (.pi / 6)), 11)
            sectors[sector] += Double(image[row * shape.columns + column]) / 256
          }
        }
      }
    }
    let square = pow(cos(line), 2)
    for sector in 0..<12 {
      // The mean of cos 2χ over the sector.
      let (low, high) = (Double(sector) * .pi / 6 - .pi, Double(sector + 1) * .pi / 6 - .pi)
      let mean = (sin(2 * high) - sin(2 * low)) / 2 / (.pi / 6)
      let expected = 1e6 / 12 * 0.5 * (1 + square - 0.99 * mean * (1 - square))
      #expect(abs(sectors[sector] / expected - 1) < 5e-4)
    }
    // Twelve degrees off the beam, horizontally polarised: 4 % less in the horizontal than in the vertical.
    #expect(sectors[2] > 1.03 * sectors[0])
  }

  @Test func theSensorStopsMoreAtSlantingIncidence() throws {
    let geometry = smallGeometry(tilt: (0.1, 0, 0))
    let plain = try DetectorModel(geometry: geometry).expectedPhotons(of: scene(12 * degree))
    let thin = try DetectorModel(geometry: geometry, sensorAttenuation: 0.5).expectedPhotons(of: scene(12 * degree))
    for (index, value) in plain.enumerated() where value > 1 {
      let place = geometry.grid.position(row: Double(index / 420) + 0.5, column: Double(index % 420) + 0.5)
      let (p1, p2) = (place.axis1 - 0.0203, place.axis2 - 0.0187)
      let cosine = 0.06 / (0.06 * 0.06 + p1 * p1 + p2 * p2).squareRoot()
      let expected = (1 - exp(-0.5 / cosine)) / (1 - exp(-0.5))
      #expect(abs(Double(thin[index] / value) - expected) < 1e-5)
    }
  }

  @Test func strainAndDisplacementMoveTheRing() throws {
    // Reference, section 0: a shift z towards the detector looks like dd/d = (z/L) (sin 4θ / 4) cot θ on 003.
    var phase = PowderPhase(
      "NMC811", lines: Array(PowderLines.nmc811().prefix(1)), scale: 1e6, profile: .gaussian(fwhm: 25e-3 * degree))
    let detector = DetectorModel(geometry: SeedInstrument.geometry())
    func radius(_ phase: PowderPhase) throws -> Double {
      let image = try detector.expectedPhotons(of: PowderScene(beam: SeedInstrument.beam, phases: [phase]))
      let row = image[(1528 * 3056 + 1528)..<(1529 * 3056)]
      return zip(0..., row).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } / row.reduce(0.0) { $0 + Double($1) }
    }
    let still = try radius(phase)
    phase.displacement = 100e-6
    let shifted = try radius(phase)
    #expect(abs((shifted - still) / (-590.1 * 100e-6 / 131.67e-3) - 1) < 0.01)
    phase.displacement = 0
    phase.strain = 0.986 * 100e-6 / 131.67e-3
    #expect(abs(try radius(phase) - shifted) < 0.005)
  }

  @Test func cosineTextureModulatesTheRing() throws {
    let geometry = smallGeometry()
    let texture = RingTexture.cosine(amplitude: 0.6, order: 2, phase: 0.5)
    let line = 12 * degree
    let image = try DetectorModel(geometry: geometry).expectedPhotons(of: scene(line, texture: texture))
    let shape = try RingShape(fwhm: 0.2 * degree, mixing: 0)
    let crest = Double(image.max() ?? 0)
    for index in stride(from: 0, to: image.count, by: 331) {
      let plain = plainPixel(
        index / 420, index % 420, geometry: geometry, line: line, photons: 1e6, shape: shape, polarisation: 0.99
      ) { _, azimuth in 1 + 0.6 * cos(2 * (azimuth - 0.5)) }
      #expect(abs(Double(image[index]) - plain) < 3e-4 * crest)
    }
  }

  @Test func marchDollaseTextureModulatesTheRing() throws {
    let geometry = smallGeometry()
    let line = 12 * degree
    let texture = RingTexture.marchDollase(ratio: 0.6, axis: SIMD3(2, 0, 0))
    let image = try DetectorModel(geometry: geometry).expectedPhotons(of: scene(line, texture: texture))
    let shape = try RingShape(fwhm: 0.2 * degree, mixing: 0)
    let crest = Double(image.max() ?? 0)
    for index in stride(from: 0, to: image.count, by: 331) {
      let plain = plainPixel(
        index / 420, index % 420, geometry: geometry, line: line, photons: 1e6, shape: shape, polarisation: 0.99
      ) { twoTheta, azimuth in
        // The scattering vector is inclined by θ to the plane across the beam; axis 1 is its sine.
        let cosine = cos(twoTheta / 2) * sin(azimuth)
        return pow(0.36 * cosine * cosine + (1 - cosine * cosine) / 0.6, -1.5)
      }
      #expect(abs(Double(image[index]) - plain) < 3e-4 * crest)
    }
  }
}
