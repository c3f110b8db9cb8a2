import Foundation

/// The shortest distance between the atoms of two sites.
public struct NearestNeighbour: Sendable, Hashable {
  /// The indices of the two sites in ``CrystalStructure/sites``.
  public var first, second: Int
  /// The distance, in metres.
  public var distance: Double
  /// How many atoms of the second site an atom of the first one has at this distance, to 1 %.
  public var count: Int
}

extension CrystalStructure {
  /// More distances than this are not looked at: a cell of thousands of atoms is no case for a check on load.
  private static let distanceLimit = 20_000_000

  /// The nearest neighbours of each site among the atoms of each site, all ordered pairs.
  ///
  /// Atoms that share a place (distances below ``mergingDistance``) are no neighbours. Empty for structures of so many
  /// atoms that the search would take seconds.
  public func nearestNeighbours() -> [NearestNeighbour] {
    let atoms = images.reduce(0) { $0 + $1.count }
    guard atoms * sites.count * Neighbourhood.translations.count <= Self.distanceLimit else { return [] }
    let neighbourhood = Neighbourhood(self)
    return sites.indices.flatMap { first in
      sites.indices.compactMap { second in
        let distances = neighbourhood.distances(from: first, to: second).filter { $0 > Self.mergingDistance }
        guard let nearest = distances.min() else { return nil }
        return NearestNeighbour(
          first: first, second: second, distance: nearest, count: distances.count { $0 < 1.01 * nearest })
      }
    }
  }

  /// Whether ``nearestNeighbours()`` and ``bondLengthWarnings()`` look at this structure.
  var isSmallEnoughForDistances: Bool {
    images.reduce(0) { $0 + $1.count } * sites.count * Neighbourhood.translations.count <= Self.distanceLimit
  }
}

/// Distances from an atom of the asymmetric unit to all atoms around it.
struct Neighbourhood {
  /// Of neighbouring cells; a difference reduced to half a cell and these reach further than any bond.
  static let translations: [SIMD3<Double>] = (-1...1).flatMap { x in
    (-1...1).flatMap { y in (-1...1).map { z in SIMD3(Double(x), Double(y), Double(z)) } }
  }

  private let structure: CrystalStructure
  private let metric: SymmetricMatrix3

  init(_ structure: CrystalStructure) {
    self.structure = structure
    metric = structure.cell.metric
  }

  /// In metres, in no particular order; the distance of an atom to itself is left out.
  func distances(from first: Int, to second: Int) -> [Double] {
    guard let origin = structure.images[first].first?.position else { return [] }
    var result: [Double] = []
    for (index, image) in structure.images[second].enumerated() {
      let difference = CrystalStructure.nearest(image.position - origin)
      for translation in Self.translations {
        if first == second, index == 0, translation == .zero { continue }
        result.append(metric.form(difference + translation).squareRoot())
      }
    }
    return result
  }
}
