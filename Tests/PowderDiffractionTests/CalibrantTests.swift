import Crystallography
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct CalibrantTests {
  struct GoldenLine {
    var calibrant: String
    var multiplicity: Int
    var intensity: Double
    var spacing: Double
  }

  /// Lines of the files of pyFAI; see the head of the table for its version.
  static func golden() throws -> [GoldenLine] {
    let path = SharedData.checkout.appending(path: "Tests/Golden/calibrants-pyfai.tsv")
    return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter { $0.first != "#" }.map { line in
      let fields = line.split(separator: "\t")
      return GoldenLine(
        calibrant: String(fields[0]), multiplicity: try #require(Int(fields[2])),
        intensity: try #require(Double(fields[3])), spacing: try #require(Double(fields[4])) * 1e-10)
    }
  }

  @Test func spacingsAreThoseOfPyFAI() throws {
    let groups = Dictionary(grouping: try Self.golden(), by: \.calibrant)
    #expect(groups.count == 14)
    for (name, expected) in groups.sorted(by: { $0.key < $1.key }) {
      let calibrant = try Calibrant(named: name)
      let smallest = expected.map(\.spacing).min() ?? 0
      let wavelength = smallest * 0.9999
      let lines = try calibrant.lines(wavelength: wavelength, maximumTwoTheta: 2 * asin(0.5))
      var unmatched = lines
      for line in expected {
        // The files round to 1e-8 angstrom; those of corundum are rounded again in between.
        let index = unmatched.firstIndex { abs($0.dSpacing - line.spacing) < 1.1e-18 }
        #expect(index != nil, "\(name) lacks \(line.spacing * 1e10)")
        guard let index else { continue }
        if line.multiplicity > 0 {
          #expect(unmatched[index].multiplicity == line.multiplicity, "\(name) \(unmatched[index].label)")
        }
        unmatched.remove(at: index)
      }
      for line in unmatched {
        print("\(name): pyFAI lacks \(line.label) d \(line.dSpacing * 1e10) I \(line.relativeIntensity ?? -1)")
      }
    }
  }
}
