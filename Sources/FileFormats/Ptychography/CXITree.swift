import ArrayMath
import Ptychography

/// The groups that every file of NXcxi_ptycho has, without its patterns.
///
/// Reference: NeXus definition NXcxi_ptycho of v2026.01. `source_1/energy` is the energy of the machine there and the
/// energy of the photons in CXI; readers of CXI need the latter, so that is what it holds unless the machine's is given.
enum CXITree {
  /// What the groups say.
  struct Facts {
    var title: String
    var geometry: ScanGeometry
    /// The beam's way over the sample along rows and columns, in metres.
    var positions: [ScanPosition]
    var exposure: Double?
    var angle: Double?
    var centre: (row: Double, column: Double)?
    var sourceName = "unknown"
    /// The energy of the machine, in joules.
    var machineEnergy: Double?
    /// The spread of the photons' energies, in joules.
    var energySpread = 0.0
    var sampleName = "sample"
    var mask: Image<Bool>?
    var probe: [ComplexImage] = []
  }

  static let detector = "/entry_1/instrument_1/detector_1"
  /// CXI's bit for a pixel to be left out.
  private static let badBit = UInt32(0x80)

  /// The top of the file: CXI wants its version there.
  static func root(_ entry: NeXusGroup, creator: (name: String, version: String)) -> NeXusGroup {
    NeXusGroup(
      "NXroot",
      attributes: [
        "default": "entry_1",
        "creator": .text([creator.name, creator.version].filter { !$0.isEmpty }.joined(separator: " ")),
      ],
      children: [
        "cxi_version": .dataset(NeXusDataset(.integer(160))), "number_of_entries": .dataset(NeXusDataset(.integer(1))),
        "entry_1": .group(entry),
      ])
  }

  /// The entry.
  ///
  /// - Parameter patterns: what stands at `detector_1/data`; nothing, for a writer that puts them there itself or for a
  ///   file that has none and is no NXcxi_ptycho.
  static func entry(_ facts: Facts, patterns: NeXusNode?, writesPatterns: Bool = false) -> NeXusGroup {
    var entry = NeXusGroup("NXentry")
    let hasPatterns = patterns != nil || writesPatterns
    if hasPatterns { entry[dataset: "definition"] = NeXusDataset(text: "NXcxi_ptycho") }
    entry[dataset: "title"] = NeXusDataset(text: facts.title)
    var detectorGroup = detectorGroup(facts)
    if let patterns { detectorGroup.children["data"] = patterns }
    if hasPatterns { detectorGroup.children["data_1"] = .link(target: detector + "/data") }
    entry[group: "instrument_1"] = NeXusGroup(
      "NXinstrument",
      children: [
        "source_1": .group(source(facts)), "beam_1": .group(beam(facts)), "detector_1": .group(detectorGroup),
      ])
    entry[group: "sample_1"] = sample(facts)
    var translations = NeXusGroup("NXcollection", children: ["translation": .link(target: detector + "/translation")])
    if hasPatterns { translations.children["data"] = .link(target: detector + "/data") }
    entry[group: "data_1"] = translations
    if hasPatterns {
      entry[group: "data"] = NeXusGroup(
        "NXdata",
        attributes: [
          "signal": "data", "axes": .texts(["x", ".", "."]), "x_indices": .integer(0), "y_indices": .integer(0),
        ],
        children: [
          "data": .link(target: detector + "/data"), "x": .link(target: "/entry_1/sample_1/transformations/x"),
          "y": .link(target: "/entry_1/sample_1/transformations/y"),
        ])
      entry.attributes["default"] = "data"
    }
    return entry
  }

  private static func source(_ facts: Facts) -> NeXusGroup {
    var energy = NeXusDataset(facts.machineEnergy ?? facts.geometry.photonEnergy, units: "J")
    energy.longName = facts.machineEnergy == nil ? "energy of a photon, as CXI has it" : "energy of the machine"
    var group = NeXusGroup(
      "NXsource",
      children: [
        "name": .dataset(NeXusDataset(text: facts.sourceName)), "energy": .dataset(energy),
        "probe": .dataset(NeXusDataset(text: "x-ray")),
        "type": .dataset(NeXusDataset(text: "Synchrotron X-ray Source")),
        "wavelength": .dataset(NeXusDataset(facts.geometry.wavelength, units: "m")),
      ])
    if let first = facts.probe.first {
      group[dataset: "illumination"] = NeXusDataset(
        NeXusArray(
          shape: [facts.probe.count, first.rows, first.columns], values: .complex64(facts.probe.flatMap(\.pixels))))
    }
    return group
  }

