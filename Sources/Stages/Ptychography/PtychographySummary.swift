import ArrayMath
import Figures
import Foundation
import Pipeline
import Ptychography

/// Phase images in words and figures.
struct PtychographySummary {
  let value: PhaseProjections
  let axes: AxisFinding
  let input: PtychographyStage.Input
  let parameters: PtychographyStage.Parameters

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }
  private var prefixed: String { input.name.isEmpty ? "" : "\(input.name)-" }
  private var facts: [PhaseProjection.Facts] { value.complete.map(\.facts) }
  private var failed: [PhaseProjection.Facts] { value.projections.map(\.facts).filter { $0.failure != nil } }

  var summary: StageSummary {
    StageSummary(
      title: "Ptychography" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines,
      figures: PtychographyFigures(value: value, prefix: prefixed).figures, tables: tables, assumptions: assumptions,
      conventions: conventions, warnings: warnings, methods: methods, citations: citations)
  }

  // MARK: - Numbers

  private func median(_ values: [Double]) -> Double {
    let sorted = values.filter(\.isFinite).sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }

  private var headlines: [HeadlineValue] {
    func number(
      _ key: String, _ label: String, _ value: Double, _ unit: String, _ note: String, isAnswer: Bool = false
    ) -> HeadlineValue {
      HeadlineValue(
        key: "\(prefix)ptychography.\(key)", label: label, value: value, uncertaintyNote: note, unit: unit,
        isAnswer: isAnswer)
    }
    let middle = facts.count > 1 ? "the median over the projections" : "of one projection"
    let pixel = value.pixel
    var all = [
      number("projections", "projections with a phase image", Double(facts.count), "1", "a count"),
      number(
        "pixel", "pixel of the object", pixel.width * 1e9, "nm", "wavelength × distance over the width of the window",
        isAnswer: true),
      number("error", "error E of the last pass", median(facts.map(\.error)), "1", middle),
      number("photons", "photons of the brightest pattern", median(facts.map(\.photons)), "1", middle),
    ]
    let resolutions = facts.compactMap(\.resolution)
    if !resolutions.isEmpty {
      let share = resolutions.count == facts.count ? middle : "the median over \(resolutions.count) projections"
      all.append(
        number(
          "resolution", "resolution, half period, half-bit, 2 halves", median(resolutions) * 1e9, "nm", share,
          isAnswer: true))
    }
    let depths = value.complete.compactMap { projection in
      projection.images.map { -Double($0.phase.pixels.lazy.filter(\.isFinite).min() ?? 0) }
    }
    all.append(number("phase_depth", "largest phase delay", median(depths), "rad", middle, isAnswer: true))
    let electrons = facts.compactMap { facts in facts.electrons.map { ($0, facts.electronsUncertainty ?? 0) } }
    if !electrons.isEmpty {
      let ordered = electrons.sorted { $0.0 < $1.0 }
      let (number, uncertainty) = ordered[ordered.count / 2]
      all.append(
        HeadlineValue(
          key: "\(prefix)ptychography.electrons", label: "electrons of the matter in the field",
          value: number, uncertainty: uncertainty, uncertaintyNote: middle, unit: "1"))
    }
    let corrections = facts.compactMap { $0.affine?.correction }
    if !corrections.isEmpty {
      all.append(
        number("position_correction", "correction of the positions, rms", median(corrections), "pixel", middle))
    }
    return all
  }

  // MARK: - Tables

  private var tables: [Table] {
    func text(_ value: Double?, _ format: String = "%.4g", scale: Double = 1) -> String {
      value.flatMap { $0.isFinite ? String(format: format, $0 * scale) : nil } ?? "–"
    }
    let degree = 180 / Double.pi
    let quality = Table(
      title: "Quality of the projections",
      columns: [
        "projection", "angle / deg", "E", "half-bit resolution / nm", "drift of the probe / pixel", "residues",
        "electrons", "passes", "events",
      ],
      rows: value.projections.map { projection in
        let facts = projection.facts
        guard facts.failure == nil else {
          return [facts.name, text(facts.angle, scale: degree), "failed", "–", "–", "–", "–", "–", facts.failure ?? ""]
        }
        return [
          facts.name, text(facts.angle, scale: degree), text(facts.error),
          (facts.reachesPixel ? "at most " : "") + text(facts.resolution, scale: 1e9),
          text(facts.drift, "%.2f"), "\(facts.residues)", text(facts.electrons), "\(facts.errors.count)",
          facts.events.joined(separator: "; "),
        ]
      },
      caption:
        "E is the misfit of the last pass, Σ(√I − |Ψ|)² over ΣI. Residues are points about which the phase has no "
        + "single value, among the pixels with enough light. Electrons are −φ/(r_e λ), summed over what is not air.")
    guard axes.isTested else { return [quality] }
    return [
      quality,
      Table(
        title: "How the positions' axes lie", columns: ["axes", "E after a few passes", "finding"],
        rows: zip(AxisConvention.all, axes.errors).map { choice, error in
          [choice.description, text(error), choice == axes.choice ? "chosen" : ""]
        },
        caption: "All eight choices are tried on the first scan. Reversing both axes gives the conjugate twin with the "
          + "same error, which the sign of the phase tells apart."),
    ]
  }

  // MARK: - Words

  private var assumptions: [Assumption] {
    guard parameters.reconstruction.probe == .zonePlate, let optics = parameters.optics else { return [] }
    let given: [(Bool, String)] = [
      (optics.$diameter.isGiven, "diameter of the zone plate \(optics.diameter)"),
      (optics.$outerZoneWidth.isGiven, "width of its outermost zone \(optics.outerZoneWidth)"),
      (optics.$stop.isGiven, "diameter of its central stop \(optics.stop)"),
      (optics.$defocus.isGiven, "distance from focus to sample \(optics.defocus)"),
    ]
    return given.filter { !$0.0 }.map {
      Assumption(
        statement: $0.1, source: "typical of the branch line, not stated", range: "a factor of two",
        effect: "the first probe only; the reconstruction changes it")
    }
  }

  private var conventions: [Convention] {
    var all = [
      Convention(subject: "phase", choice: "n = 1 − δ + iβ: matter is negative"),
      Convention(
        subject: "axes of the positions", choice: "\(axes.choice)" + (axes.isTested ? ", tested" : ", stated")),
      Convention(subject: "resolution", choice: "half period; criterion named with each number"),
    ]
    if facts.contains(where: { $0.correlation != nil }) {
      all.append(
        Convention(
          subject: "halves",
          choice: parameters.phase.halves == .counts
            ? "each count drawn into one of two halves" : "every second pattern, with less overlap: pessimistic"))
    }
    return all
  }

  private var warnings: [String] {
    var all = failed.map { "\($0.name) failed: \($0.failure ?? "")" }
    all += axes.warnings
    if let twin = axes.twin, let image = value.complete.first?.images?.phase, isUpsideDown(image) {
      all.append(
        "The phase of matter came out positive: this is the conjugate twin, and the axes are \(AxisChoice(twin).rawValue). "
          + "State them as `axes`, or the defocus.")
    }
    for facts in facts { all += facts.warnings.map { "\(facts.name): \($0)" } }
    let worst = median(facts.map(\.error)) * 2
    for facts in facts where facts.error > worst {
      all.append(
        String(format: "%@: E is %.3g, more than twice the median; look at its table row.", facts.name, facts.error))
    }
    return all
  }

  /// Whether matter takes phase on instead of away.
  private func isUpsideDown(_ phase: ScalarImage) -> Bool {
    let limits = ComplexPicture.limits([phase], share: 0.002)
    return limits.upperBound > 0.1 && limits.upperBound > -2 * limits.lowerBound
  }

  private var citations: [Citation] {
    var all: [Citation] = []
    func cite(_ citation: Citation) { if !all.contains(citation) { all.append(citation) } }
    for step in parameters.reconstruction.plannedSteps {
      switch step.engine {
      case .ePIE: cite(.maiden2009)
      case .rPIE, .mPIE: cite(.maiden2017)
      case .differenceMap: cite(.thibault2008)
      case .raar: cite(.luke2005)
      case .maximumLikelihood: cite(.odstrcil2018)
      }
    }
    if parameters.reconstruction.modes > 1 { cite(.thibault2013) }
    switch parameters.reconstruction.positions {
    case .none: break
    case .gradient: cite(.odstrcil2018)
    case .annealing: cite(.maiden2012)
    }
    if parameters.phase.unwrapping == .reliability { cite(.herraez2002) }
    if parameters.phase.halves != .none { cite(.vanHeel2005) }
    return all
  }

  private var methods: String {
    guard let first = facts.first else { return "" }
    let energy = ScanGeometry.planckTimesLightSpeed / first.wavelength / 1.602_176_634e-16
    let steps = parameters.reconstruction.plannedSteps.map { "\($0.iterations) passes of \($0.engine.words)" }
    var text = String(
      format: "%d of %d projections were reconstructed from patterns of %d x %d pixels at %.4g keV, which gives object "
        + "pixels of %.4g x %.4g nm, by %@", facts.count, value.projections.count, first.window[0], first.window[1],
      energy, first.pixelHeight * 1e9, first.pixelWidth * 1e9, steps.joined(separator: ", then "))
    text += parameters.reconstruction.modes > 1 ? " with \(parameters.reconstruction.modes) modes of the probe" : ""
    text += ", each in its own random order (seed \(parameters.reconstruction.seed)). "
    switch parameters.reconstruction.positions {
    case .none: break
    case .gradient:
      text +=
        "Positions were corrected along the gradient of the misfit from pass \(parameters.reconstruction.positionStart) on. "
    case .annealing:
      text += "Positions were corrected by annealing from pass \(parameters.reconstruction.positionStart) on. "
    }
    text += "A constant and a linear ramp were removed from the phase by what "
    switch parameters.phase.air {
    case .automatic: text += "the parts without a sample show, which were found by their flatness"
    case .sides: text += "the left and right edges of the scanned region show"
    case .corners: text += "the corners of the scanned region show"
    case .everywhere: text += "all of the scanned region shows"
    }
    text += ", and the phase was unwrapped (\(parameters.phase.unwrapping.words))."
    if parameters.phase.halves != .none {
      text +=
        " The resolution is the half period at which the Fourier ring correlation of two halves falls below the half-bit threshold."
    }
    return text
  }
}

extension EngineChoice {
  fileprivate var words: String {
    switch self {
    case .ePIE: "the extended ptychographical iterative engine"
    case .rPIE: "the regularised ptychographical iterative engine"
    case .mPIE: "the momentum-accelerated ptychographical iterative engine"
    case .differenceMap: "the difference map"
    case .raar: "relaxed averaged alternating reflections"
    case .maximumLikelihood: "least squares maximum likelihood"
    }
  }
}

extension UnwrappingChoice {
  fileprivate var words: String {
    switch self {
    case .reliability: "sorted by reliability"
    case .leastSquares: "least squares, then the congruent phase"
    case .branchCuts: "branch cuts between residues"
    }
  }
}
