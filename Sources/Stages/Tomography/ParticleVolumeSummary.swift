import ArrayMath
import Figures
import Foundation
import Pipeline
import Quantities
import Tomography

/// The particle of a tomogram in words and figures.
struct ParticleVolumeSummary {
  let value: TomographicParticle
  let quantities: ParticleQuantities
  let input: ParticleVolumeStage.Input
  let parameters: ParticleVolumeStage.Parameters
  let outline: SectionOutline

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }

  var summary: StageSummary {
    StageSummary(
      title: "The particle" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines,
      figures: ParticleVolumeFigures(
        value: value, tomogram: input.tomogram, outline: outline, prefix: input.name.isEmpty ? "" : "\(input.name)-"
      ).figures, tables: [budget, densities, voids].compactMap(\.self), assumptions: assumptions,
      conventions: conventions, warnings: warnings, methods: methods, citations: ParticleVolumeStage.citations)
  }

  private var headlines: [HeadlineValue] {
    value.facts.entries.map { entry in
      HeadlineValue(
        key: "\(prefix)tomography.\(entry.key)", label: entry.name, value: entry.value, uncertainty: entry.uncertainty,
        uncertaintyNote: entry.uncertainty == nil ? (entry.note.isEmpty ? "none is known" : entry.note) : "",
        unit: entry.unit, isAnswer: entry.isAnswer)
    }
  }

  // MARK: - Tables

  private static func number(_ value: Double, _ digits: Int = 4) -> String {
    value.isFinite ? String(format: "%.\(digits)g", value) : "–"
  }

  /// Standard uncertainties of each cause in percent of the value.
  private var budget: Table? {
    let keys = [
      ("solid_volume", "matter"), ("envelope_volume", "with pores"), ("mass", "mass by electrons"),
      ("mass_from_volume", "mass by volume"), ("state_of_charge", "state of charge by electrons"),
      ("state_of_charge_from_volume", "by volume"),
    ].filter { key, _ in value.facts.budget.contains { $0.quantity == key } }
    var causes: [String] = []
    for cause in value.facts.budget where !causes.contains(cause.name) { causes.append(cause.name) }
    guard !keys.isEmpty, !causes.isEmpty else { return nil }
    func share(_ key: String, _ cause: String) -> Double? {
      value.facts.budget.first { $0.quantity == key && $0.name == cause }?.relative
    }
    var rows = causes.map { cause in
      [cause] + keys.map { key, _ in share(key, cause).map { Self.number(100 * $0, 2) } ?? "" }
    }
    rows.append(
      ["all together"]
        + keys.map { key, _ in
          let squares = value.facts.budget.filter { $0.quantity == key }.reduce(0) { $0 + $1.relative * $1.relative }
          return Self.number(100 * squares.squareRoot(), 2)
        })
    return Table(
      title: "Where the uncertainty comes from", columns: ["cause"] + keys.map { "\($0.1) / %" }, rows: rows,
      caption:
        "Standard uncertainties in percent of each value; the squares of a column add up to that of its last line.")
  }

  /// What mass and state of charge would be with other densities of the same volume.
  private var densities: Table? {
    let envelope = quantities.envelopeVolume.value
    let solid = quantities.solidVolume.value
    var rows: [[String]] = []
    func add(_ name: String, _ density: Double, _ volume: Double) {
      let mass = density * volume
      var row = [name, Self.number(density * 1e-3), Self.number(mass * 1e12)]
      if let charge = input.charge {
        row.append(Self.number(100 * charge.charge.value / (mass * input.specificCapacity.value)))
      }
      rows.append(row)
    }
    if let mass = quantities.massFromElectrons { add("by its electrons, with pores", mass.value / envelope, envelope) }
    let stated = parameters.density.value
    add(
      "as stated, \(parameters.densityOf.rawValue)", stated.si, parameters.densityOf == .solid ? solid : envelope)
    add("crystal of NMC811, matter", 4770, solid)
    add("tapped powder of NMC811, with pores", 2200, envelope)
    return Table(
      title: "What the density does",
      columns: ["density", "density / g/cm3", "mass / ng"] + (input.charge == nil ? [] : ["state of charge / %"]),
      rows: rows, caption: "Volume × density: the same volume with densities that are in use.")
  }

  private var voids: Table? {
    let all = quantities.voids
    guard !all.isEmpty else { return nil }
    return Table(
      title: "Pores and cracks",
      columns: ["volume / um3", "longest way across / um", "below the surface by / um", "open to the outside"],
      rows: all.prefix(12).map { void in
        [
          Self.number(void.volume * 1e18, 3), Self.number(void.extent * 1e6, 3), Self.number(void.depth * 1e6, 3),
          void.isOpen ? "yes" : "no",
        ]
      },
      caption: all.count > 12 ? "The largest 12 of \(all.count); smaller ones than 8 voxels are not counted." : "")
  }

  // MARK: - Words

  private var warnings: [String] {
    var all = quantities.warnings
    if let disagreement = quantities.massDisagreement, abs(disagreement) > 2 {
      all.append(
        String(
          format:
            "The two masses differ by %.2g times the uncertainty of their difference: the stated density of %@ is "
            + "not that of this particle, or its composition is another one.", abs(disagreement),
          "\(parameters.density.value)"))
    }
    return all
  }

  private var assumptions: [Assumption] {
    var all: [Assumption] = []
    if !parameters.$density.isGiven {
      all.append(
        Assumption(
          statement: "density of the matter \(parameters.density.value)", source: "crystal of NMC811; not stated",
          range: "2.2 g/cm3 (tapped powder) to 4.79 g/cm3",
          effect: "the mass by volume × density; the mass by electrons does not depend on it"))
    }
    if !parameters.$composition.isGiven {
      all.append(
        Assumption(
          statement: "composition \(parameters.composition)", source: "not stated in the experiment file",
          range: "lithium from 0 to 1", effect: "mass by electrons: below 0.5 % for all lithium taken out"))
    }
    if !parameters.$voxelUncertainty.isGiven {
      all.append(
        Assumption(
          statement: "the edge of a voxel is known to \(parameters.voxelUncertainty)",
          source: "not stated: distances and energy of a beamline are known to about that", range: "0.01 to 1 %",
          effect: "three times that in volumes, twice in the mass by electrons"))
    }
    return all
  }

  private var conventions: [Convention] {
    [
      Convention(subject: "medium about the particle", choice: parameters.medium),
      Convention(subject: "electrons of an atom", choice: "Z + f1 at the photon energy"),
      Convention(
        subject: "state of charge",
        choice: "charge / (mass × \(Self.number(input.specificCapacity.value / 3600, 5)) mAh/g), theoretical scale"),
    ]
  }

  private var methods: String {
    var text = """
      The particle was told from its surroundings half-way between their mean densities; its volume is the integral of the \
      density over the particle and its blurred edge, over the difference of the two
      """
    switch parameters.mount {
    case .none: text += "."
    case .neck: text += "; what holds it was cut off at the narrowest section."
    case .plane: text += "; what holds it was cut off at a stated height."
    }
    text += String(
      format: " It has %.4g µm³ of matter and %.4g µm³ with pores and cracks.", quantities.solidVolume.value * 1e18,
      quantities.envelopeVolume.value * 1e18)
    if let mass = quantities.massFromElectrons {
      text += String(
        format:
          " Its mass of %.4g ± %.2g ng follows from the sum of the %@ over r_e λ, which counts its electrons, and the "
          + "composition %@ with Z + f1 electrons an atom", mass.value * 1e12, mass.uncertainty * 1e12,
        quantities.electronRoute == .projections ? "projected phase" : "phase of the volume", parameters.composition)
      text += parameters.medium == "vacuum" ? "." : ", those of the displaced medium (\(parameters.medium)) added."
    }
    if let state = quantities.chargeFromElectrons?.stateOfCharge, let charge = input.charge {
      text += String(
        format: " With a charge of %.4g nAh (%@) its state of charge is %.4g ± %.2g %%.",
        charge.charge.value * 1e9 / 3600,
        charge.source, state.value * 100, state.uncertainty * 100)
    }
    return text
  }
}
