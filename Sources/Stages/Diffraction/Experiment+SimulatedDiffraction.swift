import Electrochemistry
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import VirtualExperiment

extension Experiment {
  /// A simulated diffraction measurement: settings that read its files, the files, and what is true of them.
  struct SimulatedDiffraction {
    var settings: DiffractionSettings
    var frameFiles: [String: @Sendable (_ path: String) throws -> Void] = [:]
    var truth: NeXusGroup
  }

  /// Frames of a calibrant and of a sample, at the stated distance, energy and pixel size.
  ///
  /// - Parameter charges: the simulated charges by the name of their measurement.
  func simulatedDiffraction(
    _ measurement: DiffractionSettings, charges: [String: (charge: VirtualCharge, truth: SimulatedCharge)], seed: UInt64
  ) throws -> SimulatedDiffraction {
    let plate = virtualPlate(measurement, seed: seed)
    let name = measurement.name
    let poni = plate.geometry.poni
    var made = SimulatedDiffraction(
      settings: measurement,
      truth: .collection([
        "distance": .dataset(NeXusDataset(poni.distance, units: "m")),
        "poni1": .dataset(NeXusDataset(poni.poni1, units: "m")),
        "poni2": .dataset(NeXusDataset(poni.poni2, units: "m")),
        "rotation1": .dataset(NeXusDataset(poni.rotation1, units: "rad")),
        "rotation2": .dataset(NeXusDataset(poni.rotation2, units: "rad")),
      ]))
    var image = DetectorCalibrationStage.FrameParameters()
    image.file = FilePath("raw/\(name)-lab6.tif")
    var calibration = measurement.calibration ?? DetectorCalibrationStage.Parameters()
    calibration.frames = [image]
    calibration.calibrant = "LaB6"
    (calibration.start, calibration.mask, calibration.energy) = (nil, nil, nil)
    calibration.pixel = Length(si: plate.pixel)
    calibration.wavelength = Length(si: plate.wavelength)
    made.settings.geometry = nil
    made.settings.calibration = calibration
    made.frameFiles["raw/\(name)-lab6.tif"] = { path in
      try TIFFFrameWriter.write(plate.calibrant(threads: 1), to: path, compression: .deflate)
    }
    guard !measurement.frames.isEmpty || measurement.simulation != nil else { return made }
    made.settings.frames = [FilePath("raw/\(name).h5")]
    (made.settings.integration.mask, made.settings.integration.dark) = (nil, nil)
    (made.settings.integration.flat, made.settings.integration.flip) = (nil, nil)
    let series: NeXusGroup
    if let simulation = measurement.simulation, let (charge, isTrue) = charges[simulation.charge] {
      let sample = try simulatedSample(simulation, plate: plate, charge: charge, truth: isTrue)
      made.frameFiles["raw/\(name).h5"] = sample.write
      made.truth[dataset: "clock_offset"] = NeXusDataset(simulation.clockOffset.si, units: "s")
      made.truth[dataset: "active_mass"] = NeXusDataset(charge.mass * simulation.activeShare.si, units: "kg")
      series = sample.truth
    } else {
      let virtual = VirtualDiffraction(plate: plate, frames: 12)
      made.frameFiles["raw/\(name).h5"] = { path in
        var metadata = FrameMetadata()
        metadata.exposureTime = 20
        try NeXusFrameWriter.write(virtual.scan(), to: path, title: "virtual scan", metadata: metadata)
      }
      let lattice = virtual.latticeParameters
      series = .data(
        signal: "c", axes: ["."], title: "Lattice parameters",
        datasets: [
          "a": NeXusDataset(lattice.map(\.a), units: "m"), "c": NeXusDataset(lattice.map(\.c), units: "m"),
        ])
    }
    made.truth[group: "series"] = series
    return made
  }

  /// The seed's plate at the stated distance, energy and pixel size.
  private func virtualPlate(_ settings: DiffractionSettings, seed: UInt64) -> VirtualPlate {
    let calibration = settings.calibration
    let wavelength =
      calibration?.energy.map { DiffractionInput.photonWavelength($0) } ?? calibration?.wavelength?.si
      ?? SeedInstrument.wavelength
    return VirtualPlate(
      wavelength: wavelength, pixel: calibration?.pixel?.si ?? 31e-6,
      statedDistance: calibration?.distance?.si ?? 131.67e-3, seed: seed)
  }

  /// A line scan or a cell that the charge drives. The time zero of the simulation is the start of the record; frames
  /// begin with the current, the last ones end with it.
  private func simulatedSample(
    _ settings: SimulatedDiffractionSettings, plate: VirtualPlate, charge: VirtualCharge, truth: SimulatedCharge
  ) throws -> (write: @Sendable (_ path: String) throws -> Void, truth: NeXusGroup) {
    let flow = abs(truth.charge / charge.current)
    let initial = 1 - charge.initialLithiation
    let ramp = ChargeRamp(
      start: charge.restBefore, duration: flow, initial: initial,
      final: initial + truth.stateOfChargeChange / settings.activeShare.si)
    let clocks = VirtualClocks(offset: settings.clockOffset.si)
    switch settings.sample {
    case .lineScan:
      let simulation = lineScan(settings, plate: plate, ramp: ramp)
      let virtual = try VirtualLineScan(plate: plate, clocks: clocks, simulation: simulation)
      return ({ try virtual.writeFrames(to: $0) }, Self.series(try virtual.truth(), clocks))
    case .fullCell:
      let simulation = fullCell(settings, plate: plate, ramp: ramp)
      let virtual = try VirtualFullCell(plate: plate, clocks: clocks, simulation: simulation)
      return ({ try virtual.writeFrames(to: $0) }, Self.series(virtual.truth, clocks))
    }
  }

