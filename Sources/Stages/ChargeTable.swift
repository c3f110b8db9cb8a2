import Electrochemistry
public import FileFormats
import Quantities

/// The table of the `charge` verb: one row a sample, each estimate followed by its standard uncertainty.
public struct ChargeTable: NeXusRepresentable, Hashable {
  /// A column with its name and unit as in the Battery Data Format.
  public struct Column: Hashable, Sendable {
    public var name: String
    public var unit: String
    /// `[sample]`; NaN where unknown.
    public var values: [Double]

    /// The heading of a CSV column, "name / unit".
    public var heading: String { "\(name) / \(unit)" }
  }

  /// What stands behind the numbers of a record.
  public struct Record: Hashable, Sendable {
    /// When the record's time was zero, in seconds since 1970 by the potentiostat's own clock; nil where it does not
    /// say.
    public var startTime: Double?
    /// Mass of the active material and its standard uncertainty, in kilograms.
    public var mass, massUncertainty: Double
    /// Specific capacity and its standard uncertainty, in C/kg.
    public var specificCapacity, specificCapacityUncertainty: Double
    /// Lithiation before the first sample.
    public var initialLithiation: Double
  }

  public var columns: [Column]
  /// Nil in files of the stage's first version.
  public var record: Record?

  /// - Parameter startTime: when the record's time was zero, in seconds since 1970.
  init(_ accounting: ChargeAccounting, startTime: Double? = nil) {
    let material = accounting.material
    record = Record(
      startTime: startTime, mass: material.mass.value, massUncertainty: material.mass.uncertainty,
      specificCapacity: material.specificCapacity.value,
      specificCapacityUncertainty: material.specificCapacity.uncertainty,
      initialLithiation: material.initialLithiation.value)
    let milliampereHours = { (coulombs: [Double]) in coulombs.map { $0 / 3.6 } }
    let specific = { (values: [Double]) in values.map { $0 / 3600 } }
    let hourly = { (values: [Double]) in values.map { $0 * 3600 } }
    let unknown = [Double](repeating: .nan, count: accounting.time.count)
    columns = [
      Column(name: "Test Time", unit: "s", values: accounting.time),
      Column(name: "Current", unit: "A", values: accounting.current),
      Column(name: "Current Uncertainty", unit: "A", values: accounting.currentUncertainty),
      Column(name: "Voltage", unit: "V", values: accounting.voltage),
      Column(name: "Half Cycle", unit: "1", values: accounting.halfCycle.map(Double.init)),
      Column(name: "Charge", unit: "mAh", values: milliampereHours(accounting.charge)),
      Column(name: "Charge Uncertainty", unit: "mAh", values: milliampereHours(accounting.chargeUncertainty)),
      Column(name: "Counter Charge", unit: "mAh", values: accounting.counterCharge.map(milliampereHours) ?? unknown),
      Column(name: "Capacity", unit: "mAh/g", values: specific(accounting.capacity)),
      Column(name: "Capacity Uncertainty", unit: "mAh/g", values: specific(accounting.capacityUncertainty)),
      Column(name: "State of Charge", unit: "1", values: accounting.stateOfCharge),
      Column(name: "State of Charge Uncertainty", unit: "1", values: accounting.stateOfChargeUncertainty),
      Column(name: "C-rate", unit: "1/h", values: hourly(accounting.cRate)),
      Column(name: "C-rate Uncertainty", unit: "1/h", values: hourly(accounting.cRateUncertainty)),
      Column(name: "Lithiation", unit: "1", values: accounting.lithiation),
      Column(name: "Lithiation Uncertainty", unit: "1", values: accounting.lithiationUncertainty),
    ]
  }

  /// The column of a name; nil where there is none.
  public subscript(name: String) -> Column? { columns.first { $0.name == name } }

  /// Comma-separated text with a heading line; an unknown value is an empty field.
  public var csv: String {
    var text = columns.map(\.heading).joined(separator: ",") + "\n"
    guard let count = columns.first?.values.count else { return text }
    for row in 0..<count {
      var separator = ""
      for column in columns {
        let value = column.values[row]
        text += separator
        if !value.isNaN { text += "\(value)" }
        separator = ","
      }
      text += "\n"
    }
    return text
  }

  // MARK: - NeXus

  public var defaultPlot: String { "state_of_charge" }

  public var nexusChildren: [String: NeXusNode] {
    var datasets: [String: NeXusDataset] = [:]
    for (position, column) in columns.enumerated() {
      var dataset = NeXusDataset(column.values, units: column.unit == "1" ? "" : column.unit, longName: column.heading)
      dataset.attributes["column"] = .integer(position)
      dataset.attributes["name"] = .text(column.name)
      dataset.attributes["column_unit"] = .text(column.unit)
      datasets[Self.datasetName(column.name)] = dataset
    }
    var children: [String: NeXusNode] = [
      defaultPlot: .group(
        .data(signal: "state_of_charge", axes: ["test_time"], title: "State of charge", datasets: datasets))
    ]
    if let record {
      var values: [String: NeXusNode] = [
        "mass": .dataset(NeXusDataset(record.mass, units: "kg")),
        "mass_errors": .dataset(NeXusDataset(record.massUncertainty, units: "kg")),
        "specific_capacity": .dataset(NeXusDataset(record.specificCapacity, units: "C/kg")),
        "specific_capacity_errors": .dataset(NeXusDataset(record.specificCapacityUncertainty, units: "C/kg")),
        "initial_lithiation": .dataset(NeXusDataset(record.initialLithiation, units: "")),
      ]
      // Seconds since 1970 by the potentiostat's own clock.
      if let startTime = record.startTime { values["start_time"] = .dataset(NeXusDataset(startTime, units: "s")) }
      children["record"] = .group(.collection(values))
    }
    return children
  }

  public init(entry: NeXusGroup) throws {
    guard let data = entry[group: "state_of_charge"] else {
      throw StageDocumentError(path: "/entry", problem: "there is no state_of_charge")
    }
    var found: [(position: Int, column: Column)] = []
    for (name, node) in data.children {
      guard case .dataset(let dataset) = node, let position = dataset.attributes["column"]?.integers?.first else {
        continue
      }
      guard let values = dataset.numbers, let title = dataset.attributes["name"]?.text,
        let unit = dataset.attributes["column_unit"]?.text
      else { throw StageDocumentError(path: "/entry/state_of_charge/\(name)", problem: "not a column of numbers") }
      found.append((position, Column(name: title, unit: unit, values: values)))
    }
    columns = found.sorted { $0.position < $1.position }.map(\.column)
    guard Set(columns.map(\.values.count)).count <= 1 else {
      throw StageDocumentError(path: "/entry/state_of_charge", problem: "the columns differ in length")
    }
    record = entry[group: "record"].flatMap { group in
      func number(_ name: String) -> Double? { group[dataset: name]?.numbers?.first }
      guard let mass = number("mass"), let capacity = number("specific_capacity") else { return nil }
      return Record(
        startTime: number("start_time"), mass: mass, massUncertainty: number("mass_errors") ?? 0,
        specificCapacity: capacity, specificCapacityUncertainty: number("specific_capacity_errors") ?? 0,
        initialLithiation: number("initial_lithiation") ?? 1)
    }
  }

  /// "State of Charge" becomes "state_of_charge"; an uncertainty becomes the error of its quantity.
  private static func datasetName(_ name: String) -> String {
    var words = name.lowercased()
    if words.hasSuffix(" uncertainty") { words = words.dropLast(12) + "_errors" }
    return String(words.map { $0.isLetter || $0.isNumber ? $0 : "_" })
  }
}
