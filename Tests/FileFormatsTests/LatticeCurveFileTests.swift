import FileFormats
import Foundation
import TestSupport
import Testing

@Suite struct LatticeCurveFileTests {
  static let csv = """
    # a cell
    Capacity / mAh/g,a / angstrom,a Uncertainty / angstrom,c / angstrom,c Uncertainty / angstrom
    0,2.8704,0.0001,14.1918,0.0005
    10,2.869,0.0001,14.197,0.0005
    20,2.867,0.0001,14.205,0.0005
    30,2.865,0.0001,14.214,0.0005
    """

  func read(_ text: String, columns: [Int]? = nil) throws -> LatticeCurveFile {
    try LatticeCurveFile.read(Array(text.utf8), named: "curve.csv", columns: columns)
  }

  @Test func aHeadingNamesTheColumns() throws {
    let file = try read(Self.csv)
    #expect(file.scale == .capacity && file.charge == [0, 10, 20, 30])
    #expect(abs(file.a[1] - 2.869e-10) < 1e-20 && abs(file.c[3] - 14.214e-10) < 1e-20)
    #expect(abs((file.sigmaC?[0] ?? 0) - 5e-14) < 1e-20)
    let states = try read(Self.csv.replacing("Capacity / mAh/g", with: "State of Charge / 1"))
    #expect(states.scale == .stateOfCharge)
    let tabs = try read(Self.csv.replacing(",", with: "\t"))
    #expect(tabs == file)
  }

  @Test func numbersOfColumnsStandInForAHeading() throws {
    guard let path = SharedData.path("diffraction/nmc811_marker2019/lattice_vs_capacity.tsv") else { return }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let file = try read(text, columns: [1, 3, 5])
    #expect(abs(file.a[0] - 2.8704e-10) < 1e-20 && abs(file.c[0] - 14.1918e-10) < 1e-20 && file.sigmaA == nil)
    #expect(throws: FormatError.self) { try read(text) }
  }

  @Test(arguments: [
    ("10,2.869", "10,nothing", "line 4: `nothing` is no number"),
    ("a / angstrom", "b / angstrom", "there is no column `a / angstrom`"),
    ("Capacity / mAh/g", "Charge / C", "neither `Capacity / mAh/g`"),
    ("10,2.869,0.0001,14.197,0.0005", "10,2.869", "line 4: there are 2 columns"),
    ("30,2.865,0.0001,14.214,0.0005", "", "3 rows of numbers"),
  ])
  func whatIsWrongIsSaid(old: String, new: String, message: String) {
    #expect {
      try read(Self.csv.replacing(old, with: new))
    } throws: {
      "\($0)".contains(message)
    }
  }

  @Test func mutationsNeverCrash() {
    let result = MutatedReads(of: [Array(Self.csv.utf8)], count: 400) { bytes in
      _ = try LatticeCurveFile.read(bytes, named: "curve.csv")
    }
    #expect(result.silentErrors == 0 && result.slowest < 2)
  }
}
