/// Lattice parameters of a material against its charge, as columns of text: CSV, TSV or spaces.
///
/// Columns are found by the heading `name / unit`: `Capacity / mAh/g` or `State of Charge / 1`, `a / angstrom`,
/// `c / angstrom`, and `a Uncertainty / angstrom`, `c Uncertainty / angstrom` where they are. A file without a heading
/// needs the numbers of its columns. Lines that begin with `#` are comments.
public struct LatticeCurveFile: Sendable, Hashable {
  /// What the first column counts.
  public enum Scale: String, Sendable, Hashable, CaseIterable {
    /// Charge per mass, in mAh/g.
    case capacity
    /// Charge over the theoretical capacity, a pure number.
    case stateOfCharge = "state-of-charge"
  }

  public var scale: Scale
  /// Charge of each row, in mAh/g or as a pure number.
  public var charge: [Double]
  /// In metres.
  public var a, c: [Double]
  /// Standard uncertainties in metres; nil where the file states none.
  public var sigmaA, sigmaC: [Double]?

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - name: its name, for messages.
  ///   - columns: numbers of the columns of charge, a and c, from 1; nil finds them by their heading.
  ///   - scale: what the first of `columns` counts.
  /// - Throws: ``FormatError`` naming the line.
  public static func read(
    _ bytes: [UInt8], named name: String, columns: [Int]? = nil, scale: Scale = .capacity
  ) throws -> LatticeCurveFile {
    var reader = Reader(file: name, columns: columns, scale: scale)
    return try reader.read(String(decoding: bytes, as: UTF8.self))
  }

  private struct Reader {
    let file: String
    var columns: [Int]?
    var scale: Scale
    var sigmas: (a: Int, c: Int)?

    private func failure(_ line: Int, _ problem: String) -> FormatError {
      FormatError(file, at: "line \(line)", problem)
    }

    mutating func read(_ text: String) throws -> LatticeCurveFile {
      var rows: [[Double]] = []
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let line = line.trimmingSpaces
        guard !line.isEmpty, !line.hasPrefix("#") else { continue }
        let fields = Self.fields(line)
        if rows.isEmpty, fields.contains(where: { Double($0) == nil }) {
          if columns == nil { try readHeading(fields, line: index + 1) }
          continue
        }
        guard let columns else {
          throw failure(
            index + 1,
            "no heading names the columns; expected `Capacity / mAh/g, a / angstrom, c / angstrom`, or their numbers")
        }
        let wanted = columns.map { $0 - 1 } + (sigmas.map { [$0.a, $0.c] } ?? [])
        rows.append(
          try wanted.map { column in
            guard fields.indices.contains(column) else {
              throw failure(index + 1, "there are \(fields.count) columns; column \(column + 1) is asked for")
            }
            guard let number = Double(fields[column]), number.isFinite else {
              throw failure(index + 1, "`\(fields[column])` is no number")
            }
            return number
          })
      }
      guard rows.count >= 4 else {
        throw FormatError(file, "has \(rows.count) rows of numbers; at least 4 make a curve")
      }
      func lengths(_ column: Int) -> [Double] { rows.map { $0[column] * 1e-10 } }
      return LatticeCurveFile(
        scale: scale, charge: rows.map { $0[0] }, a: lengths(1), c: lengths(2),
        sigmaA: sigmas == nil ? nil : lengths(3), sigmaC: sigmas == nil ? nil : lengths(4))
    }

    private mutating func readHeading(_ fields: [Substring], line: Int) throws {
      let names = fields.map { field in
        field.lowercased().filter { !" \"_".contains($0) }
      }
      func place(_ name: String) -> Int? { names.firstIndex { $0 == name } }
      if let capacity = place("capacity/mah/g") {
        (columns, scale) = ([capacity + 1], .capacity)
      } else if let state = place("stateofcharge/1") {
        (columns, scale) = ([state + 1], .stateOfCharge)
      } else {
        throw failure(line, "neither `Capacity / mAh/g` nor `State of Charge / 1` is a column")
      }
      for name in ["a", "c"] {
        guard let found = place("\(name)/angstrom") else {
          throw failure(line, "there is no column `\(name) / angstrom`")
        }
        columns?.append(found + 1)
      }
      if let a = place("auncertainty/angstrom"), let c = place("cuncertainty/angstrom") { sigmas = (a, c) }
    }

    /// Fields parted by commas, by tabs, or else by spaces.
    private static func fields(_ line: Substring) -> [Substring] {
      for separator in [",", "\t", ";"] as [Character] where line.contains(separator) {
        return line.split(separator: separator, omittingEmptySubsequences: false).map(\.trimmingSpaces)
      }
      return line.split(separator: " ")
    }
  }
}

extension StringProtocol where SubSequence == Substring {
  /// Without white space at both ends.
  fileprivate var trimmingSpaces: Substring {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return self[first...last]
  }
}
