public import Crystallography
import Foundation

/// Rotations that map the strong reflections of a crystal nearly onto themselves without being among its symmetries.
///
/// A layered oxide R−3m of c/a near 2√6 is rock salt stretched along one of its body diagonals: 90° about the normal of a
/// {104} plane takes every reflection of the rock salt to another, and only the superlattice reflections, (003), {101},
/// {107}, tell which of the four diagonals is c. Orientations related so are found from the reflectors of the cell: with
/// A the amplitudes, a rotation Q scores
///
///     overlap(Q) = Σ_g max_h A_g A_h w(Qg, h) / Σ_g A_g²,
///
/// h running over reflections of the same spacing, w falling from 1 to 0 as the angle between the planes reaches the
/// tolerance. Rotations that differ by a symmetry of the crystal applied after them are one operator.
public struct PseudoSymmetry: Sendable {
  /// A rotation in the crystal's frame, applied after an orientation, and how well it maps the reflections.
  public struct Operator: Sendable, Hashable {
    /// Of all that are the same for the crystal the one of the smallest angle.
    public var rotation: Rotation
    /// 1 where every reflection falls on one as strong.
    public var overlap: Double
  }

  /// The symmetries of the crystal.
  public let group: RotationGroup
  /// The operators, the greatest overlap first, without the identity.
  public let operators: [Operator]

  /// The pseudo-symmetries of a phase.
  public init(_ phase: IndexingPhase) {
    self.init(reflectors: phase.reflectors, laueClass: phase.laueClass)
  }

  /// - Parameters:
  ///   - reflectors: the reflections that shape the patterns.
  ///   - angle: how far a plane may miss the one it is mapped to, in radians.
  ///   - spacing: relative difference of the spacings of such planes.
  ///   - minimumOverlap: less than this is no pseudo-symmetry. Twins by the coincidence of part of a lattice stay below
  ///     one half.
  public init(
    reflectors: [Reflector], laueClass: LaueClass, angle: Double = 5 * .pi / 180, spacing: Double = 0.06,
    minimumOverlap: Double = 0.5
  ) {
    let group = RotationGroup(laueClass)
    self.group = group
    let planes = PlaneSet(reflectors, angle: angle, spacing: spacing)
    var found: [Operator] = []
    for start in planes.candidates() {
      // Rough ones miss by the tolerance of the pair that made them.
      guard planes.overlap(start) > minimumOverlap / 2 else { continue }
      let rotation = planes.refined(start)
      let overlap = planes.overlap(rotation)
      guard overlap >= minimumOverlap, group.disorientation(rotation, .identity) > 2 * angle else { continue }
      if let same = found.firstIndex(where: { group.disorientation($0.rotation, rotation) < 2 * angle }) {
        if overlap > found[same].overlap + 1e-9 { found[same] = Operator(rotation: rotation, overlap: overlap) }
      } else {
        found.append(Operator(rotation: rotation, overlap: overlap))
      }
    }
    operators = found.map { Operator(rotation: Self.smallest($0.rotation, group), overlap: $0.overlap) }
      .enumerated().sorted { ($1.element.overlap, $0.offset) < ($0.element.overlap, $1.offset) }.map(\.element)
  }

  private static func smallest(_ rotation: Rotation, _ group: RotationGroup) -> Rotation {
    group.rotations.map { $0 * rotation }.reduce(rotation) { $1.angle < $0.angle - 1e-9 ? $1 : $0 }
  }

  /// The orientation and those that its pattern is easily taken for.
  public func variants(of orientation: Rotation) -> [Rotation] {
    [orientation] + operators.map { $0.rotation * orientation }
  }

  /// The smallest angle between two orientations when variants count as one, in radians.
  ///
  /// Grains that are built with it do not fall apart where points were taken for another variant.
  public func disorientation(_ first: Rotation, _ second: Rotation) -> Double {
    variants(of: first).map { group.disorientation($0, second) }.min() ?? .infinity
  }
}

/// Planes with their weights, for the search of rotations that map them onto each other.
private struct PlaneSet {
  private struct Plane {
    var normal: SIMD3<Double>
    var spacing, amplitude: Double
  }

