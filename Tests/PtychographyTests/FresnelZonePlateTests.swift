import ArrayMath
import Foundation
import Ptychography
import Testing

@Suite struct FresnelZonePlateTests {
  let wavelength = ScanGeometry.wavelength(ofPhotonEnergy: 9700 * 1.602_176_634e-19)
  let plate = FresnelZonePlate()
  let pixel = (height: 42.98e-9, width: 42.98e-9)

  /// ‖a − c b‖/‖a‖ with the c that fits best.
  private func difference(_ a: ComplexImage, _ b: ComplexImage) -> Double {
    var product = (real: 0.0, imaginary: 0.0)
    for (p, q) in zip(a.pixels, b.pixels) {
      let term = q.conjugate * p
      product.real += Double(term.real)
      product.imaginary += Double(term.imaginary)
    }
    let factor = ComplexFloat(Float(product.real / b.power), Float(product.imaginary / b.power))
    let left = zip(a.pixels, b.pixels).reduce(0) { $0 + Double(($1.0 - factor * $1.1).squaredModulus) }
    return (left / a.power).squareRoot()
  }

  @Test func hasTheFocalLengthAndApertureOfItsZones() {
    #expect(abs(plate.focalLength(wavelength: wavelength) - 0.4694) < 1e-4)
    #expect(abs(plate.numericalAperture(wavelength: wavelength) - 4.26e-4) < 1e-6)
    #expect(abs(plate.geometricDiameter(defocus: 8e-3, wavelength: wavelength) - 6.817e-6) < 2e-9)
    #expect(plate.assumptions.count == 5)
    #expect(FresnelZonePlate(diameter: 180e-6, orderSortingAperture: nil).assumptions.count == 2)
  }

  @Test(arguments: [8e-3, -8e-3, 4e-3, 0]) func bothRoutesGiveTheSameProbe(defocus: Double) throws {
    let window = FrameShape(rows: 256, columns: 256)
    let geometry = (height: 42.98e-9, width: 42.98e-9)
    let pupil = try plate.probe(
      wavelength: wavelength, defocus: defocus, pixel: geometry, window: window, route: .pupil)
    let fresnel = try plate.probe(
      wavelength: wavelength, defocus: defocus, pixel: geometry, window: window, route: .fresnel)
    #expect(abs(pupil.power - 1) < 1e-4)
    #expect(difference(pupil, fresnel) < 1e-3, "\(difference(pupil, fresnel))")
  }

  @Test func theSidesOfTheFocusDiffer() throws {
    let window = FrameShape(rows: 128, columns: 128)
    let down = try plate.probe(wavelength: wavelength, defocus: 2e-3, pixel: pixel, window: window)
    let up = try plate.probe(wavelength: wavelength, defocus: -2e-3, pixel: pixel, window: window)
    // Behind the focus the wave diverges: its phase grows away from the axis, and falls before the focus.
    #expect(difference(down, up) > 0.5)
    func bend(_ probe: ComplexImage) -> Float { (probe[64, 64 + 13].conjugate * probe[64, 64 + 16]).phase }
    #expect(bend(down) > 0)
    #expect(bend(up) < 0)
  }

  @Test func thePatternIsAnAnnulus() throws {
    let window = FrameShape(rows: 256, columns: 256)
    let geometry = ScanGeometry(wavelength: wavelength, distance: 9.47, pixelHeight: 110e-6, pixelWidth: 110e-6)
    let probe = try plate.probe(for: geometry, window: window, defocus: 4e-3)
    try expectAnnulus(of: probe, geometry: geometry, window: window)
  }

  private func expectAnnulus(of probe: ComplexImage, geometry: ScanGeometry, window: FrameShape) throws {
    var field = probe
    field.pixels.withUnsafeMutableBufferPointer { WavePropagator(geometry: geometry, window: window).toDetector($0) }
    let pattern = field.map(\.squaredModulus).rolled(rows: window.rows / 2, columns: window.columns / 2)
    let scale = geometry.distance / plate.focalLength(wavelength: wavelength) / geometry.pixelHeight
    var inside = 0.0
    var hole = 0.0
    for row in 0..<window.rows {
      for column in 0..<window.columns {
        let radius = hypot(Double(row - window.rows / 2), Double(column - window.columns / 2))
        if radius < scale * 200e-6 + 2, radius > scale * 30e-6 - 2 { inside += Double(pattern[row, column]) }
        if radius < scale * 30e-6 - 2 { hole += Double(pattern[row, column]) }
      }
    }
    // Of the hard edges of the window a little light goes everywhere.
    #expect(inside > 0.99 * probe.power, "\(inside / probe.power)")
    #expect(hole < 2e-3 * probe.power, "\(hole / probe.power)")
  }

