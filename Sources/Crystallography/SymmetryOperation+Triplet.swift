import Foundation

extension SymmetryOperation: CustomStringConvertible {
  /// Reads a coordinate triplet such as "x,y+1/2,-z".
  ///
  /// Letters of either case (x y z, or a b c for changes of basis), signs, spaces, quotes, fractions ("1/2+x", "x+0.5",
  /// ".3333"), factors ("2x", "2*x") and translations beyond the cell are understood; decimals are taken for the
  /// simplest fraction that they round.
  ///
  /// - Parameter text: the triplet, as in a CIF.
  /// - Throws: ``CrystallographyError/symmetryOperation(text:reason:)``.
  public init(triplet text: String) throws(CrystallographyError) {
    func fail(_ reason: String) -> CrystallographyError {
      .symmetryOperation(text: String(text.prefix(80)), reason: reason)
    }
    guard text.utf8.count <= 200 else { throw fail("it has more than 200 characters") }
    let cleaned = text.lowercased().utf8.filter { ![0x20, 0x09, 0x22, 0x27, 0x0A, 0x0D].contains($0) }
    let parts = cleaned.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw fail("expected three expressions with commas between them") }
    var rows: [SIMD3<Int32>] = []
    var shift = SIMD3<Int32>.zero
    for (index, part) in parts.enumerated() {
      var expression = TripletExpression(part)
      do {
        let (row, translation) = try expression.read()
        rows.append(row)
        shift[index] = translation
      } catch { throw fail(error.reason) }
    }
    self.init(rows[0], rows[1], rows[2], shift: shift)
    guard abs(determinant) == 1 else { throw fail("its rotation has the determinant \(determinant), not 1 or -1") }
  }

  /// The coordinate triplet, for example "x,y+1/2,-z" or "-x+y,-x,z+1/3".
  public var description: String {
    (0..<3).map { index in
      let row = [row1, row2, row3][index]
      var text = ""
      for (axis, factor) in zip(["x", "y", "z"], [row.x, row.y, row.z]) where factor != 0 {
        let sign = factor < 0 ? "-" : text.isEmpty ? "" : "+"
        text += sign + (abs(factor) == 1 ? "" : String(abs(factor))) + axis
      }
      guard shift[index] != 0 else { return text }
      var (p, q) = (shift[index], Self.translationUnits)
      while q != 0 { (p, q) = (q, p % q) }
      return text + (text.isEmpty ? "" : "+") + "\(shift[index] / p)/\(Self.translationUnits / p)"
    }.joined(separator: ",")
  }
}

/// One of the three expressions of a triplet.
private struct TripletExpression {
  struct Failure: Error { var reason: String }

  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// The factors of x, y and z and the translation in units.
  mutating func read() throws(Failure) -> (SIMD3<Int32>, Int32) {
    guard next != nil else { throw Failure(reason: "an expression is empty") }
    var row = SIMD3<Int32>.zero
    var translation: Int32 = 0
    var isFirst = true
    while next != nil {
      var sign: Int32 = 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") {
        sign = next == UInt8(ascii: "-") ? -1 : 1
        index += 1
      } else if !isFirst {
        throw Failure(reason: "a sign is missing")
      }
      isFirst = false
      let number = try readNumber()
      let isProduct = number != nil && next == UInt8(ascii: "*")
      if isProduct { index += 1 }
      if let axis = readAxis() {
        let factor = number ?? Double(1)
        guard factor.rounded() == factor, factor <= 8 else {
          throw Failure(reason: "a factor of x, y or z is no small whole number")
        }
        row[axis] += sign * Int32(factor)
      } else if let number, !isProduct {
        guard let units = Self.units(number, digits: lastDigits) else {
          throw Failure(reason: "the translation \(number) is no simple fraction")
        }
        translation += sign * units
        guard abs(translation) < 1_000_000 else { throw Failure(reason: "the translation is too large") }
      } else {
        throw Failure(reason: "expected x, y, z or a number")
      }
    }
    guard row.x != 0 || row.y != 0 || row.z != 0 else { throw Failure(reason: "an expression has no x, y or z") }
    guard [row.x, row.y, row.z].allSatisfy({ abs($0) <= 8 }) else {
      throw Failure(reason: "a factor of x, y or z is no small whole number")
    }
    return (row, translation)
  }

  private mutating func readAxis() -> Int? {
    switch next {
    case UInt8(ascii: "x"), UInt8(ascii: "a"): index += 1; return 0
    case UInt8(ascii: "y"), UInt8(ascii: "b"): index += 1; return 1
    case UInt8(ascii: "z"), UInt8(ascii: "c"): index += 1; return 2
    default: return nil
    }
  }

  /// Digits after the point of the number read last; nil for a whole number or a fraction.
  private var lastDigits: Int?

  private mutating func readNumber() throws(Failure) -> Double? {
    lastDigits = nil
    guard let numerator = try readDecimal() else { return nil }
    guard next == UInt8(ascii: "/") else { return numerator }
    index += 1
    guard let denominator = try readDecimal(), denominator != 0 else {
      throw Failure(reason: "a fraction has no denominator")
    }
    lastDigits = nil
    return numerator / denominator
  }

  private mutating func readDecimal() throws(Failure) -> Double? {
    let start = index
    var digits: Int?
    while let byte = next, byte == UInt8(ascii: ".") && digits == nil || (0x30...0x39).contains(byte) {
      if byte == UInt8(ascii: ".") { digits = 0 } else if digits != nil { digits! += 1 }
      index += 1
    }
    guard index > start else { return nil }
    guard index - start <= 12 else { throw Failure(reason: "a number has more than twelve digits") }
    lastDigits = digits
    return Double("0" + String(decoding: bytes[start..<index], as: UTF8.self) + (digits == 0 ? "0" : ""))
  }

  /// A translation in units: exact for fractions, the fraction of smallest denominator within the digits for decimals.
  private static func units(_ value: Double, digits: Int?) -> Int32? {
    guard value < 1000 else { return nil }
    // 0.2 is 1/5 although 1/4 lies within half a digit, so what is exact goes first.
    for tolerance in [1e-9] + (digits.map { [0.6 * pow(10, -Double(max($0, 1)))] } ?? []) {
      for denominator: Int32 in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 18, 20, 21, 24, 28, 30, 36, 40, 42, 48]
      {
        let numerator = (value * Double(denominator)).rounded()
        guard abs(value - numerator / Double(denominator)) <= tolerance else { continue }
        return Int32(numerator) * (SymmetryOperation.translationUnits / denominator)
      }
    }
    return nil
  }
}
