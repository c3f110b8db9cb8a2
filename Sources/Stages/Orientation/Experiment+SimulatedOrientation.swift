import ArrayMath
import Crystallography
import ElectronDiffraction
import FileFormats
import Foundation
import Pipeline
import Quantities
import VirtualExperiment

extension Experiment {
  /// A simulated orientation measurement: settings that read its patterns, the patterns, and what is true of them.
  struct SimulatedOrientation {
    var settings: OrientationSettings
    var path: String
    var write: @Sendable (_ path: String) throws -> Void
    var truth: NeXusGroup
  }

  /// Patterns of a section in the stated geometry, with a master pattern of the stated cell.
  ///
  /// - Throws: the errors of the techniques; `StageDocumentError` where the geometry states too little.
  func simulatedOrientation(_ measurement: OrientationSettings, seed: UInt64) throws -> SimulatedOrientation? {
    guard let simulation = measurement.simulation else { return nil }
    let place = "orientation \(measurement.name)"
    if simulation.writes == .map { return Self.simulatedMap(measurement, simulation, seed: seed) }
    guard let settings = measurement.geometry else {
      throw StageDocumentError(path: place, problem: "has no geometry to simulate; give a section `geometry`")
    }
    let shape = FrameShape(rows: simulation.pixels, columns: simulation.pixels)
    guard let centre = settings.statedCentre(shape: shape) else {
      throw StageDocumentError(path: place, problem: "states no pattern centre; give `pattern_centre`")
    }
    let geometry = settings.geometry(shape: shape, centre: centre)
    let energy = settings.energy.si / Energy(1, .kiloelectronVolt).si
    let masters = try KikuchiMasterStage.run(
      KikuchiMasterStage.Input(phases: measurement.openedPhases(), kiloelectronvolts: energy), measurement.master,
      RunContext()
    ).value
    let phantom = simulation.phantom
    let virtual = VirtualOrientation(
      phantom: phantom, master: masters.phases[0].master, geometry: geometry, kiloelectronvolts: energy,
      signalToNoise: simulation.signalToNoise, seed: seed)
    let path = "raw/\(measurement.name).h5"
    var changed = measurement
    changed.patterns = FilePath(path)
    changed.map = nil
    return SimulatedOrientation(
      settings: changed, path: path, write: { try virtual.write(to: $0) },
      truth: Self.truth(virtual.section, phantom: phantom))
  }

  /// The map that a perfect indexing would make of a section.
  private static func simulatedMap(
    _ measurement: OrientationSettings, _ simulation: SimulatedOrientationSettings, seed: UInt64
  ) -> SimulatedOrientation {
    let phantom = simulation.phantom
    let section = phantom.make(seed: seed)
    let path = "raw/\(measurement.name).ctf"
    var changed = measurement
    changed.patterns = nil
    changed.map = FilePath(path)
    return SimulatedOrientation(
      settings: changed, path: path,
      write: { try AtomicFile.write(OrientationMapFile.channelText(section.map), to: $0) },
      truth: truth(section, phantom: phantom))
  }

  private static func truth(_ section: PhantomSection, phantom: TexturePhantom) -> NeXusGroup {
    let grid = section.map.grid
    return .collection([
      "centre": .dataset(NeXusDataset([section.centre.x, section.centre.y], units: "m")),
      "section_radius": .dataset(NeXusDataset(phantom.sectionRadius, units: "m")),
      "section_height": .dataset(NeXusDataset(phantom.sectionHeight, units: "m")),
      "transition_radius": .dataset(NeXusDataset(phantom.transitionRadius, units: "m")),
      "core_concentration": .dataset(NeXusDataset(phantom.coreConcentration, units: "")),
      "shell_concentration": .dataset(NeXusDataset(phantom.shellConcentration, units: "")),
      "shell_order": .dataset(
        NeXusDataset(
          WatsonDistribution(concentration: phantom.shellConcentration).orderParameter, units: "")),
      "map": .group(OrientationMapNodes.collection(section.map)),
      "grain_map": .group(
        .data(
          signal: "grain", axes: [".", "."], title: "Grain of each point", interpretation: "image",
          datasets: ["grain": NeXusDataset(section.labels.labels, shape: [grid.rows, grid.columns])])),
    ])
  }
}

extension SimulatedOrientationSettings {
  /// The particle that is simulated.
  var phantom: TexturePhantom {
    var phantom = TexturePhantom()
    phantom.size = points
    phantom.step = step.si
    phantom.sectionRadius = radius?.si ?? 0.9 * step.si * Double(points) / 2
    phantom.sectionHeight = height.si
    phantom.grainCount = grains
    phantom.transitionRadius = transition.si * phantom.sectionRadius
    phantom.shellConcentration = concentration
    phantom.outlineRoughness = 0.01
    phantom.cracks = cracks
    phantom.crackWidth = 2 * step.si
    phantom.mapToSample = EulerFrame.edax1.fromMap
    return phantom
  }
}
