public import FileFormats
import Foundation
import PowderDiffraction

/// The spots of a series of frames, the grains they were followed as, and what they say about each ring.
public struct SpotTable: NeXusRepresentable, Hashable {
  /// One row a spot.
  public var spots: ColumnTable
  /// One row a grain that was followed, from its first spot to its last.
  public var tracks: ColumnTable
  /// One row a pattern and reflection.
  public var rings: ColumnTable
  /// When each exposure began, in seconds since 1970; nil where it is not known.
  public var times: [Double]?
  /// Exposure time of a frame, in seconds; nil where it is not known.
  public var exposure: Double?
  /// In metres.
  public var wavelength: Double

  init(_ series: SpotSeries, times: [Double]?, exposure: Double?) {
    spots = Self.spots(series)
    tracks = Self.tracks(series)
    rings = Self.rings(series)
    (self.times, self.exposure, wavelength) = (times, exposure, series.wavelength)
  }

  /// The effective number of equally bright grains behind a ring in every pattern, with its standard uncertainty; NaN
  /// where a pattern has fewer than two usable spots. Empty for a reflection that was not searched.
  ///
  /// - Parameter reflection: its indices as they are printed, such as "003".
  public func effectiveGrains(of reflection: String) -> (values: [Double], sigmas: [Double]) {
    guard let names = rings.texts("Reflection"), let values = rings.numbers("Effective Grains"),
      let sigmas = rings.numbers("Effective Grains Uncertainty")
    else { return ([], []) }
    let rows = names.indices.filter { names[$0] == reflection }
    return (rows.map { values[$0] }, rows.map { sigmas[$0] })
  }

  // MARK: - Columns

  private static let degree = Double.pi / 180
  private static let angstrom = 1e-10

  private static func spots(_ series: SpotSeries) -> ColumnTable {
    let rows = series.spots.enumerated().flatMap { pattern, found in
      found.indices.map { (pattern: pattern, spot: found[$0], track: series.trackNumbers[pattern][$0]) }
    }
    func pair(
      _ name: String, _ unit: String, _ factor: Double, _ value: (DetectedSpot) -> Double,
      _ sigma: (DetectedSpot) -> Double
    ) -> [ColumnTable.Column] {
      ColumnTable.pair(
        name, unit: unit, rows.map { value($0.spot) / factor }, rows.map { sigma($0.spot) / factor })
    }
    return ColumnTable(
      [
        .init("Pattern", unit: "1", rows.map { Double($0.pattern) }),
        .init("Reflection", texts: rows.map(\.spot.ring)),
      ] + pair("Two Theta", "deg", degree, \.twoTheta, \.twoThetaSigma)
        + pair("Azimuth", "deg", degree, \.azimuth, \.azimuthSigma)
        + pair(
          "d Spacing", "angstrom", angstrom, { series.spacing($0.twoTheta) },
          { series.spacingSigma($0.twoTheta, $0.twoThetaSigma) })
        + pair("Intensity", "1", 1, \.intensity, \.intensitySigma)
        + pair("Two Theta Width", "deg", degree, \.twoThetaWidth, \.twoThetaWidthSigma)
        + pair("Azimuth Width", "deg", degree, \.azimuthWidth, \.azimuthWidthSigma) + [
          .init("Significance", unit: "1", rows.map(\.spot.significance)),
          .init("Flags", texts: rows.map { words($0.spot.flags) }),
          .init("Track", unit: "1", rows.map { $0.track.map(Double.init) ?? .nan }),
        ])
  }

  /// The names of flags, or "none".
  static func words(_ flags: DetectedSpot.Flags) -> String {
    let names: [(DetectedSpot.Flags, String)] = [
      (.saturated, "saturated"), (.masked, "masked"), (.cut, "cut"), (.blended, "blended"),
      (.unresolved, "unresolved"), (.misfit, "misfit"),
    ]
    let found = names.filter { flags.contains($0.0) }.map(\.1)
    return found.isEmpty ? "none" : found.joined(separator: " ")
  }

  private static func tracks(_ series: SpotSeries) -> ColumnTable {
    let tracks = series.tracks
    let origin = series.middles.first ?? 0
    func numbers(_ value: (SpotSeries.Track) -> Double) -> [Double] { tracks.map(value) }
    func last(_ values: [Double]) -> Double { values[values.count - 1] }
    // One spot shows no change.
    func change(_ track: SpotSeries.Track) -> (value: Double, sigma: Double) {
      let history = track.history
      guard history.measured.count > 1 else { return (.nan, .nan) }
      return (
        last(history.measured) - history.measured[0],
        (pow(last(history.measuredSigma), 2) + pow(history.measuredSigma[0], 2)).squareRoot()
      )
    }
    let changes = tracks.map(change)
    return ColumnTable(
      [
        .init("Track", unit: "1", tracks.indices.map(Double.init)),
        .init("Reflection", texts: tracks.map(\.track.ring)),
        .init("Step", unit: "1", numbers { $0.step.map(Double.init) ?? .nan }),
        .init(
          "Position", unit: "um",
          numbers { track in track.step.flatMap { series.scan?.plan.positions[$0] }.map { $0 * 1e6 } ?? .nan }),
        .init("Frames Seen", unit: "1", numbers { Double($0.patterns.count) }),
        .init("First Pattern", unit: "1", numbers { Double($0.patterns[0]) }),
        .init("Last Pattern", unit: "1", numbers { Double($0.patterns[$0.patterns.count - 1]) }),
        .init("First Time", unit: "s", numbers { $0.history.times[0] - origin }),
        .init("Last Time", unit: "s", numbers { last($0.history.times) - origin }),
        .init("First Azimuth", unit: "deg", numbers { $0.track.points[0].spot.azimuth / degree }),
      ]
        + ColumnTable.pair(
          "First d Spacing", unit: "angstrom", numbers { $0.history.measured[0] / angstrom },
          numbers { $0.history.measuredSigma[0] / angstrom })
        + ColumnTable.pair(
          "Last d Spacing", unit: "angstrom", numbers { last($0.history.measured) / angstrom },
          numbers { last($0.history.measuredSigma) / angstrom })
        + ColumnTable.pair(
          "Change of d Spacing", unit: "angstrom", changes.map { $0.value / angstrom },
          changes.map { $0.sigma / angstrom }))
  }

