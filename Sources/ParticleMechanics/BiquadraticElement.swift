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

/// The shape functions at the points of a tensor-product rule, ξ fastest: a lane of the vectors a point, so that a loop over
/// nodes computes all points of an element at once.
struct ShapeTable<Lanes: SIMD<Double>>: Sendable where Lanes: Sendable {
  /// By node.
  let value: [Lanes]
  let alongXi: [Lanes]
  let alongEta: [Lanes]
  let weights: Lanes

  /// - Precondition: the rule has as many points as there are lanes.
  init(_ line: [(place: Double, weight: Double)]) {
    precondition(line.count * line.count == Lanes.scalarCount, "a lane for each point")
    var (value, alongXi, alongEta) = (
      [Lanes](repeating: Lanes(), count: 9), [Lanes](repeating: Lanes(), count: 9),
      [Lanes](repeating: Lanes(), count: 9)
    )
    var weights = Lanes()
    for point in 0..<Lanes.scalarCount {
      let (xi, eta) = (line[point % line.count], line[point / line.count])
      let shape = BiquadraticElement.shape(xi: xi.place, eta: eta.place)
      weights[point] = xi.weight * eta.weight
      for node in 0..<9 {
        value[node][point] = shape.value[node]
        alongXi[node][point] = shape.alongXi[node]
        alongEta[node][point] = shape.alongEta[node]
      }
    }
    (self.value, self.alongXi, self.alongEta, self.weights) = (value, alongXi, alongEta, weights)
  }
}

extension ShapeTable<SIMD4<Double>> {
  /// 2 × 2 points, see ``GaussRule/two``.
  static let two = ShapeTable(GaussRule.two)
}

extension ShapeTable<SIMD16<Double>> {
  /// 4 × 4 points, see ``GaussRule/four``.
  static let four = ShapeTable(GaussRule.four)
}

/// The sixteen points of a 4 × 4 rule in an element, a lane each.
struct SixteenPoints {
  /// Metres.
  var x = SIMD16<Double>.zero
  var y = SIMD16<Double>.zero
  /// Weight of the rule times the Jacobian's determinant, in m².
  var area = SIMD16<Double>.zero
  /// Derivatives of the shape functions along x and y, by node, in 1/m.
  var alongX = InlineArray<9, SIMD16<Double>>(repeating: .zero)
  var alongY = InlineArray<9, SIMD16<Double>>(repeating: .zero)
}

/// One point inside an element.
struct ElementPoint {
  /// Metres.
  var x = 0.0
  var y = 0.0
  /// Weight of the rule times the Jacobian's determinant, in m².
  var area = 0.0
  var value = InlineArray<9, Double>(repeating: 0)
}

extension SectorMesh {
  /// The points of the 4 × 4 rule in each element, one element after the other.
  @inline(__always)
  func forEachElement(_ body: (_ element: Int, _ points: inout SixteenPoints) -> Void) {
    let table = ShapeTable.four
    var points = SixteenPoints()
    table.value.withUnsafeBufferPointer { value in
      table.alongXi.withUnsafeBufferPointer { alongXi in
        table.alongEta.withUnsafeBufferPointer { alongEta in
          for element in 0..<elementCount {
            var (xXi, yXi) = (SIMD16<Double>.zero, SIMD16<Double>.zero)
            var (xEta, yEta) = (xXi, yXi)
            (points.x, points.y) = (.zero, .zero)
            for a in 0..<9 {
              let node = Int(elements[9 * element + a])
              let (px, py) = (x[node], y[node])
              points.x += value[a] * px
              points.y += value[a] * py
              xXi += alongXi[a] * px
              yXi += alongXi[a] * py
              xEta += alongEta[a] * px
              yEta += alongEta[a] * py
            }
            let determinant = xXi * yEta - xEta * yXi
            points.area = table.weights * determinant
            for a in 0..<9 {
              points.alongX[a] = (yEta * alongXi[a] - yXi * alongEta[a]) / determinant
              points.alongY[a] = (xXi * alongEta[a] - xEta * alongXi[a]) / determinant
            }
            body(element, &points)
          }
        }
      }
    }
  }

  /// The points of the 4 × 4 rule in an element one by one, ξ fastest.
  func points(ofElement element: Int, _ body: (_ number: Int, _ point: ElementPoint) -> Void) {
    for number in 0..<16 {
      let (xi, eta) = (GaussRule.four[number % 4], GaussRule.four[number / 4])
      var point = self.point(ofElement: element, xi: xi.place, eta: eta.place)
      point.area *= xi.weight * eta.weight
      body(number, point)
    }
  }

  /// A point of an element by its local coordinates; `area` is the Jacobian's determinant.
  func point(ofElement element: Int, xi: Double, eta: Double) -> ElementPoint {
    let shape = BiquadraticElement.shape(xi: xi, eta: eta)
    var point = ElementPoint(value: shape.value)
    var (alongXi, alongEta) = (SIMD2<Double>.zero, SIMD2<Double>.zero)
    for a in 0..<9 {
      let place = SIMD2(x[Int(elements[9 * element + a])], y[Int(elements[9 * element + a])])
      point.x += shape.value[a] * place.x
      point.y += shape.value[a] * place.y
      alongXi += shape.alongXi[a] * place
      alongEta += shape.alongEta[a] * place
    }
    point.area = alongXi.x * alongEta.y - alongEta.x * alongXi.y
    return point
  }
}
