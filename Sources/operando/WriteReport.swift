import FileFormats
import Foundation
import Pipeline
import Report
import Stages

/// Writes `results.nxs`, which links the complete stages of a run, the last one as the default.
func writeResults(of outcome: RunOutcome, in folder: RunFolder) throws {
  let entries = outcome.stages.map { stage in
    (name: stage.name.replacing("-", with: "_"), file: "stages/" + URL(filePath: stage.path).lastPathComponent)
  }
  let root = NeXusGroup.links(toEntriesOf: entries, defaultEntry: entries.last?.name, creator: "operando")
  try AtomicFile.place(folder.resultsPath) { try NeXusFile.write(root, to: $0) }
}

/// Renders the report and the bibliography of a run from what its folder holds.
///
/// - Parameter skipped: the stages that this run took over from an earlier one.
func writeReport(of folder: RunFolder, skipped: Set<String> = []) throws {
  let summary = try readRunSummary(of: folder)
  let input = ReportInput(
    title: summary.title, program: "operando \(programVersion)", date: summary.stages.last?.provenance.finished ?? "",
    stages: summary.stages.map { stage in
      ReportStage(
        name: stage.name, key: stage.key.hexadecimal, summary: stage.summary,
        provenance: [
          ReportFact("program", stage.provenance.programVersion),
          ReportFact("stage version", "\(stage.provenance.stageVersion)"),
          ReportFact("started", stage.provenance.started), ReportFact("finished", stage.provenance.finished),
          ReportFact("CPU time", String(format: "%.2f s", stage.provenance.processorSeconds)),
          ReportFact("threads", "\(stage.provenance.threads)"),
          ReportFact("items taken over from an interrupted run", "\(stage.provenance.resumedItems)"),
        ] + stage.provenance.inputs.map { ReportFact("input \($0.name)", "\($0.size) bytes, SHA-256 \($0.sha256)") })
    },
    claims: summary.claims.map(ReportClaim.init), experimentText: summary.experimentText,
    resolvedText: summary.resolvedText,
    runRows: try summary.stages.map { stage in
      let path = try folder.completeFile(of: stage.name, key: stage.key) ?? ""
      return ReportRunRow(
        stage: stage.name, seconds: stage.provenance.seconds, memory: Double(stage.provenance.peakMemory),
        skipped: skipped.contains(stage.name), file: "stages/" + URL(filePath: path).lastPathComponent)
    },
    provenance: summary.stages.last.map { stage in
      [
        ReportFact("system", stage.provenance.host.system), ReportFact("processor", stage.provenance.host.processor),
        ReportFact("cores", "\(stage.provenance.host.cores)"),
        ReportFact("memory", byteText(Double(stage.provenance.host.memory))),
      ]
    } ?? [], plotlyScript: ShareFolder.plotBundle)
  try AtomicFile.write(try renderReport(input), to: folder.reportPath)
  try AtomicFile.write(bibliographyText(summary.citations), to: folder.citationsPath)
}

extension ReportClaim {
  /// A line of the ledger, formatted.
  init(_ entry: ClaimEntry) {
    let verdict: Verdict =
      switch entry.verdict {
      case .agrees, .roundsToStated: .agrees
      case .differs: .differs
      case .notComputed: .notRecomputed
      }
    let recomputed = entry.recomputed.map { ValueText.text($0, uncertainty: entry.uncertainty, unit: entry.unit) } ?? ""
    var difference = ""
    if let absolute = entry.difference {
      difference = String(format: "%+.3g", absolute) + (entry.unit.isEmpty ? "" : " \(entry.unit)")
      if let relative = entry.relativeDifference { difference += String(format: " (%+.1f %%)", 100 * relative) }
    }
    self.init(
      subject: entry.label, stated: entry.statedText, recomputed: recomputed, difference: difference, verdict: verdict,
      comment: entry.comment)
  }
}
