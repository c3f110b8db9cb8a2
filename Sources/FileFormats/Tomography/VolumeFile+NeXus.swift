public import ArrayMath

extension VolumeFile {
  /// The attribute of a dataset that names its quantity, whatever the dataset is called.
  static let quantityAttribute = "quantity"

  /// The volume as a default plot: the signal with its three axes in micrometres.
  ///
  /// Rows and columns count from the axis of rotation, at the middle of every slice; slices from the top.
  ///
  /// - Parameter signal: the name of the dataset; the quantity's where none is given.
  public static func plot(
    of volume: ScalarVolume, quantity: Quantity, voxel: Voxel?, title: String, signal: String? = nil
  ) -> NeXusGroup {
    let signal = signal ?? quantity.name
    let shape = volume.shape
    func axis(_ count: Int, _ extent: Double?, origin: Double, _ name: String) -> NeXusDataset {
      let places = (0..<count).map { (Double($0) + 0.5 - origin) * (extent.map { $0 * 1e6 } ?? 1) }
      let unit = extent == nil ? "pixel" : "um"
      return NeXusDataset(places, units: unit, longName: "\(name) / \(unit)")
    }
    var values = NeXusDataset(
      volume.voxels, shape: [shape.slices, shape.rows, shape.columns], units: quantity.units, longName: quantity.title)
    values.attributes[quantityAttribute] = .text(quantity.name)
    return .data(
      signal: signal, axes: ["z", "y", "x"], title: title, interpretation: "image",
      datasets: [
        signal: values, "z": axis(shape.slices, voxel?.slice, origin: 0, "slice"),
        "y": axis(shape.rows, voxel?.row, origin: Double(shape.rows) / 2, "row"),
        "x": axis(shape.columns, voxel?.column, origin: Double(shape.columns) / 2, "column"),
      ])
  }

  /// The file as a tree: sample, reconstruction and data, where NXtomoproc has them.
  var tree: NeXusGroup {
    var parameters: [String: NeXusDataset] = [:]
    if let rawFile { parameters["raw_file"] = NeXusDataset(text: rawFile) }
    var reconstruction = NeXusGroup.process(
      program: program.name, version: program.version, sequenceIndex: 1, date: date,
      parameters: parameters.isEmpty ? nil : parameters)
    if !notes.isEmpty { reconstruction[group: "notes"] = .note(notes.joined(separator: "\n")) }
    var sample = NeXusGroup("NXsample")
    sample[dataset: "name"] = NeXusDataset(text: name)
    let title = "\(quantity.title.isEmpty ? quantity.name : quantity.title) of \(name)"
    let data = Self.plot(of: volume, quantity: quantity, voxel: voxel, title: title, signal: "data")
    var children: [String: NeXusNode] = [
      "sample": .group(sample), "reconstruction": .group(reconstruction), "data": .group(data),
    ]
    if let source {
      var beam = NeXusGroup("NXsource")
      beam[dataset: "name"] = NeXusDataset(text: source.name)
      beam[dataset: "type"] = NeXusDataset(text: source.type)
      beam[dataset: "probe"] = NeXusDataset(text: source.probe)
      children["instrument"] = .group(NeXusGroup("NXinstrument", children: ["source": .group(beam)]))
    }
    if source != nil, date != nil, rawFile != nil {
      children["definition"] = .dataset(NeXusDataset(text: "NXtomoproc"))
    }
    return .root(
      entry: .entry(title: title, defaultPlot: "data", children: children),
      creator: "\(program.name) \(program.version)")
  }
}
