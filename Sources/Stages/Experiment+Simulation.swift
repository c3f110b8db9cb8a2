import ArrayMath
import Electrochemistry
public import FileFormats
import Foundation
import ParticleMechanics
import Pipeline
import Quantities
import VirtualExperiment

extension Experiment {
  /// Raw files with a known truth, as bytes by their path in the folder of the virtual experiment.
  public struct Simulation: Sendable {
    /// Potentiostat records and the experiment file that reads them.
    public var files: [String: [UInt8]]
    /// What is true of them.
    public var truth: NeXusGroup
  }

  /// Makes the virtual experiment: what the instruments would have recorded of a particle with known properties.
  ///
  /// Each measurement becomes an `.mpr` file, each particle volume an outline in a micrograph; the particle model's
  /// truth is its 1-D twin.
  ///
  /// - Parameter seed: of all random errors; the same seed gives the same bytes.
  /// - Throws: the errors of the techniques for settings out of their range.
  public func simulate(seed: UInt64) throws -> Simulation {
    var changed = settings
    var files: [String: [UInt8]] = [:]
    var truth: [String: NeXusNode] = [:]
    var particleMass = 4.69e-12
    if let mass = settings.particleMass {
      var generator = SeededGenerator(seed: seed, item: 0)
      // A slightly prolate spheroid of the stated volume, or of the seed's where outlines are given instead.
      let volume = mass.volume?.value.si ?? 2.13e-15
      let across = cbrt(volume / (4 / 3 * .pi * 1.1))
      let micrograph = VirtualMicrograph(
        semiAxes: SIMD2(1.1 * across, across), pixelSize: across / 300, edgeUncertainty: 2)
      let diameters = micrograph.outline(using: &generator)
      var outline = ParticleMassStage.OutlineParameters()
      outline.longDiameter = diameters.x
      outline.shortDiameter = diameters.y
      outline.scaleBar = UncertainQuantity(5 * .micrometre, standardUncertainty: 0.025 * .micrometre)
      outline.scaleBarPixels = 5e-6 / micrograph.pixelSize
      changed.particleMass?.volume = nil
      changed.particleMass?.outlines = [outline]
      particleMass = volume * mass.density.value.si
      truth["particle_mass"] = .group(
        .collection([
          "volume": .dataset(NeXusDataset(micrograph.volume, units: "m^3")),
          "mass": .dataset(NeXusDataset(particleMass, units: "kg")),
        ]))
    }
    for (index, measurement) in settings.electrochemistry.enumerated() {
      var generator = SeededGenerator(seed: seed, item: index + 1)
      let (record, isTrue) = try virtualCharge(measurement, particleMass).record(using: &generator)
      let path = "raw/\(measurement.name).mpr"
      files[path] = record
      changed.electrochemistry[index].file = FilePath(path)
      changed.electrochemistry[index].protocol = nil
      truth[measurement.name.replacing("-", with: "_")] = .group(
        .collection([
          "charge": .dataset(NeXusDataset(isTrue.charge, units: "C")),
          "state_of_charge": .dataset(NeXusDataset(isTrue.stateOfChargeChange, units: "")),
          "end": .dataset(NeXusDataset(text: isTrue.endReason.rawValue)),
        ]))
    }
    if let model = settings.particleModel {
      for structure in model.structures {
        let twin = try RadialParticle(model: model.model(structure))
        let radii = twin.defaultRadii
        let profiles = try twin.solve(legs: model.legs, initialLithiation: model.initialLithiation, radii: radii)
        let shape = [profiles.count, radii.count]
        truth["\(structure.rawValue.replacing("-", with: "_"))_profiles"] = .group(
          .data(
            signal: "hoop_stress", axes: [".", "radius"], title: "Hoop stress of the \(structure.rawValue) particle",
            interpretation: "image",
            datasets: [
              "radius": NeXusDataset(radii, units: "m", longName: "radius / m"),
              "hoop_stress": NeXusDataset(
                profiles.flatMap(\.hoopStress), shape: shape, units: "Pa", longName: "hoop stress / Pa"),
              "lithiation": NeXusDataset(
                profiles.flatMap(\.lithiation), shape: shape, units: "", longName: "lithiation / 1"),
            ]))
      }
    }
    files["experiment.yaml"] = Array(changed.resolvedYAML().utf8)
    let defaultPlot = truth.keys.sorted().first { $0.hasSuffix("_profiles") }
    let entry = NeXusGroup.entry(title: "Truth of the virtual experiment", defaultPlot: defaultPlot, children: truth)
    return Simulation(files: files, truth: .root(entry: entry, creator: "operando"))
  }

  private func virtualCharge(_ measurement: StateOfChargeStage.Parameters, _ particleMass: Double) -> VirtualCharge {
    let isParticle = measurement.file == nil && measurement.mass == nil
    // A record that states its own mass stands for a cell of a milligram, charged in ten hours to 80 %.
    let mass = measurement.mass?.value.si ?? (isParticle ? particleMass : 1e-6)
    let capacity = (measurement.specificCapacity ?? settings.material.specificCapacity).value.si
    let current = measurement.protocol?.current.value.si ?? 0.1 * mass * capacity / 3600
    return VirtualCharge(
      current: current, duration: measurement.protocol?.duration.si ?? 8 * 3600,
      voltageLimit: measurement.protocol?.voltageLimit?.si ?? measurement.voltageLimit?.si, mass: mass,
      specificCapacity: capacity, initialLithiation: settings.material.initialLithiation.value.si,
      gainUncertainty: measurement.currentGainUncertainty.si,
      currentNoise: max(measurement.currentNoise.si, 1e-3 * abs(current)))
  }
}
