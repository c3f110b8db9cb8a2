extension NeXusGroup {
  /// The top of a file with one entry, named "entry", on which a viewer opens.
  ///
  /// - Parameter creator: the program and its version, for example "operando 1.0".
  public static func root(entry: NeXusGroup, creator: String) -> NeXusGroup {
    NeXusGroup(
      "NXroot", attributes: ["default": "entry", "creator": .text(creator)], children: ["entry": .group(entry)])
  }

  /// An entry.
  ///
  /// - Parameters:
  ///   - title: what the entry holds, in words.
  ///   - startTime: ISO 8601; nil where it is not known.
  ///   - endTime: ISO 8601; nil where it is not known.
  ///   - defaultPlot: the name of the NXdata child that a viewer opens on.
  ///   - children: everything below.
  public static func entry(
    title: String, startTime: String? = nil, endTime: String? = nil, defaultPlot: String? = nil,
    children: [String: NeXusNode]
  ) -> NeXusGroup {
    var group = NeXusGroup("NXentry", children: children)
    group[dataset: "title"] = NeXusDataset(text: title)
    if let startTime { group[dataset: "start_time"] = NeXusDataset(text: startTime) }
    if let endTime { group[dataset: "end_time"] = NeXusDataset(text: endTime) }
    if let defaultPlot { group.attributes["default"] = .text(defaultPlot) }
    return group
  }

  /// A default plot.
  ///
  /// - Parameters:
  ///   - signal: the name of the dataset on the ordinate, or of the image.
  ///   - axes: the name of the dataset along each axis of the signal, slowest first; "." where an axis has none.
  ///   - title: the title of the plot.
  ///   - interpretation: "spectrum", "image" or "rgb-image"; nil leaves the choice to the viewer.
  ///   - auxiliarySignals: more datasets on the same axes.
  ///   - datasets: all datasets by name.
  public static func data(
    signal: String, axes: [String], title: String? = nil, interpretation: String? = nil,
    auxiliarySignals: [String] = [], datasets: [String: NeXusDataset]
  ) -> NeXusGroup {
    var group = NeXusGroup("NXdata", children: datasets.mapValues { .dataset($0) })
    group.attributes["signal"] = .text(signal)
    group.attributes["axes"] = axes.count == 1 ? .text(axes[0]) : .texts(axes)
    for (position, axis) in axes.enumerated() where axis != "." {
      group.attributes[axis + "_indices"] = .integer(position)
    }
    if !auxiliarySignals.isEmpty { group.attributes["auxiliary_signals"] = .texts(auxiliarySignals) }
    if let title { group[dataset: "title"] = NeXusDataset(text: title) }
    if let interpretation {
      for name in [signal] + auxiliarySignals {
        group[dataset: name]?.attributes["interpretation"] = .text(interpretation)
      }
    }
    return group
  }

  /// A step of processing.
  ///
  /// - Parameters:
  ///   - sequenceIndex: 1 for the first step.
  ///   - date: ISO 8601; nil where identical runs must give identical files.
  ///   - parameters: stored as NXparameters; nil for none.
  ///   - notes: NXnote children by name.
  public static func process(
    program: String, version: String, sequenceIndex: Int, date: String? = nil,
    parameters: [String: NeXusDataset]? = nil, notes: [String: NeXusGroup] = [:]
  ) -> NeXusGroup {
    var group = NeXusGroup("NXprocess", children: notes.mapValues { .group($0) })
    group[dataset: "program"] = NeXusDataset(text: program)
    group[dataset: "version"] = NeXusDataset(text: version)
    group[dataset: "sequence_index"] = NeXusDataset(.integer(sequenceIndex))
    if let date { group[dataset: "date"] = NeXusDataset(text: date) }
    if let parameters {
      group[group: "parameters"] = NeXusGroup("NXparameters", children: parameters.mapValues { .dataset($0) })
    }
    return group
  }

  /// A collection: anything, without rules.
  public static func collection(_ children: [String: NeXusNode]) -> NeXusGroup {
    NeXusGroup("NXcollection", children: children)
  }

  /// A text with its media type, for example a JSON document.
  public static func note(
    _ text: String, type: String = "text/plain", description: String? = nil, fileName: String? = nil
  ) -> NeXusGroup {
    var group = NeXusGroup("NXnote")
    group[dataset: "data"] = NeXusDataset(text: text)
    group[dataset: "type"] = NeXusDataset(text: type)
    if let description { group[dataset: "description"] = NeXusDataset(text: description) }
    if let fileName { group[dataset: "file_name"] = NeXusDataset(text: fileName) }
    return group
  }

  /// A file of links to the entries of other files, such as `results.nxs` of a run.
  ///
  /// - Parameters:
  ///   - entries: the name of each entry here, and the file that holds it at "/entry", relative to this file's folder.
  ///   - defaultEntry: the name of the entry that a viewer opens on.
  public static func links(
    toEntriesOf entries: [(name: String, file: String)], defaultEntry: String?, creator: String
  ) -> NeXusGroup {
    var root = NeXusGroup("NXroot", attributes: ["creator": .text(creator)])
    for entry in entries { root.children[entry.name] = .externalLink(file: entry.file, target: "/entry") }
    if let defaultEntry { root.attributes["default"] = .text(defaultEntry) }
    return root
  }
}
