public import Electrochemistry

/// All that a BioLogic file records, column by column, with the names and units of its text export.
///
/// ``BioLogicBinary`` and ``BioLogicText`` both read into this table, which is why the two files of one run agree.
public struct BioLogicTable: Sendable, Hashable {
  /// The short name of the technique, for example "GCPL"; empty when the file does not say.
  public var technique: String
  /// ISO 8601 without a zone; nil when the file does not say.
  public var startDate: String?
  /// In kilograms; nil where the file has none or keeps the default of 0.001 mg.
  public var mass: Double?
  /// All columns, flags included.
  public var columns: [PotentiostatSeries.Column]
  public var warnings: [String]

  /// The values of the first column of a name and unit.
  public func values(_ name: String, _ unit: String = "") -> [Double]? {
    columns.first { $0.name == name && $0.unit == unit }?.values
  }

  /// The series that an analysis works on, in SI units.
  ///
  /// - Parameter file: the name of the file, for messages.
  /// - Throws: ``FormatError`` when time, voltage or every source of the current is missing, or a value of them is not
  ///   finite.
  public func series(named file: String) throws -> PotentiostatSeries {
    var used: Set<Int> = []
    func take(_ names: [(String, String)]) -> [Double]? {
      for (name, unit) in names {
        if let index = columns.firstIndex(where: { $0.name == name && $0.unit == unit }) {
          used.insert(index)
          return columns[index].values
        }
      }
      return nil
    }
    let present = columns.map { $0.unit.isEmpty ? $0.name : "\($0.name)/\($0.unit)" }.joined(separator: ", ")
    guard let time = take([("time", "s")]) else {
      throw FormatError(file, "has no column time/s; it has \(present)")
    }
    guard let voltage = take([("Ewe", "V"), ("<Ewe>", "V"), ("Ewe-Ece", "V")]) else {
      throw FormatError(file, "has no column of the voltage (Ewe/V or Ecell/V); it has \(present)")
    }
    var warnings = warnings
    let mode = modes(take([("mode", "")]), &warnings)
    let counterByTotal = take([("(Q-Qo)", "mA.h")])?.map { $0 * 3.6 } ?? take([("(Q-Qo)", "C")])
    let increments = take([("dq", "mA.h"), ("dQ", "mA.h")])?.map { $0 * 3.6 } ?? take([("dq", "C"), ("dQ", "C")])
    let instantaneous = take([("I", "mA")])?.map { $0 * 1e-3 }
    let average = instantaneous == nil ? take([("<I>", "mA")])?.map { $0 * 1e-3 } : nil
    let control = columns.first { $0.name == "control" && $0.unit == "V/mA" }?.values
    var current: [Double]
    if let measured = instantaneous ?? average {
      current = measured
    } else if let charges = increments ?? counterByTotal.map(differences) {
      current = means(charges, over: time, control: control, mode: mode)
      warnings.append(
        "The file records no current; each value is the charge increment divided by the time step that ends at the "
          + "sample.")
    } else if let control, let mode {
      current = zip(control, mode).map { $1 == .galvanostatic ? $0 * 1e-3 : 0 }
      warnings.append("The file records neither current nor charge; the current is the controlled one.")
    } else {
      throw FormatError(file, "has no column of the current (I/mA, <I>/mA, dq/mA.h or (Q-Qo)/mA.h); it has \(present)")
    }
    try requireFinite(time, "time", file)
    try requireFinite(voltage, "voltage", file)
    try requireFinite(current, "current", file)
    let counter = counterByTotal ?? increments.map(sums)
    if counter?.contains(where: { !$0.isFinite }) == true {
      throw FormatError(file, "the charge counter has values that are not numbers")
    }
    let step = integers(take([("Ns", "")]), "Ns", &warnings)
    let halfCycle = integers(take([("half cycle", "")]), "half cycle", &warnings)
    return PotentiostatSeries(
      technique: technique, startDate: startDate, time: time, current: current, voltage: voltage, step: step,
      halfCycle: halfCycle, mode: mode, instrumentCounterCharge: counter,
      otherColumns: columns.indices.filter { !used.contains($0) }.map { columns[$0] }, recordedMass: mass,
      warnings: warnings, currentIsAverage: instantaneous == nil)
  }

  private func modes(_ values: [Double]?, _ warnings: inout [String]) -> [PotentiostatSeries.Mode]? {
    guard let values else { return nil }
    let modes = values.compactMap { value in Int(exactly: value).flatMap { PotentiostatSeries.Mode(rawValue: $0) } }
    if modes.count == values.count { return modes }
    warnings.append("The column mode has values other than 1, 2 and 3 and is not used.")
    return nil
  }

  private func integers(_ values: [Double]?, _ name: String, _ warnings: inout [String]) -> [Int]? {
    guard let values else { return nil }
    let integers = values.compactMap { Int(exactly: $0) }
    if integers.count == values.count { return integers }
    warnings.append("The column \(name) has values that are not integers and is not used.")
    return nil
  }

  private func requireFinite(_ values: [Double], _ name: String, _ file: String) throws {
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw FormatError(file, at: "sample \(index + 1)", "the \(name) is \(values[index]), not a finite number")
    }
  }

  /// Mean currents in amperes from charges in coulombs.
  private func means(
    _ charges: [Double], over time: [Double], control: [Double]?, mode: [PotentiostatSeries.Mode]?
  ) -> [Double] {
    time.indices.map { index in
      let interval = index == 0 ? 0 : time[index] - time[index - 1]
      if interval > 0 { return charges[index] / interval }
      // Without an interval there is no mean; what was asked for is the best guess.
      guard let control, let mode, mode[index] == .galvanostatic, charges[index] != 0 else { return 0 }
      return control[index] * 1e-3
    }
  }

  private func differences(_ totals: [Double]) -> [Double] {
    totals.indices.map { $0 == 0 ? 0 : totals[$0] - totals[$0 - 1] }
  }

  private func sums(_ increments: [Double]) -> [Double] {
    var sum = 0.0
    return increments.map { increment in
      sum += increment
      return sum
    }
  }
}
