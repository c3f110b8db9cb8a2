import Figures
import Foundation
import Pipeline
import PowderDiffraction
import Quantities

/// The spots of a series in words.
struct DiffractionSpotsSummary {
  let series: SpotSeries
  let input: DiffractionSpotsStage.Input
  let parameters: DiffractionSpotsStage.Parameters
  /// The frame that is drawn.
  let shown: (pattern: Int, map: PolarMap)

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }
  private let degree = Double.pi / 180

  var summary: StageSummary {
    StageSummary(
      title: "Spots" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines,
      figures: DiffractionSpotsFigures(
        series: series, shown: shown, prefix: input.name.isEmpty ? "" : "\(input.name)-",
        hasTimes: input.frames.times != nil
      ).all,
      tables: [table], assumptions: [], conventions: conventions, warnings: warnings, methods: methods,
      citations: DiffractionSpotsStage.citations)
  }

  private var spots: [DetectedSpot] { series.spots.flatMap(\.self) }

  // MARK: - Numbers

  /// The middle of a sample.
  private func median(_ values: [Double]) -> Double? {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// The standard uncertainty of a mean by the scatter; nil for one value.
  private func error(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count * (values.count - 1))).squareRoot()
  }

  private func grains(_ ring: Int) -> [RingGrains] { series.grains.compactMap { $0[ring] } }

  private var headlines: [HeadlineValue] {
    let key = "\(prefix)spots"
    var found = [
      HeadlineValue(
        key: "\(key).found", label: "spots found", value: Double(spots.count), uncertaintyNote: "a count", unit: "1")
    ]
    if series.passCount > 1 {
      found.append(
        HeadlineValue(
          key: "\(key).tracks", label: "grains followed over at least half of the passes",
          value: Double(series.followed.count), uncertaintyNote: "a count", unit: "1"))
    }
    for (index, ring) in series.rings.enumerated() {
      let own = grains(index)
      let numbers = own.map(\.effectiveNumber)
      guard let middle = median(numbers) else { continue }
      let label = ring.label.replacing(" ", with: "_")
      // The median of a normal sample has π/2 times the variance of its mean.
      found.append(
        HeadlineValue(
          key: "\(key).\(label).effective_grains", label: "median effective number of grains of a \(ring.label) ring",
          value: middle,
          uncertainty: error(numbers).map { $0 * (Double.pi / 2).squareRoot() } ?? own[0].effectiveNumberSigma,
          unit: "1"))
      let differences = own.map { series.spacing($0.powderMean) - series.spacing($0.spotMedian) }
      found.append(
        HeadlineValue(
          key: "\(key).\(label).mean_minus_median", label: "powder mean minus spot median of d \(ring.label)",
          value: 1e13 * differences.reduce(0, +) / Double(differences.count),
          uncertainty: 1e13
            * (error(differences) ?? series.spacingSigma(own[0].spotMedian, own[0].differenceSigma)),
          unit: "milliangstrom"))
    }
    return found
  }

  private var table: Table {
    let rows = series.rings.enumerated().map { index, ring -> [String] in
      let own = spots.filter { $0.ring == ring.label }
      let flagged: [(String, DetectedSpot.Flags)] = [
        ("saturated", .saturated), ("masked", .masked), ("cut", .cut), ("blended", .blended), ("misfit", .misfit),
      ]
      let words = flagged.compactMap { name, flag -> String? in
        let count = own.count { $0.flags.contains(flag) }
        return count > 0 ? "\(count) \(name)" : nil
      }
      let followed = series.followed.count { $0.track.ring == ring.label }
      let tracks = series.tracks.count { $0.track.ring == ring.label }
      let spreads = grains(index).map { series.spacingSigma($0.spotMedian, $0.spread) / series.spacing($0.spotMedian) }
      return [
        ring.label, String(format: "%.4f", ring.twoTheta / degree), String(format: "%.0f %%", 100 * ring.coverage),
        "\(own.count)", words.isEmpty ? "none" : words.joined(separator: ", "), "\(followed) of \(tracks)",
        median(grains(index).map(\.effectiveNumber)).map { String(format: "%.2f", $0) } ?? "",
        median(spreads.filter(\.isFinite)).map { String(format: "%.1e", $0) } ?? "",
      ]
    }
    return Table(
      title: "Rings",
      columns: [
        "ring", "2θ of the cell / deg", "bins with pixels", "spots", "flags", "grains followed over half of the passes",
        "effective grains, median", "relative spread of d between grains, median",
      ], rows: rows,
      caption:
        "Saturated, masked and cut spots count for no grain. The effective number is that of equally bright grains.")
  }

  private var warnings: [String] {
    var found: [String] = []
    let place = series.rings
    for ring in place where ring.coverage == 0 {
      found.append("No pixel lies on the \(ring.label) ring: it is masked, or the detector does not reach it.")
    }
    for ring in place where ring.coverage > 0 && ring.coverage < 0.8 {
      found.append(
        String(
          format: "Only %.0f %% of the %@ ring have pixels: spots on the rest are not seen.", 100 * ring.coverage,
          ring.label))
    }
    if spots.isEmpty {
      found.append("No spot stands out from the rings by \(parameters.threshold) standard deviations.")
      return found
    }
    let saturated = spots.count { $0.flags.contains(.saturated) }
    if saturated > 0 {
      found.append(
        "\(saturated) of \(spots.count) spots hold saturated pixels: their intensities are too low, their widths too "
          + "large, and they count for no grain.")
    }
    let sector = 2 * Double.pi / Double(parameters.sectors)
    for ring in place {
      let own = spots.filter { $0.ring == ring.label }
      if let width = median(own.filter(\.flags.isEmpty).map(\.azimuthWidth)), width < sector / 2 {
        found.append(
          "Spots of \(ring.label) are shorter than a sector: their azimuths are less certain than stated; give more "
            + "`sectors`.")
      } else if !own.isEmpty, sector < ring.pixelAzimuth / 2 {
        found.append(
          "A sector is narrower than half a pixel on the \(ring.label) ring: azimuths of its spots are less certain than "
            + "stated; give fewer `sectors`.")
      }
      if own.count > 20, 2 * own.count(where: { $0.flags.contains(.blended) }) > own.count {
        found.append("Most spots of \(ring.label) overlap: the ring holds more grains than can be told apart.")
      }
    }
    return found
  }

  private var conventions: [Convention] {
    [
      Convention(subject: "azimuth", choice: "0 along axis 2 of the detector, growing towards axis 1, -180 to 180 deg"),
      Convention(
        subject: "uncertainty of a spot",
        choice: "counting statistics and background; pixels that bins share are allowed for"),
    ]
  }

  private var methods: String {
    let names = series.rings.map(\.label).joined(separator: ", ")
    let followed =
      series.passCount > 1
      ? String(
        format:
          " Spots were followed from \(series.scan == nil ? "frame to frame" : "pass to pass at each position") as the "
          + "assignment of lowest cost [@kuhn1955] within %g standard deviations, 2θ and azimuth wandering by %.3g deg and "
          + "%.3g deg in between; spacings along a track were smoothed [@rauch1965].", parameters.gate,
        parameters.twoThetaWander.si / degree, parameters.azimuthWander.si / degree)
      : ""
    return
      "The rings \(names) of \(input.phase.name) were searched for spots in \(parameters.sectors) sectors of azimuth, "
      + String(format: "%.3g deg about each ring. ", parameters.halfWidth.si / degree)
      + "The background is the clipped mean along each ring; regions that exceed it by \(parameters.threshold) standard "
      + "deviations were fitted with Gaussians and kept where the intensity exceeds its uncertainty as many times."
      + followed
      + " The effective number of grains of a ring is the square of the sum of its spots' intensities over the sum of "
      + "their squares; the uncertainty of means over grains is that of the bootstrap."
  }
}
