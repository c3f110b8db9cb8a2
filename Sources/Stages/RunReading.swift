import Foundation
public import Pipeline
import Quantities

/// Reads what a run has left in its folder, without running anything.
///
/// - Returns: the complete stages in the order of the plan, and the claims of the experiment file beside them.
/// - Throws: `StageDocumentError` and the errors of the pipeline when the folder does not hold a run.
public func readRunSummary(of folder: RunFolder) throws -> RunSummary {
  let manifest = try RunManifest(of: folder)
  let experimentText = text(at: folder.experimentPath)
  let stages = try manifest.stages.compactMap { stage -> RunSummary.Stage? in
    guard let path = try folder.completeFile(of: stage.name, key: stage.key) else { return nil }
    return RunSummary.Stage(
      name: stage.name, key: stage.key, summary: try StageDocument.summary(from: path),
      provenance: try Provenance(json: StageDocument.provenance(from: path)))
  }
  let document = ExperimentDocument(text: experimentText, file: folder.experimentPath)
  let settings = document.decode(ExperimentSettings.self).0
  let claims = (settings?.claims ?? [:]).sorted { $0.key < $1.key }.map { key, quantity in
    Claim(
      key: key, statedText: quantity.text, value: quantity.value, unit: quantity.unit.symbol,
      line: document.diagnostic(at: "claims.\(key)", message: "").line)
  }
  let headlines = stages.flatMap(\.summary.headlines)
  return RunSummary(
    title: settings?.title ?? "", experimentText: experimentText, resolvedText: text(at: folder.resolvedPath),
    stages: stages, claims: ledger(claims: claims, headlines: headlines, convert: convert))
}

private func text(at path: String) -> String {
  FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
}

/// Converts between units of the field; a C-rate stated in C is one in 1/h.
private func convert(_ value: Double, _ unit: String, _ other: String) -> Double? {
  if unit == other { return value }
  if unit == "1/h" && other == "C" { return value }
  guard let from = try? AnyQuantity(parsing: "1 \(unit)").unit, let to = try? AnyQuantity(parsing: "1 \(other)").unit,
    from.dimension == to.dimension
  else { return nil }
  return to.value(ofSI: from.si(value))
}
