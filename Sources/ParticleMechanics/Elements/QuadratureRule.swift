/// Points and weights on the reference element of a shape.
///
/// Lines and quadrilaterals run over −1...1 along each local axis, triangles and tetrahedra over the corners at 0 and at
/// 1 on each axis. The weights add up to the reference element's size: 2, 4, 1/2 and 1/6.
///
/// Triangles: D. A. Dunavant, Int. J. Numer. Meth. Eng. 21 (1985) 1129. Tetrahedron of 14 points: P. Keast, Comput.
/// Methods Appl. Mech. Eng. 55 (1986) 339. All points lie inside and all weights are positive.
struct QuadratureRule: Sendable, Hashable {
  /// Local coordinates; those that the shape does not have are 0.
  let points: [SIMD3<Double>]
  let weights: [Double]

  /// How exactly an element is integrated.
  enum Accuracy: Sendable, Hashable {
    /// The points at which the strain of the element is most accurate: stresses are given there.
    case stress
    /// For stiffness, mass and material that varies within the element.
    case standard
    /// For comparisons with exact solutions.
    case fine
  }

  init(_ shape: ElementShape, _ accuracy: Accuracy) {
    switch shape {
    case .line2: self.init(line: accuracy == .fine ? GaussRule.four : GaussRule.two)
    case .line3: self.init(line: accuracy == .fine ? GaussRule.four : GaussRule.three)
    case .triangle3:
      self.init(
        triangle: accuracy == .stress ? Self.triangle1 : accuracy == .standard ? Self.triangle2 : Self.triangle6)
    case .triangle6:
      self.init(
        triangle: accuracy == .stress ? Self.triangle2 : accuracy == .standard ? Self.triangle6 : Self.triangle8)
    case .quadrilateral9:
      let line = accuracy == .stress ? GaussRule.two : accuracy == .standard ? GaussRule.three : GaussRule.four
      self.init(
        points: line.flatMap { eta in line.map { SIMD3($0.place, eta.place, 0) } },
        weights: line.flatMap { eta in line.map { $0.weight * eta.weight } })
    case .tetrahedron4:
      self.init(
        tetrahedron: accuracy == .stress
          ? Self.tetrahedron1 : accuracy == .standard ? Self.tetrahedron2 : Self.tetrahedron5)
    case .tetrahedron10: self.init(tetrahedron: accuracy == .stress ? Self.tetrahedron2 : Self.tetrahedron5)
    }
  }

  private init(points: [SIMD3<Double>], weights: [Double]) {
    self.points = points
    self.weights = weights
  }

  private init(line: [(place: Double, weight: Double)]) {
    points = line.map { SIMD3($0.place, 0, 0) }
    weights = line.map(\.weight)
  }

  /// Points that go into each other by the symmetry of a triangle, by their first barycentric coordinates.
  private enum Orbit {
    case centre(weight: Double)
    case middle(weight: Double, a: Double)
    case general(weight: Double, a: Double, b: Double)
    /// Of a tetrahedron: two coordinates a, two ½ − a.
    case edge(weight: Double, a: Double)
  }

  private init(triangle orbits: [Orbit]) {
    var points: [SIMD3<Double>] = []
    var weights: [Double] = []
    func add(_ weight: Double, _ xi: Double, _ eta: Double) {
      points.append(SIMD3(xi, eta, 0))
      weights.append(weight)
    }
    for orbit in orbits {
      switch orbit {
      case .centre(let weight): add(weight, 1 / 3, 1 / 3)
      case .middle(let weight, let a), .edge(let weight, let a):
        add(weight, a, a)
        add(weight, 1 - 2 * a, a)
        add(weight, a, 1 - 2 * a)
      case .general(let weight, let a, let b):
        let c = 1 - a - b
        for (xi, eta) in [(a, b), (b, a), (a, c), (c, a), (b, c), (c, b)] { add(weight, xi, eta) }
      }
    }
    self.points = points
    self.weights = weights
  }

  private init(tetrahedron orbits: [Orbit]) {
    var points: [SIMD3<Double>] = []
    var weights: [Double] = []
    func add(_ weight: Double, _ xi: Double, _ eta: Double, _ zeta: Double) {
      points.append(SIMD3(xi, eta, zeta))
      weights.append(weight)
    }
    for orbit in orbits {
      switch orbit {
      case .centre(let weight): add(weight, 1 / 4, 1 / 4, 1 / 4)
      case .middle(let weight, let a), .general(let weight, let a, _):
        let b = 1 - 3 * a
        for (xi, eta, zeta) in [(a, a, a), (b, a, a), (a, b, a), (a, a, b)] { add(weight, xi, eta, zeta) }
      case .edge(let weight, let a):
        let b = 0.5 - a
        for (xi, eta, zeta) in [(b, a, a), (a, b, a), (a, a, b), (b, b, a), (b, a, b), (a, b, b)] {
          add(weight, xi, eta, zeta)
        }
      }
    }
    self.points = points
    self.weights = weights
  }

  // The number in a name is the degree up to which polynomials are integrated exactly.
  private static let triangle1: [Orbit] = [.centre(weight: 0.5)]
  private static let triangle2: [Orbit] = [.middle(weight: 1.0 / 6, a: 1.0 / 6)]
  private static let triangle6: [Orbit] = [
    .middle(weight: 0.058393137863184945, a: 0.24928674517091556),
    .middle(weight: 0.02542245318510253, a: 0.06308901449150094),
    .general(weight: 0.041425537809189575, a: 0.053145049844821164, b: 0.3103524510337803),
  ]
  private static let triangle8: [Orbit] = [
    .centre(weight: 0.07215780383888071),
    .middle(weight: 0.047545817133650164, a: 0.459292588292708),
    .middle(weight: 0.05160868526736001, a: 0.17056930775174467),
    .middle(weight: 0.016229248811600074, a: 0.05054722831703179),
    .general(weight: 0.013615157087214762, a: 0.2631128296346849, b: 0.008394777409936497),
  ]
  private static let tetrahedron1: [Orbit] = [.centre(weight: 1.0 / 6)]
  private static let tetrahedron2: [Orbit] = [.middle(weight: 1.0 / 24, a: (5 - 5.0.squareRoot()) / 20)]
  private static let tetrahedron5: [Orbit] = [
    .middle(weight: 0.018781320953002598, a: 0.31088591926330067),
    .middle(weight: 0.01224884051939365, a: 0.09273525031089118),
    .edge(weight: 0.007091003462846945, a: 0.045503704125649976),
  ]
}
