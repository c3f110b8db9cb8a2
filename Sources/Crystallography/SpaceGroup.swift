/// A space group in one setting: its operations and its names.
///
/// The tables are those of the library spglib (Togo et al., arXiv:1808.01590), which follow International Tables A and
/// Hall's symbols; operations from a file may also be in a setting that no table has.
public struct SpaceGroup: Sendable, Hashable {
  /// All operations, those of the centring included, the identity first.
  public let operations: [SymmetryOperation]
  /// The number in International Tables A, 1...230; nil for operations in a setting that the tables do not have.
  public let number: Int?
  /// The Hermann-Mauguin symbol with its setting, for example "R -3 m :H"; "unknown" where the tables have none.
  public let symbol: String
  /// The symbol that all settings of the group share, for example "R-3m"; that of ``symbol`` where there is none.
  public let shortSymbol: String
  /// Hall's symbol, for example `-R 3 2"`; nil in a setting that the tables do not have.
  public let hallSymbol: String?
  /// The point group, for example "-3m".
  public let pointGroup: String
  /// The Laue class: the point group with an inversion centre added.
  public let laueClass: LaueClass
  /// The different rotation parts of the operations with ±: what makes reflections equivalent under Friedel's law.
  let laueOperations: [SymmetryOperation]

  /// The group of a number in its usual setting: unique axis b, hexagonal axes, origin choice 1.
  ///
  /// - Throws: ``CrystallographyError/unknownSpaceGroup(_:)`` unless `number` is in 1...230.
  public init(number: Int) throws(CrystallographyError) {
    guard let entry = SpaceGroupTable.shared.entries.first(where: { $0.number == number }) else {
      throw .unknownSpaceGroup("number \(number)")
    }
    try self.init(entry)
  }

  /// The group of a Hermann-Mauguin symbol.
  ///
  /// Spaces and underscores do not matter: "R -3 m :H", "R-3m", "Fm-3m", "P 21/c", "P 1 2_1/c 1". The setting may follow
  /// a colon (":H", ":R", ":1", ":2", ":b1") or, as in the inorganic database, be a last letter (H, R, S = 1, Z = 2).
  /// Cubic symbols may be old ones without the bar, "F m 3 m".
  ///
  /// - Parameters:
  ///   - symbol: the symbol.
  ///   - cell: where the symbol leaves it open, the setting that fits this cell is taken (rhombohedral or hexagonal
  ///     axes, unique axis); without it the usual one: unique axis b, hexagonal axes, origin choice 1.
  /// - Throws: ``CrystallographyError/unknownSpaceGroup(_:)``.
  public init(symbol: String, cell: UnitCell? = nil) throws(CrystallographyError) {
    let candidates = Self.candidates(symbol)
    guard !candidates.isEmpty, symbol.utf8.count <= 80 else {
      throw .unknownSpaceGroup(String(symbol.prefix(80)))
    }
    let groups = try candidates.map { entry throws(CrystallographyError) in try SpaceGroup(entry) }
    if let cell, let fitting = groups.first(where: { $0.misfit(of: cell) < 1e-3 }) {
      self = fitting
    } else {
      self = groups[0]
    }
  }

  /// The group of a Hall symbol that the tables have; translations may be written in either of the two ways that a
  /// centred cell allows ("-C 2ac 2" and "-C 2bc 2").
  ///
  /// - Throws: ``CrystallographyError/unknownSpaceGroup(_:)``.
  public init(hallSymbol: String) throws(CrystallographyError) {
    let wanted = SpaceGroupTable.hallKey(hallSymbol)
    guard let entry = SpaceGroupTable.shared.entries.first(where: { SpaceGroupTable.hallKey($0.hallSymbol) == wanted })
    else {
      throw .unknownSpaceGroup(String(hallSymbol.prefix(80)))
    }
    try self.init(entry)
  }

  /// The group of operations from a file.
  ///
  /// - Parameter operations: all operations, those of the centring included, in any order.
  /// - Throws: ``CrystallographyError/noGroup(reason:)`` when the identity is missing or a product of two operations is
  ///   not among them.
  public init(operations: [SymmetryOperation]) throws(CrystallographyError) {
    let set = Set(operations)
    guard set.count <= 1536 else { throw .noGroup(reason: "there are \(set.count) of them") }
    guard set.contains(.identity) else { throw .noGroup(reason: "the identity x,y,z is missing") }
    var ordered: [SymmetryOperation] = [.identity]
    var seen: Set<SymmetryOperation> = [.identity]
    for operation in operations where seen.insert(operation).inserted { ordered.append(operation) }
    for first in ordered {
      for second in ordered where !set.contains(second.after(first)) {
        throw .noGroup(
          reason: "\(first) followed by \(second) is \(second.after(first)), which is not among the \(set.count)")
      }
    }
    let same = SpaceGroupTable.shared.entries.first { $0.operations.count == set.count && Set($0.operations) == set }
    try self.init(operations: ordered, entry: same)
  }

  /// Whether a symbol leaves open which of several origins or settings is meant.
  public static func isAmbiguous(symbol: String) -> Bool { candidates(symbol).count > 1 }

  private init(_ entry: SpaceGroupTable.Entry) throws(CrystallographyError) {
    try self.init(operations: entry.operations, entry: entry)
  }

  private init(operations: [SymmetryOperation], entry: SpaceGroupTable.Entry?) throws(CrystallographyError) {
    self.operations = operations
    number = entry?.number
    let choice = entry?.choice ?? ""
    // Monoclinic symbols name their setting in full, so only axes and origins need saying.
    let suffix = choice.first.map { "HR12".contains($0) ? " :\($0)" : "" } ?? ""
    symbol = entry.map { $0.symbol.replacing("_", with: "") + suffix } ?? "unknown"
    shortSymbol = entry?.shortSymbol.replacing("_", with: "") ?? "unknown"
    hallSymbol = entry?.hallSymbol
    var laue = Set(operations.map(\.rotationPart))
    guard let pointGroup = SpaceGroupTable.shared.pointGroup(of: operations) else {
      throw .noGroup(reason: "their rotations belong to no crystallographic point group")
    }
    self.pointGroup = pointGroup
    for part in laue {
      laue.insert(SymmetryOperation(0 &- part.row1, 0 &- part.row2, 0 &- part.row3, shift: .zero))
    }
    guard let name = SpaceGroupTable.shared.pointGroup(of: Array(laue)), let laueClass = LaueClass(rawValue: name)
    else { throw .noGroup(reason: "their rotations belong to no Laue class") }
    self.laueClass = laueClass
    laueOperations = laue.sorted { $0.description < $1.description }
  }

  private static func candidates(_ symbol: String) -> [SpaceGroupTable.Entry] {
    let table = SpaceGroupTable.shared
    let parts = symbol.split(separator: ":", maxSplits: 1).map { $0.trimmingSpaces }
    guard let name = parts.first else { return [] }
    func chosen(_ name: String, _ choice: String) -> [SpaceGroupTable.Entry] {
      // "1" and "2" are origins also where the axes are permuted: "1ba-c".
      table.entries(symbol: name).filter {
        $0.choice.lowercased() == choice.lowercased() || (["1", "2"].contains(choice) && $0.choice.hasPrefix(choice))
      }
    }
    if parts.count == 2 { return chosen(name, parts[1]) }
    let plain = table.entries(symbol: name)
    if !plain.isEmpty { return plain }
    guard let last = name.last, let choice = ["H": "H", "R": "R", "S": "1", "Z": "2"][last.uppercased()] else {
      return []
    }
    return chosen(String(name.dropLast()), choice)
  }
}
