/// The work behind `CrystalStructure.bondLengthWarnings()`.
struct BondAnalysis {
  /// Sites at one place, such as Ni, Mn and Co of a mixed layer.
  struct Place {
    var sites: [Int]
    var occupancy: Double
  }

  /// A place with cations and the anions around it.
  struct Polyhedron {
    var label: String
    var anionLabel: String
    var meanBond: Double
    var coordination: Int
    var expected: Double
  }

  let structure: CrystalStructure
  private let neighbourhood: Neighbourhood
  private let places: [Place]

  init(_ structure: CrystalStructure) {
    self.structure = structure
    neighbourhood = Neighbourhood(structure)
    var places: [Place] = []
    for site in structure.sites.indices {
      let occupancy = structure.sites[site].occupancy
      let metric = structure.cell.metric
      let own = structure.images[site].first?.position ?? structure.sites[site].position
      let closest = CrystalStructure.mergingDistance * CrystalStructure.mergingDistance
      let shared = places.firstIndex { place in
        structure.images[place.sites[0]].contains { metric.form(CrystalStructure.nearest($0.position - own)) < closest }
      }
      if let shared {
        places[shared].sites.append(site)
        places[shared].occupancy += occupancy
      } else {
        places.append(Place(sites: [site], occupancy: occupancy))
      }
    }
    self.places = places
  }

  private func label(_ place: Place) -> String { place.sites.map { structure.sites[$0].label }.joined(separator: "/") }

  func overfullPlaces() -> [BondLengthWarning] {
    places.filter { $0.occupancy > 1.05 && $0.sites.count > 1 }.map { place in
      BondLengthWarning(
        kind: .overfull, sites: place.sites.map { structure.sites[$0].label }, found: [place.occupancy], expected: [1])
    }
  }

  func shortDistances() -> [BondLengthWarning] {
    var warnings: [BondLengthWarning] = []
    let sites = structure.sites
    for first in sites.indices {
      for second in first..<sites.count where sites[first].occupancy + sites[second].occupancy > 1.05 {
        guard let r1 = AtomicRadii.shared.covalentRadius(sites[first].element),
          let r2 = AtomicRadii.shared.covalentRadius(sites[second].element)
        else { continue }
        let limit = 0.65 * (r1 + r2)
        let nearest = neighbourhood.distances(from: first, to: second)
          .filter { $0 > CrystalStructure.mergingDistance }.min()
        guard let nearest, nearest < limit else { continue }
        warnings.append(
          BondLengthWarning(
            kind: .tooShort, sites: [sites[first].label, sites[second].label], found: [nearest], expected: [limit]))
      }
    }
    return warnings
  }

  func ionicBonds() -> [BondLengthWarning] {
    let polyhedra = polyhedra()
    var warnings = polyhedra.filter { $0.meanBond < 0.88 * $0.expected }.map {
      BondLengthWarning(
        kind: .tooShortForIons, sites: [$0.label, $0.anionLabel], found: [$0.meanBond], expected: [$0.expected])
    }
    for large in polyhedra {
      for small in polyhedra
      where large.coordination == small.coordination && large.expected > 1.05 * small.expected
        && large.meanBond < 0.99 * small.meanBond
      {
        warnings.append(
          BondLengthWarning(
            kind: .exchanged, sites: [large.label, small.label, large.anionLabel],
            found: [large.meanBond, small.meanBond], expected: [large.expected, small.expected]))
      }
    }
    return warnings
  }

  // MARK: - Ions

  /// Oxygen and fluorine where there are any, else the elements of which the table has anions only or first of all.
  private var anions: Set<ChemicalElement> {
    let elements = Set(structure.sites.map(\.element))
    let strongest = elements.filter { [8, 9].contains($0.atomicNumber) }
    if !strongest.isEmpty { return strongest }
    return elements.filter { (AtomicRadii.shared.charges($0).first ?? 0) < 0 }
  }

