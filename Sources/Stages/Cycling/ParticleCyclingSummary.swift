import Figures
import Foundation
import ParticleMechanics
import Pipeline
import Quantities

/// A cycled particle in words, tables and figures.
struct ParticleCyclingSummary {
  let parameters: ParticleCyclingStage.Parameters
  let model: CyclingModel
  let outcome: CyclingOutcome
  let sweeps: [CyclingSweep]
  let sensitivities: CyclingSensitivities

  private var capacity: Double { model.input.specificCapacity }
  private var names: [CyclingHeadline] { CyclingHeadline.all(capacity: capacity) }

  var summary: StageSummary {
    let figures = ParticleCyclingFigures(
      parameters: parameters, model: model, outcome: outcome, sweeps: sweeps, sensitivities: sensitivities,
      specificCapacity: capacity)
    return StageSummary(
      title: "Cycled particle", headlines: headlines, figures: figures.all(), tables: tables, assumptions: assumptions,
      conventions: conventions, warnings: warnings, methods: methods, citations: citations)
  }

  // MARK: - Numbers

  private var headlines: [HeadlineValue] {
    names.enumerated().compactMap { place, name in
      let value = outcome.headlines[place]
      guard value.isFinite else { return nil }
      let spread = sensitivities.uncertainty(of: place).map { $0 * name.factor }
      let uncertainty = spread.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
      let note =
        spread == nil
        ? "sensitivities are switched off" : "no uncertain parameter changes it"
      return HeadlineValue(
        key: "cycling.\(name.key)", label: name.label, value: value * name.factor, uncertainty: uncertainty,
        uncertaintyNote: uncertainty == nil ? note : "", unit: name.unit,
        isAnswer: name.isAnswer)
    }
  }

  private var tables: [Table] {
    var found = [steps, drivers]
    found += sweeps.map(table)
    if !sensitivities.rows.isEmpty { found.append(sensitivityTable) }
    found.append(numerics)
    return found
  }

  private var steps: Table {
    Table(
      title: "Steps of the protocol",
      columns: ["step", "what", "ended by", "after / h", "voltage / V", "mean lithiation / 1"],
      rows: outcome.steps.enumerated().map { place, step in
        [
          "\(place + 1)", step.words, step.end, Self.number(step.endTime / 3600, 5), Self.number(step.endVoltage, 5),
          Self.number(step.endMean, 5),
        ]
      }, caption: model.rateWords)
  }

  private var drivers: Table {
    let drivers = outcome.drivers
    let kept = drivers.time.indices.filter {
      drivers.time.count <= 12 || $0.isMultiple(of: max(drivers.time.count / 12, 1))
    }
    func cell(_ value: Double, _ factor: Double, _ digits: Int = 4) -> String {
      value.isFinite ? Self.number(value * factor, digits) : "not told"
    }
    return Table(
      title: "Drivers of cracks at the kept times",
      columns: [
        "time / h", "difference of lithiation / 1", "largest tension / MPa", "hoop tension at the surface / MPa",
        "K of a flaw at the surface / (MPa m^0.5)", "K of a flaw inside / (MPa m^0.5)", "survival / %",
      ],
      rows: kept.map { place in
        [
          cell(drivers.time[place], 1 / 3600), cell(abs(drivers.spread[place]) < 1e-9 ? 0 : drivers.spread[place], 1),
          cell(drivers.tension[place], 1e-6),
          cell(drivers.surfaceHoop[place], 1e-6), cell(drivers.surfaceIntensity[place], 1e-6, 3),
          cell(drivers.boundaryIntensity[place], 1e-6, 3), cell(drivers.survival[place], 100, 3),
        ]
      },
      caption: verdictWords)
  }

  /// What the largest stress intensities mean against the range of toughness.
  private var verdictWords: String {
    func words(_ place: CyclingHeadline.Place, _ range: [FractureToughness], _ name: String) -> String? {
      let value = outcome.headlines[place.rawValue]
      guard value.isFinite, range.count == 2, range[0].si > 0,
        let toughness = try? Toughness(name, range: range[0].si...range[1].si)
      else { return nil }
      let spread = sensitivities.uncertainty(of: place.rawValue) ?? 0
      let relative = value > 0 ? spread / value : 0
      return
        "a flaw \(name) \(toughness.verdict(intensity: value, relativeUncertainty: relative).rawValue) (probability \(Self.number(100 * toughness.growthProbability(intensity: value, relativeUncertainty: relative), 3)) %)"
    }
    let texts = [
      words(.flawIntensity, parameters.cracking.toughness, "at the surface"),
      parameters.grains == nil
        ? words(.boundaryIntensity, parameters.cracking.toughness, "inside, across the largest tension,")
        : words(.boundaryIntensity, parameters.cracking.boundaryToughness, "in a grain boundary"),
    ].compactMap(\.self)
    guard let first = texts.first else { return "" }
    return first.prefix(1).uppercased() + first.dropFirst() + (texts.count > 1 ? "; \(texts[1])" : "") + "."
  }

