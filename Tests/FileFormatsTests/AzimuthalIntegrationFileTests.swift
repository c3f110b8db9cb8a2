import FileFormats
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct AzimuthalIntegrationFileTests {
  func samples() throws -> [AzimuthalIntegrationFile] {
    [
      AzimuthalIntegrationFile(
        series: try DiffractionSamples.series(.twoTheta), record: DiffractionSamples.record(monitor: nil)),
      AzimuthalIntegrationFile(
        series: try DiffractionSamples.series(.scatteringVector), record: DiffractionSamples.record(monitor: [1, 2])),
      AzimuthalIntegrationFile(
        series: try DiffractionSamples.cake(), record: DiffractionSamples.record(monitor: nil)),
    ]
  }

  @Test func whatIsWrittenReadsBack() throws {
    for file in try samples() {
      try withTemporaryFolder { folder in
        try NeXusFile.write(try file.tree(creator: "operando 1"), to: folder + "/a.nxs")
        let back = try AzimuthalIntegrationFile.read(folder + "/a.nxs")
        #expect(back.record == file.record)
        #expect(back.series.intensities == file.series.intensities && back.series.sigmas == file.series.sigmas)
        #expect(back.series.neighbourCovariances == file.series.neighbourCovariances)
        #expect(back.series.pixelCounts == file.series.pixelCounts && back.series.axis == file.series.axis)
        #expect(abs((back.series.wavelength ?? 0) / (file.series.wavelength ?? 1) - 1) < 1e-15)
        for (a, b) in [
          (back.series.positions, file.series.positions), (back.series.edges ?? [], file.series.edges ?? []),
          (back.series.azimuths ?? [], file.series.azimuths ?? []),
          (back.series.azimuthEdges ?? [], file.series.azimuthEdges ?? []),
        ] {
          #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 4 * abs($1).ulp })
        }
      }
    }
  }

  @Test func nxvalidateFindsNoError() throws {
    guard let tool = Tools.path("nxvalidate") else { return }
    for file in try samples() {
      try withTemporaryFolder { folder in
        try NeXusFile.write(try file.tree(creator: "operando 1"), to: folder + "/a.nxs")
        let output = try Tools.run(tool, [folder + "/a.nxs"])
        #expect(output.contains("Total number of errors: 0"), "\(output)")
        #expect(output.contains("NXazint"), "\(output)")
      }
    }
  }

  @Test func readsAnotherWritersFile() throws {
    // Written by h5py as the program azint writes: subentries, booleans as enumerations, a norm for each frame.
    let path = SharedData.checkout.appending(path: "Tests/Golden/azint-h5py.nxs").path
    let whole = try AzimuthalIntegrationFile.read(path)
    #expect(whole.series.axis == .scatteringVector && whole.series.positions == [1e10, 2e10, 3e10, 4e10])
    #expect(whole.series.frameCount == 2 && whole.series.intensities == (0..<8).map(Double.init))
    #expect(whole.series.pixelCounts == [1, 2, 3, 4] && whole.series.wavelength == 0.5e-10)
    #expect(whole.record.solidAngleApplied && !whole.record.polarisationApplied)
    #expect(whole.record.instrumentName == "beamline")
    let cake = try AzimuthalIntegrationFile.read(path, cakes: true)
    #expect(cake.series.azimuths?.count == 3 && cake.series.intensities.count == 24)
  }

  @Test func theDefinitionsHoldNoLatticeSpacings() throws {
    let record = DiffractionSamples.record(monitor: nil)
    let spacing = try PowderPatternSeries(
      axis: .latticeSpacing, positions: [1e-10], frameCount: 1, intensities: [1], wavelength: 1e-10)
    #expect(throws: FormatError.self) { try AzimuthalIntegrationFile(series: spacing, record: record).entry() }
    let unknown = try PowderPatternSeries(axis: .twoTheta, positions: [1], frameCount: 1, intensities: [1])
    #expect(throws: FormatError.self) { try AzimuthalIntegrationFile(series: unknown, record: record).entry() }
    let monitor = DiffractionSamples.record(monitor: [1])
    #expect(throws: FormatError.self) {
      try AzimuthalIntegrationFile(series: DiffractionSamples.series(.twoTheta), record: monitor).entry()
    }
  }

  @Test func incompleteFilesAreRefusedInWords() throws {
    let sound = try samples()[0].tree(creator: "operando 1")
    func refuses(_ change: (inout NeXusGroup) -> Void) {
      guard var entry = sound[group: "entry"], var data = entry[group: "data"] else { return }
      change(&data)
      entry[group: "data"] = data
      var root = sound
      root[group: "entry"] = entry
      let error = #expect(throws: FormatError.self) { try AzimuthalIntegrationFile(tree: root, named: "bad.nxs") }
      #expect((error?.description.count ?? 0) > 20)
    }
    refuses { $0[dataset: "I"] = nil }
    refuses { $0[dataset: "I"] = NeXusDataset([1.0, 2], shape: [1, 2]) }
    refuses { $0[dataset: "I"] = NeXusDataset(text: "one") }
    refuses { $0[dataset: "radial_axis"] = nil }
    refuses { $0[dataset: "radial_axis"]?.units = "furlong" }
    refuses { $0[dataset: "radial_axis"] = NeXusDataset([1.0, 2, 3, .nan], units: "degree") }
    refuses { $0[dataset: "radial_axis"] = NeXusDataset([4.0, 3, 2, 1], units: "degree") }
    refuses { $0[dataset: "I_errors"] = NeXusDataset([1.0]) }
    refuses { $0[dataset: "norm"] = NeXusDataset([1.0]) }
    refuses { $0[dataset: "I_errors"] = NeXusDataset([Double](repeating: -1, count: 8), shape: [2, 4]) }
    #expect(throws: FormatError.self) { try AzimuthalIntegrationFile(tree: NeXusGroup("NXroot"), named: "bad.nxs") }
  }

  @Test func damagedFilesAreRefusedOrRead() throws {
    try withTemporaryFolder { folder in
      try NeXusFile.write(try samples()[0].tree(creator: "operando 1"), to: folder + "/a.nxs")
      let golden = SharedData.checkout.appending(path: "Tests/Golden/azint-h5py.nxs")
      let inputs = try [URL(filePath: folder + "/a.nxs"), golden].map { try [UInt8](Data(contentsOf: $0)) }
      let result = MutatedReads(of: inputs, count: 30) {
        _ = try AzimuthalIntegrationFile(tree: NeXusFile.read(bytes: $0, named: "d.nxs"), named: "d.nxs")
      }
      #expect(result.silentErrors == 0 && result.errors > 3 && result.slowest < 5)
    }
  }
}
