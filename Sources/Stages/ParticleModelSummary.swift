import Figures
import Foundation
import ParticleMechanics
import Pipeline

/// The particle model in words, figures and tables.
struct ParticleModelSummary {
  let parameters: ParticleModelStage.Parameters
  let cases: [ParticleModelResult.Case]
  let effects: [AssumptionEffects]

  /// Reads the fields once for all figures and tables.
  init(parameters: ParticleModelStage.Parameters, cases: [ParticleModelResult.Case], effects: [AssumptionEffects]) {
    self.parameters = parameters
    self.cases = cases
    self.effects = effects
    metrics = cases.map(\.metrics)
  }

  /// `[case][leg]`.
  private let metrics: [[ParticleMetrics]]

  func summary(threads: Int) throws -> StageSummary {
    let figures = try ParticleModelFigures(
      parameters: parameters, cases: cases, effects: effects, threads: threads
    ).all()
    return StageSummary(
      title: "Particle model", headlines: headlines, figures: figures, tables: [comparison, numerics],
      assumptions: assumptions, conventions: conventions, warnings: warnings, methods: methods,
      citations: ParticleModelStage.citations)
  }

  // MARK: - Numbers

  private var headlines: [HeadlineValue] {
    cases.enumerated().flatMap { place, entry in
      entry.legs.indices.flatMap { leg in
        ParticleHeadline.all.enumerated().map { index, headline in
          let name = entry.legNames[leg]
          let uncertainty = effects[place].uncertainty(leg: leg, headline: index) * headline.factor
          let value = metrics[place][leg].values[index] * headline.factor
          return HeadlineValue(
            key: "\(entry.structure.rawValue).\(name).\(headline.key)",
            label: "\(entry.structure.rawValue), \(name): \(headline.label)",
            // What is far below the uncertainty is rounding, whose sign says nothing.
            value: abs(value) < 1e-3 * uncertainty ? 0 : value, uncertainty: uncertainty, unit: headline.unit,
            isAnswer: headline.isAnswer && leg == 0)
        }
      }
    }
  }

  private var comparison: Table {
    let legs = cases.first?.legNames ?? []
    let rows = legs.indices.flatMap { leg in
      ParticleHeadline.all.indices.map { index in
        let headline = ParticleHeadline.all[index]
        return ["\(legs[leg]): \(headline.label) / \(headline.unit)"]
          + cases.indices.map { place in
            let value = metrics[place][leg].values[index], isRounding = abs(value) < 1e-9 * effects[place].largestStress
            return Self.number(headline.unit == "GPa" && isRounding ? 0 : value * headline.factor, 6)
          }
      }
    }
    return Table(
      title: "The structures side by side", columns: ["quantity"] + cases.map(\.structure.rawValue), rows: rows,
      caption: cases.contains { $0.structure == .allShell }
        ? "The stress of an all-shell particle grows as a logarithm towards the centre; its centre stands for 0.1 of the radius."
        : "")
  }

  private var numerics: Table {
    Table(
      title: "How the numbers were computed",
      columns: ["quantity"] + cases.map(\.structure.rawValue),
      rows: [
        row("nodes of the mesh") { "\($0.0.simulation.mesh.nodeCount)" },
        row("quadratic elements") { "\($0.0.simulation.mesh.elementCount)" },
        row("time steps (rejected)") { "\($0.0.statistics.steps) (\($0.0.statistics.rejectedSteps))" },
        row("factorisations, solves of transport") { "\($0.0.statistics.factorisations), \($0.0.statistics.solves)" },
        row("smallest, largest lithiation of any step") {
          "\(Self.number($0.0.statistics.smallestLithiation, 9)), \(Self.number($0.0.statistics.largestLithiation, 9))"
        },
        row("largest defect of the lithium balance / content") { Self.number(Self.balanceDefect($0.0), 2) },
        row("largest difference to the 1-D twin / largest stress") { Self.number($0.1.largestStressDifference, 2) },
      ],
      caption: "The twin solves the same equations along the radius with another method; the difference leaves out the "
        + "inner tenth of the radius and the transition.")
  }

