import Foundation
import PowderDiffraction
import TestSupport

/// Line scan, clock, local state of charge, active mass and spots at full counts.
func seriesLines() throws -> [AcceptanceLine] {
  try edgeLines() + clockLines() + chargeLines() + spotLines()
}

private func edgeLines() throws -> [AcceptanceLine] {
  let (needle, free, missed) = try SeriesSimulation.edges(seeds: 1...1000, step: 0.2e-6)
  let drift = try SeriesSimulation.drift(seeds: 1...200)
  return [
    bias("edge at the needle", needle), coverage("edge at the needle", needle), bias("free edge", free),
    coverage("free edge", free), AcceptanceLine("2", "edges not seen of 2000", Double(missed), atMost: 0),
    bias("drift of the particle", drift), coverage("drift of the particle", drift),
  ]
}

private func clockLines() throws -> [AcceptanceLine] {
  let pulls = try SeriesSimulation.clocks(seeds: 1...400, curve: SeriesSimulation.closedFormCurve())
  var lines = [bias("clock offset, quadratic response", pulls), coverage("clock offset, quadratic response", pulls)]
  if let curve = try SeriesSimulation.trueCurve() {
    let known = try SeriesSimulation.clocks(seeds: 1...40, curve: curve, isCurveKnown: true)
    lines += [bias("clock offset, published curve", known), coverage("clock offset, published curve", known)]
  }
  return lines
}

private func chargeLines() throws -> [AcceptanceLine] {
  guard let curve = try SeriesSimulation.publishedCurve(), let smooth = try SeriesSimulation.trueCurve() else {
    return []
  }
  let inversion = try SeriesSimulation.inversion(seeds: 1...4000, curve: smooth)
  let steps = try SeriesSimulation.inversion(seeds: 1...4000, curve: curve)
  let masses = try SeriesSimulation.activeMasses(seeds: 1...1000, curve: smooth)
  return [
    bias("local state of charge, 0 to 88 %", inversion.pulls),
    share(
      "local state of charge, 68 % intervals", inversion.narrow.hits, of: inversion.narrow.tries, nominal: 0.682_689_5),
    share(
      "local state of charge, 95 % intervals", inversion.wide.hits, of: inversion.wide.tries, nominal: 0.954_499_7),
    share(
      "local state of charge on the table's rows, 68 % intervals", steps.narrow.hits, of: steps.narrow.tries,
      nominal: 0.682_689_5),
    share(
      "local state of charge on the table's rows, 95 % intervals", steps.wide.hits, of: steps.wide.tries,
      nominal: 0.954_499_7),
    bias("active mass factor", masses.pulls), coverage("active mass factor", masses.pulls),
    share("active mass, 95 % intervals", masses.interval.hits, of: masses.interval.tries, nominal: 0.95),
  ]
}

private func spotLines() throws -> [AcceptanceLine] {
  let bright = try SpotSimulation.score(seeds: 1...100, photons: 3000)
  let weak = try SpotSimulation.score(seeds: 1...50, photons: 250)
  let empty = try SpotSimulation.score(seeds: 1...300, photons: nil, powder: 50)
  let tracks = try SpotSimulation.tracks(seeds: 1...100)
  let forward = try ForwardSpots.score(seeds: 1...20, threads: 2)
  var lines = [
    AcceptanceLine("2", "spots of 3000 photons found", Double(bright.found) / Double(bright.expected), atLeast: 0.999),
    AcceptanceLine("2", "spots of 250 photons found", Double(weak.found) / Double(weak.expected), atLeast: 0.9),
    AcceptanceLine("2", "false alarms in 300 empty maps", Double(empty.falseAlarms), atMost: 3),
    AcceptanceLine(
      "2", "false alarms beside \(bright.found + weak.found) spots", Double(bright.falseAlarms + weak.falseAlarms),
      atMost: 3),
    AcceptanceLine("2", "purity of tracks", tracks.purity, atLeast: 0.99),
    AcceptanceLine("2", "completeness of tracks", tracks.completeness, atLeast: 0.95),
    bias("smoothed d of grains", tracks.pulls),
    AcceptanceLine(
      "2", "grains of the forward model found", Double(forward.found) / Double(forward.expected), atLeast: 0.97),
    AcceptanceLine(
      "2", "false alarms in \(forward.maps) frames of the forward model", Double(forward.falseAlarms), atMost: 5),
    bias("2θ of the forward model's spots", forward.twoTheta),
    bias("azimuth of the forward model's spots", forward.azimuth),
  ]
  for (name, pulls) in bright.all { lines += [bias("spot \(name)", pulls), coverage("spot \(name)", pulls)] }
  return lines
}
