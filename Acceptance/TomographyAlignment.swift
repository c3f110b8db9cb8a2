import ArrayMath
import FileFormats
import Foundation
import ImageAnalysis
import TestSupport
import Tomography

/// How well projections are aligned: simulated ones with known displacements, measured ones with displacements put on, and
/// the time that it takes.
func tomographyAlignmentLines() throws -> [AcceptanceLine] {
  let threads = ProcessInfo.processInfo.activeProcessorCount
  var lines: [AcceptanceLine] = []
  for (name, jitter) in [("4 px uniform", DisplacedScan.Jitter.uniform(4)), ("3 px normal", .normal(3))] {
    lines += try simulatedLines(name, jitter, threads: threads)
  }
  return try lines + cellLines(threads: threads) + axisLines(threads: threads) + speedLines(threads: threads)
}

/// A simulated scan with known displacements.
private struct DisplacedScan {
  enum Jitter {
    case uniform(Double)
    case normal(Double)
  }

  var stack: ProjectionStack
  let truth: [ImageShift]

  init(
    _ phantom: EllipsoidPhantom, views: Int, shape: FrameShape, jitter: Jitter, noise: Double, seed: UInt64,
    threads: Int
  ) throws {
    var random = SeededGenerator(seed: seed)
    func draw() -> Double {
      switch jitter {
      case .uniform(let reach): reach * (2 * random.uniform() - 1)
      case .normal(let deviation): deviation * random.normal()
      }
    }
    var geometry = ProjectionGeometry(
      angles: ProjectionGeometry.halfTurn(views), axisColumn: Double(shape.columns) / 2)
    geometry.displacements = (0..<views).map { _ in ImageShift(rows: draw(), columns: draw()) }
    stack = try phantom.projections(geometry, shape: shape, samples: 2, threads: threads)
    truth = geometry.displacements
    let sigma = Float(noise) * (stack.pixels.max() ?? 0)
    for index in stack.pixels.indices { stack.pixels[index] += sigma * Float(random.normal()) }
    stack.geometry.displacements = Array(repeating: ImageShift(rows: 0, columns: 0), count: views)
  }

  func errors(_ displacements: [ImageShift]) -> [ImageShift] {
    AlignmentGauge.removed(from: zip(displacements, truth).map { $0 + -$1 }, geometry: stack.geometry)
  }
}

private func rms(_ values: [Double]) -> Double {
  (values.reduce(0) { $0 + $1 * $1 } / Double(max(values.count, 1))).squareRoot()
}

