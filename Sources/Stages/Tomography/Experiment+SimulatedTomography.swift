import ArrayMath
import Crystallography
import FileFormats
import Foundation
import ImageAnalysis
import Pipeline
import Ptychography
import Quantities
import Tomography
import VirtualExperiment

extension Experiment {
  /// A simulated tomographic measurement: settings that read its files, the files, and what is true of them.
  struct SimulatedTomography {
    var settings: TomographySettings
    var frameFiles: [String: @Sendable (_ path: String) throws -> Void] = [:]
    var truth: NeXusGroup
    /// Of the particle's matter, in kg.
    var mass: Double
  }

  /// The tomographic measurement whose particle the scans of a ptychographic one show; nil for none.
  func simulatedTomography(showing scans: PtychographySettings) -> TomographySettings? {
    settings.tomography.first { $0.ptychography == scans.name && $0.simulation != nil }
  }

  /// Scans of the particle of a tomographic measurement.
  ///
  /// - Throws: the errors of the techniques; `StageDocumentError` where a measurement states too little.
  func simulatedScans(
    _ measurement: PtychographySettings, of tomography: TomographySettings, seed: UInt64
  ) throws -> (scans: SimulatedPtychography, tomography: SimulatedTomography) {
    let base = try measurement.virtual(seed: seed)
    let (particle, made) = try tomography.virtualParticle(
      wavelength: base.simulation.geometry.wavelength, seed: seed)
    var virtual = VirtualTomography(
      particle: particle, simulation: base.simulation, angles: base.angles, seed: seed)
    virtual.axes = base.axes
    virtual.sense = tomography.sense
    virtual.jitter = made.jitter * virtual.pixel
    var scans = SimulatedPtychography(settings: measurement, truth: .collection([:]))
    scans.settings.scans = []
    scans.settings.angles = []
    let drawn = virtual
    for projection in virtual.angles.indices {
      let path = String(format: "raw/%@-%04d.cxi", measurement.name, projection)
      scans.settings.scans.append(FilePath(path))
      scans.frameFiles[path] = { try drawn.write(projection, to: $0) }
    }
    scans.truth = .collection([
      "angle": .dataset(NeXusDataset(virtual.angles, units: "rad")),
      "pixel": .dataset(NeXusDataset([virtual.pixel, virtual.pixel], units: "m")),
    ])
    var truth = try tomography.truth(of: particle, wavelength: base.simulation.geometry.wavelength)
    truth.children["displacement"] = .dataset(
      NeXusDataset(
        virtual.truth.displacements.flatMap { [$0.down, $0.right] }, shape: [virtual.angles.count, 2], units: "m",
        longName: "by which the sample was displaced, down and to the right"))
    let mass = truth[dataset: "mass"]?.numbers?.first ?? .nan
    return (scans, SimulatedTomography(settings: tomography, truth: truth, mass: mass))
  }

  /// Phase projections of a measurement that reads files.
  ///
  /// - Throws: the errors of the techniques; `StageDocumentError` where the measurement states too little.
  func simulatedProjections(_ measurement: TomographySettings, seed: UInt64) throws -> SimulatedTomography? {
    guard measurement.ptychography == nil, let made = measurement.simulation else { return nil }
    func needed<Value>(_ value: Value?, _ key: String) throws -> Value {
      guard let value else {
        throw StageDocumentError(path: measurement.tomogramStage, problem: "has no `\(key)` to simulate with")
      }
      return value
    }
    let wavelength = ScanGeometry.wavelength(ofPhotonEnergy: try needed(measurement.energy, "energy").si)
    let pixel = try needed(measurement.pixel, "pixel").si
    let (particle, _) = try measurement.virtualParticle(wavelength: wavelength, seed: seed)
    func count(_ half: Double) -> Int { 2 * (Int(half / pixel) + made.margin) }
    let shape = FrameShape(
      rows: count(particle.semiAxes.z), columns: count(max(particle.semiAxes.x, particle.semiAxes.y)))
    let angles = (0..<made.projections).map { made.range.si * Double($0) / Double(made.projections) }
    var simulation = TomographySimulation(
      particle: particle, wavelength: wavelength, pixel: pixel, shape: shape, angles: angles, seed: seed)
    simulation.sense = measurement.sense
    simulation.faults = .none
    simulation.faults.jitter = made.jitter
    simulation.faults.drift = made.drift
    simulation.faults.noise = made.noise
    let path = "raw/\(measurement.name).nxs"
    var changed = measurement
    changed.projections = [FilePath(path)]
    changed.angles = []
    changed.anglesFile = nil
    changed.angleRange = nil
    var truth = try measurement.truth(of: particle, wavelength: wavelength)
    let displacements = simulation.truth().geometry.displacements
    truth.children["displacement"] = .dataset(
      NeXusDataset(
        displacements.flatMap { [$0.rows * pixel, $0.columns * pixel] }, shape: [angles.count, 2], units: "m",
        longName: "by which the sample was displaced, down and to the right"))
    let drawn = simulation
    let name = measurement.name
    let write: @Sendable (String) throws -> Void = { file in
      let stack = try drawn.stack(hasRamps: false, threads: 1)
      var projections = MeasuredProjections(
        name: name, frames: MemoryFrames(stack.pixels, shape: stack.shape))
      projections.content = .negativePhase
      projections.angles = angles
      projections.pixel = (pixel, pixel)
      projections.wavelength = wavelength
      try NXtomoFile.write(projections, NXtomoFile.Facts(title: name, sample: "particle"), to: file)
    }
    return SimulatedTomography(
      settings: changed, frameFiles: [path: write], truth: truth,
      mass: truth[dataset: "mass"]?.numbers?.first ?? .nan)
  }
}

extension TomographySettings {
  /// The particle of the virtual experiment.
  fileprivate func virtualParticle(
    wavelength: Double, seed: UInt64
  ) throws -> (particle: PorousParticle, simulation: SimulatedTomographySettings) {
    guard let simulation else {
      throw StageDocumentError(path: tomogramStage, problem: "has no `simulation` to simulate with")
    }
    let matter = try matter(wavelength: wavelength)
    var character = PorousParticle.Character(
      radius: simulation.diameter.si / 2, electronDensity: matter.electronDensity(massDensity: simulation.density.si))
    character.porosity = simulation.porosity
    character.cracks = simulation.cracks
    if !simulation.needle { character.needle = nil }
    var generator = SeededGenerator(seed: seed, item: -3)
    var particle = PorousParticle.random(character, using: &generator)
    particle.mediumElectronDensity = self.particle?.surroundings?.value.si ?? 0
    return (particle, simulation)
  }

  private func matter(wavelength: Double) throws -> ElectronComposition {
    try ElectronComposition(
      formula: particle?.composition ?? ParticleVolumeStage.Parameters().composition, wavelength: wavelength)
  }

  /// What is true of a particle.
  fileprivate func truth(of particle: PorousParticle, wavelength: Double) throws -> NeXusGroup {
    let matter = try matter(wavelength: wavelength)
    func number(_ value: Double, _ units: String) -> NeXusNode { .dataset(NeXusDataset(value, units: units)) }
    return .collection([
      "envelope_volume": number(particle.envelopeVolume, "m^3"), "solid_volume": number(particle.solidVolume, "m^3"),
      "void_volume": number(particle.voidVolume, "m^3"), "porosity": number(particle.porosity, ""),
      "electrons": number(particle.electrons, ""), "mass": number(particle.electrons * matter.massPerElectron, "kg"),
      "electron_density": number(particle.meanElectronDensity, "1/m^3"),
    ])
  }
}
