import PowderDiffraction

extension AzimuthalIntegrationFile {
  /// hc in keV angstrom, from the exact h, c and e of the SI.
  private static let photonEnergy = 12.398_419_843_320_026

  /// The tree of the file, for ``NeXusFile/write(_:to:)``.
  ///
  /// - Parameter creator: the program that writes, and its version.
  /// - Throws: ``FormatError`` when the definitions cannot hold the series: without a wavelength, against d, or with a
  ///   monitor reading for another number of frames.
  public func tree(creator: String) throws -> NeXusGroup {
    NeXusGroup.root(entry: try entry(), creator: creator)
  }

  /// The entry alone, to be put into a file with others.
  ///
  /// - Throws: ``FormatError`` as ``tree(creator:)`` does.
  public func entry() throws -> NeXusGroup {
    guard let wavelength = series.wavelength else {
      throw FormatError("NXazint", "the wavelength is missing, which the definition demands")
    }
    guard series.axis != .latticeSpacing else {
      throw FormatError("NXazint", "the definition knows patterns against 2θ and q, not d; convert them first")
    }
    if let monitor = record.monitor, monitor.count != series.frameCount {
      throw FormatError("NXazint", "\(monitor.count) monitor readings for \(series.frameCount) frames")
    }
    let angstroms = wavelength * 1e10
    let monochromator = NeXusGroup(
      "NXmonochromator",
      children: [
        "wavelength": .dataset(NeXusDataset(angstroms, units: "angstrom")),
        "energy": .dataset(NeXusDataset(Self.photonEnergy / angstroms, units: "keV")),
      ])
    let source = NeXusGroup(
      "NXsource",
      children: [
        "name": .dataset(NeXusDataset(text: record.sourceName)),
        "type": .dataset(NeXusDataset(text: record.sourceType)),
        "probe": .dataset(NeXusDataset(text: record.probe)),
      ])
    let instrument = NeXusGroup(
      "NXinstrument",
      children: [
        "name": .dataset(NeXusDataset(text: record.instrumentName)), "monochromator": .group(monochromator),
        "source": .group(source),
      ])
    var entry = NeXusGroup.entry(
      title: record.title, defaultPlot: "data",
      children: ["instrument": .group(instrument), "reduction": .group(reduction()), "data": .group(data())])
    entry[dataset: "definition"] = NeXusDataset(text: series.azimuths == nil ? "NXazint1d" : "NXazint2d")
    entry[dataset: "solid_angle_applied"] = Self.flag(record.solidAngleApplied)
    entry[dataset: "polarization_applied"] = Self.flag(record.polarisationApplied)
    entry[dataset: "normalization_applied"] = Self.flag(record.normalisationApplied)
    entry[dataset: "monitor_applied"] = record.monitorApplied.map(Self.flag)
    entry[group: "monitor"] = record.monitor.map {
      NeXusGroup("NXmonitor", children: ["data": .dataset(NeXusDataset($0))])
    }
    return entry
  }

  private static func flag(_ value: Bool) -> NeXusDataset {
    NeXusDataset(NeXusArray(shape: [], values: .int8([value ? 1 : 0])))
  }

  private func reduction() -> NeXusGroup {
    var group = NeXusGroup("NXprocess")
    group[dataset: "program"] = NeXusDataset(text: record.program)
    group[dataset: "version"] = NeXusDataset(text: record.programVersion)
    group[dataset: "date"] = NeXusDataset(text: record.date)
    group[dataset: "reference"] = NeXusDataset(text: record.reference)
    group[dataset: "note"] = record.note.map { NeXusDataset(text: $0) }
    group[group: "input"] = NeXusGroup("NXparameters", children: record.parameters.mapValues { .dataset($0) })
    return group
  }

  private func data() -> NeXusGroup {
    let isAngle = series.axis == .twoTheta
    let scale = isAngle ? .pi / 180 : 1e10
    let units = isAngle ? "degree" : "1/angstrom"
    let name = isAngle ? "2theta" : "q"
    let frameShape = series.azimuths == nil ? [series.binCount] : [series.sectorCount, series.binCount]
    let shape = [series.frameCount] + frameShape
    let plain = "arbitrary units"
    var datasets: [String: NeXusDataset] = [
      "I": NeXusDataset(series.intensities, shape: shape, units: plain, longName: "intensity"),
      "radial_axis": NeXusDataset(series.positions.map { $0 / scale }, units: units, longName: name),
    ]
    datasets["I_errors"] = series.sigmas.map {
      NeXusDataset($0, shape: shape, units: plain, longName: "estimated intensity error")
    }
    datasets["radial_axis_edges"] = series.edges.map {
      NeXusDataset($0.map { $0 / scale }, units: units, longName: "\(name) bin edges")
    }
    datasets["norm"] = series.pixelCounts.map {
      NeXusDataset(
        $0, shape: frameShape, units: plain,
        longName: "effective number of pixels contributing to the corresponding bin")
    }
    datasets["azimuthal_axis"] = series.azimuths.map {
      NeXusDataset($0.map { $0 / (.pi / 180) }, units: "degree", longName: "azimuthal bin center")
    }
    datasets["azimuthal_axis_edges"] = series.azimuthEdges.map {
      NeXusDataset($0.map { $0 / (.pi / 180) }, units: "degree", longName: "azimuthal bin edges")
    }
    // Not of the definition, which lets an NXdata hold more: what splitting pixels does to neighbouring bins.
    datasets["I_neighbour_covariance"] = series.neighbourCovariances.map {
      NeXusDataset(
        $0, shape: [series.frameCount, series.binCount - 1], units: plain,
        longName: "covariance of the intensities of a bin and the next")
    }
    let axes = series.azimuths == nil ? [".", "radial_axis"] : [".", "azimuthal_axis", "radial_axis"]
    var group = NeXusGroup.data(signal: "I", axes: axes, datasets: datasets)
    group.attributes["interpretation"] = series.azimuths == nil ? "spectrum" : "image"
    return group
  }
}
