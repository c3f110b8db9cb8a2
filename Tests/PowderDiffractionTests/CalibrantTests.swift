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
      // pyFAI's tables are complete: what they lack is weaker than 1 in 2000.
      #expect(unmatched.allSatisfy { ($0.relativeIntensity ?? 100) < 0.05 }, "\(name): \(unmatched.map(\.label))")
    }
  }

  /// Intensities of pyFAI's files are from certificates and databases at other wavelengths: only alike.
  @Test func intensitiesResembleThoseOfPyFAI() throws {
    let expected = try Self.golden().filter { $0.calibrant == "CeO2" && $0.intensity > 0 }
    let lines = try Calibrant(named: "ceo2").lines(wavelength: 1.5406e-10, maximumTwoTheta: 1.5)
    #expect(expected.count == 9 && lines.count >= 8)
    for (line, golden) in zip(lines, expected) {
      #expect(abs((line.relativeIntensity ?? 0) - golden.intensity) < 8, "\(line.label)")
    }
  }

  @Test func linesOfEqualSpacingAreOne() throws {
    let lines = try Calibrant(named: "LaB6").lines(wavelength: 0.6525484e-10, maximumTwoTheta: 0.5)
    let ninth = try #require(lines.first { $0.multiplicity == 30 })
    #expect(ninth.label == "300, 221" && ninth.indices.count == 2)
    #expect(abs(ninth.dSpacing - 4.156826e-10 / 3) < 1e-22)
    #expect(abs(2 * ninth.dSpacing * sin(ninth.twoTheta / 2) - 0.6525484e-10) < 1e-22)
    #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.twoTheta < $1.twoTheta })
    #expect(lines.contains { $0.relativeIntensity == 100 })
  }

  /// 222 of silicon: allowed by its group, extinguished by the places of the atoms.
  @Test func whatTheAtomsExtinguishIsNoLine() throws {
    let lines = try Calibrant(named: "Si").lines(wavelength: 0.5e-10, maximumTwoTheta: 0.5)
    #expect(!lines.contains { $0.label == "222" || $0.label == "200" } && lines.contains { $0.label == "111" })
  }

  @Test(arguments: [
    ("LaB6", "LaB6_SRM660c"), ("lab6", "LaB6_SRM660c"), ("LaB6_SRM660b", "LaB6_SRM660b"), ("SRM 660a", "LaB6_SRM660a"),
    ("ceo2", "CeO2"), ("CeO2 SRM-674b", "CeO2"), ("si", "Si_SRM640e"), ("Si_SRM640c", "Si_SRM640c"),
    ("AL2O3", "Al2O3_SRM676a"), ("corundum", "Al2O3_SRM676a"), ("AgBh", "AgBh"), ("silver behenate", "AgBh"),
  ])
  func namesAsPeopleTypeThem(_ typed: String, _ name: String) throws {
    #expect(try Calibrant(named: typed).name == name)
    #expect(Calibrant.names.contains(name))
  }

  @Test func unknownNamesListTheKnownOnes() throws {
    let error = #expect(throws: UnknownCalibrant.self) { try Calibrant(named: "LaB7") }
    #expect("\(try #require(error))".contains("LaB6_SRM660c"))
    #expect(throws: UnknownCalibrant.self) { try Calibrant(named: "") }
  }

  @Test func anyCrystalIsACalibrant() throws {
    let empty = try CrystalStructure(
      name: "NMC811", cell: UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10), spaceGroup: SpaceGroup(symbol: "R-3m"),
      sites: [])
    let lines = try Calibrant(empty).lines(wavelength: 0.6525484e-10, maximumTwoTheta: 0.36)
    #expect(lines.map(\.label) == ["003", "101", "006", "012", "104", "015"])
    #expect(lines.allSatisfy { $0.relativeIntensity == nil })
    #expect(abs(lines[0].twoTheta * 180 / .pi - 7.9098) < 1e-4 && abs(lines[4].twoTheta * 180 / .pi - 18.4443) < 1e-4)
  }

  @Test func badLimitsAreRefused() throws {
    for name in ["LaB6", "AgBh"] {
      let calibrant = try Calibrant(named: name)
      for (wavelength, angle) in [(0.0, 1.0), (.nan, 1), (1e-10, 0), (1e-10, 4), (1e-10, .nan), (1e-20, 3), (-1, 1)] {
        #expect(throws: CrystallographyError.self) {
          try calibrant.lines(wavelength: wavelength, maximumTwoTheta: angle)
        }
      }
    }
  }
}
