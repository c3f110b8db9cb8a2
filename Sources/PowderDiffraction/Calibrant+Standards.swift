import Crystallography

/// A name that no calibrant has.
public struct UnknownCalibrant: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name as it was given.
  public var name: String

  public var description: String {
    "no calibrant is called \"\(name.prefix(80))\"; known are \(Calibrant.names.joined(separator: ", ")); "
      + "any other crystal can be given as a CIF file"
  }
}

extension Calibrant {
  /// The names of the standards, each the first of those that ``init(named:)`` understands.
  public static var names: [String] { standards.map(\.name) }

  /// A standard by the name that people type: case, spaces, hyphens and underscores do not matter.
  ///
  /// "LaB6" is the current SRM 660c and "Si" is SRM 640e, "Al2O3" is SRM 676a as recertified in 2015, "CeO2" SRM 674b.
  ///
  /// - Throws: ``UnknownCalibrant``, which lists the names; `CrystallographyError` never, unless the libraries of atomic
  ///   data and symmetry lack an entry.
  public init(named name: String) throws {
    let wanted = Self.key(name)
    guard let standard = Self.standards.first(where: { $0.keys.contains(wanted) }) else {
      throw UnknownCalibrant(name: name)
    }
    self.init(name: standard.name, source: standard.source, lattice: try standard.lattice())
  }

  private static func key(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }

  private struct Standard: Sendable {
    var name: String
    var aliases: [String]
    var source: String
    var substance: Substance
    /// Edges a and c in angstrom; for layers the period.
    var a: Double
    var c: Double

    var keys: [String] { ([name] + aliases).map { Calibrant.key($0) } }

    func lattice() throws(CrystallographyError) -> Lattice {
      if case .layers = substance { return .layers(period: a * 1e-10) }
      let cell = a == c ? UnitCell(cubic: a * 1e-10) : UnitCell(hexagonal: a * 1e-10, c: c * 1e-10)
      let sites = try substance.sites.map { symbol, position, b throws(CrystallographyError) in
        AtomSite(
          label: symbol, element: try ChemicalElement(symbol: symbol), position: position,
          displacement: .isotropic(b: b * 1e-20))
      }
      let group = try SpaceGroup(symbol: substance.group)
      return .crystal(try CrystalStructure(name: name, cell: cell, spaceGroup: group, sites: sites))
    }
  }

  /// What the standards are made of. The places of the atoms and B in square angstrom serve the intensities only.
  private enum Substance: Sendable {
    case lanthanumHexaboride, ceria, silicon, corundum, layers

    var group: String {
      switch self {
      case .lanthanumHexaboride: "Pm-3m"
      case .ceria: "Fm-3m"
      case .silicon: "Fd-3m:1"
      case .corundum: "R-3c:H"
      case .layers: "P1"
      }
    }

    var sites: [(String, SIMD3<Double>, Double)] {
      switch self {
      case .lanthanumHexaboride: [("La", SIMD3(0, 0, 0), 0.4), ("B", SIMD3(0.1993, 0.5, 0.5), 0.3)]
      case .ceria: [("Ce", SIMD3(0, 0, 0), 0.25), ("O", SIMD3(0.25, 0.25, 0.25), 0.45)]
      case .silicon: [("Si", SIMD3(0, 0, 0), 0.46)]
      case .corundum: [("Al", SIMD3(0, 0, 0.35218), 0.25), ("O", SIMD3(0.30625, 0, 0.25), 0.28)]
      case .layers: []
      }
    }
  }

  private static let standards: [Standard] = {
    func cubic(_ name: String, _ aliases: [String], _ source: String, _ substance: Substance, _ a: Double) -> Standard {
      Standard(name: name, aliases: aliases, source: source, substance: substance, a: a, c: a)
    }
    func corundum(_ name: String, _ aliases: [String], _ source: String, _ a: Double, _ c: Double) -> Standard {
      Standard(name: name, aliases: aliases, source: source, substance: .corundum, a: a, c: c)
    }
    return [
      cubic(
        "LaB6_SRM660c", ["LaB6", "SRM660c", "660c", "lanthanum hexaboride"], "NIST certificate of SRM 660c",
        .lanthanumHexaboride, 4.156826),
      cubic("LaB6_SRM660b", ["SRM660b", "660b"], "NIST certificate of SRM 660b", .lanthanumHexaboride, 4.15689),
      cubic("LaB6_SRM660a", ["SRM660a", "660a"], "NIST certificate of SRM 660a", .lanthanumHexaboride, 4.1569162),
      // 5.411651: the figure of pyFAI 2026.9.0 for "CeO2", which names SRM 674b.
      cubic(
        "CeO2", ["CeO2_SRM674b", "SRM674b", "674b", "ceria"], "SRM 674b, as pyFAI 2026.9.0 states it", .ceria, 5.411651),
      cubic(
        "Si_SRM640e", ["Si", "silicon", "SRM640e", "640e"], "NIST certificate of SRM 640e", .silicon, 5.431179),
      cubic("Si_SRM640d", ["SRM640d", "640d"], "NIST certificate of SRM 640d", .silicon, 5.43123),
      cubic("Si_SRM640c", ["SRM640c", "640c"], "NIST certificate of SRM 640c", .silicon, 5.4311946),
      cubic("Si_SRM640b", ["SRM640b", "640b"], "NIST certificate of SRM 640b", .silicon, 5.43094),
      cubic("Si_SRM640a", ["SRM640a", "640a"], "NIST certificate of SRM 640a", .silicon, 5.430825),
      cubic("Si_SRM640", ["SRM640", "640"], "NIST certificate of SRM 640", .silicon, 5.43088),
      corundum(
        "Al2O3_SRM676a",
        ["Al2O3", "alumina", "corundum", "SRM676a", "676a", "alpha_Al2O3", "alpha_Al2O3_SRM676a_2015"],
        "NIST certificate of SRM 676a (2015)", 4.759355, 12.99231),
      corundum(
        "Al2O3_SRM676a_2008", ["alpha_Al2O3_SRM676a_2008"], "NIST certificate of SRM 676a (2008)", 4.7590914, 12.991779),
      corundum("Al2O3_SRM676", ["alpha_Al2O3_SRM676", "SRM676"], "NIST certificate of SRM 676", 4.75919, 12.99183),
      Standard(
        name: "AgBh", aliases: ["silver behenate", "AgBehenate"],
        source: "Huang et al., J. Appl. Cryst. 26, 180 (1993): d001 = 58.380 angstrom", substance: .layers, a: 58.380,
        c: 58.380),
    ]
  }()
}
