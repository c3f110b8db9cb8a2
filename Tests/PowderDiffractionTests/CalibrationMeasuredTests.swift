import ArrayMath
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct CalibrationMeasuredTests {
  /// The geometry published with the frame, for the image turned upside down.
  static let published = PoniGeometry(
    distance: 0.208651380603, poni1: 0.0872948482846, poni2: 0.0799601126306, rotation1: -0.0184422457059,
    rotation2: 0.00413760084465)

  @Test(arguments: [0.8, 0.9, 1.1, 1.2])
  func theMeasuredCeriaFrameNeedsNoMoreThanARoughDistance(factor: Double) throws {
    guard let path = SharedData.path("diffraction/dioptas/CeO2_Pilatus1M.tif") else { return }
    let image = try #require(PlainTIFF(path: path))
    var options = CalibrationOptions(start: .distance(Self.published.distance * factor))
    options.polarisation = 0.95
    let calibration = Calibration(
      rings: SimulatedRings.ceria(least: 0.5e-10).map { CalibrationRing(dSpacing: $0) }, pixelHeight: 172e-6,
      pixelWidth: 172e-6, options: options)
    let result = try calibration([
      CalibrationFrame(
        pixels: image.pixels, shape: FrameShape(rows: image.rows, columns: image.columns), wavelength: 0.4066e-10)
    ])
    let found = result.geometry.poni
    #expect(abs(found.distance - Self.published.distance) < 1e-4)
    let (own, other) = (try #require(found.beamCentre), try #require(Self.published.beamCentre))
    #expect(hypot(own.axis1 - other.axis1, own.axis2 - other.axis2) < 0.5 * 172e-6)
    #expect(abs(found.rotation1 - Self.published.rotation1) < 0.05 * .pi / 180)
    #expect(abs(found.rotation2 - Self.published.rotation2) < 0.05 * .pi / 180)
    #expect(result.geometry.grid.orientation == .topRight)
    for ring in result.rings where ring.points > 20 { #expect(abs(ring.meanResidual) < 4e-3 * .pi / 180) }
  }

  @Test func theMeasuredStripNeedsItsDistanceAndAngles() throws {
    guard let path = SharedData.path("diffraction/ssrl_lab6/b_toney_lab6_th3_scan1_0008.tif") else { return }
    let image = try #require(PlainTIFF(path: path))
    let published = PoniGeometry(
      distance: 0.9084140734515469, poni1: 0.189145477868554, poni2: 0.2398139957275756, rotation1: 0.08517720750953212,
      rotation2: 0.004888266766587224)
    var start = published
    start.poni1 -= 5e-3
    start.poni2 += 3e-3
    var options = CalibrationOptions(start: .geometry(start))
    options.free = [.poni1, .poni2]
    let calibration = Calibration(
      rings: SimulatedRings.lanthanumHexaboride(least: 1e-10).map { CalibrationRing(dSpacing: $0) },
      pixelHeight: 172e-6, pixelWidth: 172e-6, options: options)
    let result = try calibration([
      CalibrationFrame(
        pixels: image.pixels, shape: FrameShape(rows: image.rows, columns: image.columns), wavelength: 0.8856e-10)
    ])
    #expect(result.geometry.grid.orientation == .bottomRight)
    let reference = DetectorGeometry(poni: published, grid: result.geometry.grid, wavelength: 0.8856e-10)
    var worst = 0.0
    for row in 0..<image.rows {
      for column in stride(from: 0, to: image.columns, by: 5) {
        let (r, c) = (Double(row) + 0.5, Double(column) + 0.5)
        worst = max(worst, abs(result.geometry.twoTheta(row: r, column: c) - reference.twoTheta(row: r, column: c)))
      }
    }
    #expect(worst < 4e-3 * .pi / 180)
  }
}
