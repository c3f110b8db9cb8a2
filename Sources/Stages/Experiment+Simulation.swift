import ArrayMath
import Electrochemistry
public import FileFormats
import Foundation
import ParticleMechanics
import Pipeline
import PowderDiffraction
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
    for (index, measurement) in settings.electrochemistry.enumerated() {
      var generator = SeededGenerator(seed: seed, item: index + 1)
      let charge = virtualCharge(
        measurement, particleMass: particleMass, capacity: capacity, lithiation: lithiation, using: &generator)
      let (record, isTrue) = try charge.record(using: &generator)
      let path = "raw/\(measurement.name).mpr"
      files[path] = record
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
    var frameFiles: [String: @Sendable (String) throws -> Void] = [:]
    for (index, measurement) in settings.diffraction.enumerated() {
      let virtual = virtualDiffraction(measurement, seed: seed &+ UInt64(index))
      let name = measurement.name
      changed.diffraction[index].geometry = nil
      changed.diffraction[index].calibration = measurement.calibration ?? DetectorCalibrationStage.Parameters()
      var image = DetectorCalibrationStage.FrameParameters()
      image.file = FilePath("raw/\(name)-lab6.tif")
      changed.diffraction[index].calibration?.frames = [image]
      changed.diffraction[index].calibration?.calibrant = "LaB6"
      changed.diffraction[index].calibration?.start = nil
      changed.diffraction[index].calibration?.mask = nil
      changed.diffraction[index].calibration?.pixel = Length(si: virtual.pixel)
      changed.diffraction[index].calibration?.energy = nil
      changed.diffraction[index].calibration?.wavelength = Length(si: virtual.wavelength)
      frameFiles["raw/\(name)-lab6.tif"] = { path in
        try TIFFFrameWriter.write(virtual.calibrant(threads: 1), to: path, compression: .deflate)
      }
      if !measurement.frames.isEmpty {
        changed.diffraction[index].frames = [FilePath("raw/\(name).h5")]
        (changed.diffraction[index].integration.mask, changed.diffraction[index].integration.dark) = (nil, nil)
        changed.diffraction[index].integration.flat = nil
        changed.diffraction[index].integration.flip = nil
        frameFiles["raw/\(name).h5"] = { path in
          var metadata = FrameMetadata()
          metadata.exposureTime = 20
          try NeXusFrameWriter.write(virtual.scan(), to: path, title: "virtual scan", metadata: metadata)
        }
      }
      let poni = virtual.geometry.poni
      let lattice = virtual.latticeParameters
      truth[name.replacing("-", with: "_")] = .group(
        .collection([
          "distance": .dataset(NeXusDataset(poni.distance, units: "m")),
          "poni1": .dataset(NeXusDataset(poni.poni1, units: "m")),
          "poni2": .dataset(NeXusDataset(poni.poni2, units: "m")),
          "rotation1": .dataset(NeXusDataset(poni.rotation1, units: "rad")),
          "rotation2": .dataset(NeXusDataset(poni.rotation2, units: "rad")),
          "a": .dataset(NeXusDataset(lattice.map(\.a), units: "m")),
          "c": .dataset(NeXusDataset(lattice.map(\.c), units: "m")),
        ]))
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

  /// The seed's plate at the stated distance, energy and pixel size.
  private func virtualDiffraction(_ settings: DiffractionSettings, seed: UInt64) -> VirtualDiffraction {
    let calibration = settings.calibration
    let wavelength =
      calibration?.energy.map { DiffractionInput.photonWavelength($0) } ?? calibration?.wavelength?.si
      ?? SeedInstrument.wavelength
    return VirtualDiffraction(
      wavelength: wavelength, pixel: calibration?.pixel?.si ?? 31e-6,
      statedDistance: calibration?.distance?.si ?? 131.67e-3, frames: settings.frames.isEmpty ? 0 : 12, seed: seed)
  }

  private func virtualCharge(
    _ measurement: StateOfChargeStage.Parameters, particleMass: Double, capacity: Double, lithiation: Double,
    using generator: inout SeededGenerator
  ) -> VirtualCharge {
    // A record that states its own mass stands for a cell of a milligram, charged in ten hours to 80 %.
    let stated = measurement.mass?.uncertainValue
    let nominal = stated?.value ?? (measurement.takesParticleMass ? particleMass : 1e-6)
    let mass = stated?.drawn(using: &generator) ?? nominal
    let ownCapacity = measurement.specificCapacity?.uncertainValue
    let current = measurement.protocol?.current.value.si ?? 0.1 * nominal * (ownCapacity?.value ?? capacity) / 3600
    return VirtualCharge(
      current: current, duration: measurement.protocol?.duration.si ?? 8 * 3600,
      voltageLimit: measurement.protocol?.voltageLimit?.si ?? measurement.voltageLimit?.si, mass: mass,
      specificCapacity: ownCapacity?.drawn(using: &generator) ?? capacity, initialLithiation: lithiation,
      gainUncertainty: measurement.currentGainUncertainty.si,
      offsetUncertainty: measurement.currentOffsetUncertainty.si,
      timeScaleUncertainty: measurement.timeScaleUncertainty.si,
      currentNoise: max(measurement.currentNoise.si, 1e-3 * abs(current)))
  }
}

extension UncertainValue {
  /// A true value that would have been stated as this one; never below a tenth of it.
  fileprivate func drawn(using generator: inout SeededGenerator) -> Double {
    uncertainty > 0 ? max(value + uncertainty * generator.normal(), 0.1 * value) : value
  }
}
