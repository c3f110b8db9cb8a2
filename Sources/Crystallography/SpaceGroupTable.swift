import CSpglibSystem

/// The 530 settings of the 230 space groups, as the library spglib lists them.
///
/// The library writes an error code to a global variable; everything is therefore read once, while this value is made,
/// and never again.
struct SpaceGroupTable: Sendable {
  struct Entry: Sendable {
    var hallNumber: Int
    var number: Int
    /// "R -3 m", for monoclinic groups the full symbol of the setting, "A 1 2/m 1".
    var symbol: String
    /// "R-3m"; the same for all settings of a group.
    var shortSymbol: String
    var fullSymbol: String
    var hallSymbol: String
    /// "H" and "R" for axes, "1" and "2" for origins, "b1" for monoclinic settings; mostly empty.
    var choice: String
    var pointGroup: String
    var operations: [SymmetryOperation]
  }

  static let shared = SpaceGroupTable()

  let entries: [Entry]
  /// Indices of `entries` by normalised symbol, in the order of preference.
  private let bySymbol: [String: [Int]]
  private let pointGroups: [[Int]: String]

  private init() {
    entries = (1...530).map { Self.entry(Int32($0)) }
    bySymbol = Self.symbols(entries)
    var pointGroups: [[Int]: String] = [:]
    for entry in entries { pointGroups[Self.rotationTypes(entry.operations)] = entry.pointGroup }
    self.pointGroups = pointGroups
  }

  /// The settings that a symbol may mean, the usual one first.
  func entries(symbol: String) -> [Entry] { (bySymbol[Self.normalised(symbol)] ?? []).map { entries[$0] } }

  /// The symbol of the point group that rotations form, found by how many there are of each kind.
  func pointGroup(of operations: [SymmetryOperation]) -> String? { pointGroups[Self.rotationTypes(operations)] }

  /// Letters in lower case without spaces, underscores and the brackets of "P 2(1)/c".
  static func normalised(_ symbol: String) -> String {
    symbol.lowercased().filter { !" _()\t'\"".contains($0) }
  }

  /// Hall's symbol in one spelling: lower case, single spaces, and translations that differ by the centring of A, B or
  /// C alike. In a C cell 1/2 along a and along b are the same, so "2bc" is "2ac" and "2ab" is "2".
  static func hallKey(_ symbol: String) -> String {
    let words = symbol.lowercased().split { $0 == " " || $0 == "_" || $0 == "\t" }.map(String.init)
    let lattice = words.first?.last
    let pairs: [Character: (Character, Character)] = ["a": ("c", "b"), "b": ("c", "a"), "c": ("b", "a")]
    guard let lattice, let (given, kept) = pairs[lattice] else { return words.joined(separator: " ") }
    return words.enumerated().map { place, word in
      guard place > 0 else { return word }
      // An odd number of halves along the two axes together is one half along the one that is kept.
      let halves = word.count { $0 == given || $0 == kept }
      let rest = word.filter { $0 != given && $0 != kept }
      let others = rest.filter { "abc".contains($0) } + (halves.isMultiple(of: 2) ? "" : String(kept))
      return rest.filter { !"abc".contains($0) } + String(others.sorted())
    }.joined(separator: " ")
  }

  /// How often each pair of determinant and trace occurs among the different rotation parts.
  private static func rotationTypes(_ operations: [SymmetryOperation]) -> [Int] {
    var counts = [Int](repeating: 0, count: 14)
    for part in Set(operations.map(\.rotationPart)) {
      let kind = (part.determinant > 0 ? 0 : 7) + part.trace + 3
      if counts.indices.contains(kind) { counts[kind] += 1 }
    }
    return counts
  }

