import FileFormats
import Foundation
import TestSupport
import Testing

/// Damaged files are refused in words or read; nothing crashes and nothing hangs. `make acceptance PART=readers` does
/// the same with 500 of each.
@Suite struct DamagedInputTests {
  func expectGraceful(_ inputs: [[UInt8]], _ read: ([UInt8]) throws -> Void) {
    let result = MutatedReads(of: inputs, count: 100, read: read)
    #expect(result.silentErrors == 0)
    #expect(result.errors > 10, "damage that no reader notices is no damage")
    #expect(result.slowest < 5)
  }

  @Test func binaryRecords() {
    expectGraceful([BioLogicBinary.write(PotentiostatSamples.cycle)]) {
      _ = try PotentiostatFile.read($0, named: "run.mpr")
    }
  }

  @Test func textRecords() {
    expectGraceful([BioLogicText.write(PotentiostatSamples.cycle)]) {
      _ = try PotentiostatFile.read($0, named: "run.mpt")
    }
  }

  @Test func tables() {
    expectGraceful([Array(BatteryDataFormat.write(PotentiostatSamples.cycle).utf8)]) {
      _ = try PotentiostatFile.read($0, named: "run.csv")
    }
  }

  @Test func nexusFiles() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "damaged-\(UUID().uuidString).nxs").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try NeXusFile.write(NeXusSamples.everything, to: path)
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
    expectGraceful([bytes]) { _ = try NeXusFile.read(bytes: $0, named: "stage.nxs") }
  }

  @Test func everyCutOfABinaryRecordIsGraceful() {
    let bytes = BioLogicBinary.write(PotentiostatSamples.cycle)
    for end in stride(from: 0, to: min(bytes.count, 9000), by: 37) {
      do {
        _ = try PotentiostatFile.read(Array(bytes[..<end]), named: "cut.mpr")
      } catch { #expect("\(error)".count > 10) }
    }
  }
}
