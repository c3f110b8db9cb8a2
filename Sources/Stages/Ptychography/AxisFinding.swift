import ArrayMath
import Ptychography

/// How a scan's positions lie along rows and columns and how far the sample is from the focus, as stated or as the
/// patterns of the first scan say.
struct AxisFinding: Codable, Hashable, Sendable {
  var choice: AxisConvention
  /// E of each of ``AxisConvention/all`` after a few passes; empty where the choice was stated.
  var errors: [Double] = []
  /// From the focus to the sample, in metres, where it was looked for.
  var defocus: Double?
  /// What the tests say, a sentence each.
  var notes: [String] = []
  /// What looks doubtful about it.
  var warnings: [String] = []
  /// The conjugate twin, which the patterns support as well; nil where they do not.
  var twin: AxisConvention?

  init(choice: AxisConvention) { self.choice = choice }

  var isTested: Bool { !errors.isEmpty }
}

extension PtychographyStage.Parameters {
  /// Whether the defocus of the first probe is to be found on the data.
  func looksForDefocus(_ propagation: Propagation) -> Bool {
    reconstruction.probe == .meanPattern && reconstruction.defocus == nil && propagation == .farField
  }

  /// Whether anything is to be found on the first scan.
  var hasOpenQuestions: Bool {
    preparation.axes == .auto || (reconstruction.probe == .meanPattern && reconstruction.defocus == nil)
  }
}

extension AxisFinding {
  /// Asks the patterns of a scan what the parameters leave open.
  ///
  /// In the far field reversing both axes and conjugating object and probe gives the same patterns. Where the defocus is
  /// looked for as well, the sample is taken to be downstream of the focus.
  ///
  /// - Throws: the readers' errors and `PtychographyError`.
  init(_ source: PtychographyStage.ScanSource, _ parameters: PtychographyStage.Parameters, threads: Int) throws {
    self = try source.named { try AxisFinding(asking: source, parameters, threads: threads) }
  }

  private init(
    asking source: PtychographyStage.ScanSource, _ parameters: PtychographyStage.Parameters, threads: Int
  ) throws {
    let scan = try source.open()
    let stated = parameters.preparation.axes.convention
    let prepared = try ScanPreparation(
      parameters.preparation.settings(for: scan, axes: .asWritten, margin: 4)
    ).prepare(scan, threads: threads)
    self.init(choice: stated ?? .asWritten)
    if parameters.looksForDefocus(scan.geometry.propagation) {
      try findDefocus(prepared, scan.positions, stated: stated, threads: threads)
    }
    guard stated == nil else { return }
    var probe = FirstProbe(parameters)
    probe.defocus = defocus
    let probes = try probe(scan, prepared)
    var test = AxisConventionTest()
    test.passes = parameters.preparation.axesPasses
    let verdict = try test.run(prepared.data, positions: scan.positions, probes: probes, threads: threads)
    choice = verdict.supported
    errors = AxisConvention.all.map { choice in verdict.errors.first { $0.convention == choice }?.error ?? .nan }
    notes.append(verdict.description)
    if verdict.onlyTwinIsOpen {
      twin = verdict.errors[1].convention
    } else if !verdict.isDecided {
      warnings.append("\(source.name): \(verdict)")
    }
  }

  /// Looks for the defocus with the stated axes, or with each of the four pairs of twins.
  private mutating func findDefocus(
    _ prepared: PreparedScan, _ positions: [ScanPosition], stated: AxisConvention?, threads: Int
  ) throws {
    let choices = stated.map { [$0] } ?? AxisConvention.all.filter { !$0.rowsReversed }
    var best: (error: Double, defocus: Double)?
    for choice in choices {
      let layout = ScanLayout(
        positions.map(choice.applied), pixel: prepared.pixel, window: prepared.data.window, margin: 4)
      let estimate = try ProbeEstimate.farFieldSweep(
        prepared.data, layout: layout, photons: prepared.photons, threads: threads)
      guard let found = estimate.defocus, let error = estimate.trials.map(\.error).min() else { continue }
      if best.map({ error < $0.error }) ?? true { best = (error, found) }
    }
    guard let best else { return }
    defocus = stated == nil ? abs(best.defocus) : best.defocus
    notes.append(
      "The first probe's distance from the focus, \(Self.millimetres(defocus ?? 0)), was found on the patterns"
        + (stated == nil ? "; the sample is taken to be downstream of the focus." : "."))
  }

  private static func millimetres(_ length: Double) -> String {
    // Four digits without Foundation's formats.
    let digits = (length * 1e6).rounded() / 1e3
    return "\(digits) mm"
  }
}
