import ArrayMath
import Figures
import Foundation
import ImageAnalysis
import Pipeline
import Tomography

/// A tomogram in words and figures.
struct TomogramSummary {
  let value: TomogramResult
  /// Of the measurement; empty for one alone.
  let name: String
  let parameters: TomogramStage.Parameters

  private var prefix: String { name.isEmpty ? "" : "\(name)." }
  private var facts: TomogramResult.Facts { value.facts }

  var summary: StageSummary {
    StageSummary(
      title: "Tomogram" + (name.isEmpty ? "" : ": \(name)"), headlines: headlines,
      figures: TomogramFigures(value: value, prefix: name.isEmpty ? "" : "\(name)-").figures, tables: tables,
      assumptions: assumptions, conventions: conventions, warnings: facts.warnings, methods: methods,
      citations: citations)
  }

  // MARK: - Numbers

  private var headlines: [HeadlineValue] {
    func number(
      _ key: String, _ label: String, _ value: Double, _ unit: String, _ note: String, isAnswer: Bool = false
    ) -> HeadlineValue {
      HeadlineValue(
        key: "\(prefix)tomography.\(key)", label: label, value: value, uncertaintyNote: note, unit: unit,
        isAnswer: isAnswer)
    }
    let used = facts.views.count { !$0.isOutlier }
    var all = [
      number("projections", "projections used", Double(used), "1", "a count"),
      number("voxel", "edge of a voxel", facts.voxel * 1e9, "nm", "that of the projections", isAnswer: true),
    ]
    if let correlation = facts.correlation, let resolution = correlation.resolution {
      let note = correlation.reachesVoxel ? "the halves agree down to the voxel" : "the crossing of two curves"
      all.append(
        number(
          "resolution", "resolution of the volume, half period, half-bit, 2 halves", resolution * 1e9, "nm", note,
          isAnswer: true))
    }
    let moved = value.geometry.displacements
    if !facts.steps.isEmpty, !moved.isEmpty {
      let count = Double(moved.count)
      let square = moved.reduce(0) { $0 + $1.rows * $1.rows + $1.columns * $1.columns }
      all.append(
        number("displacement", "displacements that were found, rms", (square / count).squareRoot(), "pixel", "a spread")
      )
    }
    for (values, key, label) in [
      (facts.rowUncertainties, "displacement_error_rows", "uncertainty of a displacement, down"),
      (facts.columnUncertainties, "displacement_error_columns", "uncertainty of a displacement, to the right"),
    ] where values.contains(where: \.isFinite) {
      all.append(number(key, label, Self.median(values), "pixel", "the median over the projections"))
    }
    let totals = facts.views.filter { !$0.isOutlier }.map(\.total).filter(\.isFinite)
    if totals.count > 2 {
      let mean = totals.reduce(0, +) / Double(totals.count)
      let spread = (totals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(totals.count - 1)).squareRoot()
      if mean != 0 {
        all.append(
          number("total_spread", "spread of the projections' sums", 100 * spread / abs(mean), "%", "a spread itself"))
      }
    }
    return all
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.filter(\.isFinite).sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }

  // MARK: - Tables

  private var tables: [Table] {
    func text(_ value: Double, _ format: String = "%.4g") -> String {
      value.isFinite ? String(format: format, value) : "–"
    }
    let geometry = value.geometry
    func uncertainty(_ values: [Double], _ index: Int) -> String {
      values.indices.contains(index) && values[index] > 0 ? String(format: " ± %.2g", values[index]) : ""
    }
    let rows = facts.views.indices.map { index -> [String] in
      let view = facts.views[index]
      let moved = geometry.displacements[index]
      return [
        view.name, text(geometry.angles[index] * 180 / .pi, "%.6g"),
        text(moved.rows, "%.3f") + uncertainty(facts.rowUncertainties, index),
        text(moved.columns, "%.3f") + uncertainty(facts.columnUncertainties, index), text(view.total, "%.6g"),
        "\(view.residues)", (view.isOutlier ? ["left out"] + view.notes : view.notes).joined(separator: "; "),
      ]
    }
    let unit = value.projections.quantity == .phase ? "rad" : "1"
    return [
      Table(
        title: "Projections",
        columns: [
          "projection", "angle / deg", "lower by / pixel", "further right by / pixel", "sum / \(unit)", "residues",
          "notes",
        ], rows: rows,
        caption: "The axis of rotation lies at column \(text(geometry.axisColumn, "%.2f")) of "
          + "\(value.projections.shape.columns)"
          + (geometry.axisTilt == 0
            ? "." : ", tilted by \(text(geometry.axisTilt * 180 / .pi, "%.3f")) degrees in the image.")
          + " Residues are points about which a phase has no single value.")
    ]
  }

  // MARK: - Words

  private var assumptions: [Assumption] {
    guard !parameters.$sense.isGiven else { return [] }
    return [
      Assumption(
        statement: "the sample turns counterclockwise with rising angle, seen from above",
        source: "not stated in the experiment file", range: "or clockwise",
        effect: "the volume would be its mirror image; extents, density and mass stay")
    ]
  }

  private var conventions: [Convention] {
    [
      Convention(subject: "rotation", choice: "\(parameters.sense.rawValue) with rising angle, seen from above"),
      Convention(
        subject: "slices", choice: "seen from above, columns as in the projection of angle 0, the beam up the page"),
      Convention(subject: "contrast", choice: "above that of the medium; matter positive"),
    ]
  }

  private var citations: [Citation] {
    var all = TomogramStage.citations
    if facts.correlation != nil { all.append(.vanHeel2005) }
    return all
  }

  private var methods: String {
    let shape = value.projections.shape
    let volume = value.volume.shape
    let angles = value.geometry.angles.sorted()
    let span = ((angles.last ?? 0) - (angles.first ?? 0)) * 180 / .pi
    var text = String(
      format:
        "The volume of %d x %d x %d voxels of %.4g nm was made of %d projections of %d x %d pixels over %.4g degrees",
      volume.slices, volume.rows, volume.columns, facts.voxel * 1e9, facts.views.count { !$0.isOutlier }, shape.rows,
      shape.columns, span)
    text += facts.reconstruction.isEmpty ? "." : " by \(facts.reconstruction)."
    if !facts.alignment.isEmpty { text += " \(facts.alignment)" }
    if let correlation = facts.correlation, let resolution = correlation.resolution {
      text += String(
        format: " The Fourier shell correlation of volumes from every second projection falls below the half-bit "
          + "threshold at a half period of %.3g nm.", resolution * 1e9)
    }
    return text
  }
}
