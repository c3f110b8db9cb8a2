import ArrayMath
import FileFormats
import Foundation
import Ptychography
import TestSupport

/// Measured scans with known answers: a Siemens star, a near-field set, and counts of a whole detector.
func ptychographyMeasuredLines() throws -> [AcceptanceLine] {
  try siemensStarLines() + nearFieldLines() + wholeFrameLines()
}

/// Reconstructs as a run does, and returns E of each pass.
private func errors(
  _ prepared: PreparedScan, probes: [ComplexImage], passes: Int, settings: EngineSettings = EngineSettings(.ePIE),
  seed: UInt64 = 1
) throws -> [Double] {
  let plan = ReconstructionPlan(steps: [.init(engine: settings, passes: passes)])
  let start = Reconstruction(layout: prepared.layout, probes: probes)
  return try Reconstructor(plan: plan, data: prepared.data).run(from: start, seed: seed).state.errors
}

private func siemensStarLines() throws -> [AcceptanceLine] {
  guard let file = SharedData.path("ptychography/aps-siemens-star-tike/siemens-star.h5") else { return [] }
  // The file states positions in pixels; energy and distance only scale the axes.
  var description = PtychographyStackDescription(
    name: "Siemens star", frames: [file + "::/counts"], positions: .dataset(path: file + "::/scan_px", xFirst: false),
    positionUnit: .objectPixels, photonEnergy: 8.8e3 * 1.602_176_634e-19, distance: 2, pixelHeight: 75e-6,
    pixelWidth: 75e-6)
  description.isCornerCentred = true
  description.probe = file + "::/probe_initial"
  let scan = try description.read()
  let prepared = try ScanPreparation().prepare(scan)
  let power = scan.probe[0].pixels.reduce(0.0) { $0 + Double($1.squaredModulus) }
  let factor = Float((prepared.photons / power).squareRoot())
  let found = try errors(prepared, probes: [scan.probe[0].map { factor * $0 }], passes: 20)
  return [
    AcceptanceLine("1", "Siemens star, E of pass 5, three digits", rounded(found[4]), atMost: 1.98e-2),
    AcceptanceLine("1", "Siemens star, E of pass 20, three digits", rounded(found[19]), atMost: 1.95e-2),
  ]
}

/// To the three digits that the known answer has.
private func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }

private func nearFieldLines() throws -> [AcceptanceLine] {
  guard
    let file = SharedData.path("ptychography/petra-p25-nearfield-cdtools/PETRAIII_P25_Near_Field_Ptycho.cxi")
  else { return [] }
  var options = PtychographyReadOptions()
  options.propagation = .nearField
  // 1.12 m in the file is from the focus to the detector.
  options.focusDistance = 3.65e-3
  options.distance = 1.12 - 3.65e-3
  let scan = try PtychographyFile.read(file, options)
  var settings = ScanPreparation.Settings()
  let asWritten = try ScanPreparation(settings).prepare(scan)
  let probe = try ProbeEstimate.nearField(asWritten.data, photons: asWritten.photons).probe
  var test = AxisConventionTest()
  test.passes = 15
  test.largestCount = nil
  let verdict = try test.run(asWritten.data, positions: scan.positions, probes: [probe])
  settings.axes = verdict.supported
  let prepared = try ScanPreparation(settings).prepare(scan)
  var engine = EngineSettings(.ePIE)
  engine.interpolation = .fourier
  let found = try errors(prepared, probes: [probe], passes: 15, settings: engine)
  let whole = try errors(prepared, probes: [probe], passes: 15)
  return [
    AcceptanceLine(
      "1", "PETRA near field, axes found",
      figure:
        "\(verdict.supported), next \(verdict.errors[1].convention) \(String(format: "%.2f", verdict.margin)) times E",
      limit: "rows +y, columns +x", passed: verdict.isDecided && verdict.supported == .asWritten),
    AcceptanceLine("1", "PETRA near field, E of pass 15, positions between pixels", found[14], atMost: 7e-3),
    AcceptanceLine(
      "1", "PETRA near field, E of pass 15, nearest pixels", figure: String(format: "%.4g", whole[14]),
      limit: "reported", passed: true),
  ]
}

private func wholeFrameLines() throws -> [AcceptanceLine] {
  guard let file = SharedData.path("ptychography/aps-test235-512/test235.h5") else { return [] }
  var description = PtychographyStackDescription(
    name: "test235", frames: [file + "::/counts"], positions: .dataset(path: file + "::/position_m", xFirst: false),
    positionUnit: .length(1), photonEnergy: 8.8e3 * 1.602_176_634e-19, distance: 2.2, pixelHeight: 75e-6,
    pixelWidth: 75e-6)
  description.gapValues = [4_294_967_295]
  let scan = try description.read()
  let prepared = try ScanPreparation().prepare(scan)
  let masked = prepared.mask.pixels.count { $0 }
  let hottest = (0..<prepared.data.count).map { prepared.data.pattern($0).pixels.filter { !$0.isNaN }.max() ?? 0 }.max()
  return [
    AcceptanceLine(
      "1", "counts of 512 x 512, gaps masked",
      figure:
        "\(prepared.data.count) patterns, \(masked) pixels masked, highest count left \(hottest ?? 0), axis at row \(String(format: "%.1f", prepared.centre.row)), column \(String(format: "%.1f", prepared.centre.column))",
      limit: "masked, no gap value left; the data's notes: axis near (227, 295)",
      passed: masked > 0 && (hottest ?? .infinity) < 1e6)
  ]
}
