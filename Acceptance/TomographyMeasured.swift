import ArrayMath
import FileFormats
import Foundation
import ImageAnalysis
import Quantities
import TestSupport
import Tomography

/// Measured projections with known answers: a cell's phase, a tooth's absorption, and a field that the sample leaves.
func tomographyMeasuredLines() throws -> [AcceptanceLine] {
  try cellLines() + absorptionLines()
}

/// Wavelength and pixel of the cell's images, in metres, and the volume that a gram of dry mass replaces, in m³/kg.
private let cellWave = (wavelength: 647e-9, pixel: 0.139e-6, increment: 0.19e-3)

private func cellLines() throws -> [AcceptanceLine] {
  guard let file = SharedData.path("tomography/hl60_qlsi/series.h5") else { return [] }
  let threads = ProcessInfo.processInfo.activeProcessorCount
  let measured = try ProjectionFile.read(file)
  let prepared = try ProjectionPreparation().prepare(measured, sense: .counterclockwise, threads: threads)
  guard let total = prepared.total else { return [] }
  func mass(_ total: TotalPhase) -> Double {
    let volume = total.mean.value * cellWave.wavelength / (2 * .pi) * cellWave.pixel * cellWave.pixel
    return 1e15 * volume / cellWave.increment
  }
  func density(_ stack: ProjectionStack) throws -> Double {
    let volume = try FilteredBackProjection()(stack, threads: threads)
    var sum = 0.0
    for row in 55..<85 { for column in 55..<85 { sum += Double(volume[70, row, column]) } }
    return sum / 900 * ContrastScale(wavelength: cellWave.wavelength, voxel: cellWave.pixel).delta
  }
  func line(_ subject: String, _ value: Double, _ expected: Double, within: Double, _ unit: String) -> AcceptanceLine {
    AcceptanceLine(
      "3", "hl60: " + subject, figure: String(format: "%.6g %@", value, unit),
      limit: String(format: "%.6g within %.2g %@", expected, within, unit), passed: abs(value - expected) <= within)
  }
  var lines = [
    AcceptanceLine(
      "3", "hl60: s.d. of the total phase of a view", 100 * total.relativeDeviation, atMost: 0.5, unit: "%"),
    line("total phase of a view", total.mean.value, 17_574, within: 18, "rad px"),
    line("mean delta n of the central 30 x 30 of row 70", try density(prepared.stack), 0.0165, within: 0.0005, ""),
    line("dry mass", mass(total), 184, within: 3, "pg"),
    AcceptanceLine(
      "3", "hl60: sign of matter told from the data", figure: "\(prepared.matterSign ?? 0)",
      limit: "1, as the file holds it",
      passed: prepared.matterSign == 1),
  ]
  // The same with constant and ramp of each view from the air that is found in it.
  var settings = PreparationSettings()
  settings.correction = .air
  let flat = try ProjectionPreparation(settings).prepare(measured, sense: .counterclockwise, threads: threads)
  guard let flatTotal = flat.total else { return lines }
  lines += [
    AcceptanceLine(
      "3", "hl60, ramps from air: s.d. of the total phase of a view", 100 * flatTotal.relativeDeviation, atMost: 0.5,
      unit: "%"),
    line("ramps from air: mean delta n", try density(flat.stack), 0.0165, within: 0.0005, ""),
    line("ramps from air: dry mass", mass(flatTotal), 184, within: 3, "pg"),
  ]
  return try lines + transmissionLines(flat, threads: threads)
}

