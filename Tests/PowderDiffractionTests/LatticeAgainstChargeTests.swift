import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct LatticeAgainstChargeTests {
  /// The rows of the published table: capacity in mAh/g, a and c in angstrom.
  private func published() throws -> [(capacity: Double, a: Double, c: Double)]? {
    guard let path = SharedData.path("diffraction/nmc811_marker2019/lattice_vs_capacity.tsv") else { return nil }
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
      let values = line.split { " \t".contains($0) }.compactMap { Double($0) }
      return values.count == 8 ? (values[0], values[2], values[4]) : nil
    }
  }

  @Test func theFormulaFollowsThePublishedTable() throws {
    guard let rows = try published() else { return }
    #expect(rows.count == 79)
    for row in rows {
      let lattice = LatticeAgainstCharge.nmc811(row.capacity / 275.5)
      #expect(abs(lattice.a / (row.a * 1e-10) - 1) < 1e-3, "a at \(row.capacity) mAh/g")
      #expect(abs(lattice.c / (row.c * 1e-10) - 1) < 1e-3, "c at \(row.capacity) mAh/g")
    }
  }

  @Test func theFormulaStartsAndTurnsWhereItShould() {
    let step = 1e-3
    let (start, next) = (LatticeAgainstCharge.nmc811(0), LatticeAgainstCharge.nmc811(step))
    #expect(abs(log(next.c / start.c) / step - 1.58e-2) < 2e-4)
    #expect(abs(log(next.a / start.a) / step + 1.75e-2) < 2e-4)
    let highest = (0...880).max {
      LatticeAgainstCharge.nmc811(Double($0) / 1000).c < LatticeAgainstCharge.nmc811(Double($1) / 1000).c
    }
    #expect((630...660).contains(highest ?? 0))
  }

  @Test func aTableGoesThroughItsPointsWithoutOvershoot() throws {
    let states = [0.0, 0.1, 0.2, 0.5, 0.6]
    let a = [2.87, 2.86, 2.86, 2.82, 2.81].map { $0 * 1e-10 }
    let c = [14.19, 14.2, 14.4, 14.4, 14.0].map { $0 * 1e-10 }
    let curve = try LatticeAgainstCharge(stateOfCharge: states, a: a, c: c)
    for (state, (a, c)) in zip(states, zip(a, c)) {
      #expect(abs(curve(state).a - a) < 1e-22 && abs(curve(state).c - c) < 1e-22)
    }
    for index in 1..<states.count {
      for step in 0...20 {
        let here = curve(states[index - 1] + (states[index] - states[index - 1]) * Double(step) / 20)
        #expect(here.a <= max(a[index - 1], a[index]) + 1e-22 && here.a >= min(a[index - 1], a[index]) - 1e-22)
        #expect(here.c <= max(c[index - 1], c[index]) + 1e-22 && here.c >= min(c[index - 1], c[index]) - 1e-22)
      }
    }
    #expect(curve(-1).a == a[0] && curve(2).c == c[4])
    // A straight line stays one.
    let line = try LatticeAgainstCharge(stateOfCharge: [0, 0.3, 1], a: [1, 1.3, 2], c: [5, 4.7, 4])
    #expect(abs(line(0.77).a - 1.77) < 1e-12 && abs(line(0.1).c - 4.9) < 1e-12)
  }

  @Test func badTablesAreRefused() {
    func refused(_ state: [Double], _ a: [Double], _ c: [Double], _ words: String) {
      do throws(ForwardModelError) {
        _ = try LatticeAgainstCharge(stateOfCharge: state, a: a, c: c)
        Issue.record("\(words): accepted")
      } catch { #expect("\(error)".contains(words), "\(error)") }
    }
    refused([0], [1], [1], "has 1 entries")
    refused([0, 1], [1], [1, 1], "lattice parameter a has 1 entries")
    refused([0, 1], [1, 1], [1, 0], "lattice parameter c")
    refused([0, 0], [1, 1], [1, 1], "state of charge 1")
    refused([0, .nan], [1, 1], [1, 1], "state of charge 1")
  }
}
