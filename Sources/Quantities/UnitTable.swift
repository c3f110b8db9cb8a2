/// The units that the program knows by symbol.
enum UnitTable {
  /// The unit of a symbol as the field writes it, with SI prefixes where they are in use.
  ///
  /// The micro sign (U+00B5), the Greek mu (U+03BC) and "u" are the same prefix; the angstrom sign, the letter Å and
  /// its decomposed form compare equal as Swift characters.
  static func unit(_ symbol: String) -> PhysicalUnit? {
    symbols[symbol]
  }

  /// The known symbol most like one that is not known: one that differs in case alone, or in one letter.
  static func suggestion(for symbol: String) -> String? {
    let lowered = symbol.lowercased()
    if let match = symbols.keys.filter({ $0.lowercased() == lowered }).min() { return match }
    if let name = spelledOut[lowered] { return name }
    guard (3...20).contains(symbol.count) else { return nil }
    return symbols.keys.filter { editDistance($0, symbol) == 1 }.min()
  }

  private static let length = PhysicalDimension(length: 1)
  private static let mass = PhysicalDimension(mass: 1)
  private static let time = PhysicalDimension(time: 1)
  private static let current = PhysicalDimension(current: 1)
  private static let charge = PhysicalDimension(time: 1, current: 1)
  private static let energy = PhysicalDimension(length: 2, mass: 1, time: -2)
  private static let angle = PhysicalDimension(angle: 1)

  /// Units that take SI prefixes.
  private static let prefixed: [PhysicalUnit] = [
    PhysicalUnit("m", length), PhysicalUnit("g", mass, decade: -3), PhysicalUnit("s", time),
    PhysicalUnit("A", current), PhysicalUnit("K", PhysicalDimension(temperature: 1)),
    PhysicalUnit("mol", PhysicalDimension(amount: 1)), PhysicalUnit("rad", angle),
    PhysicalUnit("V", energy / charge), PhysicalUnit("J", energy),
    // Exact by the definition of the SI since 2019.
    PhysicalUnit("eV", energy, factor: 1.602176634, decade: -19),
    PhysicalUnit("W", energy / time), PhysicalUnit("Wh", energy, factor: 3600),
    PhysicalUnit("N", energy / length), PhysicalUnit("Pa", energy / PhysicalDimension(length: 3)),
    PhysicalUnit("Hz", .one / time), PhysicalUnit("C", charge), PhysicalUnit("Ah", charge, factor: 3600),
    PhysicalUnit("L", PhysicalDimension(length: 3), decade: -3),
    PhysicalUnit("l", PhysicalDimension(length: 3), decade: -3),
    PhysicalUnit("ohm", energy / charge / current), PhysicalUnit("Ω", energy / charge / current),
    PhysicalUnit("S", current * charge / energy), PhysicalUnit("F", charge * charge / energy),
  ]

  private static let prefixes: [(symbol: String, decade: Int)] = [
    ("f", -15), ("p", -12), ("n", -9), ("u", -6), ("\u{B5}", -6), ("\u{3BC}", -6), ("m", -3), ("k", 3), ("M", 6),
    ("G", 9), ("T", 12),
  ]

  private static let others: [PhysicalUnit] = [
    PhysicalUnit("cm", length, decade: -2), PhysicalUnit("dm", length, decade: -1),
    PhysicalUnit("Å", length, decade: -10), PhysicalUnit("angstrom", length, decade: -10),
    PhysicalUnit("Angstrom", length, decade: -10), PhysicalUnit("min", time, factor: 60),
    PhysicalUnit("h", time, factor: 3600), PhysicalUnit("d", time, factor: 86400),
    PhysicalUnit("deg", angle, factor: .pi / 180), PhysicalUnit("°", angle, factor: .pi / 180),
    PhysicalUnit("degC", PhysicalDimension(temperature: 1), offset: 273.15),
    PhysicalUnit("°C", PhysicalDimension(temperature: 1), offset: 273.15),
    PhysicalUnit("%", .one, decade: -2), PhysicalUnit("ppm", .one, decade: -6),
    PhysicalUnit("bar", energy / PhysicalDimension(length: 3), decade: 5),
  ]

  private static let symbols: [String: PhysicalUnit] = {
    var table: [String: PhysicalUnit] = [:]
    for unit in prefixed {
      table[unit.symbol] = unit
      for prefix in prefixes {
        var scaled = unit
        scaled.symbol = prefix.symbol + unit.symbol
        scaled.decade += prefix.decade
        table[scaled.symbol] = scaled
      }
    }
    for unit in others { table[unit.symbol] = unit }
    return table
  }()

  /// Names that people write out, and the symbol to write instead.
  private static let spelledOut = [
    "micron": "um", "microns": "um", "micrometer": "um", "micrometre": "um", "nanometer": "nm", "nanometre": "nm",
    "millimeter": "mm", "millimetre": "mm", "meter": "m", "metre": "m", "sec": "s", "second": "s", "seconds": "s",
    "minute": "min", "minutes": "min", "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "day": "d", "days": "d",
    "degree": "deg", "degrees": "deg", "radian": "rad", "radians": "rad", "percent": "%", "volt": "V", "volts": "V",
    "amp": "A", "ampere": "A", "coulomb": "C", "gram": "g", "grams": "g", "celsius": "degC", "kelvin": "K",
    "pascal": "Pa", "liter": "L", "litre": "L", "ang": "angstrom", "aa": "angstrom",
  ]
}

/// The number of insertions, deletions and replacements of characters, and exchanges of neighbours, that turn one text
/// into the other.
public func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a)
  let b = Array(b)
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1] + [Int](repeating: 0, count: b.count)
    for j in 0..<b.count {
      row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1) }
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