/// The cell as ptychography would hand it over: complex, wrapped, with a ramp and a constant of its own in each view.
private func transmissionLines(_ flat: PreparedProjections, threads: Int) throws -> [AcceptanceLine] {
  let shape = flat.stack.shape
  let projections = (0..<flat.stack.count).map { view in
    var generator = SeededGenerator(seed: 1, item: view)
    let (constant, down, right) = (generator.normal(), 0.02 * generator.normal(), 0.02 * generator.normal())
    var object = ComplexImage(repeating: .zero, shape: shape)
    let image = flat.stack.image(view)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let plane = constant + down * Double(row) + right * Double(column)
        object[row, column] = ComplexFloat(modulus: 1, phase: Float(plane - Double(image[row, column])))
      }
    }
    return TransmissionProjection(name: "view \(view + 1)", angle: flat.stack.geometry.angles[view], object: object)
  }
  let start = clock()
  let prepared = try ProjectionPreparation().prepare(projections, sense: .counterclockwise, threads: threads)
  let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
  let wrapped = try ProjectionPreparation().prepareWrapped(projections, sense: .counterclockwise, threads: threads)
  let alone = try ProjectionPreparation().prepare(projections, sense: .counterclockwise, threads: 1)
  func worst(_ views: [PreparedView]) -> Double {
    zip(views, flat.views).map { abs($0.total.value / $1.total.value - 1) }.max() ?? .nan
  }
  let cost = 1e3 * seconds / Double(projections.count)
  return [
    AcceptanceLine(
      "3", "hl60 with wraps and random ramps: largest change of a view's total", 100 * worst(prepared.views),
      atMost: 0.5,
      unit: "%"),
    AcceptanceLine(
      "3", "the same without unwrapping", 100 * worst(wrapped.views), atMost: 0.5, unit: "%"),
    AcceptanceLine(
      "3", "the same: s.d. of the total", 100 * (prepared.total?.relativeDeviation ?? .nan), atMost: 0.5, unit: "%"),
    AcceptanceLine(
      "6", "the same on 1 thread", figure: alone.stack.pixels == prepared.stack.pixels ? "identical" : "different",
      limit: "identical", passed: alone.stack.pixels == prepared.stack.pixels && alone.views == prepared.views),
    AcceptanceLine(
      "3", "preparation of a complex view of 140 x 140", figure: String(format: "%.1f ms CPU", cost), limit: "reported",
      passed: true),
  ]
}

private func absorptionLines() throws -> [AcceptanceLine] {
  let threads = ProcessInfo.processInfo.activeProcessorCount
  var lines: [AcceptanceLine] = []
  func report(_ name: String, _ prepared: PreparedProjections) {
    let notes = (prepared.notes + prepared.warnings).joined(separator: "; ")
    lines.append(AcceptanceLine("6", name, figure: notes, limit: "reported", passed: true))
  }
  if let file = SharedData.path("tomography/tooth/tooth.h5") {
    let tooth = try ProjectionPreparation().prepare(
      ProjectionFile.read(file), sense: .counterclockwise, threads: threads)
    let last = tooth.stack.geometry.angles.last ?? 0
    lines.append(
      AcceptanceLine(
        "6", "tooth: 181 angles in degrees told from the numbers", figure: String(format: "last %.4f rad", last),
        limit: "3.1416 within 0.01", passed: tooth.stack.count == 181 && abs(last - .pi) < 0.01))
    lines.append(
      AcceptanceLine(
        "6", "tooth: every pixel has a value", figure: "\(tooth.stack.pixels.count { !$0.isFinite }) without",
        limit: "0",
        passed: tooth.stack.pixels.allSatisfy(\.isFinite)))
    report("tooth", tooth)
  }
  if let folder = SharedData.path("tomography/savu_i12/tiffs"),
    let flat = SharedData.path("tomography/savu_i12/flat_00001.tiff"),
    let dark = SharedData.path("tomography/savu_i12/dark_00001.tiff"),
    let angles = SharedData.path("tomography/savu_i12/angles.txt")
  {
    var options = ProjectionReadOptions()
    (options.content, options.flats, options.darks) = (.intensity, [flat], [dark])
    (options.anglesFile, options.angleLines) = (angles, 11...101)
    let prepared = try ProjectionPreparation().prepare(
      ProjectionFile.read(folder, options: options), sense: .counterclockwise, threads: threads)
    let truncated = prepared.truncation?.truncated.count ?? 0
    lines.append(
      AcceptanceLine(
        "6", "savu_i12: projections that the sample leaves", Double(truncated),
        atLeast: 0.9 * Double(prepared.stack.count)))
    report("savu_i12", prepared)
  }
  return lines
}