  private func table(_ sweep: CyclingSweep) -> Table {
    let places = names.indices.filter { place in sweep.values(of: place).contains(where: \.isFinite) }
    return Table(
      title: "Sweep of \(sweep.words)",
      columns: [sweep.words] + places.map { "\(names[$0].key.replacing("_", with: " ")) / \(names[$0].unit)" },
      rows: sweep.texts.indices.map { row in
        [sweep.texts[row]]
          + places.map { place in
            let value = sweep.values(of: place)[row]
            return value.isFinite ? Self.number(value * names[place].factor, 5) : "no answer"
          }
      }, caption: "All other parameters as in the experiment file.")
  }

  private var sensitivityTable: Table {
    let places = names.indices.filter { names[$0].isAnswer }
    let base = outcome.headlines
    return Table(
      title: "What the uncertain parameters do",
      columns: ["parameter", "value", "standard uncertainty"]
        + places.flatMap { place in
          let key = names[place].key.replacing("_", with: " ")
          return ["\(key): change / \(names[place].unit)", "\(key): relative over relative / 1"]
        },
      rows: sensitivities.rows.map { row in
        [row.parameter.key, Self.number(row.value, 5), Self.number(row.parameter.standardUncertainty, 3)]
          + places.flatMap { place in
            [
              Self.number(row.contributions[place] * names[place].factor, 3),
              Self.number(row.elasticity(of: place, value: base[place]), 3),
            ]
          }
      }
        + [
          ["elements and steps in time", "", ""]
            + places.flatMap { [Self.number(sensitivities.numerical[$0] * names[$0].factor, 3), ""] }
        ],
      caption:
        "Values and uncertainties in SI units. The change is that of the answer for one standard uncertainty; the last row is the difference to larger elements. Together, as independent, they make the uncertainty of each answer."
    )
  }

  private var numerics: Table {
    let values = outcome.statistics
    let names = [
      "unknowns of transport", "elements", "steps in time", "steps that were too inaccurate",
      "largest defect of the charge balance / lithiation", "kept states",
    ]
    return Table(
      title: "How the cycled particle was computed", columns: ["quantity", "value"],
      rows: zip(names, values).map { [$0, Self.number($1, 6)] },
      caption: "The balance holds the lithium that is left against the charge that the potentiostat counted.")
  }

  static func number(_ value: Double, _ digits: Int) -> String {
    value.isNaN ? "" : String(format: "%.\(digits)g", value)
  }

  // MARK: - Words

  private var assumptions: [Assumption] {
    let answers = names.indices.filter { names[$0].isAnswer && outcome.headlines[$0].isFinite }
    func effect(_ key: String) -> String {
      guard let row = sensitivities.rows.first(where: { $0.parameter.key == key }) else {
        return parameters.sensitivities.enabled ? "not determined" : "sensitivities are switched off"
      }
      return answers.map { place in
        "\(names[place].label): ± \(Self.number(abs(row.contributions[place]) * names[place].factor, 3)) \(names[place].unit)"
      }.joined(separator: "; ")
    }
    var everything = parameters
    everything.sensitivities = ParticleCyclingStage.SensitivitySettings()
    var found = CyclingUncertainParameter.all(of: everything).filter { !$0.range.isEmpty }.map {
      Assumption(statement: $0.statement, source: $0.source, range: $0.range, effect: effect($0.key))
    }
    func choose(_ isOpen: Bool, _ statement: String, _ source: String, _ range: String, _ effect: String) {
      if isOpen { found.append(Assumption(statement: statement, source: source, range: range, effect: effect)) }
    }
    let material = parameters.material, elasticity = parameters.elasticity
    choose(
      !material.$set.isGiven, "material set \(material.set.rawValue)", model.set.citation,
      "valid from a lithiation of \(Self.number(model.set.validity.lowerBound, 3)) to \(Self.number(model.set.validity.upperBound, 3))",
      "open-circuit voltage, exchange current and diffusivity are that set's")
    choose(
      parameters.grains != nil && !material.$diffusivityRatio.isGiven,
      "diffusivity across the layers \(material.diffusivityRatio) of that along them",
      "layered oxides; c is strongly constrained", "0 to 1e-3",
      "less of it shuts grains off whose layers do not lead to the surface")
    choose(
      !elasticity.$poissonRatio.isGiven && elasticity.kind == .isotropic, "Poisson's ratio \(elasticity.poissonRatio)",
      "sintered NMC111 (Cheng 2017)", "0.20 to 0.30", "stresses are proportional to 1/(1 − nu): ± 7 %")
    choose(
      elasticity.kind == .crystal && !elasticity.$stiffness.isGiven,
      "stiffness of the crystal \(elasticity.stiffness.map { Self.number($0.si * 1e-9, 3) }.joined(separator: ", ")) GPa",
      "interpolated between isostructural LiCrO2 and LiCuO2 (Materials Project); measured for no NMC811 crystal",
      "C33 185 to 203 GPa, C11 247 to 351 GPa", "stresses are proportional to it")
    choose(
      !parameters.expansion.$referenceLithiation.isGiven, "free of stress at the start of the protocol",
      "the particle has had time to relax; not stated", "or as synthesised, at 100 %",
      "adds the stress of the lithiation at the start")
    choose(
      !parameters.protocol.$lithiationSpan.isGiven, "a C-rate refers to the theoretical capacity",
      "275.5 mAh/g of the material", "practical capacities are 180 to 220 mAh/g", "a factor on every current")
    choose(
      !elasticity.coupling, "stress does not act back on lithium",
      "3.4 kJ/mol a unit of lithiation against 96.5 kJ/mol times |dU/du|: about 4 % of the diffusivity",
      "switch on `elasticity.coupling`",
      "larger below a lithiation of 0.2, where the lattice collapses")
    return found
  }

