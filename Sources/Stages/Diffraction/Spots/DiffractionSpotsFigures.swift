import Figures
import Foundation
import PowderDiffraction

/// The figures of the spots of a series.
struct DiffractionSpotsFigures {
  let series: SpotSeries
  let shown: (pattern: Int, map: PolarMap)
  /// Begins every identifier.
  let prefix: String
  let hasTimes: Bool

  private let degree = Double.pi / 180

  var all: [Figure] { [map, tracks, counts].compactMap(\.self) }

  // MARK: - One frame

  private var map: Figure? {
    let panels = series.rings.compactMap(panel)
    guard !panels.isEmpty else { return nil }
    return Figure(
      identifier: "\(prefix)spots-map", title: "Rings of one frame with their spots",
      caption:
        "Pattern \(shown.pattern), which has the most spots. Each ring is unrolled; a circle is a spot that was found, "
        + "where no colour is drawn there is no pixel.", panels: panels)
  }

  private func panel(_ ring: RingCakes.Ring) -> Panel? {
    let map = shown.map
    let columns = map.twoTheta.indices.filter { ring.range.contains(map.twoTheta[$0]) }
    guard ring.coverage > 0, let first = columns.first, let last = columns.last, columns.count > 1 else { return nil }
    // Row 0 is at the top, where 2θ is largest.
    let values = columns.reversed().flatMap { column in
      (0..<map.sectorCount).map { sector -> Float in
        let value = map.intensities[sector * map.binCount + column]
        return value.isNaN ? .nan : Float(log10(max(value, 0) + 1))
      }
    }
    let finite = values.filter(\.isFinite).sorted()
    guard let low = finite.first else { return nil }
    let high = Double(finite[min(finite.count - 1, finite.count * 9995 / 10_000)])
    let across = (map.twoTheta[first] - map.binWidth / 2) / degree...(map.twoTheta[last] + map.binWidth / 2) / degree
    let along =
      (map.azimuths[0] - map.sectorWidth / 2) / degree...(map.azimuths[map.sectorCount - 1] + map.sectorWidth / 2)
      / degree
    let spots = series.spots[shown.pattern].filter { $0.ring == ring.label }
    var marks: [Mark] = [
      .map(
        PixelMap(
          label: "log10(counts a pixel + 1)", unit: "", rows: columns.count, columns: map.sectorCount, values: [values],
          xExtent: along, yExtent: across, colourScale: .sequential, limits: Double(low)...max(high, Double(low) + 1e-3)
        ))
    ]
    if !spots.isEmpty {
      marks.append(
        .points(
          Curve(
            name: "spots", x: spots.map { $0.azimuth / degree }, y: spots.map { $0.twoTheta / degree },
            yUncertainty: spots.map { $0.twoThetaSigma / degree }, colourIndex: 3)))
    }
    return Panel(title: ring.label, x: Axis("azimuth", unit: "deg"), y: Axis("2θ", unit: "deg"), marks: marks)
  }

  // MARK: - Tracks

  /// At most so many grains on a panel.
  private static let shownTracks = 6

  private var tracks: Figure? {
    let origin = series.middles.first ?? 0
    let panels = series.rings.compactMap { ring -> Panel? in
      let longest = series.tracks.enumerated().filter {
        $0.element.track.ring == ring.label && $0.element.track.points.count > 1
      }.sorted { ($1.element.track.points.count, $0.offset) < ($0.element.track.points.count, $1.offset) }
        .prefix(Self.shownTracks)
      guard !longest.isEmpty else { return nil }
      let marks = longest.enumerated().flatMap { place, entry -> [Mark] in
        let history = entry.element.history
        let x = hasTimes ? history.times.map { ($0 - origin) / 3600 } : entry.element.patterns.map(Double.init)
        return [
          .points(
            Curve(
              name: "grain \(entry.offset)", x: x, y: history.measured.map { $0 * 1e10 },
              yUncertainty: history.measuredSigma.map { $0 * 1e10 }, colourIndex: place)),
          .line(Curve(name: "", x: x, y: history.smoothed.map { $0 * 1e10 }, colourIndex: place)),
        ]
      }
      return Panel(
        title: ring.label, x: hasTimes ? Axis("time since the first exposure", unit: "h") : Axis("pattern"),
        y: Axis("d spacing", unit: "angstrom"), marks: marks)
    }
    guard !panels.isEmpty else { return nil }
    return Figure(
      identifier: "\(prefix)spots-tracks", title: "Spacings of single grains",
      caption:
        "The grains that were followed longest: measured spacings with standard uncertainties, and smoothed ones.",
      panels: panels)
  }

  // MARK: - Numbers of spots

  private var counts: Figure? {
    guard series.spots.count > 1 else { return nil }
    let marks = series.rings.enumerated().filter { $0.element.coverage > 0 }.map { index, ring -> Mark in
      func count(_ pattern: Int) -> Double { Double(series.spots[pattern].count { $0.ring == ring.label }) }
      guard let scan = series.scan, scan.plan.stepCount > 1 else {
        return .points(
          Curve(
            name: ring.label, x: series.spots.indices.map(Double.init), y: series.spots.indices.map(count),
            colourIndex: index))
      }
      var (x, y, errors): ([Double], [Double], [Double]) = ([], [], [])
      for step in 0..<scan.plan.stepCount {
        let found = (0..<scan.passCount).compactMap { scan.frame(pass: $0, step: step) }.map { count($0.index) }
        guard !found.isEmpty else { continue }
        let mean = found.reduce(0, +) / Double(found.count)
        let squares = found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        x.append(scan.plan.positions[step] * 1e6)
        y.append(mean)
        errors.append(found.count > 1 ? (squares / Double(found.count - 1)).squareRoot() : 0)
      }
      return .points(Curve(name: ring.label, x: x, y: y, yUncertainty: errors, colourIndex: index))
    }
    let isScan = (series.scan?.plan.stepCount ?? 0) > 1
    return Figure(
      identifier: "\(prefix)spots-count", title: "Number of spots",
      caption: isScan
        ? "Mean over the passes at each position; a bar is the standard deviation between passes."
        : "Spots of each ring in every frame.",
      panels: [
        Panel(x: isScan ? Axis("position", unit: "um") : Axis("pattern"), y: Axis("spots of a ring"), marks: marks)
      ])
  }
}
