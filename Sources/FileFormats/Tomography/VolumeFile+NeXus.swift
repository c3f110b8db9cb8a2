public import ArrayMath

extension VolumeFile {
  /// The volume as a default plot: the signal with its three axes in micrometres.
  ///
  /// Rows and columns count from the axis of rotation, at the middle of every slice; slices from the top.
  public static func plot(
    of volume: ScalarVolume, quantity: Quantity, voxel: Voxel?, title: String
  ) -> NeXusGroup {
    let shape = volume.shape
    func axis(_ count: Int, _ extent: Double?, origin: Double, _ name: String) -> NeXusDataset {
      let places = (0..<count).map { (Double($0) + 0.5 - origin) * (extent.map { $0 * 1e6 } ?? 1) }
      let unit = extent == nil ? "pixel" : "um"
      return NeXusDataset(places, units: unit, longName: "\(name) / \(unit)")
    }
    return .data(
      signal: quantity.name, axes: ["z", "y", "x"], title: title, interpretation: "image",
      datasets: [
        quantity.name: NeXusDataset(
          volume.voxels, shape: [shape.slices, shape.rows, shape.columns], units: quantity.units,
          longName: quantity.title),
        "z": axis(shape.slices, voxel?.slice, origin: 0, "slice"),
        "y": axis(shape.rows, voxel?.row, origin: Double(shape.rows) / 2, "row"),
        "x": axis(shape.columns, voxel?.column, origin: Double(shape.columns) / 2, "column"),
      ])
  }

  /// The file as a tree: sample, reconstruction and data, where NXtomoproc has them.
  var tree: NeXusGroup {
    var parameters: [String: NeXusDataset] = [:]
    if let rawFile { parameters["raw_file"] = NeXusDataset(text: rawFile) }
    var reconstruction = NeXusGroup.process(
      program: program.name, version: program.version, sequenceIndex: 1,
      parameters: parameters.isEmpty ? nil : parameters)
    if !notes.isEmpty { reconstruction[group: "notes"] = .note(notes.joined(separator: "\n")) }
    var sample = NeXusGroup("NXsample")
    sample[dataset: "name"] = NeXusDataset(text: name)
    let title = "\(quantity.title.isEmpty ? quantity.name : quantity.title) of \(name)"
    return .root(
      entry: .entry(
        title: title, defaultPlot: "data",
        children: [
          "sample": .group(sample), "reconstruction": .group(reconstruction),
          "data": .group(Self.plot(of: volume, quantity: quantity, voxel: voxel, title: title)),
        ]), creator: "\(program.name) \(program.version)")
  }
}