  private var conventions: [Convention] {
    [
      Convention(subject: "current", choice: "positive while lithium leaves (charge)"),
      Convention(subject: "lithiation", choice: "u = 1 holds \(Self.number(model.maximumConcentration, 6)) mol/m3"),
      Convention(subject: "C-rate", choice: model.rateWords),
      Convention(subject: "stress and strain", choice: "tension and expansion positive"),
      Convention(
        subject: "axial condition",
        choice: parameters.shape == .sphere ? "none, a sphere" : parameters.elasticity.axialCondition.rawValue),
    ]
  }

  private var warnings: [String] {
    var texts = outcome.warnings
    let strength = parameters.cracking.strength
    let tension = outcome.headlines[CyclingHeadline.Place.tension.rawValue]
    if tension > strength.si {
      texts.append(
        "Stresses reach \(Self.number(tension * 1e-6, 3)) MPa, above any strength (\(strength)): read them as drivers of cracks in a particle that would have broken before."
      )
    }
    let surface = outcome.course.surface
    let (least, largest) = (surface.min() ?? 0, surface.max() ?? 1)
    let validity = model.set.validity
    let usesSet = parameters.material.openCircuitVoltage == nil && model.kinetics != nil
    if usesSet, least < validity.lowerBound - 1e-6 || largest > validity.upperBound + 1e-6 {
      texts.append(
        "The surface reaches lithiations from \(Self.number(least, 3)) to \(Self.number(largest, 3)); \(parameters.material.set.rawValue) holds from \(Self.number(validity.lowerBound, 3)) to \(Self.number(validity.upperBound, 3)): voltages beyond are extrapolated."
      )
    }
    if let crystal = model.crystal, least < crystal.lithiationRange.lowerBound {
      texts.append(
        "The lattice is known down to a lithiation of \(Self.number(crystal.lithiationRange.lowerBound, 3)); strains beyond go on straight."
      )
    }
    for sweep in sweeps {
      for (text, result) in zip(sweep.texts, sweep.outcomes) {
        if case .failure(let error) = result { texts.append("\(sweep.words) \(text): \(error.problem)") }
      }
    }
    return texts + sensitivities.warnings
  }

  private var methods: String {
    let shape: String =
      switch parameters.shape {
      case .sphere: "sphere of radius \(parameters.radius.value)"
      case .cylinder: "long cylinder of radius \(parameters.radius.value)"
      case .section where parameters.grains?.source == .orientation: "section, \(model.grainWords)"
      case .section: "section of radius \(parameters.radius.value), \(model.grainWords)"
      case .mesh: "meshed particle"
      }
    let words = model.input.record.map { "the current recorded by \($0.name)" } ?? "\"\(model.cycling)\""
    let kinetics =
      model.kinetics == nil ? "the current as a uniform flux" : "Butler-Volmer kinetics at the wetted surface"
    let lattice =
      model.crystal == nil
      ? "a volumetric strain, convention \(parameters.expansion.convention.rawValue)"
      : "the lattice a(u), c(u) \(model.latticeWords)"
    return """
      Lithium transport with a diffusivity that depends on lithiation was solved in a \(shape), with \(kinetics), by \
      implicit adaptive steps in time through the protocol \(words), started at a lithiation of \
      \(parameters.protocol.initialLithiation). The eigenstrain follows \(lattice); linear elasticity \
      (\(parameters.elasticity.kind.rawValue)\(parameters.shape == .sphere ? "" : ", \(parameters.elasticity.axialCondition.rawValue)")) \
      gives the stress\(parameters.elasticity.coupling ? ", which acts back on lithium through its chemical potential" : ""). \
      Stress intensities are those of flaws of \(parameters.cracking.flawLength.value) by weight functions. \
      Uncertainties combine central differences in each uncertain parameter with the difference to larger elements.
      """
  }

  private var citations: [Citation] {
    ParticleCyclingStage.citations
  }
}
