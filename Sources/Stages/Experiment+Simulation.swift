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
    /// Files of frames, which are written frame by frame to the path that is given.
    public var frameFiles: [String: @Sendable (_ path: String) throws -> Void] = [:]
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
    // What the file states is what the experimenter believes; the truth is drawn about it by the stated uncertainty.
    var material = SeededGenerator(seed: seed, item: -1)
    let capacity = settings.material.specificCapacity.uncertainValue.drawn(using: &material)
    let lithiation = min(max(settings.material.initialLithiation.uncertainValue.drawn(using: &material), 0), 1)
    var particleMass = 4.69e-12
    if let mass = settings.particleMass {
      var generator = SeededGenerator(seed: seed, item: 0)
      let particle = virtualParticle(mass, using: &generator)
      changed.particleMass?.volume = nil
      changed.particleMass?.shape = .ellipsoid
      changed.particleMass?.outlines = particle.outlines
      particleMass = particle.volume * mass.density.uncertainValue.drawn(using: &generator)
      truth["particle_mass"] = .group(
        .collection([
          "volume": .dataset(NeXusDataset(particle.volume, units: "m^3")),
          "mass": .dataset(NeXusDataset(particleMass, units: "kg")),
        ]))
    }
    var frameFiles: [String: @Sendable (String) throws -> Void] = [:]
    var weighed: [String: Double] = [:]
    for (index, measurement) in settings.tomography.enumerated() {
      guard let made = try simulatedProjections(measurement, seed: seed &+ UInt64(index)) else { continue }
      changed.tomography[index] = made.settings
      frameFiles.merge(made.frameFiles) { $1 }
      truth[measurement.name.replacing("-", with: "_") + "_particle"] = .group(made.truth)
      weighed[measurement.name] = made.mass
    }
    for (index, measurement) in settings.ptychography.enumerated() {
      guard measurement.simulation != nil, let tomography = simulatedTomography(showing: measurement) else { continue }
      let made = try simulatedScans(measurement, of: tomography, seed: seed &+ UInt64(index))
      changed.ptychography[index] = made.scans.settings
      frameFiles.merge(made.scans.frameFiles) { $1 }
      truth[measurement.name.replacing("-", with: "_") + "_scans"] = .group(made.scans.truth)
      truth[tomography.name.replacing("-", with: "_") + "_particle"] = .group(made.tomography.truth)
      weighed[tomography.name] = made.tomography.mass
    }
    var charges: [String: (charge: VirtualCharge, truth: SimulatedCharge)] = [:]
    for (index, measurement) in settings.electrochemistry.enumerated() {
      var generator = SeededGenerator(seed: seed, item: index + 1)
      let charge = virtualCharge(
        measurement, particleMass: settings.tomography(for: measurement).flatMap { weighed[$0.name] } ?? particleMass,
        capacity: capacity, lithiation: lithiation, using: &generator)
      let (record, text, isTrue) = try charge.record(using: &generator)
      let path = "raw/\(measurement.name).mpr"
      files[path] = record
      files["raw/\(measurement.name).mpt"] = text
      charges[measurement.name] = (charge, isTrue)
      changed.electrochemistry[index].file = FilePath(path)
      changed.electrochemistry[index].protocol = nil
      changed.electrochemistry[index].currentNoise = Current(si: charge.currentNoise)
      if measurement.takesParticleMass { changed.electrochemistry[index].massFrom = .particleMass }
      truth[measurement.name.replacing("-", with: "_")] = .group(
        .collection([
          "charge": .dataset(NeXusDataset(isTrue.charge, units: "C")),
          "mass": .dataset(NeXusDataset(charge.mass, units: "kg")),
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
    for (index, measurement) in settings.diffraction.enumerated() {
      let made = try simulatedDiffraction(measurement, charges: charges, seed: seed &+ UInt64(index))
      changed.diffraction[index] = made.settings
      frameFiles.merge(made.frameFiles) { $1 }
      truth[measurement.name.replacing("-", with: "_")] = .group(made.truth)
    }
    for (index, measurement) in settings.orientation.enumerated() {
      guard let made = try simulatedOrientation(measurement, seed: seed &+ UInt64(index)) else { continue }
      changed.orientation[index] = made.settings
      frameFiles[made.path] = made.write
      truth[measurement.name.replacing("-", with: "_")] = .group(made.truth)
    }
    for (index, measurement) in settings.ptychography.enumerated()
    where simulatedTomography(showing: measurement) == nil {
      guard let made = try simulatedPtychography(measurement, seed: seed &+ UInt64(index)) else { continue }
      changed.ptychography[index] = made.settings
      frameFiles.merge(made.frameFiles) { $1 }
      truth[measurement.name.replacing("-", with: "_")] = .group(made.truth)
    }
    files["experiment.yaml"] = Array(changed.resolvedYAML().utf8)
    let defaultPlot = truth.keys.sorted().first { $0.hasSuffix("_profiles") }
    let entry = NeXusGroup.entry(title: "Truth of the virtual experiment", defaultPlot: defaultPlot, children: truth)
    return Simulation(files: files, frameFiles: frameFiles, truth: .root(entry: entry, creator: "operando"))
  }

  /// An ellipsoid of the stated volume, or of the seed's where outlines are given instead, seen in three views that
  /// determine it.
  ///
  /// The outlines are read as an ellipsoid: read as a spheroid they would carry the uncertainty of a body that is not
  /// known, while this one is.
  private func virtualParticle(
    _ settings: ParticleMassStage.Parameters, using generator: inout SeededGenerator
  ) -> (volume: Double, outlines: [ParticleMassStage.OutlineParameters]) {
    let volume = settings.volume?.value.si ?? 2.13e-15
    let ratios = SIMD3(0.9 + 0.2 * generator.uniform(), 1, 0.9 + 0.2 * generator.uniform())
    let semiAxes = ratios * cbrt(volume / (4 / 3 * .pi * ratios.x * ratios.z))
    let micrograph = VirtualMicrograph(
      semiAxes: semiAxes, orientation: .pi * generator.uniform(), pixelSize: semiAxes.y / 300,
      magnificationUncertainty: 0.005, edgeUncertainty: 2)
    let outlines = micrograph.outlines(turns: [0, .pi / 3, 2 * .pi / 3], using: &generator).map { seen in
      var outline = ParticleMassStage.OutlineParameters()
      outline.longDiameter = seen.diameters.x
      outline.shortDiameter = seen.diameters.y
      outline.angle = Angle(si: seen.angle)
      outline.edgeUncertainty = micrograph.edgeUncertainty
      outline.scaleBar = UncertainQuantity(
        5 * .micrometre, standardUncertainty: 5 * micrograph.magnificationUncertainty * .micrometre)
      outline.scaleBarPixels = 5e-6 / micrograph.pixelSize
      outline.turn = Angle(si: seen.turn)
      return outline
    }
    return (micrograph.volume, outlines)
  }

  private func virtualCharge(
    _ measurement: StateOfChargeStage.Parameters, particleMass: Double, capacity: Double, lithiation: Double,
    using generator: inout SeededGenerator
  ) -> VirtualCharge {
    // A record that states its own mass stands for a cell of a milligram, charged in ten hours to 80 %.
    let stated = measurement.mass?.uncertainValue
    let isParticle = measurement.takesParticleMass || measurement.massFrom == .tomography
    let nominal = stated?.value ?? (isParticle ? particleMass : 1e-6)
    let mass = stated?.drawn(using: &generator) ?? nominal
    let ownCapacity = measurement.specificCapacity?.uncertainValue
    // A diffraction measurement that is simulated may say how its sample is charged.
    let wanted = settings.diffraction.lazy.compactMap(\.simulation).first { $0.charge == measurement.name }
    let current =
      wanted?.current?.si ?? measurement.protocol?.current.value.si
      ?? 0.1 * nominal * (ownCapacity?.value ?? capacity) / 3600
    var charge = VirtualCharge(
      current: current, duration: wanted?.duration?.si ?? measurement.protocol?.duration.si ?? 8 * 3600,
      voltageLimit: measurement.protocol?.voltageLimit?.si ?? measurement.voltageLimit?.si, mass: mass,
      specificCapacity: ownCapacity?.drawn(using: &generator) ?? capacity, initialLithiation: lithiation,
      gainUncertainty: measurement.currentGainUncertainty.si,
      offsetUncertainty: measurement.currentOffsetUncertainty.si,
      timeScaleUncertainty: measurement.timeScaleUncertainty.si,
      currentNoise: max(measurement.currentNoise.si, 1e-3 * abs(current)))
    if let wanted {
      charge.overvoltage = wanted.overvoltage.si
      charge.restBefore = wanted.rest.si
      charge.recordEnd = wanted.recordEnd?.si
      charge.startDate = VirtualClocks(offset: wanted.clockOffset.si).recordDate(start: 0)
    }
    return charge
  }
}

extension UncertainValue {
  /// A true value that would have been stated as this one; never below a tenth of it.
  fileprivate func drawn(using generator: inout SeededGenerator) -> Double {
    uncertainty > 0 ? max(value + uncertainty * generator.normal(), 0.1 * value) : value
  }
}
