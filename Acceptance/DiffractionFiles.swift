import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction
import TestSupport

/// Damaged calibrations and patterns, 500 of each: an error in words or a read, never a crash.
func diffractionFilesLines() throws -> [AcceptanceLine] {
  var lines: [AcceptanceLine] = []
  func line(_ name: String, _ inputs: [[UInt8]], _ read: ([UInt8]) throws -> Void) {
    let result = MutatedReads(of: inputs, count: 500, read: read)
    lines.append(
      AcceptanceLine(
        "6", "\(name), 500 damaged inputs",
        figure: "\(result.errors) errors (\(result.silentErrors) silent), \(result.reads) reads, slowest "
          + String(format: "%.2f s", result.slowest),
        limit: "no crash, none silent, none above 10 s", passed: result.silentErrors == 0 && result.slowest < 10))
  }
  let geometry = DetectorGeometry(
    poni: PoniGeometry(
      distance: 0.13167, poni1: 0.0471, poni2: 0.0459, rotation1: 0.012, rotation2: -0.008, rotation3: 0.3),
    grid: DetectorGrid(
      shape: FrameShape(rows: 3056, columns: 3040), pixelHeight: 31e-6, pixelWidth: 33e-6, orientation: .topRight),
    wavelength: 6.525484e-11)
  var old = PoniFile(geometry, comments: ["LaB6"])
  (old.version, old.orientation) = (.version1, .bottomRight)
  let ponis = try [PoniFile(geometry, comments: ["LaB6"]).write(), old.write()].map { Array($0.utf8) }
  line("poni", ponis) { _ = try PoniFile.read($0, named: "damaged.poni") }
  let plate = try Fit2DGeometry(geometry.poni, pixelWidth: 33e-6, pixelHeight: 31e-6)
  let forms = Fit2DFile(geometry: plate, shape: geometry.grid.shape, wavelength: geometry.wavelength).write()
  line("fit2d", [Array(forms.utf8)]) { _ = try Fit2DFile.read($0, named: "damaged.fit2d").geometry.poni() }

  let angles = (1...2000).map { Double($0) * 2e-4 }
  let counts = angles.map { 1000 + 900 * sin(40 * $0) }
  let pattern = try PowderPattern(
    axis: .twoTheta, positions: angles, intensities: counts, sigmas: counts.map { $0.squareRoot() },
    wavelength: 6.525484e-11)
  line("xye", [Array(PatternTextFile.write(pattern).utf8)]) {
    _ = try PatternTextFile.read($0, named: "damaged.xye")
  }
  var chi = "image.tif\n2-Theta Angle (Degrees)\nIntensity\n       2000\n"
  for (angle, count) in zip(angles, counts) { chi += " \(angle * 180 / .pi)  \(count)\n" }
  line("chi", [Array(chi.utf8)]) { _ = try PatternTextFile.read($0, named: "damaged.chi") }

  let folder = FileManager.default.temporaryDirectory.appending(path: "operando-diffraction-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let series = try PowderPatternSeries(
    axis: .twoTheta, positions: angles, frameCount: 3, intensities: counts + counts + counts, wavelength: 6.525484e-11)
  let record = AzimuthalIntegrationFile.Record(
    title: "LaB6", instrumentName: "beamline", sourceName: "laboratory", solidAngleApplied: true,
    polarisationApplied: true, normalisationApplied: true, program: "operando", programVersion: "1",
    date: "2026-01-01T00:00:00Z", reference: "none")
  let own = folder.appending(path: "patterns.nxs")
  try NeXusFile.write(
    try AzimuthalIntegrationFile(series: series, record: record).tree(creator: "operando"), to: own.path)
  let foreign = SharedData.checkout.appending(path: "Tests/Golden/azint-h5py.nxs")
  let patterns = try [own, foreign].map { try [UInt8](Data(contentsOf: $0)) }
  line("NXazint", patterns) {
    _ = try AzimuthalIntegrationFile(tree: NeXusFile.read(bytes: $0, named: "damaged.nxs"), named: "damaged.nxs")
  }
  return lines
}
