import ArrayMath
import Crystallography
import Foundation
import PowderDiffraction

/// How many states each pattern shows, line by line.
enum StateTable {
  /// Weighs the evidence for one state, two, or a distribution in every pattern.
  ///
  /// - Parameters:
  ///   - reflections: lines of the sample; each is looked at in the window of the model that holds it.
  /// - Throws: `PeakFitError`.
  static func table(
    _ series: PowderPatternSeries, model: PeakModel, phase: SamplePhase, reflections: [MillerIndices],
    settings: PeakFitSettings, threads: Int
  ) throws -> ColumnTable {
    var rows: [(pattern: Int, indices: MillerIndices, evidence: StateEvidence)] = []
    let metric = phase.cell.reciprocalMetric
    for indices in reflections {
      guard let wavelength = model.wavelength else { continue }
      let place = 2 * asin(wavelength * metric.form(indices.vector).squareRoot() / 2)
      guard let window = model.windows.first(where: { $0.range.contains(place) }) else { continue }
      // Lines of the sample itself in the same window are neighbours of this one.
      let others = model.phases.map { other in
        var other = other
        if other.name == phase.name { other.reflections.removeAll { $0 == indices } }
        return other
      }.filter { !$0.reflections.isEmpty }
      let analysis = StateAnalysis(
        window: window, cell: phase.cell, reflection: indices, instrument: model.instrument, neighbours: others,
        wavelength: wavelength)
      let found = try parallelMap(count: series.frameCount, threads: threads) {
        try analysis.evidence(series.pattern(frame: $0), settings: settings)
      }
      rows += found.enumerated().map { ($0.offset, indices, $0.element) }
    }
    func numbers(_ value: (StateEvidence) -> Double?) -> [Double] { rows.map { value($0.evidence) ?? .nan } }
    return ColumnTable(
      [
        .init("Pattern", unit: "1", rows.map { Double($0.pattern) }),
        .init("Reflection", texts: rows.map(\.indices.description)),
        .init("Verdict", texts: rows.map(\.evidence.verdict.rawValue)),
      ]
        + ColumnTable.pair(
          "d Spacing", unit: "angstrom", numbers { $0.dSpacing.value * 1e10 }, numbers { $0.dSpacing.sigma * 1e10 })
        + ColumnTable.pair("Relative Spread", unit: "1", numbers(\.spread.value), numbers(\.spread.sigma))
        + ColumnTable.pair(
          "Relative Separation", unit: "1", numbers { $0.two?.separation.value }, numbers { $0.two?.separation.sigma })
        + ColumnTable.pair(
          "Share of the Larger Spacing", unit: "1", numbers { $0.two?.share.value }, numbers { $0.two?.share.sigma })
        + [
          .init("Separation Seen", unit: "1", numbers { $0.limits?.separation.seen }),
          .init("Separation Missed", unit: "1", numbers { $0.limits?.separation.missed }),
          .init("Spread Seen", unit: "1", numbers { $0.limits?.spread.seen }),
          .init("Share Seen", unit: "1", numbers { $0.limits?.share.seen }),
        ])
  }

  /// What a verdict means.
  static func words(_ verdict: String) -> String {
    switch StateEvidence.Verdict(rawValue: verdict) {
    case .oneState: "one state"
    case .broadened: "one broadened line"
    case .twoStates: "two states"
    case .distribution: "a distribution of states"
    case .instrumentUnknown: "the instrument's width is not known"
    case .noPeak: "no line"
    case nil: verdict
    }
  }
}
