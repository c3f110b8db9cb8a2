/// A stiffness along the radius and the two tangents of a place, where neither strain nor stress has shear: three
/// columns of three, in any unit of stress.
struct RadialStiffness: Sendable, Hashable {
  /// The stresses of a unit strain along the radius, the first and the second tangent.
  var radial: SIMD3<Double>
  var first: SIMD3<Double>
  var second: SIMD3<Double>

  /// The normal components of a stiffness given along radius and tangents, divided by a scale.
  init(_ stiffness: Stiffness, scale: Double) {
    radial = SIMD3(stiffness[0, 0], stiffness[1, 0], stiffness[2, 0]) / scale
    first = SIMD3(stiffness[0, 1], stiffness[1, 1], stiffness[2, 1]) / scale
    second = SIMD3(stiffness[0, 2], stiffness[1, 2], stiffness[2, 2]) / scale
  }

  /// (1 − weight) a + weight b.
  init(_ a: RadialStiffness, _ b: RadialStiffness, weight: Double) {
    radial = (1 - weight) * a.radial + weight * b.radial
    first = (1 - weight) * a.first + weight * b.first
    second = (1 - weight) * a.second + weight * b.second
  }

  /// σ of a strain.
  func callAsFunction(_ strain: SIMD3<Double>) -> SIMD3<Double> {
    // The tangents first: where they are alike, so are their stresses to the last bit.
    strain.x * radial + (strain.y * first + strain.z * second)
  }
}
