/// The nine-node quadrilateral with quadratic shape functions along each side.
///
/// Nodes in the order of VTK's biquadratic quadrilateral: the corners (−1, −1), (1, −1), (1, 1), (−1, 1), the middles
/// of the sides that follow them, the centre. In this program ξ points outward and η anticlockwise.
enum BiquadraticElement {
  /// Place of each node along ξ and along η: 0 for −1, 1 for the middle, 2 for +1.
  static let places: [(xi: Int, eta: Int)] = [
    (0, 0), (2, 0), (2, 2), (0, 2), (1, 0), (2, 1), (1, 2), (0, 1), (1, 1),
  ]

  /// The three quadratic functions on −1...1 that are 1 at −1, 0, +1, and their slopes.
  static func line(_ t: Double) -> (value: SIMD4<Double>, slope: SIMD4<Double>) {
    (SIMD4(0.5 * t * (t - 1), 1 - t * t, 0.5 * t * (t + 1), 0), SIMD4(t - 0.5, -2 * t, t + 0.5, 0))
  }

  /// Shape functions and their derivatives along ξ and η.
  static func shape(
    xi: Double, eta: Double
  ) -> (value: InlineArray<9, Double>, alongXi: InlineArray<9, Double>, alongEta: InlineArray<9, Double>) {
    let a = line(xi)
    let b = line(eta)
    var value = InlineArray<9, Double>(repeating: 0)
    var alongXi = value
    var alongEta = value
    for node in 0..<9 {
      let place = places[node]
      value[node] = a.value[place.xi] * b.value[place.eta]
      alongXi[node] = a.slope[place.xi] * b.value[place.eta]
      alongEta[node] = a.value[place.xi] * b.slope[place.eta]
    }
    return (value, alongXi, alongEta)
  }
}

/// Gauss's points and weights on −1...1.
enum GaussRule {
  /// Two points, exact for cubics: where the strain of a quadratic element is most accurate.
  static let two: [(place: Double, weight: Double)] = [(-1 / 3.0.squareRoot(), 1), (1 / 3.0.squareRoot(), 1)]
  /// Three points, exact for degree 5.
  static let three: [(place: Double, weight: Double)] = [
    (-0.6.squareRoot(), 5.0 / 9), (0, 8.0 / 9), (0.6.squareRoot(), 5.0 / 9),
  ]
  /// Four points, exact for degree 7.
  static let four: [(place: Double, weight: Double)] = {
    let root = 2 / 7 * 1.2.squareRoot()
    let (inner, outer) = ((3 / 7 - root).squareRoot(), (3 / 7 + root).squareRoot())
    let (heavy, light) = ((18 + 30.0.squareRoot()) / 36, (18 - 30.0.squareRoot()) / 36)
    return [(-outer, light), (-inner, heavy), (inner, heavy), (outer, light)]
  }()
}

/// A point inside an element: where it is, how much area it stands for, and the shape functions there.
struct ElementPoint {
  /// Metres.
  var x: Double
  var y: Double
  /// Weight of the rule times the Jacobian's determinant, in m².
  var area: Double
  var value: InlineArray<9, Double>
  /// Derivatives along x and y, in 1/m.
  var alongX: InlineArray<9, Double>
  var alongY: InlineArray<9, Double>
}

extension SectorMesh {
  /// The points of a tensor-product rule in an element, ξ fastest.
  func points(
    ofElement element: Int, rule: [(place: Double, weight: Double)],
    _ body: (_ number: Int, _ point: ElementPoint) -> Void
  ) {
    var number = 0
    for eta in rule {
      for xi in rule {
        var point = self.point(ofElement: element, xi: xi.place, eta: eta.place)
        point.area *= xi.weight * eta.weight
        body(number, point)
        number += 1
      }
    }
  }

  /// A point of an element by its local coordinates; `area` is the Jacobian's determinant.
  func point(ofElement element: Int, xi: Double, eta: Double) -> ElementPoint {
    let shape = BiquadraticElement.shape(xi: xi, eta: eta)
    var (px, py, xXi, yXi, xEta, yEta) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for local in 0..<9 {
      let node = Int(elements[9 * element + local])
      px += shape.value[local] * x[node]
      py += shape.value[local] * y[node]
      xXi += shape.alongXi[local] * x[node]
      yXi += shape.alongXi[local] * y[node]
      xEta += shape.alongEta[local] * x[node]
      yEta += shape.alongEta[local] * y[node]
    }
    let determinant = xXi * yEta - xEta * yXi
    var alongX = InlineArray<9, Double>(repeating: 0)
    var alongY = alongX
    let inverse = 1 / determinant
    for local in 0..<9 {
      alongX[local] = (yEta * shape.alongXi[local] - yXi * shape.alongEta[local]) * inverse
      alongY[local] = (xXi * shape.alongEta[local] - xEta * shape.alongXi[local]) * inverse
    }
    return ElementPoint(x: px, y: py, area: determinant, value: shape.value, alongX: alongX, alongY: alongY)
  }
}
