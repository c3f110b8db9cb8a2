/// The radii of atoms and ions, for judging distances.
///
/// Covalent radii: Cordero et al., Dalton Trans. 2832 (2008). Crystal radii of ions: Shannon, Acta Cryst. A32, 751
/// (1976), the mean where high and low spin are listed.
struct AtomicRadii: Sendable {
  static let shared = AtomicRadii()

  /// In metres, by atomic number.
  private let covalent: [Int: Double]
  /// By atomic number and charge: coordination numbers with radii in metres, ascending.
  private let ionic: [Int: [Int: [(coordination: Int, radius: Double)]]]

  private init() {
    var covalent: [Int: Double] = [:]
    var ionic: [Int: [Int: [(coordination: Int, radius: Double)]]] = [:]
    for line in Self.table.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 2, let element = try? ChemicalElement(symbol: String(words[0])) else { continue }
      if let radius = Double(words[1]), radius > 0 { covalent[element.atomicNumber] = radius * 1e-12 }
      for word in words.dropFirst(2) {
        let parts = word.split { $0 == "/" || $0 == ":" }
        guard parts.count == 3, let charge = Int(parts[0]), let number = Int(parts[1]), let radius = Double(parts[2])
        else { continue }
        ionic[element.atomicNumber, default: [:]][charge, default: []].append((number, radius * 1e-12))
      }
    }
    self.covalent = covalent
    self.ionic = ionic
  }

  /// The covalent radius, in metres.
  func covalentRadius(_ element: ChemicalElement) -> Double? { covalent[element.atomicNumber] }

  /// The charges that an element's ions have in Shannon's table, ascending.
  func charges(_ element: ChemicalElement) -> [Int] { (ionic[element.atomicNumber] ?? [:]).keys.sorted() }

  /// The crystal radius of an ion, in metres, interpolated between the charges and coordination numbers of the table
  /// and the nearest one beyond them.
  func ionicRadius(_ element: ChemicalElement, charge: Double, coordination: Int) -> Double? {
    guard let byCharge = ionic[element.atomicNumber] else { return nil }
    let sameSign = byCharge.filter { ($0.key > 0) == (charge > 0) }
    let points = sameSign.sorted { $0.key < $1.key }.map { charge, radii in
      (
        Double(charge),
        Self.interpolated(radii.map { (Double($0.coordination), $0.radius) }, at: Double(coordination))
      )
    }
    return points.isEmpty ? nil : Self.interpolated(points, at: charge)
  }

  private static func interpolated(_ points: [(Double, Double)], at x: Double) -> Double {
    guard let upper = points.firstIndex(where: { $0.0 >= x }) else { return points[points.count - 1].1 }
    guard upper > 0 else { return points[0].1 }
    let ((x0, y0), (x1, y1)) = (points[upper - 1], points[upper])
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
  }
}
