import Electrochemistry
public import FileFormats
import Foundation
import Pipeline
public import Quantities

/// Volume, density and mass of a particle, each with its standard uncertainty.
public struct ParticleMass: NeXusRepresentable, Hashable {
  /// In m³.
  public var volume: UncertainValue
  /// In kg/m³.
  public var density: UncertainValue
  /// In kg.
  public var mass: UncertainValue
  /// The density of the crystal without pores, in kg/m³; NaN where no cell is given.
  public var crystalDensity: Double
  /// Where the volume comes from, in words.
  public var source: String

  init(volume: UncertainValue, density: UncertainValue, mass: UncertainValue, crystalDensity: Double, source: String) {
    self.volume = volume
    self.density = density
    self.mass = mass
    self.crystalDensity = crystalDensity
    self.source = source
  }

  // MARK: - NeXus

  public var defaultPlot: String { "mass" }

  public var nexusChildren: [String: NeXusNode] {
    let densities = crystalDensity.isNaN ? [density.value] : [density.value, crystalDensity]
    return [
      "mass": .group(
        .data(
          signal: "mass", axes: ["density"], title: "Mass for each density",
          datasets: [
            "mass": NeXusDataset(densities.map { $0 * volume.value }, units: "kg", longName: "mass / kg"),
            "density": NeXusDataset(densities, units: "kg/m^3", longName: "density / (kg/m3)"),
          ])),
      "particle": .group(
        .collection([
          "volume": .dataset(NeXusDataset(volume.value, units: "m^3")),
          "volume_errors": .dataset(NeXusDataset(volume.uncertainty, units: "m^3")),
          "density": .dataset(NeXusDataset(density.value, units: "kg/m^3")),
          "density_errors": .dataset(NeXusDataset(density.uncertainty, units: "kg/m^3")),
          "mass": .dataset(NeXusDataset(mass.value, units: "kg")),
          "mass_errors": .dataset(NeXusDataset(mass.uncertainty, units: "kg")),
          "crystal_density": .dataset(NeXusDataset(crystalDensity, units: "kg/m^3")),
          "source": .dataset(NeXusDataset(text: source)),
        ])),
    ]
  }

  public init(entry: NeXusGroup) throws {
    func number(_ name: String) throws -> Double {
      guard let value = entry[group: "particle"]?[dataset: name]?.array.number else {
        throw StageDocumentError(path: "/entry/particle/\(name)", problem: "there is no number")
      }
      return value
    }
    volume = UncertainValue(try number("volume"), uncertainty: try number("volume_errors"))
    density = UncertainValue(try number("density"), uncertainty: try number("density_errors"))
    mass = UncertainValue(try number("mass"), uncertainty: try number("mass_errors"))
    crystalDensity = try number("crystal_density")
    source = entry[group: "particle"]?[dataset: "source"]?.text ?? ""
  }

  // MARK: - Words

  func summary(warnings: [String]) -> StageSummary {
    let format = StateOfChargeSummary.number
    func headline(_ key: String, _ label: String, _ value: UncertainValue, _ unit: String) -> HeadlineValue {
      HeadlineValue(
        key: key, label: label, value: value.value, uncertainty: value.uncertainty > 0 ? value.uncertainty : nil,
        uncertaintyNote: value.uncertainty > 0 ? "" : "no uncertainty was stated for its inputs", unit: unit)
    }
    let diameter = 1e6 * cbrt(6 * volume.value / .pi)
    var texts = warnings
    var tables: [Table] = []
    if crystalDensity.isFinite {
      let ratio = density.value / crystalDensity
      let dense = volume.value * crystalDensity
      if ratio < 0.8 {
        texts.append(
          """
          The density of \(format(density.value / 1000, 3)) g/cm3 is \(format(100 * ratio, 2)) % of the crystal's \
          \(format(crystalDensity / 1000, 3)) g/cm3: that of a powder, not of a particle. If the particle is dense, its \
          mass is \(format(dense * 1e12, 3)) ng, and every state of charge and C-rate based on the mass is \
          \(format(1 / ratio, 3)) times too high.
          """)
      }
      let porosities = [0, 0.05, 0.15].map { porosity in
        [
          porosity == 0 ? "crystal, no pores" : "crystal with \(Int(100 * porosity)) % pores",
          format(crystalDensity * (1 - porosity) / 1000, 4), format(dense * (1 - porosity) * 1e12, 4),
          format(density.value / (crystalDensity * (1 - porosity)), 3),
        ]
      }
      tables.append(
        Table(
          title: "What the density does",
          columns: ["density of", "density / g/cm3", "mass / ng", "state of charge × "],
          rows: [["the experiment file", format(density.value / 1000, 4), format(mass.value * 1e12, 4), "1"]]
            + porosities,
          caption: "The last column is the factor on every state of charge and C-rate that is based on the mass."))
    }
    return StageSummary(
      title: "Mass of the particle",
      headlines: [
        headline("particle_mass", "mass of the particle", mass.scaled(by: 1e12), "ng"),
        headline("particle_volume", "volume of the particle", volume.scaled(by: 1e18), "um3"),
        headline("particle_density", "density used for the mass", density.scaled(by: 1e-3), "g/cm3"),
        HeadlineValue(
          key: "particle_diameter", label: "diameter of the sphere of that volume", value: diameter,
          uncertainty: volume.uncertainty > 0 ? diameter * volume.relativeUncertainty / 3 : nil,
          uncertaintyNote: volume.uncertainty > 0 ? "" : "no uncertainty was stated for the volume", unit: "um"),
      ],
      tables: tables,
      assumptions: [
        Assumption(
          statement: "density of the particle \(format(density.value / 1000, 3)) g/cm3", source: "the experiment file",
          range: "2.2 g/cm3 (tapped powder) to 4.79 g/cm3 (crystal)",
          effect: "mass is proportional, state of charge and C-rate inversely proportional to it")
      ],
      warnings: texts,
      methods: """
        The mass of the particle is its volume of \(format(volume.value * 1e18, 4)) µm³ (\(source)) times a density of \
        \(format(density.value / 1000, 3)) g/cm3: \(format(mass.value * 1e12, 4)) ng.
        """,
      citations: ParticleMassStage.citations)
  }
}
