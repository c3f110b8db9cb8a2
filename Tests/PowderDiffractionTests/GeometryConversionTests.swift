import ArrayMath
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct GeometryConversionTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      /// Distance, poni1, poni2 in metres, rotations 1 and 2 in radians.
      var poni: [Double]
      /// Direct distance in mm, centre in pixels, tilt and its direction in degrees: pyFAI's getFit2D.
      var fit2d: [Double]
      /// What pyFAI makes of it again, like `poni`.
      var back: [Double]
    }
    var cases: [Case]
  }

  static func randomGeometry(_ generator: inout SeededGenerator, orientation: DetectorOrientation, isTransposed: Bool)
    -> DetectorGeometry
  {
    func value(_ low: Double, _ high: Double) -> Double { Double.random(in: low...high, using: &generator) }
    let poni = PoniGeometry(
      distance: value(0.05, 1), poni1: value(-0.1, 0.2), poni2: value(-0.1, 0.2), rotation1: value(-1, 1),
      rotation2: value(-1, 1), rotation3: value(-1.5, 1.5))
    let grid = DetectorGrid(
      shape: FrameShape(rows: 195, columns: 487), pixelHeight: 172e-6, pixelWidth: 150e-6, orientation: orientation)
    return DetectorGeometry(poni: poni, grid: grid, wavelength: 1e-10, isTransposed: isTransposed)
  }

  // MARK: - FIT2D

  @Test func agreesWithPyFAIOnFIT2D() throws {
    let file = SharedData.checkout.appending(path: "Tests/Golden/fit2d-pyfai.json")
    let cases = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file)).cases
    #expect(cases.count == 12)
    for golden in cases {
      let p = golden.poni
      let poni = PoniGeometry(distance: p[0], poni1: p[1], poni2: p[2], rotation1: p[3], rotation2: p[4])
      let fit = try Fit2DGeometry(poni, pixelWidth: 33e-6, pixelHeight: 31e-6)
      let degree = Double.pi / 180
      let ours = [
        fit.directDistance * 1e3, fit.centreX, fit.centreY, fit.tilt / degree, fit.tiltPlaneRotation / degree,
      ]
      // pyFAI takes the angles by acos of numbers near 1, which costs half the digits at small tilts.
      for (index, (a, b)) in zip(ours, golden.fit2d).enumerated() {
        #expect(abs(a - b) < (index < 3 ? 1e-8 * max(1, abs(b)) : 1e-4), "\(ours) \(golden.fit2d)")
      }
      let back = try fit.poni()
      let returned = [back.distance, back.poni1, back.poni2, back.rotation1, back.rotation2]
      for (a, b) in zip(returned, golden.back) { #expect(abs(a - b) < 1e-8, "\(returned) \(golden.back)") }
      for (a, b) in zip(returned, p) { #expect(abs(a - b) < 1e-14, "\(returned) \(p)") }
    }
  }

  @Test func fit2DKeepsScatteringAnglesAndLosesTheAzimuth() throws {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<50 {
      let geometry = Self.randomGeometry(&generator, orientation: .bottomRight, isTransposed: false)
      let fit = try Fit2DGeometry(geometry.poni, pixelWidth: 150e-6, pixelHeight: 172e-6)
      let back = try fit.poni()
      #expect(abs(back.twoTheta(axis1: 0.01, axis2: 0.03) - geometry.poni.twoTheta(axis1: 0.01, axis2: 0.03)) < 1e-13)
      let whole = try fit.poni(rotation3: geometry.poni.rotation3)
      #expect(abs(whole.azimuth(axis1: 0.01, axis2: 0.03) - geometry.poni.azimuth(axis1: 0.01, axis2: 0.03)) < 1e-12)
    }
  }

  @Test func fit2DNeedsABeamCentre() {
    let side = PoniGeometry(distance: 0.1, poni1: 0, poni2: 0, rotation1: .pi / 2 + 0.1)
    #expect(throws: GeometryError.noBeamCentre) { try Fit2DGeometry(side, pixelWidth: 1e-4, pixelHeight: 1e-4) }
    let sound = Fit2DGeometry(
      directDistance: 0.2, centreX: 10, centreY: 10, tilt: 0.1, tiltPlaneRotation: 0, pixelWidth: 1e-4,
      pixelHeight: 1e-4)
    for change: (inout Fit2DGeometry) -> Void in [
      { $0.directDistance = 0 }, { $0.directDistance = .nan }, { $0.tilt = 1.6 }, { $0.tilt = .nan },
      { $0.pixelWidth = -1 }, { $0.centreX = .infinity }, { $0.tiltPlaneRotation = .nan },
    ] {
      var bad = sound
      change(&bad)
      #expect(throws: GeometryError.self) { try bad.poni() }
    }
  }

  // MARK: - NeXus and DAWN

  @Test func pixelsKeepTheirPlacesInNeXus() throws {
    var generator = SeededGenerator(seed: 2)
    for orientation in DetectorOrientation.allCases {
      for isTransposed in [false, true] {
        for _ in 0..<25 {
          let geometry = Self.randomGeometry(&generator, orientation: orientation, isTransposed: isTransposed)
          let nexus = NexusDetectorGeometry(geometry)
          let back = try nexus.detectorGeometry(wavelength: 1e-10)
          for (row, column) in [(0.5, 0.5), (100.25, 3), (17, 194)] {
            // (row, column) of the stored image; a transposed one swaps them on the grid.
            let angle =
              isTransposed
              ? geometry.twoTheta(row: column, column: row) : geometry.twoTheta(row: row, column: column)
            let azimuth =
              isTransposed ? geometry.azimuth(row: column, column: row) : geometry.azimuth(row: row, column: column)
            let place = nexus.position(row: row, column: column)
            #expect(abs(atan2((place.x * place.x + place.y * place.y).squareRoot(), place.z) - angle) < 1e-13)
            #expect(abs(atan2(place.y, -place.x) - azimuth) < 1e-12)
            #expect(abs(back.twoTheta(row: row, column: column) - angle) < 1e-13)
            #expect(abs(remainder(back.azimuth(row: row, column: column) - azimuth, 2 * .pi)) < 1e-12)
          }
          if !isTransposed {
            let (a, b) = (back.poni, geometry.poni)
            let differences = [
              a.distance - b.distance, a.poni1 - b.poni1, a.poni2 - b.poni2, a.rotation1 - b.rotation1,
              a.rotation2 - b.rotation2, a.rotation3 - b.rotation3,
            ]
            #expect(differences.allSatisfy { abs($0) < 1e-13 }, "\(differences)")
            #expect(back.grid == geometry.grid)
          }
        }
      }
    }
  }

  @Test func anUntiltedDetectorPointsAsTheConventionSays() {
    // Seen from the source, McStas x is to the left; PONI's axis 2 runs to the right, its axis 1 up.
    let geometry = DetectorGeometry(
      poni: PoniGeometry(distance: 0.2, poni1: 0.01, poni2: 0.02),
      grid: DetectorGrid(shape: FrameShape(rows: 100, columns: 200), pixelHeight: 1e-4, pixelWidth: 1e-4),
      wavelength: nil)
    let nexus = NexusDetectorGeometry(geometry)
    #expect(nexus.slow == SIMD3(0, 1, 0) && nexus.fast == SIMD3(-1, 0, 0))
    #expect(nexus.origin == SIMD3(0.02, -0.01, 0.2))
  }

  @Test func impossibleDirectionsAreRefused() {
    let sound = NexusDetectorGeometry(
      origin: SIMD3(0.02, -0.01, 0.2), fast: SIMD3(-1, 0, 0), slow: SIMD3(0, 1, 0), fastPixelSize: 1e-4,
      slowPixelSize: 1e-4, shape: FrameShape(rows: 10, columns: 10))
    for change: (inout NexusDetectorGeometry) -> Void in [
      { $0.fastPixelSize = 0 }, { $0.slowPixelSize = .nan }, { $0.origin.x = .nan }, { $0.fast = SIMD3(-1, 1, 0) },
      { $0.fast = SIMD3(0.6, 0.8, 0) }, { $0.slow = .zero }, { $0.origin = SIMD3(0.1, 0.1, 0) },
    ] {
      var bad = sound
      change(&bad)
      #expect(throws: GeometryError.self) { try bad.detectorGeometry(wavelength: nil) }
    }
  }

  @Test func dawnAnglesGiveTheSameDirections() throws {
    var generator = SeededGenerator(seed: 3)
    for orientation in DetectorOrientation.allCases {
      for _ in 0..<25 {
        let nexus = NexusDetectorGeometry(
          Self.randomGeometry(&generator, orientation: orientation, isTransposed: false))
        guard orientation == .topRight || orientation == .bottomLeft else {
          #expect(throws: GeometryError.mirrored) { try DawnGeometry(nexus) }
          continue
        }
        let back = try DawnGeometry(nexus).nexus
        for (a, b) in [(back.fast, nexus.fast), (back.slow, nexus.slow), (back.origin, nexus.origin)] {
          #expect(((a - b) * (a - b)).sum() < 1e-26)
        }
      }
    }
  }

  @Test func dawnAnglesAreThoseOfItsRotation() throws {
    // Each angle alone, from the rotation Ry(−yaw) Rx(pitch) Rz(−roll) written out.
    let angle = 0.3
    let (s, c) = (sin(angle), cos(angle))
    let shape = FrameShape(rows: 10, columns: 10)
    func directions(_ yaw: Double, _ pitch: Double, _ roll: Double) -> (SIMD3<Double>, SIMD3<Double>) {
      let nexus = DawnGeometry(
        origin: SIMD3(0, 0, 1), yaw: yaw, pitch: pitch, roll: roll, horizontalPixelSize: 1, verticalPixelSize: 1,
        shape: shape
      ).nexus
      return (nexus.fast, nexus.slow)
    }
    func close(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Bool { ((a - b) * (a - b)).sum() < 1e-30 }
    let yaw = directions(angle, 0, 0)
    #expect(close(yaw.0, SIMD3(-c, 0, -s)) && close(yaw.1, SIMD3(0, -1, 0)))
    let pitch = directions(0, angle, 0)
    #expect(close(pitch.0, SIMD3(-1, 0, 0)) && close(pitch.1, SIMD3(0, -c, -s)))
    let roll = directions(0, 0, angle)
    #expect(close(roll.0, SIMD3(-c, s, 0)) && close(roll.1, SIMD3(-s, -c, 0)))
    let locked = DawnGeometry(
      origin: SIMD3(0, -1, 0), yaw: 0.4, pitch: .pi / 2, roll: 0, horizontalPixelSize: 1, verticalPixelSize: 1,
      shape: shape)
    let again = try DawnGeometry(locked.nexus)
    #expect(abs(again.yaw - 0.4) < 1e-12 && abs(again.pitch - .pi / 2) < 1e-12 && again.roll == 0)
  }

  // MARK: - Derivatives

  @Test func derivativesAreThoseOfDifferences() {
    var generator = SeededGenerator(seed: 4)
    let step = 1e-5
    for _ in 0..<50 {
      let poni = Self.randomGeometry(&generator, orientation: .bottomRight, isTransposed: false).poni
      let (axis1, axis2) = (0.013, 0.041)
      let exact = PoniDifferentiation(poni)
      let place = exact.laboratoryPosition(axis1: axis1, axis2: axis2)
      let angle = exact.twoTheta(axis1: axis1, axis2: axis2)
      let offset = place.value - poni.laboratoryPosition(axis1: axis1, axis2: axis2)
      #expect((offset * offset).sum() < 1e-30)
      #expect(abs(angle.value - poni.twoTheta(axis1: axis1, axis2: axis2)) < 1e-14)
      let parameters: [(WritableKeyPath<PoniGeometry, Double>, SIMD3<Double>, Double)] = [
        (\.distance, place.gradient.distance, angle.gradient.distance),
        (\.poni1, place.gradient.poni1, angle.gradient.poni1), (\.poni2, place.gradient.poni2, angle.gradient.poni2),
        (\.rotation1, place.gradient.rotation1, angle.gradient.rotation1),
        (\.rotation2, place.gradient.rotation2, angle.gradient.rotation2),
        (\.rotation3, place.gradient.rotation3, angle.gradient.rotation3),
      ]
      for (parameter, placeDerivative, angleDerivative) in parameters {
        var (up, down) = (poni, poni)
        up[keyPath: parameter] += step
        down[keyPath: parameter] -= step
        let difference =
          (up.laboratoryPosition(axis1: axis1, axis2: axis2) - down.laboratoryPosition(axis1: axis1, axis2: axis2))
          / (2 * step)
        #expect(((difference - placeDerivative) * (difference - placeDerivative)).sum().squareRoot() < 1e-9)
        let slope =
          (up.twoTheta(axis1: axis1, axis2: axis2) - down.twoTheta(axis1: axis1, axis2: axis2)) / (2 * step)
        #expect(abs(slope - angleDerivative) < 1e-5 * max(1, abs(slope)), "\(slope) \(angleDerivative)")
      }
    }
  }

  @Test func theKinkInTheBeamCentreHasNoSlope() {
    let differentiation = PoniDifferentiation(PoniGeometry(distance: 0.1, poni1: 0.01, poni2: 0.02))
    let centre = differentiation.twoTheta(axis1: 0.01, axis2: 0.02)
    #expect(centre.value == 0 && centre.gradient.poni1 == 0 && centre.gradient.distance == 0)
  }
}