  @Test func aSmallApertureKeepsTheOtherOrdersOut() throws {
    let window = FrameShape(rows: 128, columns: 128)
    let geometry = ScanGeometry(wavelength: wavelength, distance: 9.47, pixelHeight: 220e-6, pixelWidth: 220e-6)
    let pixel = geometry.objectPixel(for: window)
    var sorted = plate
    sorted.orderSortingAperture = .init(diameter: 50e-6, distanceToFocus: 20e-3)
    let probe = try sorted.orderSortedProbe(wavelength: wavelength, defocus: 2e-3, pixel: pixel, window: window)
    #expect(probe.leakage < 1e-3, "\(probe.fractions)")
    #expect(probe.leakage > 0)
    try expectAnnulus(of: probe.probe, geometry: geometry, window: window)
    // The first order by radial integrals is the one by Fourier transforms.
    let first = try sorted.orderSortedProbe(
      wavelength: wavelength, defocus: 2e-3, pixel: pixel, window: window, orders: [1])
    let reference = try plate.probe(wavelength: wavelength, defocus: 2e-3, pixel: pixel, window: window)
    #expect(difference(first.probe, reference) < 0.05, "\(difference(first.probe, reference))")
  }

  @Test func lightThatTheStopDoesNotShadeLeaksThrough() throws {
    // The seed's window of 22 um on coarse pixels.
    let window = FrameShape(rows: 160, columns: 160)
    let pixel = (height: 137.5e-9, width: 137.5e-9)
    let shaded = try plate.orderSortedProbe(
      wavelength: wavelength, defocus: 8e-3, pixel: pixel, window: window, orders: [0, 1])
    #expect(shaded.leakage < 1e-3, "\(shaded.fractions)")
    let open = try FresnelZonePlate(centralStop: 10e-6).orderSortedProbe(
      wavelength: wavelength, defocus: 8e-3, pixel: pixel, window: window, orders: [0, 1])
    #expect(open.leakage > 5 * shaded.leakage, "\(open.fractions)")
    // A quarter of the light on the window's area against 1/π² of that on the zone plate.
    #expect(open.leakage < 0.25 * 22e-6 * 22e-6 * .pi / (4e-8 - 2.5e-11) * 1.5)
  }

  @Test func theOrdersAddUpToTheZonesThemselves() throws {
    // Ten zones, the innermost opaque, and an aperture that cuts nothing.
    let coarse = FresnelZonePlate(
      diameter: 40e-6, outerZoneWidth: 1e-6, centralStop: 0,
      orderSortingAperture: .init(diameter: 300e-6, distanceToFocus: 0.1))
    let focal = coarse.focalLength(wavelength: wavelength)
    let window = FrameShape(rows: 64, columns: 64)
    let step = 0.4e-6
    let distance = focal + 0.03
    let probe = try coarse.orderSortedProbe(
      wavelength: wavelength, defocus: 0.03, pixel: (step, step), window: window,
      orders: [-7, -5, -3, -1, 0, 1, 3, 5, 7]
    ).probe
    /// The Fresnel integral over the open zones, by small steps.
    func intensity(_ rho: Double) -> Double {
      let count = 20_000
      var real = 0.0
      var imaginary = 0.0
      for i in 0..<count {
        let r = (Double(i) + 0.5) * 20e-6 / Double(count)
        guard Int(r * r / (wavelength * focal)) % 2 == 1 else { continue }
        let weight = r * j0(2 * .pi * r * rho / (wavelength * distance))
        real += weight * cos(.pi * r * r / (wavelength * distance))
        imaginary += weight * sin(.pi * r * r / (wavelength * distance))
      }
      return real * real + imaginary * imaginary
    }
    let expected = (0..<28).map { intensity(Double($0) * step) }
    let found = (0..<28).map { Double(probe[32, 32 + $0].squaredModulus) }
    let scale = expected.reduce(0, +) / found.reduce(0, +)
    // Beyond the cone zero and first order interfere as equals, at a hundredth of the peak.
    for (index, (a, b)) in zip(expected, found).enumerated() {
      let limit = (index < 9 ? 0.01 : 0.0015) * expected[0]
      #expect(abs(a - scale * b) < limit, "\(index): \(a / expected[0]) \(scale * b / expected[0])")
    }
  }

  @Test func saysWhatDoesNotFit() throws {
    let window = FrameShape(rows: 512, columns: 512)
    func warnings(_ plate: FresnelZonePlate, _ defocus: Double) throws -> [ProbeSamplingWarning] {
      try plate.checkedSampling(wavelength: wavelength, defocus: defocus, pixel: pixel, window: window)
    }
    #expect(try warnings(plate, 8e-3).isEmpty)
    #expect(try warnings(plate, 15e-3).count == 1)
    var other = plate
    other.orderSortingAperture = .init(diameter: 100e-6, distanceToFocus: 150e-3)
    #expect(try warnings(other, 8e-3).count == 2)
    #expect(throws: PtychographyError.self) { try warnings(plate, 30e-3) }
    #expect(throws: PtychographyError.self) { try warnings(plate, -1) }
    #expect(throws: PtychographyError.self) { try warnings(plate, .nan) }
    #expect(throws: PtychographyError.self) { try warnings(FresnelZonePlate(centralStop: 500e-6), 8e-3) }
    #expect(throws: PtychographyError.self) { try warnings(FresnelZonePlate(outerZoneWidth: 30e-9), 1e-3) }
    #expect(throws: PtychographyError.self) { try warnings(FresnelZonePlate(diameter: 0), 8e-3) }
    other.orderSortingAperture = nil
    #expect(throws: PtychographyError.self) {
      try other.orderSortedProbe(wavelength: wavelength, defocus: 2e-3, pixel: pixel, window: window)
    }
  }
}
