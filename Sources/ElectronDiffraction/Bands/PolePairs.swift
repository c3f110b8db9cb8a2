import Crystallography
import Foundation

/// The planes of a phase, and all pairs of them that a pair of bands may be.
///
/// Pairs that the crystal's symmetry maps on each other give equivalent orientations, so one of each set is kept: for a
/// cubic crystal one in 24.
struct PolePairs: Sendable {
  /// A plane of the phase.
  struct Pole: Sendable {
    /// Unit normal in the crystal's frame.
    var normal: SIMD3<Double>
    /// Index into the phase's reflectors.
    var reflector: Int
    /// Half the angle between the edges of the band, in radians.
    var halfAngle: Double
    /// How strong the band is, 1 for the strongest of the phase.
    var strength: Double
  }

  let poles: [Pole]
  /// Cosines of the angles between the two normals of the pairs, ascending; normals with both signs.
  let cosines: [Float]
  /// Right-handed frames of the pairs, nine values each, see ``PairFrame``.
  let frames: [Float]
  /// The normals' x, then their y, then their z, each filled up with zeros to ``padded`` values.
  let components: [Float]
  let padded: Int
  let group: RotationGroup

  init(phase: IndexingPhase, wavelength: Double) {
    group = RotationGroup(phase.laueClass)
    let largest = phase.reflectors.reduce(0) { max($0, $1.amplitude) }
    poles = phase.reflectors.enumerated().flatMap { index, reflector in
      reflector.poles.map {
        Pole(
          normal: $0, reflector: index, halfAngle: asin(min(wavelength / (2 * reflector.dSpacing), 1)),
          strength: largest > 0 ? reflector.amplitude / largest : 1)
      }
    }
    let signed = poles.flatMap { [$0.normal, -$0.normal] }
    // Where each rotation of the group takes each signed normal.
    let images = group.rotations.map { rotation in
      signed.map { normal in
        let image = rotation(normal)
        return signed.indices.max { (signed[$0] * image).sum() < (signed[$1] * image).sum() } ?? 0
      }
    }
    var found: [(cosine: Double, frame: PairFrame)] = []
    for i in signed.indices {
      for j in signed.indices where i / 2 != j / 2 {
        let isFirst = images.allSatisfy { ($0[i], $0[j]) >= (i, j) }
        let cosine = (signed[i] * signed[j]).sum()
        guard isFirst, abs(cosine) < PairFrame.largestCosine + 0.01 else { continue }
        found.append((cosine, PairFrame(SIMD3<Float>(signed[i]), SIMD3<Float>(signed[j]))))
      }
    }
    found.sort { $0.cosine < $1.cosine }
    cosines = found.map { Float($0.cosine) }
    frames = found.flatMap { $0.frame.values }
    let padded = (poles.count + 15) / 16 * 16
    var components = [Float](repeating: 0, count: 3 * padded)
    for (index, pole) in poles.enumerated() {
      for axis in 0..<3 { components[axis * padded + index] = Float(pole.normal[axis]) }
    }
    (self.padded, self.components) = (padded, components)
  }

  /// The pairs whose cosine lies in a range.
  func pairs(from low: Float, to high: Float) -> Range<Int> {
    let first = firstIndex(atLeast: low)
    return first..<max(first, firstIndex(atLeast: high))
  }

  private func firstIndex(atLeast value: Float) -> Int {
    var (low, high) = (0, cosines.count)
    while low < high {
      let middle = (low + high) / 2
      if cosines[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// The right-handed frame of two unit vectors: along their sum, their difference and their cross product.
struct PairFrame: Sendable {
  let sum, difference, cross: SIMD3<Float>

  /// The components of the three vectors, one vector after the other.
  var values: [Float] {
    [sum.x, sum.y, sum.z, difference.x, difference.y, difference.z, cross.x, cross.y, cross.z]
  }

  /// Pairs with a larger cosine do not fix a rotation well.
  static let largestCosine = 0.97

  init(_ first: SIMD3<Float>, _ second: SIMD3<Float>) {
    let (s, d) = (first + second, first - second)
    sum = s / (s * s).sum().squareRoot()
    difference = d / (d * d).sum().squareRoot()
    cross = SIMD3(
      sum.y * difference.z - sum.z * difference.y, sum.z * difference.x - sum.x * difference.z,
      sum.x * difference.y - sum.y * difference.x)
  }
}