  private static func rings(_ series: SpotSeries) -> ColumnTable {
    let rows = series.spots.indices.flatMap { pattern in
      series.rings.indices.map { ring in
        (
          pattern: pattern, ring: series.rings[ring].label, place: series.place(of: pattern),
          grains: series.grains[pattern][ring]
        )
      }
    }
    func numbers(_ value: (RingGrains) -> Double) -> [Double] { rows.map { $0.grains.map(value) ?? .nan } }
    let spacing = series.spacing
    let sigma = series.spacingSigma
    return ColumnTable(
      [
        .init("Pattern", unit: "1", rows.map { Double($0.pattern) }),
        .init("Reflection", texts: rows.map(\.ring)),
        .init("Pass", unit: "1", rows.map { $0.place.map { Double($0.pass) } ?? .nan }),
        .init("Position", unit: "um", rows.map { $0.place.map { $0.position * 1e6 } ?? .nan }),
        .init(
          "Spots", unit: "1",
          rows.map { row in Double(series.spots[row.pattern].count { $0.ring == row.ring }) }),
        .init("Usable Spots", unit: "1", rows.map { $0.grains.map { Double($0.spotCount) } ?? .nan }),
      ] + ColumnTable.pair("Effective Grains", unit: "1", numbers(\.effectiveNumber), numbers(\.effectiveNumberSigma))
        + ColumnTable.pair(
          "Powder Mean d Spacing", unit: "angstrom", numbers { spacing($0.powderMean) / angstrom },
          numbers { sigma($0.powderMean, $0.powderMeanSigma) / angstrom })
        + ColumnTable.pair(
          "Spot Median d Spacing", unit: "angstrom", numbers { spacing($0.spotMedian) / angstrom },
          numbers { sigma($0.spotMedian, $0.spotMedianSigma) / angstrom })
        + ColumnTable.pair(
          "Mean minus Median d Spacing", unit: "angstrom",
          numbers { (spacing($0.powderMean) - spacing($0.spotMedian)) / angstrom },
          numbers { sigma($0.spotMedian, $0.differenceSigma) / angstrom })
        + [.init("Spread of d Spacing", unit: "angstrom", numbers { sigma($0.spotMedian, $0.spread) / angstrom })])
  }

  // MARK: - NeXus

  public var defaultPlot: String { "rings" }

  public var nexusChildren: [String: NeXusNode] {
    var frames: [String: NeXusNode] = ["wavelength": .dataset(NeXusDataset(wavelength * 1e10, units: "angstrom"))]
    if let times { frames["start_time"] = .dataset(NeXusDataset(times, units: "s")) }
    if let exposure { frames["exposure_time"] = .dataset(NeXusDataset(exposure, units: "s")) }
    return [
      defaultPlot: .group(
        .data(signal: "spots", axes: ["pattern"], title: "Spots of each ring", datasets: rings.datasets)),
      "spots": .group(.collection(spots.datasets.mapValues { .dataset($0) })),
      "tracks": .group(.collection(tracks.datasets.mapValues { .dataset($0) })),
      "frames": .group(.collection(frames)),
    ]
  }

  public init(entry: NeXusGroup) throws {
    func table(_ name: String) throws -> ColumnTable {
      guard let group = entry[group: name] else {
        throw StageDocumentError(path: "/entry", problem: "there are no \(name)")
      }
      return try ColumnTable(group, place: "/entry/\(name)")
    }
    (spots, tracks, rings) = (try table("spots"), try table("tracks"), try table("rings"))
    guard spots.numbers("Two Theta") != nil, tracks.numbers("Frames Seen") != nil, rings.numbers("Spots") != nil else {
      throw StageDocumentError(path: "/entry", problem: "the tables of spots, tracks and rings lack columns")
    }
    let frames = entry[group: "frames"]
    guard let length = frames?[dataset: "wavelength"]?.numbers?.first else {
      throw StageDocumentError(path: "/entry/frames", problem: "there is no wavelength")
    }
    wavelength = length * 1e-10
    times = frames?[dataset: "start_time"]?.numbers
    exposure = frames?[dataset: "exposure_time"]?.numbers?.first
  }
}