/// The reference's test: 180 projections of 128 × 64 with noise of 2 % of the highest value.
private func simulatedLines(_ name: String, _ jitter: DisplacedScan.Jitter, threads: Int) throws -> [AcceptanceLine] {
  let scans = 8
  var (first, last, pulls): ([ImageShift], [ImageShift], [ImageShift]) = ([], [], [])
  var (worse, converged, ratios): (Int, Int, [Double]) = (0, 0, [])
  for seed in 1...scans {
    let phantom = EllipsoidPhantom.porousGrain(radius: 24, height: 32, seed: UInt64(seed))
    let scan = try DisplacedScan(
      phantom, views: 180, shape: FrameShape(rows: 64, columns: 128), jitter: jitter, noise: 0.02, seed: UInt64(seed),
      threads: threads)
    let start = try ProjectionAlignment(.firstSteps).align(scan.stack, threads: threads)
    let end = try ProjectionAlignment().align(scan.stack, threads: threads)
    let before = scan.errors(start.stack.geometry.displacements)
    let after = scan.errors(end.stack.geometry.displacements)
    first += before
    last += after
    if rms(after.map(\.rows)) > rms(before.map(\.rows)) || rms(after.map(\.columns)) > rms(before.map(\.columns)) {
      worse += 1
    }
    if end.status == .converged { converged += 1 }
    for (error, uncertainty) in zip(after, end.uncertainties) {
      pulls.append(
        ImageShift(rows: error.rows / uncertainty.rows, columns: error.columns / uncertainty.columns))
    }
    if let halves = end.empiricalUncertainty {
      ratios.append(halves.rows / rms(end.uncertainties.map(\.rows)))
      ratios.append(halves.columns / rms(end.uncertainties.map(\.columns)))
    }
  }
  let subject = "jitter of \(name), \(scans) scans: "
  let firsts = String(format: "%.4f, %.4f px", rms(first.map(\.rows)), rms(first.map(\.columns)))
  let count = pulls.count
  // 99 % of the binomial distribution of a nominal 95 %.
  let spread = 2.576 * (0.95 * 0.05 * Double(count)).squareRoot()
  func coverage(_ direction: String, _ values: [Double]) -> AcceptanceLine {
    let inside = values.count { abs($0) < 1.96 }
    return AcceptanceLine(
      "2", subject + "95 % intervals that hold the truth, \(direction)", figure: "\(inside) of \(count)",
      limit: String(format: "%.0f within %.0f", 0.95 * Double(count), spread),
      passed: abs(Double(inside) - 0.95 * Double(count)) <= spread)
  }
  let halves = String(format: "%.2f to %.2f", ratios.min() ?? .nan, ratios.max() ?? .nan)
  return [
    AcceptanceLine(
      "2", subject + "first steps miss by, down and to the right", figure: firsts, limit: "reported", passed: true),
    AcceptanceLine("2", subject + "vertical rms after re-projection", rms(last.map(\.rows)), atMost: 0.02, unit: "px"),
    AcceptanceLine(
      "2", subject + "horizontal rms after re-projection", rms(last.map(\.columns)), atMost: 0.05, unit: "px"),
    AcceptanceLine(
      "2", subject + "scans that re-projection made worse than the first steps", Double(worse), atMost: 0),
    AcceptanceLine(
      "2", subject + "scans that converged", Double(converged), atLeast: Double(scans)),
    coverage("down", pulls.map(\.rows)),
    coverage("to the right", pulls.map(\.columns)),
    AcceptanceLine(
      "2", subject + "uncertainty from odd and even bands over that from noise", figure: halves, limit: "0.7 to 1.4",
      passed: ratios.allSatisfy { (0.7...1.4).contains($0) }),
  ]
}

/// A measured cell: displacements put on its projections come back.
private func cellLines(threads: Int) throws -> [AcceptanceLine] {
  guard let file = SharedData.path("tomography/hl60_qlsi/series.h5") else { return [] }
  let prepared = try ProjectionPreparation().prepare(
    ProjectionFile.read(file), sense: .counterclockwise, threads: threads)
  let stack = prepared.stack
  let plain = try ProjectionAlignment().align(stack, threads: threads)
  var random = SeededGenerator(seed: 1)
  let added = (0..<stack.count).map { _ in
    ImageShift(rows: 6 * random.uniform() - 3, columns: 6 * random.uniform() - 3)
  }
  var moved = stack
  moved.pixels = []
  for view in 0..<stack.count { moved.pixels += stack.image(view).shifted(by: added[view]).pixels }
  moved.weights = nil
  let again = try ProjectionAlignment().align(moved, threads: threads)
  let misses = zip(zip(again.stack.geometry.displacements, plain.stack.geometry.displacements), added)
    .map { $0.0 + -$0.1 + -$1 }
  let errors = AlignmentGauge.removed(from: misses, geometry: stack.geometry)
  let found = AlignmentGauge.removed(from: plain.stack.geometry.displacements, geometry: stack.geometry)
  func text(_ shifts: [ImageShift]) -> String {
    String(format: "%.3f down, %.3f px to the right", rms(shifts.map(\.rows)), rms(shifts.map(\.columns)))
  }
  return [
    AcceptanceLine(
      "3", "hl60: known displacements of up to 3 px come back, down", rms(errors.map(\.rows)), atMost: 0.1, unit: "px"),
    AcceptanceLine(
      "3", "hl60: known displacements come back, to the right", rms(errors.map(\.columns)), atMost: 0.1, unit: "px"),
    AcceptanceLine(
      "3", "hl60 as it was published, rms of what is found", figure: text(found), limit: "reported", passed: true),
    AcceptanceLine(
      "3", "hl60: standard uncertainty said", figure: text(again.uncertainties.filter { $0.rows.isFinite }),
      limit: "reported", passed: true),
    AcceptanceLine(
      "3", "hl60: outcome",
      figure: "\(again.status.rawValue), \(again.outliers.count) outliers; "
        + again.notes.joined(separator: "; "), limit: "reported", passed: true),
  ]
}

