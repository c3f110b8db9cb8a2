internal import Foundation

/// The energy that a crack in a section releases as its tip advances: Rice's J as an integral over a domain.
///
///     J = ∫ (σ_ij ∂_t u_i − W t_j) ∂_j q dA + ∫ σ_ij ∂_t ε*_ij q dA,    W = ½ σ_ij (ε_ij − ε*_ij)
///
/// with t the direction in which the crack advances and ∂_t the derivative along it. The weight q is 1 within the inner
/// radius around the tip and falls linearly to 0 at the outer one, as a nodal field, so that the value is the one
/// that the finite-element energy itself releases. The second integral makes J independent of the domain where the
/// eigenstrain varies. Crack faces are straight along t within the domain and free of traction.
///
/// F. Z. Li, C. F. Shih, A. Needleman, Eng. Fract. Mech. 21 (1985) 405; B. Moran, C. F. Shih, Eng. Fract. Mech. 27
/// (1987) 615.
public struct EnergyReleaseIntegral: Sendable, Hashable {
  /// The crack's tip, in metres; a node of the mesh.
  public let tip: SIMD2<Double>
  /// The direction in which the crack advances, of unit length.
  public let direction: SIMD2<Double>
  /// Where the weight starts and where it ends to fall, as distances from the tip in metres.
  public let radii: ClosedRange<Double>
  /// Whether the mesh is the half on one side of a crack along a plane of symmetry: J is then twice the integral.
  public let isHalf: Bool

  /// - Throws: ``CrackingError/outOfRange(name:value:expected:)`` unless the direction is one and the radii make a ring.
  public init(
    tip: SIMD2<Double>, direction: SIMD2<Double>, radii: ClosedRange<Double>, isHalf: Bool = false
  ) throws(CrackingError) {
    let length = (direction * direction).sum().squareRoot()
    guard length.isFinite, length > 0 else {
      throw .outOfRange(name: "the length of a crack's direction", value: length, expected: "a direction")
    }
    guard radii.lowerBound >= 0, radii.upperBound > radii.lowerBound, radii.upperBound.isFinite else {
      throw .outOfRange(
        name: "the outer radius of J's domain", value: radii.upperBound,
        expected: "more than the inner radius, \(radii.lowerBound) m")
    }
    self.tip = tip
    self.direction = direction / length
    self.radii = radii
    self.isHalf = isHalf
  }

  /// J of a computed displacement, in J/m².
  ///
  /// - Parameters:
  ///   - mesh: a section whose elements meet at the tip and whose outside, crack faces aside, lies beyond the outer
  ///     radius.
  ///   - displacement: x and y component of each node in turn, in metres.
  ///   - material: of one stiffness throughout the domain.
  ///   - lithiation: a value for each node; nil where the material is free of eigenstrain.
  ///   - axialStrain: the total strain across the section.
  /// - Throws: ``CrackingError/invalidField(name:reason:)`` where fields do not fit the mesh, the domain is resolved by
  ///   fewer than four elements, or the stiffness varies within it.
  public func callAsFunction<Material: ParticleMaterial>(
    mesh: ElementMesh, displacement: [Double], material: Material, lithiation: [Double]? = nil, axialStrain: Double = 0
  ) throws(CrackingError) -> Double {
    guard mesh.dimension == 2 else {
      throw .invalidField(name: "the mesh for J", reason: "its elements are \(mesh.shape.rawValue); expected a section")
    }
    do { try mesh.validate() } catch { throw .invalidField(name: "the mesh for J", reason: "\(error)") }
    guard displacement.count == 2 * mesh.nodeCount else {
      throw .invalidField(
        name: "the displacement",
        reason: "\(displacement.count) values; expected 2 for each of \(mesh.nodeCount) nodes")
    }
    if let lithiation, lithiation.count != mesh.nodeCount {
      throw .invalidField(
        name: "the lithiation", reason: "\(lithiation.count) values; expected one for each of \(mesh.nodeCount) nodes")
    }
    let weight = (0..<mesh.nodeCount).map { node in
      let place = SIMD2(mesh.points[2 * node], mesh.points[2 * node + 1]) - tip
      let distance = (place * place).sum().squareRoot()
      return min(max((radii.upperBound - distance) / (radii.upperBound - radii.lowerBound), 0), 1)
    }
    let t = SIMD3(direction.x, direction.y, 0)
    // Short beside the ring, long beside rounding.
    let reach = 1e-4 * radii.upperBound
    var (sum, elements, stiffness, isUniform) = (0.0, 0, nil as Stiffness?, true)
    ElementQuadrature(mesh).forEachElement { points in
      guard points.nodes.contains(where: { weight[Int($0)] > 0 }) else { return }
      elements += 1
      for point in 0..<points.pointCount {
        let place = points.material(point)
        let own = material.stiffness(at: place)
        if stiffness == nil { stiffness = own }
        isUniform = isUniform && own == stiffness
        var (gradientX, gradientY, slope) = (SIMD3<Double>.zero, SIMD3<Double>.zero, SIMD3<Double>.zero)
        var (q, u, ascent) = (0.0, 0.0, SIMD3<Double>.zero)
        for local in 0..<points.nodes.count {
          let node = Int(points.nodes[local])
          let index = point * points.nodes.count + local
          let gradient = points.gradients[index]
          gradientX += displacement[2 * node] * gradient
          gradientY += displacement[2 * node + 1] * gradient
          slope += weight[node] * gradient
          q += weight[node] * points.values[index]
          if let lithiation {
            u += lithiation[node] * points.values[index]
            ascent += lithiation[node] * gradient
          }
        }
        var elastic = SymmetricTensor3(
          xx: gradientX.x, yy: gradientY.y, zz: axialStrain, xy: 0.5 * (gradientX.y + gradientY.x))
        var change = SymmetricTensor3()
        if lithiation != nil {
          elastic = elastic - material.eigenstrain(at: place, lithiation: u).value
          func shifted(_ sign: Double) -> SymmetricTensor3 {
            var neighbour = place
            neighbour.position += sign * reach * t
            let lithiation = u + sign * reach * (ascent * t).sum()
            return material.eigenstrain(at: neighbour, lithiation: lithiation).value
          }
          change = 0.5 / reach * (shifted(1) - shifted(-1))
        }
        let stress = own(elastic)
        let alongT = SIMD3((gradientX * t).sum(), (gradientY * t).sum(), 0)
        let energy = 0.5 * Self.contract(stress, elastic)
        let flow = (stress(alongT) * slope).sum() - energy * (t * slope).sum()
        sum += points.volumes[point] * (flow + q * Self.contract(stress, change))
      }
    }
    guard elements >= 4 else {
      throw .invalidField(
        name: "the domain of J",
        reason: "\(elements) elements lie within \(radii.upperBound) m of the tip; refine there")
    }
    guard isUniform else {
      throw .invalidField(
        name: "the domain of J", reason: "the stiffness varies within it; keep the domain inside one grain")
    }
    return isHalf ? 2 * sum : sum
  }

  /// a_ij b_ij.
  private static func contract(_ a: SymmetricTensor3, _ b: SymmetricTensor3) -> Double {
    let diagonal = a.xx * b.xx + a.yy * b.yy + a.zz * b.zz
    return diagonal + 2 * (a.yz * b.yz + a.xz * b.xz + a.xy * b.xy)
  }
}
