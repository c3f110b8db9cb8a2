import Foundation
import ParticleMechanics
import TestData

/// The golden tables of the cylinder: Tests/Golden/particle-radial-tables.csv.
struct RadialReferenceTables {
  /// One figure of a table.
  struct Entry {
    let quantity: String
    let radius: Double
    let value: Double
  }

  /// One case of a table: a convention and a structure at a time (infinite: uniform at 0.2).
  struct Case: Hashable {
    let convention: ExpansionConvention
    let structure: String
    let time: Double
  }

  let cases: [(key: Case, entries: [Entry])]

  init() throws {
    let file = SharedData.checkout.appending(path: "Tests/Golden/particle-radial-tables.csv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    var cases: [(key: Case, entries: [Entry])] = []
    for line in lines where !line.hasPrefix("#") && !line.hasPrefix("convention") {
      let cells = line.split(separator: ",").map(String.init)
      guard cells.count == 6, let convention = ExpansionConvention(rawValue: cells[0]), let time = Double(cells[2]),
        let radius = Double(cells[4]), let value = Double(cells[5])
      else { throw CocoaError(.fileReadCorruptFile) }
      let key = Case(convention: convention, structure: cells[1], time: time)
      let entry = Entry(quantity: cells[3], radius: radius * 1e-6, value: value)
      if let last = cases.indices.last, cases[last].key == key {
        cases[last].entries.append(entry)
      } else {
        cases.append((key, [entry]))
      }
    }
    self.cases = cases
  }

  /// The structures of the tables by name.
  static func structure(_ name: String) -> ParticleModel.Structure {
    switch name {
    case "random": .random
    case "all-shell": .allShell
    default: .coreShell(SmoothStep(position: 6e-6, width: 0.1e-6))
    }
  }

  /// The leg that the tables describe.
  static func charge(times: [Double]) -> ProtocolLeg {
    ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: times.max() ?? 1, outputTimes: times)
  }
}

extension RadialProfile {
  /// A quantity of the tables, in their unit, at the index of a radius.
  func value(_ quantity: String, _ index: Int) -> Double {
    switch quantity {
    case "displacement_nm": displacement[index] * 1e9
    case "radial_MPa": radialStress[index] * 1e-6
    case "hoop_MPa": hoopStress[index] * 1e-6
    default: axialStress[index] * 1e-6
    }
  }
}
