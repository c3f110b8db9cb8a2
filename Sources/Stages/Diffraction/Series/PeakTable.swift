public import Crystallography
public import FileFormats
import Foundation
public import PowderDiffraction

/// The peaks of a series of patterns: what was fitted to each line of each pattern.
public struct PeakTable: NeXusRepresentable, Hashable {
  /// A line that was fitted.
  public struct Line: Hashable, Sendable {
    public var phase: String
    public var indices: MillerIndices

    /// "NMC811 003".
    public var label: String { "\(phase) \(indices)" }
  }

  /// Values and standard uncertainties, patterns x lines in C order; NaN where unknown.
  public struct Estimates: Hashable, Sendable {
    public var values, sigmas: [Double]
  }

  /// The phase whose lattice is asked for; the others are its neighbours.
  public var samplePhase: String
  public var lines: [Line]
  public var patternCount: Int
  /// Observed scattering angles, in radians.
  public var twoTheta: Estimates
  /// Spacings after displacement is taken out, in metres.
  public var dSpacing: Estimates
  /// Power of the rings over 2π, in the intensity of the patterns times radians.
  public var intensity: Estimates
  /// Full widths at half maximum, in radians.
  public var fwhm: Estimates
  /// The smallest intensity that each pattern would have shown, patterns x lines.
  public var detectionLimits: [Double]
  /// Patterns x lines.
  public var statuses: [PeakStatus]
  /// Covariances of the spacings, patterns x lines x lines, in square metres.
  public var spacingCovariances: [Double]
  /// χ² over degrees of freedom of each pattern.
  public var reducedChiSquares: [Double]
  /// Displacement of the sample towards the detector as a fraction of the distance, one a pattern.
  public var displacement: Estimates
  /// Mean intensity over the whole pattern and its standard uncertainty: the total scatter.
  public var totalScatter: Estimates
  /// When each exposure began, in seconds since 1970; nil where it is not known.
  public var times: [Double]?
  /// Exposure time of a pattern, in seconds; nil where it is not known.
  public var exposure: Double?
  /// In metres; nil where it is not known.
  public var wavelength: Double?
  /// How many states lines show, one row a pattern and line; nil where it was not asked.
  public var states: ColumnTable?

  init(_ series: PeakSeries, of patterns: PatternTable, samplePhase: String) {
    self.samplePhase = samplePhase
    let first = series.fits.first?.peaks ?? []
    lines = first.map { Line(phase: $0.phase, indices: $0.indices) }
    patternCount = series.frameCount
    let peaks = series.fits.flatMap(\.peaks)
    func estimates(_ value: (PeakEstimate) -> PeakValue) -> Estimates {
      Estimates(values: peaks.map { value($0).value }, sigmas: peaks.map { value($0).sigma })
    }
    twoTheta = estimates(\.twoTheta)
    dSpacing = estimates(\.dSpacing)
    intensity = estimates(\.intensity)
    fwhm = estimates(\.fwhm)
    detectionLimits = peaks.map(\.detectionLimit)
    statuses = peaks.map(\.status)
    spacingCovariances = series.fits.flatMap(\.dSpacingCovariance)
    reducedChiSquares = series.fits.map(\.reducedChiSquare)
    displacement = Estimates(
      values: series.fits.map(\.displacement.value), sigmas: series.fits.map(\.displacement.sigma))
    totalScatter = Self.totalScatter(of: patterns.series)
    times = patterns.times
    exposure = patterns.exposure
    wavelength = patterns.series.wavelength
  }

  /// The mean of the bins of each pattern, each weighted with its pixels where their numbers are known.
  private static func totalScatter(of series: PowderPatternSeries) -> Estimates {
    let size = series.binCount * series.sectorCount
    var found = Estimates(values: [], sigmas: [])
    for frame in 0..<series.frameCount {
      var (weight, sum, variance) = (0.0, 0.0, 0.0)
      for bin in 0..<size {
        let value = series.intensities[frame * size + bin]
        guard !value.isNaN else { continue }
        let share = series.pixelCounts?[bin] ?? 1
        weight += share
        sum += share * value
        if let sigma = series.sigmas?[frame * size + bin], !sigma.isNaN { variance += share * share * sigma * sigma }
      }
      found.values.append(weight > 0 ? sum / weight : .nan)
      found.sigmas.append(weight > 0 && series.sigmas != nil ? variance.squareRoot() / weight : .nan)
    }
    return found
  }