/// Where the axis of two absorption scans lies.
private func axisLines(threads: Int) throws -> [AcceptanceLine] {
  var lines: [AcceptanceLine] = []
  func add(_ name: String, _ measured: MeasuredProjections, _ expected: Double, rows: Range<Int>?) throws {
    var stack = try ProjectionPreparation().prepare(measured, sense: .counterclockwise, threads: threads).stack
    if let rows {
      var pixels: [Float] = []
      for view in 0..<stack.count {
        pixels += stack.image(view).cropped(rows: rows, columns: 0..<stack.shape.columns).pixels
      }
      stack = try ProjectionStack(
        pixels, shape: FrameShape(rows: rows.count, columns: stack.shape.columns), geometry: stack.geometry,
        quantity: stack.quantity)
    }
    for method in [nil, RotationAxis.Method.sharpness] {
      // Slices of a few rows need not tell by their sharpness; what the axis is found by by itself must.
      let found =
        method == nil
        ? try RotationAxis.find(stack, threads: threads)
        : try? RotationAxis.find(stack, method: method, threads: threads)
      guard let axis = found else { continue }
      // The peers' centres count from the middle of the first pixel.
      let centre = axis.column - 0.5
      let subject = "\(name): centre by \(axis.method.rawValue), counted from the middle of the first pixel"
      let figure = String(
        format: "%.3f px, uncertainty %.3f, tilt %.5f rad", centre, axis.uncertainty ?? .nan, axis.tilt)
      lines.append(
        AcceptanceLine(
          "3", subject, figure: figure, limit: method == nil ? "\(expected) within 0.5 px" : "reported",
          passed: method != nil || abs(centre - expected) <= 0.5))
    }
  }
  if let file = SharedData.path("tomography/tooth/tooth.h5") {
    try add("tooth", ProjectionFile.read(file), 295.0, rows: nil)
  }
  if let folder = SharedData.path("tomography/savu_i12/tiffs"),
    let flat = SharedData.path("tomography/savu_i12/flat_00001.tiff"),
    let dark = SharedData.path("tomography/savu_i12/dark_00001.tiff"),
    let angles = SharedData.path("tomography/savu_i12/angles.txt")
  {
    var options = ProjectionReadOptions()
    (options.content, options.flats, options.darks) = (.intensity, [flat], [dark])
    (options.anglesFile, options.angleLines) = (angles, 11...101)
    let measured = try ProjectionFile.read(folder, options: options)
    try add("savu_i12", measured, 85.5, rows: nil)
    try add("savu_i12, rows 63 to 71", measured, 85.5, rows: 63..<72)
  }
  return lines
}

/// 20 iterations, coarse to fine, of 600 projections of 400 × 400.
private func speedLines(threads: Int) throws -> [AcceptanceLine] {
  let phantom = EllipsoidPhantom.porousGrain(radius: 180, height: 200, seed: 1)
  let scan = try DisplacedScan(
    phantom, views: 600, shape: FrameShape(rows: 400, columns: 400), jitter: .normal(3), noise: 0.02, seed: 1,
    threads: threads)
  var settings = AlignmentSettings()
  settings.tolerance = 0
  let start = clock()
  var iterations = 0
  let result = try ProjectionAlignment(settings).align(scan.stack, threads: threads) { _ in iterations += 1 }
  let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
  let errors = scan.errors(result.stack.geometry.displacements)
  return [
    AcceptanceLine(
      "2", "\(iterations) iterations and first steps on 600 x 400 x 400", seconds, atMost: 60, unit: "s CPU"),
    AcceptanceLine("2", "the same: iterations", Double(iterations), atLeast: 20),
    AcceptanceLine("2", "the same: vertical rms", rms(errors.map(\.rows)), atMost: 0.02, unit: "px"),
    AcceptanceLine("2", "the same: horizontal rms", rms(errors.map(\.columns)), atMost: 0.05, unit: "px"),
  ]
}
