/// The shape functions of an element shape at the points of a rule, worked out once for all elements of a mesh.
struct TabulatedShapes: Sendable {
  let shape: ElementShape
  let weights: [Double]
  /// Value of node `n` at point `p` at `nodeCount × p + n`.
  let values: [Double]
  /// Derivatives along the local axes, in the order of ``values``.
  let slopes: [SIMD3<Double>]

  var pointCount: Int { weights.count }
  var nodeCount: Int { shape.nodeCount }

  init(_ shape: ElementShape, _ accuracy: QuadratureRule.Accuracy) {
    let rule = QuadratureRule(shape, accuracy)
    self.init(shape, points: rule.points, weights: rule.weights)
  }

  init(_ shape: ElementShape, points: [SIMD3<Double>], weights: [Double]) {
    let functions = points.map { shape.functions(at: $0) }
    self.shape = shape
    self.weights = weights
    values = functions.flatMap(\.values)
    slopes = functions.flatMap(\.slopes)
  }
}
