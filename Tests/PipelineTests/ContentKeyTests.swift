import Foundation
import Testing

@testable import Pipeline

@Suite struct ContentKeyTests {
  let digest = FileDigest(name: "a.mpr", size: 3, sha256: String(repeating: "a", count: 64))

  func key(
    _ stage: String = "stage", _ version: Int = 1, _ parameters: String = "x = 1", inputs: [FileDigest] = [],
    upstream: [ContentKey] = []
  ) -> ContentKey {
    ContentKey(
      stage: stage, version: version, canonicalParameters: parameters, inputs: inputs, upstream: upstream)
  }

  @Test func hashesAsTheStandardSays() throws {
    // FIPS 180-4 examples: "abc" and a million times "a".
    let folder = TemporaryFolder()
    let short = try FileDigest(ofFile: folder.file("short", "abc"))
    #expect(short.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(short.name == "short" && short.size == 3)
    let long = try FileDigest(ofFile: folder.file("long", String(repeating: "a", count: 1_000_000)))
    #expect(long.sha256 == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    let empty = try FileDigest(ofFile: folder.file("empty", ""))
    #expect(empty.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func changesWithEveryIngredient() {
    let other = FileDigest(name: "a.mpr", size: 3, sha256: String(repeating: "b", count: 64))
    let upstream = [key("first"), key("second")]
    let keys = [
      key(), key("other"), key("stage", 2), key("stage", 1, "x = 2"), key(inputs: [digest]), key(inputs: [other]),
      key(inputs: [digest, other]), key(inputs: [other, digest]), key(upstream: upstream),
      key(upstream: [upstream[0]]), key(upstream: [upstream[1]]),
      // The same letters, cut at other places.
      key("stage1", 1, " = 1"), key("stagex", 1, " = 1"),
    ]
    #expect(Set(keys).count == keys.count)
  }

  @Test func doesNotDependOnNamesOfFilesOrTheOrderOfUpstream() {
    var renamed = digest
    renamed.name = "elsewhere.mpr"
    #expect(key(inputs: [digest]) == key(inputs: [renamed]))
    let upstream = [key("first"), key("second")]
    #expect(key(upstream: upstream) == key(upstream: upstream.reversed()))
  }

  @Test func staysTheSameFromVersionToVersion() {
    // Computed with Python's hashlib from the framing: eight bytes of length, then the bytes.
    #expect(
      key(inputs: [digest], upstream: [key("first")]).hexadecimal
        == "9b6c1dabf28c298621246aac51539ee7d3f8f14b6df48ee12a50e3aa85a41d27")
    #expect(key().short == String(key().hexadecimal.prefix(12)) && key().hexadecimal.count == 64)
  }

  @Test func isCodedAsItsText() throws {
    let data = try JSONEncoder().encode([key()])
    #expect(String(decoding: data, as: UTF8.self) == "[\"\(key().hexadecimal)\"]")
    #expect(try JSONDecoder().decode([ContentKey].self, from: data) == [key()])
  }

  @Test func aMissingFileIsNamed() throws {
    #expect(throws: FileError(.open, "/nowhere/a.mpr", code: ENOENT)) { try FileDigest(ofFile: "/nowhere/a.mpr") }
    let folder = TemporaryFolder()
    #expect(throws: FileError(.read, folder.path, code: EISDIR)) { try FileDigest(ofFile: folder.path) }
  }
}
