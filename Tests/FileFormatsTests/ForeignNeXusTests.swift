import FileFormats
import Foundation
import TestSupport
import Testing

/// Files that other programs wrote, in the earliest file format and without checksums: Tests/Golden/h5py-earliest.nxs,
/// whose attribute `writer` names the program.
@Suite struct ForeignNeXusTests {
  static let path = SharedData.checkout.appending(path: "Tests/Golden/h5py-earliest.nxs").path

  @Test func everyKindOfContentIsRead() throws {
    let root = try NeXusFile.read(Self.path)
    #expect(root.nxClass == "NXroot" && root.attributes["default"] == "entry")
    let entry = try #require(root[group: "entry"])
    #expect(entry[dataset: "title"]?.text == "a title")
    #expect(entry[dataset: "names"]?.texts == ["ab", "cde", "µ"])
    #expect(entry.children["outside"] == .externalLink(file: "a.h5", target: "/x"))
    let data = try #require(entry[group: "data"])
    #expect(data.attributes["axes"] == .texts(["t"]))
    #expect(data[dataset: "t"] == NeXusDataset((0..<10).map(Double.init), units: "s"))
    #expect(data[dataset: "same"] == data[dataset: "t"] && data.children["link"] == .link(target: "/entry/data/t"))
    #expect(
      data[dataset: "y"]?.array == NeXusArray(shape: [10, 20], values: .float32((0..<200).map { Float($0) / 4 })))
    #expect(data[dataset: "counts"]?.array == NeXusArray(shape: [20], values: .int16((0..<20).map { Int16($0) })))
    #expect(data[dataset: "flag"]?.array == NeXusArray(shape: [], values: .int8([1])))
    try withTemporaryFolder { folder in
      try NeXusFile.write(root, to: folder + "/copy.nxs")
      #expect(NeXusFile.differences(try NeXusFile.read(folder + "/copy.nxs"), root) == [])
    }
  }

  /// libhdf5 1.10 itself crashes on some of these; that must stay an error of the file.
  @Test func damageNeverEndsTheProgram() throws {
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: Self.path)))
    var crashes = 0
    let result = MutatedReads(of: [bytes], count: 300) { damaged in
      do { _ = try NeXusFile.read(bytes: damaged, named: "damaged.nxs") } catch {
        if "\(error)".contains("crashes") { crashes += 1 }
        throw error
      }
    }
    #expect(result.silentErrors == 0 && result.errors > 50 && result.slowest < 10)
    #expect(crashes > 0, "without a crash of the library this test shows nothing")
  }
}
