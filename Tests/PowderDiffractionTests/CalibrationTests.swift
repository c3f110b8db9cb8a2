import ArrayMath
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct CalibrationTests {
  static let degree = Double.pi / 180
  static let wavelength = 12.398419843320026 / 19 * 1e-10
  static let shape = FrameShape(rows: 700, columns: 640)
  static let pixel = 140e-6

  /// A plate of 98 x 90 mm with a tilt of 0.8 degrees.
  static func rings(
    poni: PoniGeometry = .init(
      distance: 0.13167, poni1: 0.0475, poni2: 0.0469, rotation1: 0.012, rotation2: -0.008),
    height: Double = 4000, background: Double = 50, width: Double = 0.08, transform: DetectorOrientation = .topRight,
    shape: FrameShape = shape
  ) -> SimulatedRings {
    SimulatedRings(
      geometry: DetectorGeometry(
        poni: poni,
        grid: DetectorGrid(shape: shape, pixelHeight: pixel, pixelWidth: pixel, orientation: transform),
        wavelength: wavelength),
      dSpacings: SimulatedRings.lanthanumHexaboride(least: 1.0e-10), height: height, background: background,
      width: width * degree)
  }

  static func calibration(_ start: CalibrationStart) -> Calibration {
    var options = CalibrationOptions(start: start)
    options.solidAngle = false
    return Calibration(
      rings: SimulatedRings.lanthanumHexaboride(least: 0.8e-10).map { CalibrationRing(dSpacing: $0) },
      pixelHeight: pixel, pixelWidth: pixel, options: options)
  }

  static func frame(_ rings: SimulatedRings, seed: UInt64 = 1, offset: Double = 0) throws -> CalibrationFrame {
    CalibrationFrame(
      pixels: try rings.frame(seed: seed), shape: rings.geometry.grid.shape,
      wavelength: rings.geometry.wavelength ?? 0, distanceOffset: offset)
  }

  /// Largest difference of 2θ over the plate, in mdeg.
  static func worst(_ a: DetectorGeometry, _ b: DetectorGeometry) -> Double {
    var worst = 0.0
    for row in stride(from: 0, through: 700, by: 70) {
      for column in stride(from: 0, through: 640, by: 64) {
        worst = max(
          worst,
          abs(
            a.twoTheta(row: Double(row), column: Double(column)) - b.twoTheta(row: Double(row), column: Double(column)))
        )
      }
    }
    return worst / degree * 1e3
  }

  static func pulls(_ result: CalibrationResult, _ truth: PoniGeometry) -> [Double] {
    let found = result.geometry.poni
    let differences = [
      found.distance - truth.distance, found.poni1 - truth.poni1, found.poni2 - truth.poni2,
      found.rotation1 - truth.rotation1, found.rotation2 - truth.rotation2,
    ]
    return zip(differences, result.sigmas).map { $0 / $1 }
  }

  @Test(arguments: [CalibrationStart.unknown, .distance(0.13167 * 0.82), .distance(0.13167 * 1.2)])
  func brightRingsNeedNoStart(start: CalibrationStart) throws {
    let rings = Self.rings()
    let result = try Self.calibration(start)([Self.frame(rings)])
    #expect(Self.worst(result.geometry, rings.geometry) < 0.1)
    #expect(Self.pulls(result, rings.geometry.poni).allSatisfy { abs($0) < 4 })
    #expect(result.warnings.isEmpty)
    #expect(result.chiSquare / Double(result.freedom) < 1.2)
    #expect(result.rings.count >= 7 && result.explainedIntensity > 0.9 && result.ringCorrelation > 0.9)
  }

  @Test func weakRingsNeedNoStart() throws {
    let rings = Self.rings(height: 60, background: 20)
    let result = try Self.calibration(.unknown)([Self.frame(rings)])
    #expect(Self.worst(result.geometry, rings.geometry) < 1)
    #expect(Self.pulls(result, rings.geometry.poni).allSatisfy { abs($0) < 4 })
  }

  @Test func theCentreMayLieOffThePlate() throws {
    let poni = PoniGeometry(distance: 0.13167, poni1: -0.012, poni2: 0.05, rotation1: 0.01, rotation2: 0.006)
    let rings = Self.rings(poni: poni)
    let result = try Self.calibration(.distance(0.12))([Self.frame(rings)])
    #expect(Self.worst(result.geometry, rings.geometry) < 0.2)
    #expect(Self.pulls(result, poni).allSatisfy { abs($0) < 4 })
  }

  @Test func theCovarianceIsThatOfTheParametersInBothForms() throws {
    let rings = Self.rings()
    let result = try Self.calibration(.distance(0.13))([Self.frame(rings)])
    #expect(result.covariance.count == 64 && result.beamCovariance.count == 64)
    // Beam centre and distance hardly depend on each other; PONI and rotation do, strongly.
    #expect(abs(result.beamCorrelation[1 * 8 + 2]) < 0.1)
    #expect(abs(result.correlation[1 * 8 + 4]) > 0.8)
    #expect((0..<5).allSatisfy { abs(result.correlation[$0 * 9] - 1) < 1e-12 })
    #expect(result.covariance[5 * 9] == 0)
    let centre = try #require(result.geometry.poni.beamCentre)
    #expect(abs(centre.axis1 - result.beamParameters[1]) < 1e-12)
  }

  @Test func whatIsHeldStays() throws {
    let rings = Self.rings()
    var start = rings.geometry.poni
    start.poni1 += 0.0004
    start.distance += 0.0005
    var calibration = Self.calibration(.geometry(start))
    calibration.options.free = [.distance, .poni1, .poni2]
    let result = try calibration([Self.frame(rings)])
    #expect(abs(result.geometry.poni.rotation1 - start.rotation1) < 1e-12)
    #expect(abs(result.geometry.poni.rotation2 - start.rotation2) < 1e-12)
    #expect(result.sigmas[3] < 1e-12 && result.sigmas[0] > 0)
    #expect(Self.pulls(result, rings.geometry.poni)[..<3].allSatisfy { abs($0) < 4 })
  }

  @Test func severalDistancesGiveTheWavelength() throws {
    let rings = Self.rings(shape: FrameShape(rows: 500, columns: 500))
    var farther = rings
    // The stage moves along the beam: the PONI follows the tilted plate.
    let plate = try #require(rings.geometry.poni.beamCentre)
    let normal = cos(rings.geometry.poni.rotation1) * cos(rings.geometry.poni.rotation2)
    let direct = rings.geometry.poni.distance / normal + 0.05
    farther.geometry.poni.distance = direct * normal
    farther.geometry.poni.poni1 = plate.axis1 - direct * sin(rings.geometry.poni.rotation2)
    farther.geometry.poni.poni2 =
      plate.axis2 + direct * cos(rings.geometry.poni.rotation2) * sin(rings.geometry.poni.rotation1)
    var frames = [try Self.frame(rings), try Self.frame(farther, seed: 2, offset: 0.05)]
    for index in frames.indices { frames[index].wavelength *= 1.001 }
    var calibration = Self.calibration(.distance(0.13))
    calibration.options.free.insert(.wavelength)
    let result = try calibration(frames)
    #expect(abs(result.wavelengthScale * 1.001 - 1) < 4 * result.sigmas[5])
    #expect(result.sigmas[5] < 2e-5)
    #expect(Self.pulls(result, rings.geometry.poni).allSatisfy { abs($0) < 4 })
  }

  @Test func aGivenGeometryTellsTheTransform() throws {
    for orientation in DetectorOrientation.allCases {
      let rings = Self.rings(transform: orientation)
      let result = try Self.calibration(.geometry(rings.geometry.poni))([Self.frame(rings)])
      #expect(result.geometry.grid.orientation == orientation && !result.geometry.isTransposed)
      #expect(result.transforms.count == 8)
      #expect(result.transforms.count { $0.finding == .contradicted } == 7)
      #expect(Self.worst(result.geometry, rings.geometry) < 0.1)
    }
  }

  @Test func aTransposedImageIsToldByAGivenGeometry() throws {
    let rings = Self.rings()
    let frame = try Self.frame(rings)
    let stored = FrameShape(rows: 640, columns: 700)
    let pixels = (0..<stored.count).map { frame.pixels[$0 % 700 * 640 + $0 / 700] }
    let result = try Self.calibration(.geometry(rings.geometry.poni))([
      CalibrationFrame(pixels: pixels, shape: stored, wavelength: Self.wavelength)
    ])
    #expect(result.geometry.isTransposed && result.geometry.grid.shape == Self.shape)
    #expect(Self.worst(result.geometry, rings.geometry) < 0.1)
  }

  @Test func polarisationTellsATransposedImageWithoutAStart() throws {
    var rings = Self.rings()
    rings.polarisation = 0.95
    let frame = try Self.frame(rings)
    var calibration = Self.calibration(.distance(0.13))
    calibration.options.polarisation = 0.95
    let upright = try calibration([frame])
    #expect(!upright.geometry.isTransposed)
    let own = try #require(upright.transforms.first { $0.finding == .chosen })
    let degree = try #require(own.polarisation)
    let sigma = try #require(own.polarisationSigma)
    #expect(abs(degree - 0.95) < max(4 * sigma, 0.02))
    #expect(upright.transforms.count { $0.finding == .tied } == 3)
    #expect(upright.transforms.count { $0.finding == .contradicted } == 4)
    #expect(Self.pulls(upright, rings.geometry.poni).allSatisfy { abs($0) < 4 })
    let stored = FrameShape(rows: 640, columns: 700)
    let pixels = (0..<stored.count).map { frame.pixels[$0 % 700 * 640 + $0 / 700] }
    let turned = try calibration([CalibrationFrame(pixels: pixels, shape: stored, wavelength: Self.wavelength)])
    #expect(turned.geometry.isTransposed)
    #expect(Self.worst(turned.geometry, rings.geometry) < 0.1)
    // Points are given where the file has them.
    let point = try #require(turned.points.first)
    #expect(
      abs(
        turned.geometry.twoTheta(row: point.column, column: point.row) - point.residual
          - turned.rings.first { $0.ring == point.ring }!.twoTheta) < 1e-9)
  }

  @Test func spottyRingsWork() throws {
    // Each ring is broken into grains: one sector in three is dark, the others vary by a factor of ten.
    let rings = Self.rings()
    var frame = try Self.frame(rings)
    var generator = SeededGenerator(seed: 9)
    let brightness = (0..<720).map { _ in generator.uniform() < 0.33 ? 0 : 0.1 + 0.9 * generator.uniform() }
    for row in 0..<Self.shape.rows {
      for column in 0..<Self.shape.columns {
        let (r, c) = (Double(row) + 0.5, Double(column) + 0.5)
        let index = row * Self.shape.columns + column
        let place = rings.geometry.azimuth(row: r, column: c) + 8 * rings.geometry.twoTheta(row: r, column: c)
        let share = brightness[(Int((place / (2 * .pi) + 2) * 720)) % 720]
        frame.pixels[index] = (50 + max(frame.pixels[index] - 50, 0) * Float(share)).rounded()
      }
    }
    let result = try Self.calibration(.unknown)([frame])
    #expect(Self.worst(result.geometry, rings.geometry) < 1)
  }
}
