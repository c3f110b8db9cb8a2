public import Crystallography
import Foundation

/// An edge between two points that belong to different grains.
public struct BoundarySegment: Sendable, Hashable {
  /// The points on both sides, as indices into ``OrientationMap/points``.
  public var first, second: Int
  /// The grains on both sides, as indices into ``GrainMap/grains``.
  public var firstGrain, secondGrain: Int
  /// Length of the edge, in metres.
  public var length: Double
  /// The smallest angle between the crystals, in radians; NaN between phases.
  public var disorientation: Double
  /// The angle between the c axes, 0...π/2 radians.
  public var axisAngle: Double
  /// The first special boundary that the segment belongs to, as an index into the list asked for.
  public var special: Int?

  public init(
    first: Int, second: Int, firstGrain: Int, secondGrain: Int, length: Double, disorientation: Double,
    axisAngle: Double, special: Int? = nil
  ) {
    (self.first, self.second, self.firstGrain, self.secondGrain) = (first, second, firstGrain, secondGrain)
    (self.length, self.disorientation, self.axisAngle, self.special) = (length, disorientation, axisAngle, special)
  }
}

/// A relation between two crystals of one phase that boundaries are sorted by.
public struct SpecialBoundary: Sendable, Hashable {
  /// What makes the relation.
  public enum Law: Sendable, Hashable {
    /// A turn in the crystal's frame that takes one crystal into the other, up to symmetry.
    case turn(Rotation)
    /// An angle between the c axes, 0...π/2 radians, whatever the turn about them.
    case axisAngle(Double)
  }

  /// What people call it.
  public var name: String
  /// How the crystals on both sides are related.
  public var law: Law
  /// Largest deviation, in radians.
  public var tolerance: Double

  public init(name: String, law: Law, tolerance: Double) {
    (self.name, self.law, self.tolerance) = (name, law, tolerance)
  }

  /// The boundary of a twin: both crystals share a plane, across which one is the other's mirror image.
  ///
  /// In a crystal with an inversion centre the mirror is a half turn about the normal of the plane.
  ///
  /// - Parameters:
  ///   - plane: the shared plane, for example 1 0 2 of hexagonal metals ({10-12}).
  ///   - cell: the cell.
  ///   - tolerance: in radians.
  public static func twin(
    plane: MillerIndices, cell: UnitCell, tolerance: Double = 5 * .pi / 180
  ) -> SpecialBoundary {
    SpecialBoundary(
      name: "twin \(plane.h) \(plane.k) \(plane.l)",
      law: .turn(Rotation(axis: cell.planeNormal(plane), angle: .pi)), tolerance: tolerance)
  }

  /// The angle of c axes that the two ways to choose c in a nearly cubic oxygen lattice give: arccos(1/3) = 70.5 degrees.
  ///
  /// In layered oxides such a boundary may be one of indexing rather than of the crystal.
  public static func pseudoCubic(tolerance: Double = 3 * .pi / 180) -> SpecialBoundary {
    SpecialBoundary(name: "pseudo-cubic", law: .axisAngle(acos(1.0 / 3)), tolerance: tolerance)
  }

  /// Whether two crystals of a class are so related.
  public func holds(_ first: Rotation, _ second: Rotation, in group: RotationGroup) -> Bool {
    switch law {
    case .turn(let turn): group.deviation(first, second, from: turn) <= tolerance
    case .axisAngle(let angle): abs(cAxisAngle(first, second) - angle) <= tolerance
    }
  }
}

/// The angle between the c axes of two orientations, 0...π/2 radians.
func cAxisAngle(_ first: Rotation, _ second: Rotation) -> Double {
  let (a, b) = (first.inverse(SIMD3(0, 0, 1)), second.inverse(SIMD3(0, 0, 1)))
  return acos(min(abs((a * b).sum()), 1))
}

extension GrainMap {
  /// The edges between grains, in C order: of each point those to neighbours that come later.
  ///
  /// Points without an orientation of their own (merged or filled in) stand for their grain's mean.
  ///
  /// - Parameters:
  ///   - map: the map that was parted.
  ///   - special: relations to sort boundaries by; the first that holds counts. They apply within a phase.
  public func boundaries(of map: OrientationMap, special: [SpecialBoundary] = []) -> [BoundarySegment] {
    precondition(map.points.count == labels.count, "the grains are those of the map")
    let groups = map.phases.map { RotationGroup($0.laueClass) }
    var segments: [BoundarySegment] = []
    MapNeighbourhood(map).forEachEdge { first, second, length in
      let (a, b) = (Int(labels[first]), Int(labels[second]))
      guard a != b, a >= 0, b >= 0 else { return }
      let one = measured[first] ? map.points[first].orientation : grains[a].meanOrientation
      let other = measured[second] ? map.points[second].orientation : grains[b].meanOrientation
      var segment = BoundarySegment(
        first: first, second: second, firstGrain: a, secondGrain: b, length: length, disorientation: .nan,
        axisAngle: cAxisAngle(one, other))
      if grains[a].phase == grains[b].phase {
        let group = groups[grains[a].phase]
        segment.disorientation = group.laueClass.disorientation(one, other)
        segment.special = special.firstIndex { $0.holds(one, other, in: group) }
      }
      segments.append(segment)
    }
    return segments
  }
}