  private static func entry(_ hallNumber: Int32) -> Entry {
    let type = spg_get_spacegroup_type(hallNumber)
    typealias Row = (Int32, Int32, Int32)
    let rotations = UnsafeMutablePointer<(Row, Row, Row)>.allocate(capacity: 192)
    let translations = UnsafeMutablePointer<(Double, Double, Double)>.allocate(capacity: 192)
    defer {
      rotations.deallocate()
      translations.deallocate()
    }
    let count = Int(spg_get_symmetry_from_database(rotations, translations, hallNumber))
    let operations = (0..<count).map { index in
      let (r, t) = (rotations[index], translations[index])
      let units = Double(SymmetryOperation.translationUnits)
      // The table holds twelfths as decimals.
      let shift = SIMD3<Double>(t.0, t.1, t.2) * units
      return SymmetryOperation(
        SIMD3(r.0.0, r.0.1, r.0.2), SIMD3(r.1.0, r.1.1, r.1.2), SIMD3(r.2.0, r.2.1, r.2.2),
        shift: SIMD3<Int32>(shift.rounded(.toNearestOrEven)))
    }
    let international = text(type.international).split(separator: "=").map { $0.trimmingSpaces }
    return Entry(
      hallNumber: Int(hallNumber), number: Int(type.number),
      symbol: international.count > 1 ? international[1] : international.first ?? "",
      shortSymbol: text(type.international_short), fullSymbol: text(type.international_full),
      hallSymbol: text(type.hall_symbol), choice: text(type.choice), pointGroup: text(type.pointgroup_international),
      operations: operations)
  }

  /// The text of a C array of characters.
  private static func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self).trimmingSpaces
    }
  }

  private static func symbols(_ entries: [Entry]) -> [String: [Int]] {
    var result: [String: [Int]] = [:]
    func add(_ index: Int, _ symbol: String) {
      let key = normalised(symbol)
      guard !key.isEmpty, !(result[key] ?? []).contains(index) else { return }
      result[key, default: []].append(index)
    }
    // The symbol of the setting itself has precedence over short symbols that all settings of a group share.
    for (index, entry) in entries.enumerated() {
      add(index, entry.symbol)
      add(index, entry.fullSymbol)
    }
    // "A 2/m" for "A 1 2/m 1".
    for (index, entry) in entries.enumerated() where (3...15).contains(entry.number) {
      add(index, entry.symbol.split(separator: " ").filter { $0 != "1" }.joined(separator: " "))
    }
    for index in entries.indices {
      for symbol in symbolsWithoutE(index, entries) { add(index, symbol) }
    }
    for (index, entry) in entries.enumerated() {
      add(index, entry.shortSymbol)
      // Before 1983 the bar of the cubic groups m-3 and m-3m was left out: "F m 3 m".
      if entry.pointGroup.hasPrefix("m-3") {
        for symbol in [entry.symbol, entry.shortSymbol] { add(index, symbol.filter { $0 != "-" }) }
      }
    }
    return result
  }

  /// The symbols before 1992, which named one of the two glides of a plane that is now "e": "C m c a" for "C m c e".
  ///
  /// Either letter is right where one setting has the symbol; where two have it (numbers 67 and 68, at two origins) the
  /// first is the one of the next axis in the order a, b, c: "C m m a", then "C m m b".
  private static func symbolsWithoutE(_ index: Int, _ entries: [Entry]) -> [String] {
    let entry = entries[index]
    let parts = entry.symbol.split(separator: " ").map(String.init)
    guard let place = parts.firstIndex(of: "e"), (1...3).contains(place) else { return [] }
    let letters = ["a", "b", "c"]
    let glides = [letters[place % 3], letters[(place + 1) % 3]]
    let namesakes = entries.indices.filter {
      entries[$0].symbol == entry.symbol && entries[$0].choice.first?.isNumber == entry.choice.first?.isNumber
        && (entry.choice.first?.isNumber != true || entries[$0].choice.first == entry.choice.first)
    }
    let chosen = namesakes.count == 1 ? glides : [glides[(namesakes.firstIndex(of: index) ?? 0) % 2]]
    return chosen.map { glide in
      var symbol = parts
      symbol[place] = glide
      return symbol.joined(separator: " ")
    }
  }
}

extension StringProtocol {
  /// Without spaces and tabs at its ends.
  var trimmingSpaces: String {
    var text = Substring(self)
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