  private func row(
    _ name: String, _ text: ((ParticleModelResult.Case, AssumptionEffects)) -> String
  ) -> [String] { [name] + zip(cases, effects).map(text) }

  /// The change of the content against what has passed the surface, per content of the full particle.
  static func balanceDefect(_ entry: ParticleModelResult.Case) -> Double {
    let radius = entry.simulation.model.radius
    let content = .pi / 4 * radius * radius
    return entry.states.map { abs($0.lithiumContentChange - $0.boundaryFluxIntegral) / content }.max() ?? 0
  }

  static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)g", value) }

  // MARK: - Words

  private var assumptions: [Assumption] {
    var found = [
      Assumption(
        statement: "equations (1) to (6) of the seed in the form given under \"Conventions\"",
        source: "reconstructed from the text around them; the equations themselves are lost",
        range: "the choices that the text leaves open have rows of their own",
        effect: "the tensors of diffusion and expansion follow from them")
    ]
    for effect in effects {
      for assumption in effect.assumptions where !found.contains(where: { $0.statement == assumption.statement }) {
        found.append(assumption)
      }
    }
    return found
  }

  private var conventions: [Convention] {
    [
      Convention(
        subject: "axes", choice: "model x to the right, y up; the sector 0 to 90 degrees, centre at the origin"),
      Convention(subject: "stress and strain", choice: "tension and expansion positive"),
      Convention(subject: "diffusion", choice: "D = H' D_core I + H (D_r rr + D_t tt), H' = 1 − H"),
      Convention(
        subject: "eigenstrain", choice: "ε* = B (u − u_ref) (H' A_core + H A_shell), \(parameters.expansion.rawValue)"),
      Convention(subject: "axial condition", choice: parameters.axialCondition.rawValue),
      Convention(
        subject: "lithiation",
        choice:
          "u from \(parameters.fullLithiation) (full) to \(parameters.chargedLithiation) (charged); a scale of its own, not the cell's state of charge"
      ),
      Convention(subject: "stress-free", choice: "at u = \(parameters.referenceLithiation)"),
    ]
  }

  private var warnings: [String] {
    var texts: [String] = []
    let largest = metrics.flatMap { $0.map(\.largestHoop) }.max() ?? 0
    if largest > 0.5e9 {
      texts.append(
        """
        Stresses reach \(Self.number(largest * 1e-9, 2)) GPa, more than the material bears (at most about 0.2 GPa): read \
        them as drivers of cracking in a linear-elastic model, not as stresses that occur.
        """)
    }
    if cases.contains(where: { $0.structure == .allShell }) {
      texts.append(
        "The all-shell particle's stress has a logarithmic singularity at the centre: values are given from 0.1 of the radius on."
      )
    }
    texts.append(
      "The surface jumps to its lithiation at once: an infinite rate at the start, unlike a charge at constant current."
    )
    for (entry, effect) in zip(cases, effects) where effect.largestStressDifference > 0.005 {
      texts.append(
        "\(entry.structure.rawValue): the 2-D model and its 1-D twin differ by \(Self.number(100 * effect.largestStressDifference, 2)) % of the largest stress; raise `fineness`."
      )
    }
    return texts
  }

  private var methods: String {
    let mesh = cases.first?.simulation.mesh
    let structures = cases.map(\.structure.rawValue).joined(separator: ", ")
    return """
      A 90 degree sector of radius \(parameters.radius) was meshed with \(mesh?.elementCount ?? 0) quadratic elements \
      with curved boundary, graded towards the surface and across the transition (\(parameters.transitionRadius), width \
      \(parameters.transitionWidth)). Lithium transport with the full diffusion tensor was solved with the surface held \
      at \(parameters.chargedLithiation) (charge) and \(parameters.fullLithiation) (discharge) by adaptive implicit time \
      steps; the eigenstrain that follows from the lithiation was applied in linear elasticity under \
      \(parameters.axialCondition.rawValue) for the structures \(structures). Equations were factorised by CHOLMOD.
      """
  }
}
