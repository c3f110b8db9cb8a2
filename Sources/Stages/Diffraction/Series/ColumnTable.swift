public import FileFormats
import Foundation

/// A table with a heading "name / unit" over each column, as CSV and as datasets of a NeXus group.
public struct ColumnTable: Hashable, Sendable {
  /// One column.
  public struct Column: Hashable, Sendable {
    public enum Values: Hashable, Sendable {
      /// NaN where unknown.
      case numbers([Double])
      case texts([String])
    }

    public var name: String
    /// "1" for a pure number.
    public var unit: String
    public var values: Values

    public init(_ name: String, unit: String, _ numbers: [Double]) {
      (self.name, self.unit, values) = (name, unit, .numbers(numbers))
    }

    public init(_ name: String, texts: [String]) { (self.name, unit, values) = (name, "1", .texts(texts)) }

    /// The heading, "name / unit".
    public var heading: String { "\(name) / \(unit)" }

    var count: Int {
      switch values {
      case .numbers(let numbers): numbers.count
      case .texts(let texts): texts.count
      }
    }

    /// "d Spacing Uncertainty" becomes "d_spacing_errors".
    var datasetName: String {
      var words = name.lowercased()
      if words.hasSuffix(" uncertainty") { words = words.dropLast(12) + "_errors" }
      return String(words.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
  }

  public var columns: [Column]

  public init(_ columns: [Column]) { self.columns = columns }

  /// A value and its uncertainty, as two columns.
  public static func pair(
    _ name: String, unit: String, _ values: [Double], _ sigmas: [Double]
  ) -> [Column] {
    [Column(name, unit: unit, values), Column("\(name) Uncertainty", unit: unit, sigmas)]
  }

  /// The numbers of a column; nil where there is no such column of numbers.
  public func numbers(_ name: String) -> [Double]? {
    guard case .numbers(let numbers)? = columns.first(where: { $0.name == name })?.values else { return nil }
    return numbers
  }

  /// The texts of a column; nil where there is no such column of texts.
  public func texts(_ name: String) -> [String]? {
    guard case .texts(let texts)? = columns.first(where: { $0.name == name })?.values else { return nil }
    return texts
  }

  /// The number of rows.
  public var rowCount: Int { columns.first?.count ?? 0 }

  /// Comma-separated text; an unknown value is an empty field, a text with a comma or a quotation mark is quoted.
  public var csv: String {
    var text = columns.map(\.heading).joined(separator: ",") + "\n"
    for row in 0..<rowCount {
      text += columns.map { field($0, row) }.joined(separator: ",") + "\n"
    }
    return text
  }

  private func field(_ column: Column, _ row: Int) -> String {
    switch column.values {
    case .numbers(let numbers): return numbers[row].isNaN ? "" : "\(numbers[row])"
    case .texts(let texts):
      let text = texts[row]
      return text.contains { ",\"\n".contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
  }

  // MARK: - NeXus

  /// The columns as datasets by name, with what is needed to read them back.
  public var datasets: [String: NeXusDataset] {
    var datasets: [String: NeXusDataset] = [:]
    for (position, column) in columns.enumerated() {
      var dataset =
        switch column.values {
        case .numbers(let numbers):
          NeXusDataset(numbers, units: column.unit == "1" ? "" : column.unit, longName: column.heading)
        case .texts(let texts): NeXusDataset(.texts(texts))
        }
      dataset.attributes["column"] = .integer(position)
      dataset.attributes["name"] = .text(column.name)
      dataset.attributes["column_unit"] = .text(column.unit)
      datasets[column.datasetName] = dataset
    }
    return datasets
  }

  /// The table of a group.
  ///
  /// - Throws: `StageDocumentError` when a column cannot be read or lengths differ.
  public init(_ group: NeXusGroup, place: String) throws {
    var found: [(position: Int, column: Column)] = []
    for (name, node) in group.children {
      guard case .dataset(let dataset) = node, let position = dataset.attributes["column"]?.integers?.first else {
        continue
      }
      guard let title = dataset.attributes["name"]?.text, let unit = dataset.attributes["column_unit"]?.text else {
        throw StageDocumentError(path: "\(place)/\(name)", problem: "the column has no name or no unit")
      }
      if let numbers = dataset.numbers {
        found.append((position, Column(title, unit: unit, numbers)))
      } else if let texts = dataset.texts {
        found.append((position, Column(title, texts: texts)))
      }
    }
    columns = found.sorted { $0.position < $1.position }.map(\.column)
    guard Set(columns.map(\.count)).count <= 1 else {
      throw StageDocumentError(path: place, problem: "the columns differ in length")
    }
  }
}