  private static func beam(_ facts: Facts) -> NeXusGroup {
    NeXusGroup(
      "NXbeam",
      children: [
        "energy": .dataset(NeXusDataset(facts.geometry.photonEnergy, units: "J")),
        "incident_beam_energy": .dataset(NeXusDataset(facts.geometry.photonEnergy, units: "J")),
        "incident_energy_spread": .dataset(NeXusDataset(facts.energySpread, units: "J")),
      ])
  }

  private static func detectorGroup(_ facts: Facts) -> NeXusGroup {
    let geometry = facts.geometry
    var translation = NeXusDataset(
      facts.positions.flatMap { [$0.x, $0.y, 0] }, shape: [facts.positions.count, 3], units: "m")
    translation.attributes["axes"] = "translation:y:x"
    translation.attributes["interpretation"] = "image"
    var group = NeXusGroup(
      "NXdetector", attributes: ["signal": "data", "axes": .texts(["translation", ".", "."])],
      children: [
        "translation": .dataset(translation), "x_pixel_size": .dataset(NeXusDataset(geometry.pixelWidth, units: "m")),
        "y_pixel_size": .dataset(NeXusDataset(geometry.pixelHeight, units: "m")),
        "distance": .dataset(NeXusDataset(geometry.distance, units: "m")),
        // Rows run down and columns to the left as seen along the beam: translations along +y and +x of the sample are
        // then rows and columns of the object.
        "basis_vectors": .dataset(
          NeXusDataset(
            [0, -geometry.pixelWidth, -geometry.pixelHeight, 0, 0, 0], shape: [3, 2], units: "m")),
        "transformations": .group(
          NeXusGroup("NXtransformations", children: ["vector": .dataset(NeXusDataset([0.0, 0, 1]))])),
      ])
    if let centre = facts.centre {
      group[dataset: "beam_center_y"] = NeXusDataset((centre.row + 0.5) * geometry.pixelHeight, units: "m")
      group[dataset: "beam_center_x"] = NeXusDataset((centre.column + 0.5) * geometry.pixelWidth, units: "m")
    }
    if let mask = facts.mask {
      group[dataset: "mask"] = NeXusDataset(
        NeXusArray(shape: [mask.rows, mask.columns], values: .uint32(mask.pixels.map { $0 ? badBit : 0 })))
    }
    if let exposure = facts.exposure { group[dataset: "count_time"] = NeXusDataset(exposure, units: "s") }
    return group
  }

  private static func sample(_ facts: Facts) -> NeXusGroup {
    func axis(_ values: [Double], _ vector: [Double], _ next: String) -> NeXusNode {
      var dataset = NeXusDataset(values, units: "m")
      dataset.attributes["transformation_type"] = "translation"
      dataset.attributes["vector"] = .numbers(vector)
      dataset.attributes["depends_on"] = .text(next)
      return .dataset(dataset)
    }
    var geometry: [String: NeXusNode] = ["translation": .link(target: detector + "/translation")]
    // No field of CXI or NeXus says how the wave travels; a collection may hold anything.
    if facts.geometry.propagation != .farField {
      geometry["propagation"] = .dataset(NeXusDataset(text: facts.geometry.propagation.rawValue))
    }
    if let focus = facts.geometry.focusDistance {
      geometry["focus_distance"] = .dataset(NeXusDataset(focus, units: "m"))
    }
    var group = NeXusGroup(
      "NXsample",
      children: [
        "name": .dataset(NeXusDataset(text: facts.sampleName)),
        "transformations": .group(
          NeXusGroup(
            "NXtransformations", attributes: ["vector": .numbers([1, 0, 0])],
            children: [
              "x": axis(facts.positions.map(\.x), [1, 0, 0], "/entry_1/sample_1/transformations/y"),
              "y": axis(facts.positions.map(\.y), [0, 1, 0], "."),
            ])),
        "geometry_1": .group(NeXusGroup("NXcollection", children: geometry)),
      ])
    if let angle = facts.angle { group[dataset: "rotation_angle"] = NeXusDataset(angle * 180 / .pi, units: "deg") }
    return group
  }
}
