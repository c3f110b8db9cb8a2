import Electrochemistry
import FileFormats
import Foundation

/// The shared columns of the `.mpr` and the `.mpt` file of one run, held against each other.
public struct BioLogicComparison: Sendable {
  /// The titles of the columns that both files have.
  public var columns: [String] = []
  /// The largest deviation, in half units of the last printed digit of the text's value.
  public var worstDeviation = 0.0
  public var worstColumn = ""

  public init(binary: [UInt8], text: [UInt8]) throws {
    let binaryTable = try BioLogicBinary.table(binary, named: "binary")
    let textTable = try BioLogicText.table(text, named: "text")
    for column in binaryTable.columns {
      guard let other = textTable.values(column.name, column.unit) else { continue }
      columns.append(column.name)
      guard other.count == column.values.count else {
        worstDeviation = .infinity
        worstColumn = column.name
        return
      }
      // Seven digits after the point for single precision, fifteen for double: half of the last one may be lost.
      let isSingle = column.values.allSatisfy { Double(Float($0)) == $0 }
      for (exact, printed) in zip(column.values, other) where exact != printed {
        let decade = pow(10, log10(max(abs(exact), abs(printed))).rounded(.down))
        let halfDigit = 0.5 * decade * (isSingle ? 1e-7 : 1e-15)
        let deviation = abs(exact - printed) / (halfDigit + exact.ulp)
        if deviation > worstDeviation {
          worstDeviation = deviation
          worstColumn = column.name
        }
      }
    }
  }
}
