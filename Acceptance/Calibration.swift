import ArrayMath
import Foundation
import PowderDiffraction
import TestSupport

/// Calibration without a click: the measured ceria frame and LaB6 strip, and simulated frames with a known truth.
func calibrationLines() throws -> [AcceptanceLine] {
  try ceriaLines() + stripLines()
    + simulatedLines("bright rings, 4000 counts over 50", height: 4000, background: 50, limit: 0.1)
    + simulatedLines("weak rings, 60 counts over 20", height: 60, background: 20, limit: 0.5) + forwardModelLines()
}

private let degree = Double.pi / 180

private func ceriaLines() throws -> [AcceptanceLine] {
  guard let path = SharedData.path("diffraction/dioptas/CeO2_Pilatus1M.tif") else { return [] }
  guard let image = PlainTIFF(path: path) else { return [unreadable(path)] }
  let published = PoniGeometry(
    distance: 0.208651380603, poni1: 0.0872948482846, poni2: 0.0799601126306, rotation1: -0.0184422457059,
    rotation2: 0.00413760084465)
  var worst = [Double](repeating: 0, count: 4)
  var upright = true
  for factor in [0.8, 0.9, 1.1, 1.2] {
    var options = CalibrationOptions(start: .distance(published.distance * factor))
    options.polarisation = 0.95
    let result = try Calibration(
      rings: SimulatedRings.ceria(least: 0.5e-10).map { CalibrationRing(dSpacing: $0) }, pixelHeight: 172e-6,
      pixelWidth: 172e-6, options: options)([
        CalibrationFrame(
          pixels: image.pixels, shape: FrameShape(rows: image.rows, columns: image.columns), wavelength: 0.4066e-10)
      ])
    let found = result.geometry.poni
    guard let own = found.beamCentre, let other = published.beamCentre else { continue }
    let centre = max(abs(own.axis1 - other.axis1), abs(own.axis2 - other.axis2)) / 172e-6
    let tilt = max(abs(found.rotation1 - published.rotation1), abs(found.rotation2 - published.rotation2)) / degree
    let rings = result.rings.filter { $0.points > 20 }.map { abs($0.meanResidual) / degree * 1e3 }.max() ?? .infinity
    for (index, value) in [abs(found.distance - published.distance) * 1e3, centre, tilt, rings].enumerated() {
      worst[index] = max(worst[index], value)
    }
    upright = upright && result.geometry.grid.orientation == .topRight && !result.geometry.isTransposed
  }
  let subject = "measured CeO2 alone, distance given 0.8 to 1.2 times: "
  return [
    AcceptanceLine("1", subject + "distance off", worst[0], atMost: 0.1, unit: "mm"),
    AcceptanceLine("1", subject + "centre off", worst[1], atMost: 0.5, unit: "pixel"),
    AcceptanceLine("1", subject + "rotations off", worst[2], atMost: 0.05, unit: "degree"),
    AcceptanceLine("1", subject + "ring centroids off", worst[3], atMost: 4, unit: "mdeg"),
    AcceptanceLine(
      "1", subject + "image transform", figure: upright ? "rows from the top" : "another", limit: "rows from the top",
      passed: upright),
  ]
}

private func unreadable(_ path: String) -> AcceptanceLine {
  AcceptanceLine("1", "measured frame", figure: "not read", limit: (path as NSString).lastPathComponent, passed: false)
}

