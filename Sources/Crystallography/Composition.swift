import Foundation

/// Amounts of elements, for example of a formula unit.
public struct Composition: Sendable, Hashable, CustomStringConvertible {
  /// Atoms of each element; all positive.
  public let amounts: [ChemicalElement: Double]

  /// - Parameter amounts: atoms of each element; those of zero are left out.
  /// - Throws: ``CrystallographyError/outOfRange(name:value:expected:)`` for negative or infinite ones, or if all are
  ///   zero.
  public init(_ amounts: [ChemicalElement: Double]) throws(CrystallographyError) {
    for (element, amount) in amounts where !(amount.isFinite && amount >= 0) {
      throw .outOfRange(name: "the amount of \(element)", value: amount, expected: "a number that is not negative")
    }
    self.amounts = amounts.filter { $0.value > 0 }
    guard !self.amounts.isEmpty else { throw .outOfRange(name: "the number of atoms", value: 0, expected: "some") }
  }

  /// The composition of a formula such as "LiNi0.8Mn0.1Co0.1O2", "C22H10N2O5" or "Ca(OH)2".
  ///
  /// - Throws: ``CrystallographyError/unknownElement(_:)`` for a formula that cannot be read.
  public init(formula: String) throws(CrystallographyError) {
    let characters = Array(formula.filter { !$0.isWhitespace && $0 != "_" })
    guard !characters.isEmpty, characters.count <= 400 else { throw .unknownElement(String(formula.prefix(40))) }
    var stack: [[ChemicalElement: Double]] = [[:]]
    var index = 0
    func number() -> Double? {
      let start = index
      while index < characters.count, characters[index].isASCII, characters[index].isNumber || characters[index] == "."
      {
        index += 1
      }
      return start == index ? 1 : Double(String(characters[start..<index]))
    }
    while index < characters.count {
      let character = characters[index]
      index += 1
      if character == "(" || character == "[" {
        stack.append([:])
      } else if character == ")" || character == "]" {
        guard stack.count > 1, let inner = stack.popLast(), let factor = number() else {
          throw .unknownElement(String(formula.prefix(40)))
        }
        for (element, amount) in inner { stack[stack.count - 1][element, default: 0] += amount * factor }
      } else {
        guard character.isUppercase else { throw .unknownElement(String(formula.prefix(40))) }
        var symbol = String(character)
        if index < characters.count, characters[index].isLowercase {
          symbol.append(characters[index])
          index += 1
        }
        let element = try ChemicalElement(symbol: symbol)
        guard let amount = number() else { throw .unknownElement(String(formula.prefix(40))) }
        stack[stack.count - 1][element, default: 0] += amount
      }
    }
    guard stack.count == 1 else { throw .unknownElement(String(formula.prefix(40))) }
    try self.init(stack[0])
  }

  /// The mass of a mole of what the amounts describe, in kg/mol.
  public var molarMass: Double { sorted.reduce(0) { $0 + $1.key.molarMass * $1.value } }

  /// The linear attenuation coefficient μ, in 1/m: a layer of thickness t transmits exp(−μ t).
  ///
  /// - Parameters:
  ///   - density: in kg/m³.
  ///   - wavelength: in metres.
  /// - Throws: ``CrystallographyError/outOfRange(name:value:expected:)`` for a density or wavelength that is not
  ///   positive, ``CrystallographyError/atomicData(_:)`` where the tables end.
  public func linearAttenuation(density: Double, wavelength: Double) throws(CrystallographyError) -> Double {
    guard density.isFinite, density > 0 else {
      throw .outOfRange(name: "the density", value: density, expected: "a positive number of kg/m3")
    }
    guard wavelength.isFinite, wavelength > 0 else {
      throw .outOfRange(name: "the wavelength", value: wavelength, expected: "a positive length in metres")
    }
    let mass = molarMass
    var sum = 0.0
    for (element, amount) in sorted {
      sum +=
        try amount * element.molarMass / mass
        * AtomicScattering.massAttenuation(element, wavelength: wavelength)
    }
    return sum * density
  }

  /// By atomic number, so that sums do not depend on the order of a dictionary.
  var sorted: [(key: ChemicalElement, value: Double)] { amounts.sorted { $0.key < $1.key } }

  /// "Li3 Ni2.4 ...", in the order of the elements' symbols.
  public var description: String {
    amounts.sorted { $0.key.symbol < $1.key.symbol }.map { element, amount in
      amount == 1 ? element.symbol : "\(element.symbol)\(String(format: "%.6g", amount))"
    }.joined(separator: " ")
  }
}
