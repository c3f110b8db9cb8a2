import Foundation

/// A line element of any degree on −1...1: Lagrange polynomials through the Gauss-Lobatto points.
struct RadialElement {
  let degree: Int
  /// The nodes, ascending from −1 to 1.
  let nodes: [Double]
  private let weights: [Double]

  /// - Precondition: `degree` is at least 1.
  init(degree: Int) {
    self.degree = degree
    // The inner nodes are the roots of P'_n; P''_n follows from Legendre's equation.
    nodes = (0...degree).map { index in
      if index == 0 { return -1 }
      if index == degree { return 1 }
      var x = -cos(Double.pi * Double(index) / Double(degree))
      for _ in 0..<50 {
        let (value, slope) = Self.legendre(degree, x)
        let curvature = (2 * x * slope - Double(degree * (degree + 1)) * value) / (1 - x * x)
        x -= slope / curvature
      }
      return x
    }
    let points = nodes
    weights = points.indices.map { i in
      1 / points.indices.reduce(1.0) { $1 == i ? $0 : $0 * (points[i] - points[$1]) }
    }
  }

  /// The shape functions and their derivatives at a point of −1...1.
  func shapes(at x: Double) -> (values: [Double], slopes: [Double]) {
    var values = [Double](repeating: 0, count: degree + 1)
    var slopes = values
    for i in 0...degree {
      var value = weights[i]
      var slope = 0.0
      for j in 0...degree where j != i {
        slope = slope * (x - nodes[j]) + value
        value *= x - nodes[j]
      }
      values[i] = value
      slopes[i] = slope
    }
    return (values, slopes)
  }

  /// The points and weights of Gauss's rule with `count` points on −1...1.
  static func gauss(_ count: Int) -> [(point: Double, weight: Double)] {
    (0..<count).map { index in
      var x = -cos(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
      for _ in 0..<50 {
        let (value, slope) = legendre(count, x)
        x -= value / slope
      }
      let slope = legendre(count, x).slope
      return (x, 2 / ((1 - x * x) * slope * slope))
    }
  }

  /// The Legendre polynomial of a degree and its derivative inside −1...1.
  private static func legendre(_ degree: Int, _ x: Double) -> (value: Double, slope: Double) {
    var previous = 1.0
    var value = x
    for n in 1..<max(degree, 1) {
      (previous, value) = (value, (Double(2 * n + 1) * x * value - Double(n) * previous) / Double(n + 1))
    }
    return (value, Double(degree) * (x * value - previous) / (x * x - 1))
  }
}
