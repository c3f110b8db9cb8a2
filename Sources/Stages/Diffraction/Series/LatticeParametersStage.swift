import Crystallography
import Foundation
public import Pipeline
import PowderDiffraction
import Quantities

/// From peaks, or from whole patterns, to the lattice parameters a and c of a hexagonal sample and its strains.
public enum LatticeParametersStage: Stage {
  public static let name = "lattice-parameters"
  public static let version = 1
  public static let citations = [Citation.pawley1981, .leBail1988]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    public var source: Source
    /// Which patterns belong to one position; nil where all see the same material.
    public var scan: LineScanSettings?

    public init(_ source: Source) { self.source = source }
  }

  /// Where the lattice comes from.
  public enum Source: Sendable {
    case peaks(PeakTable)
    case patterns(PatternTable, phase: SamplePhase)
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    let isWhole = parameters.method != .peaks
    let patterns = max(Double(inputBytes) / 48e3, 1)
    return ResourceEstimate(
      seconds: 0.1 + (isWhole ? 3e-2 : 1e-5) * patterns, memory: 1e8 + 6e4 * patterns, disk: 1e5 + 300 * patterns)
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<LatticeTable> {
    let (times, exposure, count) = exposures(input.source)
    let scan = try input.scan.map { try $0.scan(times: times, exposure: exposure, count: count) }
    let found: LatticeSeries
    switch input.source {
    case .peaks(let table): found = try LatticeSeries(peaks: table, scan: scan, parameters: parameters)
    case .patterns(let table, let phase):
      found = try LatticeSeries(patterns: table, phase: phase, parameters: parameters, context: context)
    }
    let rows = try found.withStrains(scan: scan, grainCorrelation: parameters.grainCorrelation)
    context.progress(count, count)
    let value = LatticeTable(rows, times: times, exposure: exposure)
    let summary = LatticeParametersSummary(
      value: value, series: found, rows: rows, input: input, parameters: parameters, scan: scan
    ).summary
    return StageResult(value: value, summary: summary)
  }

  private static func exposures(_ source: Source) -> (times: [Double]?, exposure: Double?, count: Int) {
    switch source {
    case .peaks(let table): (table.times, table.exposure, table.patternCount)
    case .patterns(let table, _): (table.times, table.exposure, table.series.frameCount)
    }
  }
}
