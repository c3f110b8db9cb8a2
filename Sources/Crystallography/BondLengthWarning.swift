import Foundation

/// A distance in a crystal structure that looks wrong.
public struct BondLengthWarning: Sendable, Hashable, CustomStringConvertible {
  /// What looks wrong.
  public enum Kind: Sendable, Hashable {
    /// Atoms that are there at the same time are closer than bonded atoms ever are.
    case tooShort
    /// The mean bond of a cation is much shorter than its radius and that of the anion allow.
    case tooShortForIons
    /// Of two cations the larger one has the shorter bonds.
    case exchanged
    /// More atoms than one share a place.
    case overfull
  }

  /// What looks wrong.
  public var kind: Kind
  /// The labels of the sites concerned.
  public var sites: [String]
  /// The distances found, in metres; for an overfull place the sum of the occupancies.
  public var found: [Double]
  /// The distances that the radii suggest, in metres, in the same order; the limit for what is too short.
  public var expected: [Double]

  public var description: String {
    func angstrom(_ lengths: [Double]) -> [String] { lengths.map { String(format: "%.3f", $0 * 1e10) } }
    let (is_, should) = (angstrom(found), angstrom(expected))
    switch kind {
    case .tooShort:
      return "\(sites.joined(separator: " - ")) is \(is_[0]) angstrom; bonded atoms are \(should[0]) or more apart"
    case .tooShortForIons:
      return "\(sites.joined(separator: " - ")) is \(is_[0]) angstrom on average; their radii add up to \(should[0])"
    case .exchanged:
      return
        "\(sites[0]) - \(sites[2]) is \(is_[0]) angstrom and \(sites[1]) - \(sites[2]) \(is_[1]), while their radii "
        + "add up to \(should[0]) and \(should[1]): \(sites[0]) and \(sites[1]) may be exchanged, or the coordinates of "
        + "\(sites[2]) belong to another origin"
    case .overfull:
      return "\(sites.joined(separator: ", ")) share a place and their occupancies add up to "
        + String(format: "%.3f", found[0])
    }
  }
}

extension CrystalStructure {
  /// What looks wrong about the distances between atoms; empty for a sound structure.
  ///
  /// 1. Two atoms that are there at the same time (occupancies above 1 together) and closer than 0.65 times the sum of
  ///    their covalent radii.
  /// 2. A cation whose mean bond to the anions around it is below 0.88 times the sum of Shannon's crystal radii.
  /// 3. Two cations with the same number of neighbours: radii that say one bond is longer by 5 %, and bonds that are the
  ///    other way round by 1 %. In a layered oxide this is the oxygen coordinate of the other origin (0.2416 for 0.2584),
  ///    which gives lithium the short bonds of the transition metals.
  /// 4. Sites that share a place and fill it more than once.
  ///
  /// Charges are those of the file; else those of elements that have only one in Shannon's table, and the highest of main
  /// groups; what is then missing for a neutral cell is shared by the transition metals.
  public func bondLengthWarnings() -> [BondLengthWarning] {
    guard isSmallEnoughForDistances else { return [] }
    let analysis = BondAnalysis(self)
    return analysis.overfullPlaces() + analysis.shortDistances() + analysis.ionicBonds()
  }
}
