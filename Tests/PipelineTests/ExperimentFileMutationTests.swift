import Foundation
import Pipeline
import Testing

/// Mutated experiment files give a value or diagnostics that point into the file; they never crash or hang.
@Suite struct ExperimentFileMutationTests {
  private static let alphabet = Array("abz019 \n:-[]{}#&*!|>'\"%@,.\t<?~µÅ²\u{0}\u{301}")

  private func mutate(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      let length = min(Int.random(in: 0...20, using: &generator), bytes.count - place)
      switch Int.random(in: 0..<7, using: &generator) {
      case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator) }
      case 1:
        if let character = Self.alphabet.randomElement(using: &generator) {
          bytes.insert(contentsOf: String(character).utf8, at: place)
        }
      case 2: bytes.removeSubrange(place..<place + length)
      case 3:
        bytes.insert(contentsOf: bytes[place..<place + length], at: Int.random(in: 0...bytes.count, using: &generator))
      case 4: bytes.removeSubrange(place...)
      case 5:
        let repeated = Int.random(in: 1...2000, using: &generator)
        let character = Self.alphabet.randomElement(using: &generator) ?? " "
        bytes.insert(contentsOf: String(repeating: character, count: repeated).utf8, at: place)
      default: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
      }
    }
    return bytes
  }

  @Test func fiveHundredMutationsAreReadOrExplained() {
    var generator = SeededGenerator(state: 2026)
    let sources = [
      ExperimentFileDecodingTests.complete, ExperimentFileDecodingTests.views,
      "title: &name x\nmaterial: *name\n",
    ]
    var read = 0
    let start = ContinuousClock.now
    for index in 0..<500 {
      let bytes = mutate(Array(sources[index % sources.count].utf8), &generator)
      let document = ExperimentDocument(bytes: bytes, file: "mutated.yaml")
      let (value, diagnostics) = document.decode(DemoExperiment.self)
      if let value {
        read += 1
        let (again, problems) = ExperimentDocument(text: value.resolvedYAML(), file: "mutated.yaml").decode(
          DemoExperiment.self)
        #expect(again == value, "\(index): \(problems.map(\.description))\n\(value.resolvedYAML())")
      } else {
        #expect(diagnostics.contains { $0.severity == .error }, "\(index): neither a value nor an error")
      }
      let lines = document.text.split(omittingEmptySubsequences: false) { $0.isNewline }.count
      for diagnostic in diagnostics {
        #expect((diagnostic.line ?? 1) <= lines && (diagnostic.column ?? 1) >= 1)
        #expect(!diagnostic.description.contains("\u{0}"))
      }
    }
    // Both outcomes must occur, or the mutations are too mild or too wild to test anything.
    #expect(read > 10 && read < 400, "\(read) of 500 were read")
    #expect(ContinuousClock.now - start < .seconds(60))
  }

  @Test func hostileFilesAreRefusedAtOnce() {
    let bomb = (0..<30).map { "a\($0): &a\($0) [*a\(max($0 - 1, 0)), *a\(max($0 - 1, 0)), *a\(max($0 - 1, 0))]\n" }
      .joined()
    let deepKeys = (0..<3000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    let texts = [
      bomb, deepKeys, String(repeating: "[", count: 100_000), String(repeating: "- ", count: 50_000),
      String(repeating: "? ", count: 50_000), String(repeating: "x", count: 2_000_000),
      "title: " + String(repeating: "9", count: 500_000),
      "particle: { radius: " + String(repeating: "m*", count: 100_000) + " }",
      String(repeating: "k", count: 200_000) + ": 1",
    ]
    for text in texts {
      let start = ContinuousClock.now
      let (_, diagnostics) = ExperimentDocument(text: text, file: "hostile.yaml").decode(DemoExperiment.self)
      #expect(ContinuousClock.now - start < .seconds(5), "\(text.prefix(40)) \(ContinuousClock.now - start)")
      #expect(diagnostics.allSatisfy { $0.message.count < 300 && $0.detail.count < 500 })
    }
  }
}