  /// The place of a line in each pattern's row; nil where it was not fitted.
  public func place(of phase: String, _ indices: MillerIndices) -> Int? {
    lines.firstIndex { $0.phase == phase && $0.indices == indices }
  }

  /// Whether a line of a pattern may be used.
  public func isUsable(pattern: Int, line: Int) -> Bool { statuses[pattern * lines.count + line] == .fitted }

  /// The table of the `peaks` verb: one row a pattern and line.
  public var table: ColumnTable {
    let degrees = { (values: [Double]) in values.map { $0 * 180 / .pi } }
    let angstrom = { (values: [Double]) in values.map { $0 * 1e10 } }
    let rows = patternCount * lines.count
    return ColumnTable(
      [
        .init("Pattern", unit: "1", (0..<rows).map { Double($0 / lines.count) }),
        .init("Phase", texts: (0..<rows).map { lines[$0 % lines.count].phase }),
        .init("Reflection", texts: (0..<rows).map { lines[$0 % lines.count].indices.description }),
      ] + ColumnTable.pair("Two Theta", unit: "deg", degrees(twoTheta.values), degrees(twoTheta.sigmas))
        + ColumnTable.pair("d Spacing", unit: "angstrom", angstrom(dSpacing.values), angstrom(dSpacing.sigmas))
        + ColumnTable.pair("Intensity", unit: "1", degrees(intensity.values), degrees(intensity.sigmas))
        + ColumnTable.pair("FWHM", unit: "deg", degrees(fwhm.values), degrees(fwhm.sigmas)) + [
          .init("Detection Limit", unit: "1", degrees(detectionLimits)),
          .init("Status", texts: statuses.map(\.rawValue)),
          .init("Reduced Chi Square", unit: "1", (0..<rows).map { reducedChiSquares[$0 / lines.count] }),
        ])
  }

  // MARK: - NeXus

  public var defaultPlot: String { "peaks" }

  private static let radians: (unit: String, factor: Double) = ("deg", 180 / .pi)

  public var nexusChildren: [String: NeXusNode] {
    let shape = [patternCount, lines.count]
    func two(_ name: String, _ estimates: Estimates, _ unit: String, _ factor: Double) -> [String: NeXusDataset] {
      [
        name: NeXusDataset(
          estimates.values.map { $0 * factor }, shape: shape, units: unit, longName: "\(name) / \(unit)"),
        "\(name)_errors": NeXusDataset(estimates.sigmas.map { $0 * factor }, shape: shape, units: unit),
      ]
    }
    let (unit, factor) = Self.radians
    var datasets = two("two_theta", twoTheta, unit, factor)
    datasets.merge(two("d_spacing", dSpacing, "angstrom", 1e10)) { $1 }
    datasets.merge(two("intensity", intensity, "counts.deg", factor)) { $1 }
    datasets.merge(two("fwhm", fwhm, unit, factor)) { $1 }
    datasets["pattern"] = NeXusDataset((0..<patternCount).map { $0 })
    datasets["detection_limit"] = NeXusDataset(
      detectionLimits.map { $0 * factor }, shape: shape, units: "counts.deg")
    datasets["status"] = NeXusDataset(
      statuses.map { PeakStatus.allCases.firstIndex(of: $0) ?? 0 }, shape: shape, units: "")
    var pattern: [String: NeXusNode] = [
      "reduced_chi_square": .dataset(NeXusDataset(reducedChiSquares, units: "")),
      "displacement": .dataset(NeXusDataset(displacement.values, units: "")),
      "displacement_errors": .dataset(NeXusDataset(displacement.sigmas, units: "")),
      "total_scatter": .dataset(NeXusDataset(totalScatter.values, units: "counts")),
      "total_scatter_errors": .dataset(NeXusDataset(totalScatter.sigmas, units: "counts")),
      "spacing_covariance": .dataset(
        NeXusDataset(
          spacingCovariances.map { $0 * 1e20 }, shape: [patternCount, lines.count, lines.count], units: "angstrom^2")),
      "sample_phase": .dataset(NeXusDataset(text: samplePhase)),
      "phases": .dataset(NeXusDataset(.texts(lines.map(\.phase)))),
      "indices": .dataset(
        NeXusDataset(
          lines.flatMap { [$0.indices.h, $0.indices.k, $0.indices.l] }, shape: [lines.count, 3], units: "")),
      "status_names": .dataset(NeXusDataset(.texts(PeakStatus.allCases.map(\.rawValue)))),
    ]
    if let times { pattern["start_time"] = .dataset(NeXusDataset(times, units: "s")) }
    if let exposure { pattern["exposure_time"] = .dataset(NeXusDataset(exposure, units: "s")) }
    if let wavelength { pattern["wavelength"] = .dataset(NeXusDataset(wavelength * 1e10, units: "angstrom")) }
    if let states { pattern["states"] = .group(.collection(states.datasets.mapValues { .dataset($0) })) }
    return [
      defaultPlot: .group(
        .data(
          signal: "two_theta", axes: ["pattern", "."], title: "Lines of \(samplePhase) and its neighbours",
          interpretation: "image", datasets: datasets)),
      "patterns": .group(.collection(pattern)),
    ]
  }