  private func lineScan(
    _ settings: SimulatedDiffractionSettings, plate: VirtualPlate, ramp: ChargeRamp
  ) -> LineScanSimulation {
    let scan = settings.scan
    let passDuration = Double(scan.positions) * (settings.exposure.si + settings.readOut.si)
    // The last pass ends with the current.
    let pauses = Double(max(scan.passes - 1, 1))
    let interval = max((ramp.duration - passDuration) / pauses, passDuration)
    var beam = plate.beam
    (beam.footprintHeight, beam.footprintWidth) = (
      SeedInstrument.beam.footprintHeight, SeedInstrument.beam.footprintWidth
    )
    var grains = SeedInstrument.grains(seed: plate.seed &+ 2)
    grains.grains = scan.grains
    return LineScanSimulation(
      beam: beam, profile: plate.profile,
      particle: self.settings.particleMass?.volume.map { ScannedParticle(volume: $0.value.si) } ?? .seed,
      schedule: ScanSchedule(
        firstPosition: scan.first.si, step: scan.step.si, positions: scan.positions, passes: scan.passes,
        exposure: settings.exposure.si, readOut: settings.readOut.si, passInterval: interval, start: ramp.start,
        alternates: scan.boustrophedon),
      drift: SampleDrift(rate: scan.drift.si / (ramp.start + ramp.duration)), charge: ramp,
      heterogeneity: ChargeHeterogeneity(
        gradient: scan.gradient, radial: scan.radial, laggingShare: scan.laggingShare),
      grains: grains, photons: scan.photons)
  }

  private func fullCell(
    _ settings: SimulatedDiffractionSettings, plate: VirtualPlate, ramp: ChargeRamp
  ) -> FullCellSimulation {
    let cell = settings.cell
    var beam = plate.beam
    (beam.footprintHeight, beam.footprintWidth) = (cell.beamHeight.si, cell.beamWidth.si)
    let exposure = settings.exposure.si
    return FullCellSimulation(
      beam: beam, profile: plate.profile, frames: cell.frames, exposure: exposure,
      interval: max((ramp.duration - exposure) / Double(max(cell.frames - 1, 1)), exposure + settings.readOut.si),
      start: ramp.start, charge: ramp, relativeSpread: cell.spread, thickness: cell.thickness.si, photons: cell.photons)
  }

  private static func series(_ truth: [LineScanSimulation.Truth], _ clocks: VirtualClocks) -> NeXusGroup {
    func metres(_ value: (LineScanSimulation.Truth) -> Double) -> NeXusDataset {
      NeXusDataset(truth.map(value), units: "m")
    }
    return .data(
      signal: "state_of_charge", axes: ["time"], title: "Local state of charge of each exposure",
      datasets: [
        "time": NeXusDataset(truth.map { clocks.detectorStart + $0.startTime }, units: "s", longName: "time / s"),
        "pass": NeXusDataset(truth.map { Double($0.pass) }, units: ""),
        "position": NeXusDataset(truth.map { Double($0.position) }, units: ""),
        "stage_position": metres(\.stagePosition), "drift": metres(\.drift), "thickness": metres(\.thickness),
        "needle_share": NeXusDataset(truth.map(\.needleShare), units: ""),
        "mean_state_of_charge": NeXusDataset(truth.map(\.meanStateOfCharge), units: ""),
        "state_of_charge": NeXusDataset(
          truth.map(\.stateOfCharge), units: "", longName: "local state of charge / 1"),
        "a": metres(\.a), "c": metres(\.c), "spacing_003": metres(\.spacing003), "spacing_104": metres(\.spacing104),
        "photons_003": NeXusDataset(truth.map(\.photons003), units: ""),
        "photons_104": NeXusDataset(truth.map(\.photons104), units: ""),
      ])
  }

  private static func series(_ truth: [FullCellSimulation.Truth], _ clocks: VirtualClocks) -> NeXusGroup {
    func metres(_ value: (FullCellSimulation.Truth) -> Double) -> NeXusDataset {
      NeXusDataset(truth.map(value), units: "m")
    }
    return .data(
      signal: "c", axes: ["state_of_charge"], title: "Lattice parameter c of each frame",
      datasets: [
        "time": NeXusDataset(truth.map { clocks.detectorStart + $0.startTime }, units: "s"),
        "state_of_charge": NeXusDataset(truth.map(\.stateOfCharge), units: "", longName: "state of charge / 1"),
        "a": metres(\.a), "c": NeXusDataset(truth.map(\.c), units: "m", longName: "c / m"), "mean_a": metres(\.meanA),
        "mean_c": metres(\.meanC),
      ])
  }
}
