import FileFormats
import HDF5
import Testing

/// `/dev/full` refuses every byte, as a full disk does.
@Suite struct FullDiskTests {
  @Test func aFullDiskIsAnErrorThatSaysSo() throws {
    let content = NeXusGroup.root(
      entry: .entry(
        title: "large", children: ["values": .dataset(NeXusDataset([Double](repeating: 1, count: 100_000)))]),
      creator: "test")
    let error = #expect(throws: HDF5Error.self) { try NeXusFile.write(content, to: "/dev/full") }
    #expect("\(try #require(error))".contains("No space left on device"))
  }

  @Test func aMissingFolderIsAnErrorThatNamesThePath() throws {
    let error = #expect(throws: HDF5Error.self) {
      try HDF5File.create("/nowhere/file.nxs") { _ in }
    }
    #expect("\(try #require(error))".contains("/nowhere/file.nxs"))
  }
}
