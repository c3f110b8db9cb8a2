import PowderDiffraction

extension AzimuthalIntegrationFile {
  /// Reads the file of a program that writes NXazint1d or NXazint2d.
  ///
  /// - Throws: ``FormatError`` when there is no such entry or it lacks what makes patterns; ``HDF5Error`` when the file
  ///   cannot be read at all.
  public static func read(_ path: String, cakes: Bool = false) throws -> AzimuthalIntegrationFile {
    try AzimuthalIntegrationFile(tree: NeXusFile.read(path), named: path, cakes: cakes)
  }

  /// Finds patterns in the tree of a NeXus file.
  ///
  /// - Parameters:
  ///   - tree: the file.
  ///   - name: its name, for messages.
  ///   - cakes: whether to take NXazint2d where a file has both.
  /// - Throws: ``FormatError`` when there is no such entry or it lacks what makes patterns.
  public init(tree: NeXusGroup, named name: String, cakes: Bool = false) throws {
    let entries = tree.groups(ofClass: "NXentry")
    var candidates: [(entry: NeXusGroup, group: NeXusGroup, path: String, isCake: Bool)] = []
    for (entryName, entry) in entries {
      let inside = entry.groups(ofClass: "NXsubentry").map { (path: "\(entryName)/\($0.name)", group: $0.group) }
      for (path, group) in [(path: entryName, group: entry)] + inside {
        switch group[dataset: "definition"]?.text {
        case "NXazint1d": candidates.append((entry, group, path, false))
        case "NXazint2d": candidates.append((entry, group, path, true))
        default: break
        }
      }
    }
    guard let chosen = candidates.first(where: { $0.isCake == cakes }) ?? candidates.first else {
      throw FormatError(name, "no entry follows NXazint1d or NXazint2d")
    }
    let reader = AzimuthalIntegrationReader(
      file: name, path: chosen.path, entry: chosen.entry, group: chosen.group, isCake: chosen.isCake)
    self.init(series: try reader.series(), record: reader.record())
  }
}

/// Reads one entry or subentry; what is linked rather than held is looked up in the entry around it.
private struct AzimuthalIntegrationReader {
  let file: String
  let path: String
  let entry: NeXusGroup
  let group: NeXusGroup
  let isCake: Bool

  func series() throws -> PowderPatternSeries {
    guard let data = group[group: "data"] ?? group.groups(ofClass: "NXdata").first?.group else {
      throw error("", "the group NXdata is missing")
    }
    guard let intensity = data[dataset: "I"], let intensities = intensity.numbers else {
      throw error("data/I", "the intensities are missing")
    }
    let axis = try radialAxis(data)
    let azimuths = isCake ? try angles(data, "azimuthal_axis") : nil
    let bins = axis.positions.count
    let rank = isCake ? 3 : 2
    let shape = intensity.shape
    // One pattern may come without the axis of frames.
    guard shape.count == rank || shape.count == rank - 1, shape.last == bins else {
      throw error("data/I", "the shape is \(shape); \(rank) axes are expected, the last of \(bins) bins")
    }
    let sectors = isCake ? shape[shape.count - 2] : 1
    if isCake, azimuths == nil { throw error("data/azimuthal_axis", "the axis is missing") }
    let sectorCount = azimuths?.count ?? 1
    guard sectors == sectorCount else {
      throw error("data/I", "\(sectors) sectors, but \(sectorCount) azimuths")
    }
    let frames = shape.count == rank ? shape[0] : 1
    let perFrame = sectors * bins
    do {
      return try PowderPatternSeries(
        axis: axis.axis, positions: axis.positions, edges: axis.edges, azimuths: azimuths,
        azimuthEdges: isCake ? try angles(data, "azimuthal_axis_edges") : nil, frameCount: frames,
        intensities: intensities, sigmas: try numbers(data, "I_errors"),
        neighbourCovariances: isCake ? nil : try numbers(data, "I_neighbour_covariance"),
        pixelCounts: try pixelCounts(data, perFrame: perFrame, frames: frames), wavelength: wavelength())
    } catch let problem as PatternError {
      throw error("data", "\(problem)")
    }
  }

