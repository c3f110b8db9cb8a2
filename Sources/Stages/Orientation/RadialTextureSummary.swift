import ElectronDiffraction
import Foundation
import Pipeline

/// A particle's radial texture in words.
struct RadialTextureSummary {
  let analysis: RadialTextureAnalysis
  let input: RadialTextureStage.Input
  let parameters: RadialTextureStage.Parameters

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }
  private var prefixed: String { input.name.isEmpty ? "" : "\(input.name)-" }
  private let degree = Double.pi / 180

  var summary: StageSummary {
    StageSummary(
      title: "Radial texture" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines,
      figures: RadialTextureFigures(analysis: analysis, example: input.example, prefix: prefixed).all, tables: [],
      assumptions: assumptions, conventions: conventions, warnings: warnings, methods: methods,
      citations: RadialTextureStage.citations)
  }

  private func value(
    _ key: String, _ label: String, _ value: Double, _ uncertainty: Double?, note: String = "", unit: String,
    isAnswer: Bool = false
  ) -> HeadlineValue {
    HeadlineValue(
      key: "\(prefix)texture.\(key)", label: label, value: value, uncertainty: uncertainty, uncertaintyNote: note,
      unit: unit, isAnswer: isAnswer)
  }

  private var headlines: [HeadlineValue] {
    let texture = analysis.texture
    let order = texture.order
    var found = [
      value("grains", "grains of the section", Double(analysis.angles.grains.count), nil, note: "a count", unit: "1"),
      value(
        "effective_grains", "effective number of grains of equal size", texture.effectiveGrains, nil,
        note: "follows from the areas", unit: "1"),
      value(
        "order_parameter", "order parameter S of the c axes about the radius", order.value, order.uncertainty,
        unit: "1",
        isAnswer: true),
    ]
    if let ratio = order.radialDiffusivity {
      found.append(
        value(
          "radial_diffusivity", "mean diffusivity along the radius over that in the layers", ratio.value,
          2 / 3.0 * order.uncertainty, unit: "1", isAnswer: true))
    }
    if let kappa = order.concentration {
      found.append(
        value(
          "concentration", "concentration of the Watson distribution", kappa.value, (kappa.upper - kappa.lower) / 3.92,
          unit: "1"))
    }
    found.append(
      value(
        "mean_angle", "mean angle between c axis and radius", analysis.meanAngle.value / degree,
        analysis.meanAngle.uncertainty / degree, unit: "deg"))
    found.append(
      value(
        "randomness", "probability that random axes have as much order", texture.randomness.order, nil,
        note: "a share of \(parameters.replicates) random particles", unit: "1"))
    found.append(
      value(
        "randomness_chi_square", "the same by the shares of all bins", texture.randomness.chiSquare, nil,
        note: "a share of \(parameters.replicates) random particles", unit: "1"))
    found += coreShellHeadlines
    return found
  }

  private var coreShellHeadlines: [HeadlineValue] {
    guard let fit = analysis.coreShell else { return [] }
    return [
      value(
        "transition_radius", "radius at which the core gives way to the shell", fit.transitionRadius * 1e6,
        fit.transitionUncertainty * 1e6, unit: "um", isAnswer: true),
      value(
        "transition_width", "width of the transition, as the particle model takes it", fit.width * 1e6,
        fit.widthUncertainty * 1e6, unit: "um"),
      value("core_order", "order parameter of the core", fit.coreOrder, fit.coreOrderUncertainty, unit: "1"),
      value("shell_order", "order parameter of the shell", fit.shellOrder, fit.shellOrderUncertainty, unit: "1"),
      value(
        "core_shell_evidence", "evidence for core and shell against one order everywhere, change of BIC", fit.evidence,
        nil, note: "above 10 it is very strong", unit: "1"),
    ]
  }

  private var assumptions: [Assumption] {
    var found: [Assumption] = []
    if analysis.height.isAssumed {
      found.append(
        Assumption(
          statement: "the section goes through the particle's centre",
          source: "neither height nor particle_radius is given",
          range: "up to the particle's radius",
          effect: "off the centre by a third of the radius, axes across the true radius seem up to 18 deg off it"))
    }
    let tensors = parameters.tensors
    if !tensors.$diffusivity.isGiven {
      found.append(
        Assumption(
          statement: "diffusivity within the layers \(tensors.diffusivity)",
          source: "between published values for NMC811 (Chen 2020) and NMC532", range: "1e-15 to 1e-13 m2/s",
          effect: "scales the diffusion tensors alone"))
    }
    if !tensors.$strainA.isGiven || !tensors.$strainC.isGiven {
      found.append(
        Assumption(
          statement: "upon charge a changes by \(tensors.strainA) and c by \(tensors.strainC)",
          source: "NMC811 to a lithiation of 0.2, Märker et al. 2019",
          range: "c rises to 2.2 % near a lithiation of 0.4 and falls after", effect: "the expansion tensors alone"))
    }
    return found
  }

  private var conventions: [Convention] {
    [
      Convention(subject: "angle to the radius", choice: analysis.kindWords),
      Convention(
        subject: "map's frame",
        choice: "x along a row, y from row to row (down), z into the drawing; c axes have no sign"),
      Convention(
        subject: "order parameter",
        choice: analysis.angles.kind == .inSpace
          ? "S = <(3 cos2 theta - 1)/2>: 0 random, -1/2 all c axes across the radius, 1 along it"
          : "S = <2 cos2 theta - 1> in the section: 0 random, -1 across the radius, 1 along it"),
    ]
  }

  private var warnings: [String] {
    var found = analysis.warnings
    if analysis.texture.effectiveGrains < 20 {
      found.append(
        String(
          format: "Only %.1f grains of equal size would tell as much: the intervals are wide.",
          analysis.texture.effectiveGrains))
    }
    if analysis.texture.randomness.order > 0.05 {
      found.append(
        String(
          format: "The order of the c axes is no more than random axes show (probability %.2g).",
          analysis.texture.randomness.order))
    }
    return found
  }

  private var methods: String {
    let section = analysis.section
    let order = analysis.texture.order
    let centre = String(
      format: "at (%.3f, %.3f) um of the map, %@", section.centre.x * 1e6, section.centre.y * 1e6, analysis.centreWords)
    let fit =
      analysis.coreShell.map { fit in
        String(
          format:
            " A core and a shell of different order joined by a logistic step were fitted to the grains by maximum likelihood of Watson distributions: transition at %.3g ± %.2g um.",
          fit.transitionRadius * 1e6, fit.transitionUncertainty * 1e6)
      } ?? ""
    return String(
      format:
        "The centre of the particle was taken %@. Of %d grains of %@ the angle between c axis and radius, %@, was binned over their areas and divided by the exact share of random axes in each bin. Intervals come from %d replicates of whole grains drawn anew, with the centre, the height of the section and the axes drawn from their uncertainties; the test against randomness gives every grain a random axis. The order parameter is S = %.3f ± %.3f.%@",
      centre, analysis.angles.grains.count, analysis.grains.map.phases[analysis.phaseIndex].name, analysis.kindWords,
      parameters.replicates, order.value, order.uncertainty, fit)
  }
}