  private let planes: [Plane]
  private let angle, spacing, power: Double

  init(_ reflectors: [Reflector], angle: Double, spacing: Double) {
    planes = reflectors.sorted { $0.amplitude > $1.amplitude }.flatMap { family in
      family.poles.map { Plane(normal: $0, spacing: family.dSpacing, amplitude: family.amplitude) }
    }
    (self.angle, self.spacing) = (angle, spacing)
    power = planes.reduce(0) { $0 + $1.amplitude * $1.amplitude }
  }

  private func sameSpacing(_ a: Plane, _ b: Plane) -> Bool { abs(a.spacing / b.spacing - 1) < spacing }

  /// Rotations that take one of the strongest pairs of planes to any pair of the same spacings and angle.
  func candidates() -> [Rotation] {
    var rotations: [Rotation] = []
    for first in planes.prefix(4) {
      guard
        let second = planes.first(where: { abs((first.normal * $0.normal).sum()) < 0.9 })
      else { continue }
      let cosine = (first.normal * second.normal).sum()
      for image in planes where sameSpacing(first, image) {
        for other in planes where sameSpacing(second, other) {
          for sign in [SIMD2(1.0, 1), SIMD2(1, -1), SIMD2(-1, 1), SIMD2(-1, -1)] {
            let (a, b) = (image.normal * sign.x, other.normal * sign.y)
            let difference = acos(min(max((a * b).sum(), -1), 1)) - acos(min(max(cosine, -1), 1))
            guard abs(difference) < 2 * angle else { continue }
            rotations.append(rotation(from: (first.normal, second.normal), to: (a, b)))
          }
        }
      }
    }
    return rotations
  }

  /// The rotation that takes the bisector and the normal of one pair of directions to those of another.
  private func rotation(
    from: (SIMD3<Double>, SIMD3<Double>), to: (SIMD3<Double>, SIMD3<Double>)
  ) -> Rotation {
    func frame(_ pair: (SIMD3<Double>, SIMD3<Double>)) -> Matrix3 {
      let x = unit(pair.0 + pair.1)
      let z = unit(cross(pair.0, pair.1))
      return Matrix3(x, cross(z, x), z)
    }
    return Rotation(matrix: frame(to).transposed * frame(from))
  }

  private func best(_ image: SIMD3<Double>, like plane: Plane) -> (plane: Plane, cosine: Double, gain: Double)? {
    var best: (Plane, Double, Double)?
    for candidate in planes where sameSpacing(plane, candidate) {
      let cosine = (image * candidate.normal).sum()
      let miss = acos(min(abs(cosine), 1)) / angle
      guard miss < 1 else { continue }
      let gain = plane.amplitude * candidate.amplitude * (1 - miss * miss)
      if gain > best?.2 ?? 0 { best = (candidate, cosine, gain) }
    }
    return best
  }

  func overlap(_ rotation: Rotation) -> Double {
    planes.reduce(0) { $0 + (best(rotation($1.normal), like: $1)?.gain ?? 0) } / power
  }

  /// The rotation that maps best in the sense of least squares of the angles, all planes that find a partner taken.
  func refined(_ start: Rotation) -> Rotation {
    var rotation = start
    for _ in 0..<5 {
      var equations = NormalEquations(count: 3)
      for plane in planes {
        let image = rotation(plane.normal)
        guard let match = best(image, like: plane) else { continue }
        let weight = plane.amplitude * match.plane.amplitude
        let torque = cross(image, match.cosine < 0 ? -match.plane.normal : match.plane.normal)
        for row in 0..<3 {
          equations.right[row] += weight * torque[row]
          equations[row, row] += weight
          for column in 0..<3 { equations[row, column] -= weight * image[row] * image[column] }
        }
      }
      guard let turn = equations.solution() else { return rotation }
      rotation = Rotation(vector: SIMD3(turn[0], turn[1], turn[2])) * rotation
    }
    return rotation
  }

  private func unit(_ v: SIMD3<Double>) -> SIMD3<Double> { v / (v * v).sum().squareRoot() }

  private func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }
}