/// One spotty ring on a strip determines the centre, not distance and rotations as well: those are given.
private func stripLines() throws -> [AcceptanceLine] {
  guard let path = SharedData.path("diffraction/ssrl_lab6/b_toney_lab6_th3_scan1_0008.tif") else { return [] }
  guard let image = PlainTIFF(path: path) else { return [unreadable(path)] }
  let published = PoniGeometry(
    distance: 0.9084140734515469, poni1: 0.189145477868554, poni2: 0.2398139957275756, rotation1: 0.08517720750953212,
    rotation2: 0.004888266766587224)
  var start = published
  start.poni1 -= 5e-3
  start.poni2 += 3e-3
  var options = CalibrationOptions(start: .geometry(start))
  options.free = [.poni1, .poni2]
  let result = try Calibration(
    rings: SimulatedRings.lanthanumHexaboride(least: 1e-10).map { CalibrationRing(dSpacing: $0) },
    pixelHeight: 172e-6, pixelWidth: 172e-6, options: options)([
      CalibrationFrame(
        pixels: image.pixels, shape: FrameShape(rows: image.rows, columns: image.columns), wavelength: 0.8856e-10)
    ])
  let reference = DetectorGeometry(
    poni: published,
    grid: DetectorGrid(
      shape: FrameShape(rows: image.rows, columns: image.columns), pixelHeight: 172e-6, pixelWidth: 172e-6),
    wavelength: 0.8856e-10)
  return [
    AcceptanceLine(
      "1", "measured LaB6 strip, distance and rotations given, centre 6 mm off: largest difference of 2theta",
      plateError(result.geometry, reference, step: 1).worst, atMost: 4, unit: "mdeg")
  ]
}

/// Root mean square and largest difference of 2θ over the plate, in mdeg.
private func plateError(
  _ a: DetectorGeometry, _ b: DetectorGeometry, step: Int
) -> (rms: Double, worst: Double) {
  var (sum, count, worst) = (0.0, 0.0, 0.0)
  for row in stride(from: 0, to: b.grid.shape.rows, by: step) {
    for column in stride(from: 0, to: b.grid.shape.columns, by: step) {
      let (r, c) = (Double(row) + 0.5, Double(column) + 0.5)
      let difference = (a.twoTheta(row: r, column: c) - b.twoTheta(row: r, column: c)) / degree * 1e3
      sum += difference * difference
      count += 1
      worst = max(worst, abs(difference))
    }
  }
  return ((sum / count).squareRoot(), worst)
}

/// 100 frames of the seed's geometry with tilt, seeds 1...50 with lines 0.03 degrees wide and 51...100 with 0.08.
private func simulatedLines(
  _ name: String, height: Double, background: Double, limit: Double
) throws -> [AcceptanceLine] {
  let truth = PoniGeometry(
    distance: 0.13167, poni1: 0.0475, poni2: 0.0469, rotation1: 0.012, rotation2: -0.008)
  let wavelength = 12.398419843320026 / 19 * 1e-10
  let grid = DetectorGrid(
    shape: FrameShape(rows: 3056, columns: 3056), pixelHeight: 31e-6, pixelWidth: 31e-6, orientation: .topRight)
  let geometry = DetectorGeometry(poni: truth, grid: grid, wavelength: wavelength)
  var options = CalibrationOptions(start: .distance(0.12))
  options.solidAngle = false
  let calibration = Calibration(
    rings: SimulatedRings.lanthanumHexaboride(least: 0.8e-10).map { CalibrationRing(dSpacing: $0) },
    pixelHeight: 31e-6, pixelWidth: 31e-6, options: options)
  let trials = try parallelMap(count: 100, threads: ProcessInfo.processInfo.activeProcessorCount) { item in
    let rings = SimulatedRings(
      geometry: geometry, dSpacings: SimulatedRings.lanthanumHexaboride(least: 1.2e-10), height: height,
      background: background, width: (item < 50 ? 0.03 : 0.08) * degree)
    let result = try calibration([
      CalibrationFrame(
        pixels: try rings.frame(seed: UInt64(item + 1)), shape: grid.shape, wavelength: wavelength)
    ])
    return Trial(result, truth: truth, geometry: geometry)
  }
  return coverageLines(name, trials, limit: limit)
}

/// What one simulated frame gave: differences over their uncertainties, and 2θ off over the plate in mdeg.
private struct Trial: Sendable {
  var pulls: [Double]
  var error: Double