  /// The mean charge of the atoms of each site; nil where no assignment makes the cell neutral.
  private func charges(anions: Set<ChemicalElement>) -> [Double]? {
    var total = 0.0
    var open: [Int] = []
    var openAtoms = 0.0
    var charges = [Double](repeating: 0, count: structure.sites.count)
    for (index, site) in structure.sites.enumerated() {
      let atoms = site.occupancy * Double(structure.images[index].count)
      let known = AtomicRadii.shared.charges(site.element).filter { ($0 < 0) == anions.contains(site.element) }
      guard let first = known.first else { return nil }
      if let charge = site.charge, charge != 0, (charge < 0) == anions.contains(site.element) {
        charges[index] = Double(charge)
      } else if known.count == 1 {
        charges[index] = Double(first)
      } else if !Self.isTransitionMetal(site.element) {
        // Phosphorus, sulphur, silicon: with all valence electrons given away.
        charges[index] = Double(known.last ?? first)
      } else {
        open.append(index)
        openAtoms += atoms
        continue
      }
      total += charges[index] * atoms
    }
    for index in open {
      let known = AtomicRadii.shared.charges(structure.sites[index].element).filter { $0 > 0 }
      guard let lowest = known.first, let highest = known.last, openAtoms > 0 else { return nil }
      let share = -total / openAtoms
      // A mean charge beyond any ion of the element means that atoms are missing, hydrogen most often.
      guard share > Double(lowest) - 1, share < Double(highest) + 1 else { return nil }
      charges[index] = min(max(share, Double(lowest)), Double(highest))
    }
    if open.isEmpty {
      // Where the charges do not balance, atoms are missing and nothing can be said.
      let size = zip(charges, structure.sites.indices).reduce(0) {
        $0 + abs($1.0) * structure.sites[$1.1].occupancy * Double(structure.images[$1.1].count)
      }
      guard abs(total) <= 0.05 * size else { return nil }
    }
    return charges
  }

  private static func isTransitionMetal(_ element: ChemicalElement) -> Bool {
    [21...30, 39...48, 57...80, 89...107].contains { $0.contains(element.atomicNumber) }
  }

  private func polyhedra() -> [Polyhedron] {
    let anions = anions
    guard !anions.isEmpty, let charges = charges(anions: anions) else { return [] }
    return places.compactMap { place in
      let sites = place.sites.filter { !anions.contains(structure.sites[$0].element) }
      guard sites.count == place.sites.count, let first = sites.first else { return nil }
      return polyhedron(place, first: first, anions: anions, charges: charges)
    }
  }

  private func polyhedron(
    _ place: Place, first: Int, anions: Set<ChemicalElement>, charges: [Double]
  ) -> Polyhedron? {
    let ligands = structure.sites.indices.filter { anions.contains(structure.sites[$0].element) }
    var bonds = ligands.flatMap { ligand in
      neighbourhood.distances(from: first, to: ligand).filter { $0 > CrystalStructure.mergingDistance }
        .map { (ligand: ligand, length: $0, weight: structure.sites[ligand].occupancy) }
    }
    guard let shortest = bonds.min(by: { $0.length < $1.length }) else { return nil }
    // The first shell: a distorted octahedron spreads by a fifth, the second shell of oxides is at 1.7 times.
    bonds.removeAll { $0.length > 1.25 * shortest.length || $0.weight <= 0 }
    let weight = bonds.reduce(0) { $0 + $1.weight }
    guard weight > 0 else { return nil }
    let coordination = Int(weight.rounded())
    let ligand = structure.sites[shortest.ligand]
    guard
      let anionRadius = AtomicRadii.shared.ionicRadius(
        ligand.element, charge: charges[shortest.ligand], coordination: 6)
    else { return nil }
    var radius = 0.0
    for site in place.sites {
      guard
        let own = AtomicRadii.shared.ionicRadius(
          structure.sites[site].element, charge: charges[site], coordination: coordination)
      else { return nil }
      radius += own * structure.sites[site].occupancy
    }
    guard place.occupancy > 0 else { return nil }
    return Polyhedron(
      label: label(place), anionLabel: ligand.label,
      meanBond: bonds.reduce(0) { $0 + $1.weight * $1.length } / weight, coordination: coordination,
      expected: radius / place.occupancy + anionRadius)
  }
}
