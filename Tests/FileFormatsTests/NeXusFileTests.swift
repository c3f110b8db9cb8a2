import FileFormats
import Foundation
import HDF5
import Testing

@Suite struct NeXusFileTests {
  @Test func readsBackWhatItWrote() throws {
    try withTemporaryFolder { folder in
      let tree = NeXusSamples.everything
      let file = folder + "/everything.nxs"
      try NeXusFile.write(tree, to: file)
      #expect(try NeXusFile.read(file) == tree)
      #expect(NeXusFile.differences(try NeXusFile.read(file), tree) == [])
      let bytes = try [UInt8](Data(contentsOf: URL(filePath: file)))
      #expect(try NeXusFile.read(bytes: bytes) == tree)
    }
  }

  @Test func equalTreesGiveEqualBytes() throws {
    try withTemporaryFolder { folder in
      try NeXusFile.write(NeXusSamples.everything, to: folder + "/a.nxs")
      Thread.sleep(forTimeInterval: 1.1)  // longer than the resolution of the object times that must not be stored
      try NeXusFile.write(NeXusSamples.everything, to: folder + "/b.nxs")
      let a = try Data(contentsOf: URL(filePath: folder + "/a.nxs"))
      let b = try Data(contentsOf: URL(filePath: folder + "/b.nxs"))
      #expect(a == b)
    }
  }

  @Test func comparesBitsAndIgnoresProvenance() throws {
    let tree = NeXusSamples.stage
    var other = tree
    other[group: "entry"]?[group: "provenance"]?[dataset: "data"] = NeXusDataset(text: "another")
    #expect(NeXusFile.differences(tree, other) == [])
    other[group: "entry"]?[group: "plot"]?[dataset: "voltage"]?.units = "mV"
    other[group: "entry"]?[group: "results"]?[dataset: "charge"] = NeXusDataset(0.5.nextUp, units: "A.s")
    other[group: "entry"]?.children["extra"] = .link(target: "/entry/plot")
    let differences = NeXusFile.differences(tree, other)
    #expect(differences.count == 3)
    #expect(differences.contains("/entry/extra: only in the second"))
    #expect(differences.contains("/entry/plot/voltage@units: \"V\" against \"mV\" at index 0"))
    #expect(differences.contains { $0.hasPrefix("/entry/results/charge: 0.5 against 0.5000") })
    let nan = NeXusDataset([Double.nan, -0.0])
    #expect(nan == NeXusDataset([Double.nan, -0.0]) && nan != NeXusDataset([Double.nan, 0.0]))
  }

  @Test func refusesWhatCannotBeStored() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/bad.nxs"
      let zero = NeXusGroup("NXroot", children: ["a": .dataset(NeXusDataset(text: "a\0b"))])
      #expect(throws: HDF5Error.self) { try NeXusFile.write(zero, to: file) }
      let slash = NeXusGroup("NXroot", children: ["a/b": .group(NeXusGroup("NXentry"))])
      #expect(throws: HDF5Error.self) { try NeXusFile.write(slash, to: file) }
      #expect(throws: HDF5Error.self) { try NeXusFile.write(zero, to: folder + "/absent/bad.nxs") }
    }
  }

  @Test func namesWhatIsWrongWithAFile() throws {
    try withTemporaryFolder { folder in
      #expect(throws: HDF5Error.self) { try NeXusFile.read(folder + "/absent.nxs") }
      let text = folder + "/text.nxs"
      try Data("not HDF5".utf8).write(to: URL(filePath: text))
      do {
        _ = try NeXusFile.read(text)
        Issue.record("a text file was read as HDF5")
      } catch let error as HDF5Error {
        #expect(error.description.hasPrefix(text) && error.description.contains("signature"))
      }
      #expect(throws: HDF5Error.self) { try NeXusFile.read(bytes: []) }
    }
  }

  @Test func linksLeadFromTheResultsToTheStages() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/stages", withIntermediateDirectories: true)
      try NeXusFile.write(NeXusSamples.stage, to: folder + "/stages/01-charge.nxs")
      let results = NeXusGroup.links(
        toEntriesOf: [("charge", "stages/01-charge.nxs")], defaultEntry: "charge", creator: "operando test")
      try NeXusFile.write(results, to: folder + "/results.nxs")
      #expect(try NeXusFile.read(folder + "/results.nxs") == results)
      let voltage = try NeXusFile.readDataset("/charge/plot/voltage", in: folder + "/results.nxs")
      #expect(voltage == NeXusSamples.stage.dataset(at: "entry/plot/voltage"))
    }
  }

  @Test func listsATree() throws {
    try withTemporaryFolder { folder in
      try NeXusFile.write(NeXusSamples.stage, to: folder + "/stage.nxs")
      let text = try NeXusFile.tree(folder + "/stage.nxs")
      #expect(text.contains("voltage: float64 [3] = 3.0, 3.5, 4.0"))
      #expect(text.contains("@units = \"V\""))
      #expect(text.contains("@NX_class = \"NXdata\""))
    }
  }

  @Test func chunksAreCutAlongTheSlowAxes() throws {
    try withTemporaryFolder { folder in
      let values = (0..<(3 * 200 * 500)).map { Double($0).squareRoot() }
      let tree = NeXusGroup("NXroot", children: ["map": .dataset(NeXusDataset(values, shape: [3, 200, 500]))])
      try NeXusFile.write(tree, to: folder + "/map.nxs")
      #expect(try NeXusFile.read(folder + "/map.nxs") == tree)
    }
  }
}

func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "operando-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}
