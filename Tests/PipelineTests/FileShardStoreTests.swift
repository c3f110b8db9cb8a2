import Foundation
import Testing

@testable import Pipeline

@Suite struct FileShardStoreTests {
  let folder = TemporaryFolder()
  var shards: FileShardStore { FileShardStore(folder: folder.path + "/.shards-1") }

  @Test func givesBackWhatItWasGiven() throws {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try shards.write("item 1", bytes)
    try shards.write("nothing", [])
    let again = shards
    #expect(try again.read("item 1") == bytes)
    #expect(try again.read("nothing") == [])
    #expect(try again.read("item 2") == nil)
    #expect(again.reusedCount == 2)
  }

  @Test func aDamagedShardIsNotFinished() throws {
    try shards.write("item", Array(0..<50))
    let path = shards.folder + "/item.shard"
    let whole = try #require(FileManager.default.contents(atPath: path))
    #expect(whole.count == 98)
    for index in whole.indices {
      var damaged = whole
      damaged[index] ^= 1
      try damaged.write(to: URL(filePath: path))
      #expect(try shards.read("item") == nil, "byte \(index) changed")
    }
    for length in 0..<whole.count {
      try whole.prefix(length).write(to: URL(filePath: path))
      #expect(try shards.read("item") == nil, "cut after \(length) bytes")
    }
    try whole.write(to: URL(filePath: path))
    #expect(try shards.read("item") == Array(0..<50))
  }

  @Test func aShardUnderAnotherNameIsNotFinished() throws {
    try shards.write("one", [1])
    try FileManager.default.copyItem(atPath: shards.folder + "/one.shard", toPath: shards.folder + "/two.shard")
    #expect(try shards.read("two") == nil)
  }

  @Test(arguments: ["", ".hidden", "a/b", "a\0b", String(repeating: "n", count: 201)])
  func refusesNamesThatNoFileCanHave(name: String) {
    #expect(throws: ShardNameError(name: name)) { try shards.write(name, [1]) }
    #expect(throws: ShardNameError(name: name)) { try shards.read(name) }
  }

  @Test func aFileInThePlaceOfTheFolderIsNamed() throws {
    let path = try folder.file("taken", "")
    #expect(throws: FileError(.create, path, code: ENOTDIR)) { try FileShardStore(folder: path).write("item", [1]) }
  }
}
