import CXraylibSystem

/// A chemical element, named and weighed by the library xraylib.
public struct ChemicalElement: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// The number of protons, 1...107.
  public let atomicNumber: Int

  /// The element of a symbol; letters of either case, D and T are hydrogen.
  ///
  /// - Throws: ``CrystallographyError/unknownElement(_:)``.
  public init(symbol: String) throws(CrystallographyError) {
    let text = symbol.prefix(1).uppercased() + symbol.dropFirst().lowercased()
    guard (1...2).contains(text.utf8.count), text.utf8.allSatisfy({ (0x41...0x7A).contains($0) }) else {
      throw .unknownElement(String(symbol.prefix(20)))
    }
    let number = Int(SymbolToAtomicNumber(text == "D" || text == "T" ? "H" : text, nil))
    guard number > 0 else { throw .unknownElement(symbol) }
    atomicNumber = number
  }

  /// The element of an atomic number.
  ///
  /// - Throws: ``CrystallographyError/unknownElement(_:)`` where the library has none.
  public init(atomicNumber: Int) throws(CrystallographyError) {
    guard (1...107).contains(atomicNumber) else { throw .unknownElement("atomic number \(atomicNumber)") }
    self.atomicNumber = atomicNumber
  }

  /// The symbol, for example "Ni".
  public var symbol: String {
    guard let text = AtomicNumberToSymbol(Int32(atomicNumber), nil) else { return "?" }
    defer { xrlFree(text) }
    return String(cString: text)
  }

  /// The mass of a mole of atoms, in kg/mol; zero for the few elements whose mass the library does not have.
  public var molarMass: Double { AtomicWeight(Int32(atomicNumber), nil) * 1e-3 }

  /// The mass density of the element at room temperature, in kg/m³; zero where the library has none.
  public var density: Double { ElementDensity(Int32(atomicNumber), nil) * 1e3 }

  public var description: String { symbol }

  public static func < (left: ChemicalElement, right: ChemicalElement) -> Bool {
    left.atomicNumber < right.atomicNumber
  }
}