  public init(entry: NeXusGroup) throws {
    guard let peaks = entry[group: "peaks"], let patterns = entry[group: "patterns"] else {
      throw StageDocumentError(path: "/entry", problem: "there are no peaks")
    }
    func numbers(_ group: NeXusGroup, _ name: String, _ factor: Double = 1) throws -> [Double] {
      guard let values = group[dataset: name]?.numbers else {
        throw StageDocumentError(path: "/entry", problem: "there is no \(name)")
      }
      return factor == 1 ? values : values.map { $0 / factor }
    }
    func two(_ name: String, _ factor: Double) throws -> Estimates {
      Estimates(values: try numbers(peaks, name, factor), sigmas: try numbers(peaks, "\(name)_errors", factor))
    }
    guard let phases = patterns[dataset: "phases"]?.texts, let indices = patterns[dataset: "indices"]?.integers,
      indices.count == 3 * phases.count, let sample = patterns[dataset: "sample_phase"]?.text,
      let names = patterns[dataset: "status_names"]?.texts, let codes = peaks[dataset: "status"]?.integers
    else { throw StageDocumentError(path: "/entry/patterns", problem: "the lines are not named") }
    samplePhase = sample
    lines = phases.enumerated().map { index, phase in
      Line(
        phase: phase, indices: MillerIndices(indices[3 * index], indices[3 * index + 1], indices[3 * index + 2]))
    }
    let factor = Self.radians.factor
    twoTheta = try two("two_theta", factor)
    dSpacing = try two("d_spacing", 1e10)
    intensity = try two("intensity", factor)
    fwhm = try two("fwhm", factor)
    detectionLimits = try numbers(peaks, "detection_limit", factor)
    statuses = try codes.map { code in
      guard names.indices.contains(code), let status = PeakStatus(rawValue: names[code]) else {
        throw StageDocumentError(path: "/entry/peaks/status", problem: "\(code) is no known status")
      }
      return status
    }
    spacingCovariances = try numbers(patterns, "spacing_covariance", 1e20)
    reducedChiSquares = try numbers(patterns, "reduced_chi_square")
    displacement = Estimates(
      values: try numbers(patterns, "displacement"), sigmas: try numbers(patterns, "displacement_errors"))
    totalScatter = Estimates(
      values: try numbers(patterns, "total_scatter"), sigmas: try numbers(patterns, "total_scatter_errors"))
    times = patterns[dataset: "start_time"]?.numbers
    exposure = patterns[dataset: "exposure_time"]?.numbers?.first
    wavelength = patterns[dataset: "wavelength"]?.numbers?.first.map { $0 * 1e-10 }
    states = try patterns[group: "states"].map { try ColumnTable($0, place: "/entry/patterns/states") }
    patternCount = reducedChiSquares.count
    let size = patternCount * lines.count
    guard
      [twoTheta, dSpacing, intensity, fwhm].allSatisfy({ $0.values.count == size && $0.sigmas.count == size }),
      statuses.count == size, detectionLimits.count == size, spacingCovariances.count == size * lines.count,
      totalScatter.values.count == patternCount, displacement.values.count == patternCount,
      times.map({ $0.count == patternCount }) ?? true
    else { throw StageDocumentError(path: "/entry/peaks", problem: "the datasets differ in length") }
  }
}
