import Foundation

extension LaueClass {
  /// The largest |w| of the quaternions that symmetry makes of one: the cosine of half the disorientation.
  ///
  /// A symmetry rotation mixes the four components with fixed weights, so the largest over the whole group has a closed
  /// form in the components' magnitudes: a turn by 2πk/n about z pairs w with z and, after a twofold turn about x, x with
  /// y; the largest of |w cos α ± z sin α| over the signs is |w| cos α + |z| sin α. The octahedral group leaves the four
  /// magnitudes, half their sum and the sum of the two largest over √2 (Grimmer, Acta Cryst. A30, 685, 1974).
  @inline(__always)
  func halfAngleCosine(_ quaternion: SIMD4<Double>) -> Double {
    let (x, y, z, w) = (abs(quaternion.x), abs(quaternion.y), abs(quaternion.z), abs(quaternion.w))
    let root3 = 0.866_025_403_784_438_6
    let root2 = 0.707_106_781_186_547_5
    switch self {
    case .triclinic: return w
    case .monoclinic: return larger(w, y)
    case .orthorhombic: return larger(larger(w, z), larger(x, y))
    case .tetragonalLow: return larger(larger(w, z), (w + z) * root2)
    case .tetragonalHigh:
      return larger(larger(larger(w, z), (w + z) * root2), larger(larger(x, y), (x + y) * root2))
    case .trigonalLow: return larger(w, 0.5 * w + root3 * z)
    case .trigonalHigh: return larger(larger(w, 0.5 * w + root3 * z), larger(x, 0.5 * x + root3 * y))
    case .hexagonalLow:
      return larger(larger(w, z), larger(root3 * w + 0.5 * z, 0.5 * w + root3 * z))
    case .hexagonalHigh:
      let first = larger(larger(w, z), larger(root3 * w + 0.5 * z, 0.5 * w + root3 * z))
      return larger(first, larger(larger(x, y), larger(root3 * x + 0.5 * y, 0.5 * x + root3 * y)))
    case .cubicLow: return larger(larger(larger(w, z), larger(x, y)), 0.5 * (x + y + z + w))
    case .cubicHigh:
      let (high, low) = (larger(w, z), smaller(w, z))
      let (otherHigh, otherLow) = (larger(x, y), smaller(x, y))
      let largest = larger(high, otherHigh)
      let second = larger(smaller(high, otherHigh), high > otherHigh ? low : otherLow)
      return larger(larger(largest, (largest + second) * root2), 0.5 * (x + y + z + w))
    }
  }

  /// The cosine of half the smallest angle between two orientations that look alike under the class, 0...1.
  ///
  /// Cheaper than ``disorientation(_:_:)`` where it is only compared with a threshold: a smaller angle has a larger
  /// cosine. About 10 ns.
  public func halfAngleCosine(_ first: Rotation, _ second: Rotation) -> Double {
    halfAngleCosine(quotient(first.quaternion, second.quaternion))
  }

  /// The smallest angle between two orientations of crystals that look alike under the class, in radians.
  public func disorientation(_ first: Rotation, _ second: Rotation) -> Double {
    halfAngleToAngle(halfAngleCosine(first, second))
  }

  /// The disorientations of pairs, in radians.
  ///
  /// - Parameters:
  ///   - first: orientations.
  ///   - second: as many orientations.
  ///   - angles: gets an angle for each pair, in radians.
  /// - Precondition: the three have one length.
  public func disorientations(
    _ first: Span<Rotation>, _ second: Span<Rotation>, into angles: inout MutableSpan<Double>
  ) {
    precondition(first.count == second.count && first.count == angles.count, "as many pairs as angles")
    for index in first.indices {
      angles[index] = halfAngleToAngle(halfAngleCosine(quotient(first[index].quaternion, second[index].quaternion)))
    }
  }
}

@inline(__always) private func larger(_ a: Double, _ b: Double) -> Double { a > b ? a : b }
@inline(__always) private func smaller(_ a: Double, _ b: Double) -> Double { a < b ? a : b }

/// The quaternion of the first rotation after the inverse of the second.
@inline(__always)
private func quotient(_ a: SIMD4<Double>, _ b: SIMD4<Double>) -> SIMD4<Double> {
  SIMD4(
    a.x * b.w - a.w * b.x - a.y * b.z + a.z * b.y, a.y * b.w - a.w * b.y - a.z * b.x + a.x * b.z,
    a.z * b.w - a.w * b.z - a.x * b.y + a.y * b.x, a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w)
}

@inline(__always) private func halfAngleToAngle(_ cosine: Double) -> Double { 2 * acos(smaller(cosine, 1)) }