  init(_ result: CalibrationResult, truth: PoniGeometry, geometry: DetectorGeometry) {
    let found = result.geometry.poni
    let differences = [
      found.distance - truth.distance, found.poni1 - truth.poni1, found.poni2 - truth.poni2,
      found.rotation1 - truth.rotation1, found.rotation2 - truth.rotation2,
    ]
    pulls = zip(differences, result.sigmas).map { $0 / $1 }
    error = plateError(result.geometry, geometry, step: 64).rms
  }
}

/// 100 frames of the program's own forward model of the seed's instrument, polarised, with pixels that see less of the
/// sphere: odd seeds bright, even ones 60 photons on the crest of 110 over 20.
private func forwardModelLines() throws -> [AcceptanceLine] {
  var tilted = SeedInstrument.geometry(tilt: (0.012, -0.008, 0), offset: (8e-4, -5e-4))
  // Rings alone do not tell a mirror image; this is the one that is taken then.
  tilted.grid = DetectorGrid(
    shape: tilted.grid.shape, pixelHeight: tilted.grid.pixelHeight, pixelWidth: tilted.grid.pixelWidth,
    orientation: .topRight)
  let geometry = tilted
  let detector = DetectorModel(geometry: geometry)
  var options = CalibrationOptions(start: .distance(0.12))
  options.polarisation = SeedInstrument.beam.polarisation
  let calibration = Calibration(
    rings: SimulatedRings.lanthanumHexaboride(least: 0.8e-10).map { CalibrationRing(dSpacing: $0) },
    pixelHeight: 31e-6, pixelWidth: 31e-6, options: options)
  let threads = ProcessInfo.processInfo.activeProcessorCount
  let exposures = try SeedInstrument.Exposure.allCases.map { exposure in
    try SimulatedFrames(
      SeedInstrument.calibrant(exposure), detector: detector, count: 50, seed: exposure == .bright ? 1 : 2,
      threads: threads)
  }
  let trials = try parallelMap(count: 100, threads: threads) { item in
    let result = try calibration([
      CalibrationFrame(
        pixels: try exposures[item % 2].floats(frame: item / 2), shape: geometry.grid.shape,
        wavelength: SeedInstrument.wavelength)
    ])
    return Trial(result, truth: geometry.poni, geometry: geometry)
  }
  return coverageLines("forward model, bright and weak", trials, limit: 0.5)
}

private func coverageLines(_ name: String, _ trials: [Trial], limit: Double) -> [AcceptanceLine] {
  var lines = [
    AcceptanceLine(
      "1", "\(name): rms of 2theta over the plate, worst of 100 frames", trials.map(\.error).max() ?? .infinity,
      atMost: limit, unit: "mdeg")
  ]
  for (index, parameter) in ["distance", "poni1", "poni2", "rotation 1", "rotation 2"].enumerated() {
    let pulls = trials.map { $0.pulls[index] }
    lines.append(
      AcceptanceLine(
        "1", "\(name): bias of \(parameter)", abs(pulls.reduce(0, +) / 100), atMost: 0.2 + 2.6 / 10, unit: "sigma"))
    for (width, nominal) in [(1.0, 0.6827), (2.0, 0.9545)] {
      let inside = pulls.count { abs($0) < width }
      let interval = binomialInterval(of: 100, nominal)
      lines.append(
        AcceptanceLine(
          "1", "\(name): \(parameter) within \(Int(width)) sigma", figure: "\(inside) of 100",
          limit: "\(interval.lowerBound) to \(interval.upperBound)", passed: interval.contains(inside)))
    }
  }
  return lines
}

/// The counts between which 99 % of binomial draws lie, half a per cent cut off on either side.
private func binomialInterval(of trials: Int, _ share: Double) -> ClosedRange<Int> {
  let terms = (0...trials).map { count -> Double in
    let (n, k) = (Double(trials), Double(count))
    let ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(ways + k * log(share) + (n - k) * log(1 - share))
  }
  var (low, below) = (0, terms[0])
  while below < 0.005 {
    low += 1
    below += terms[low]
  }
  var (high, above) = (trials, terms[trials])
  while above < 0.005 {
    high -= 1
    above += terms[high]
  }
  return low...high
}