  func record() -> AzimuthalIntegrationFile.Record {
    let instrument = instrument()
    let source = instrument?[group: "source"] ?? instrument?.groups(ofClass: "NXsource").first?.group
    let reduction = group[group: "reduction"] ?? entry[group: "reduction"]
    let input = reduction?[group: "input"]
    var parameters: [String: NeXusDataset] = [:]
    for (name, node) in input?.children ?? [:] {
      if case .dataset(let dataset) = node { parameters[name] = dataset }
    }
    let monitor = (group[group: "monitor"] ?? entry[group: "monitor"])?[dataset: "data"]?.numbers
    return AzimuthalIntegrationFile.Record(
      title: group[dataset: "title"]?.text ?? entry[dataset: "title"]?.text ?? "",
      instrumentName: instrument?[dataset: "name"]?.text ?? "", sourceName: source?[dataset: "name"]?.text ?? "",
      sourceType: source?[dataset: "type"]?.text ?? "", probe: source?[dataset: "probe"]?.text ?? "",
      solidAngleApplied: flag("solid_angle_applied") ?? false,
      polarisationApplied: flag("polarization_applied") ?? false,
      normalisationApplied: flag("normalization_applied") ?? false, monitorApplied: flag("monitor_applied"),
      monitor: monitor, program: reduction?[dataset: "program"]?.text ?? "",
      programVersion: reduction?[dataset: "version"]?.text ?? "", date: reduction?[dataset: "date"]?.text ?? "",
      reference: reduction?[dataset: "reference"]?.text ?? "", note: reduction?[dataset: "note"]?.text,
      parameters: parameters)
  }

  // MARK: - Parts

  private func instrument() -> NeXusGroup? {
    group.groups(ofClass: "NXinstrument").first?.group ?? entry.groups(ofClass: "NXinstrument").first?.group
  }

  private func flag(_ name: String) -> Bool? {
    (group[dataset: name] ?? entry[dataset: name])?.integers?.first.map { $0 != 0 }
  }

  private func wavelength() throws -> Double? {
    let instrument = instrument()
    let monochromator =
      instrument?[group: "monochromator"] ?? instrument?.groups(ofClass: "NXmonochromator").first?.group
    guard let dataset = monochromator?[dataset: "wavelength"], let value = dataset.numbers?.first else { return nil }
    guard let metres = NeXusUnits.metres(dataset.units ?? "angstrom") else {
      throw error("wavelength", "the unit \"\(dataset.units ?? "")\" is no length")
    }
    return value * metres
  }

  private func radialAxis(_ data: NeXusGroup) throws -> (axis: PatternAxis, positions: [Double], edges: [Double]?) {
    guard let dataset = data[dataset: "radial_axis"], let values = dataset.numbers, !values.isEmpty else {
      throw error("data/radial_axis", "the axis is missing")
    }
    let units = dataset.units ?? ""
    let axis: PatternAxis
    let scale: Double
    if let angle = NeXusUnits.radians(units) {
      (axis, scale) = (.twoTheta, angle)
    } else if let wavenumber = NeXusUnits.perMetre(units) {
      (axis, scale) = (.scatteringVector, wavenumber)
    } else {
      throw error("data/radial_axis", "the unit \"\(units)\" is neither an angle nor 1/length")
    }
    // Edges are of the axis' unit in the definition, and no other is sensible.
    return (axis, values.map { $0 * scale }, try numbers(data, "radial_axis_edges")?.map { $0 * scale })
  }

  private func angles(_ data: NeXusGroup, _ name: String) throws -> [Double]? {
    guard let values = try numbers(data, name) else { return nil }
    let units = data[dataset: name]?.units ?? "degree"
    guard let scale = NeXusUnits.radians(units) else {
      throw error("data/\(name)", "the unit \"\(units)\" is no angle")
    }
    return values.map { $0 * scale }
  }

  /// Of the definition's shape, or one for each frame, which the program azint writes; then they have to be equal.
  private func pixelCounts(_ data: NeXusGroup, perFrame: Int, frames: Int) throws -> [Double]? {
    guard let values = try numbers(data, "norm") else { return nil }
    if values.count == perFrame { return values }
    guard perFrame > 0, values.count == perFrame * frames else {
      throw error("data/norm", "\(values.count) numbers for \(perFrame) bins")
    }
    let first = Array(values.prefix(perFrame))
    let areEqual = values.indices.allSatisfy { values[$0] == first[$0 % perFrame] }
    return areEqual ? first : nil
  }

  private func numbers(_ data: NeXusGroup, _ name: String) throws -> [Double]? {
    guard let dataset = data[dataset: name] else { return nil }
    guard let numbers = dataset.numbers else { throw error("data/\(name)", "numbers are expected") }
    return numbers
  }

  private func error(_ place: String, _ message: String) -> FormatError {
    FormatError(file, at: place.isEmpty ? "/\(path)" : "/\(path)/\(place)", message)
  }
}
