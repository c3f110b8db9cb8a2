/// How the translations of a file map onto the object's rows (down) and columns (right).
///
/// The two axes may be exchanged and each may be reversed: eight choices, of which the data supports one (and, for a
/// patterns' symmetry, its twin). Files rarely state which.
public struct AxisConvention: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Whether the file's first translation runs along the columns.
  public var exchanged: Bool
  /// Whether, after the exchange, the rows' coordinate changes its sign.
  public var rowsReversed: Bool
  /// Whether, after the exchange, the columns' coordinate changes its sign.
  public var columnsReversed: Bool

  public init(exchanged: Bool = false, rowsReversed: Bool = false, columnsReversed: Bool = false) {
    self.exchanged = exchanged
    self.rowsReversed = rowsReversed
    self.columnsReversed = columnsReversed
  }

  /// Rows along +y and columns along +x of the file.
  public static let asWritten = AxisConvention()

  /// All eight.
  public static let all: [AxisConvention] = (0..<8).map {
    AxisConvention(exchanged: $0 & 4 != 0, rowsReversed: $0 & 2 != 0, columnsReversed: $0 & 1 != 0)
  }

  /// A position of the file in the object's frame.
  public func applied(to position: ScanPosition) -> ScanPosition {
    let y = exchanged ? position.x : position.y
    let x = exchanged ? position.y : position.x
    return ScanPosition(y: rowsReversed ? -y : y, x: columnsReversed ? -x : x)
  }

  /// Such as `rows +y, columns -x`.
  public var description: String {
    let first = exchanged ? "x" : "y"
    let second = exchanged ? "y" : "x"
    return "rows \(rowsReversed ? "-" : "+")\(first), columns \(columnsReversed ? "-" : "+")\(second)"
  }
}
