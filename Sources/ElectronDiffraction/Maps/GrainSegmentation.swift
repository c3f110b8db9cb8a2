import Crystallography
import Foundation

/// Parts a map into grains: points of one phase joined, neighbour by neighbour, where the disorientation stays below a
/// threshold.
///
/// A grain may therefore turn by more than the threshold from end to end. Points that were not indexed join none.
public struct GrainSegmentation: Sendable, Hashable {
  /// Which points of a square grid are neighbours; on a hexagonal one it is always six.
  public enum Neighbours: String, Sendable, Hashable, Codable, CaseIterable {
    /// Those that share an edge.
    case four
    /// Those that share an edge or a corner.
    case eight
  }

  /// Two neighbours belong together below this disorientation, in radians.
  public var threshold: Double
  public var neighbours: Neighbours
  /// Grains of fewer points are given to the nearest ones; those that touch no other are given up.
  public var minimumPoints: Int
  /// How far grains grow into points without orientation, in steps of the grid; 0 leaves those out.
  public var fillSteps: Int
  /// Whether points whose pseudo-symmetric orientations the pattern does not tell apart take part.
  public var usesUndecided: Bool

  /// - Precondition: the threshold is positive, the counts are not negative.
  public init(
    threshold: Double = 5 * .pi / 180, neighbours: Neighbours = .four, minimumPoints: Int = 1, fillSteps: Int = 0,
    usesUndecided: Bool = true
  ) {
    precondition(threshold > 0 && minimumPoints >= 0 && fillSteps >= 0, "a threshold is positive, counts not negative")
    (self.threshold, self.neighbours, self.minimumPoints) = (threshold, neighbours, minimumPoints)
    (self.fillSteps, self.usesUndecided) = (fillSteps, usesUndecided)
  }

  /// The grains of a map, numbered by their first point in C order.
  public func callAsFunction(_ map: OrientationMap) -> GrainMap {
    let components = components(of: map) { laueClass, first, second in laueClass.halfAngleCosine(first, second) }
    return grains(of: map, components: components)
  }

  /// The number of a connected component for each point, -1 where a point takes no part.
  ///
  /// - Parameter similarity: the cosine of half the angle by which two orientations of a class differ.
  func components(
    of map: OrientationMap, similarity: (LaueClass, Rotation, Rotation) -> Double
  ) -> [Int32] {
    let phases = map.points.map { takesPart($0, in: map) ? Int32($0.phase) : -1 }
    let orientations = map.points.map(\.orientation)
    let classes = map.phases.map(\.laueClass)
    let least = cos(threshold / 2)
    var sets = DisjointSets(count: map.points.count)
    MapNeighbourhood(map, corners: neighbours == .eight).forEachPair { index, other in
      let phase = phases[index]
      // Once joined, no comparison is needed.
      guard phase >= 0, phases[other] == phase, sets.root(index) != sets.root(other) else { return }
      if similarity(classes[Int(phase)], orientations[index], orientations[other]) > least { sets.join(index, other) }
    }
    var numbers = [Int32](repeating: -1, count: map.points.count)
    var count: Int32 = 0
    for index in numbers.indices where phases[index] >= 0 {
      // The root is the lowest member: it has its number already unless it is this point.
      let root = sets.root(index)
      if root == index {
        numbers[index] = count
        count += 1
      } else {
        numbers[index] = numbers[root]
      }
    }
    return numbers
  }

  private func takesPart(_ point: MapPoint, in map: OrientationMap) -> Bool {
    map.isIndexed(point) && (usesUndecided || point.status == .indexed)
  }

  /// Grains from components: small ones merged, holes filled, properties computed.
  func grains(of map: OrientationMap, components: [Int32]) -> GrainMap {
    var labels = components
    var measured = components.map { $0 >= 0 }
    var sizes = [Int](repeating: 0, count: Int(components.max() ?? -1) + 1)
    for label in components where label >= 0 { sizes[Int(label)] += 1 }
    let small = components.map { $0 >= 0 && sizes[Int($0)] < minimumPoints }
    if small.contains(true) {
      for index in labels.indices where small[index] { (labels[index], measured[index]) = (-1, false) }
      grow(&labels, into: small, map: map, steps: .max)
    }
    if fillSteps > 0 { grow(&labels, into: components.map { $0 < 0 }, map: map, steps: fillSteps) }
    return GrainMap(map: map, labels: renumbered(labels), measured: measured)
  }

  /// Labels in the order of their first points, without gaps.
  private func renumbered(_ labels: [Int32]) -> [Int32] {
    var numbers = [Int32](repeating: -1, count: Int(labels.max() ?? -1) + 1)
    var count: Int32 = 0
    return labels.map { label in
      guard label >= 0 else { return -1 }
      if numbers[Int(label)] < 0 {
        numbers[Int(label)] = count
        count += 1
      }
      return numbers[Int(label)]
    }
  }

  /// Gives unlabelled points the label of the nearest labelled one, ring by ring over shared edges.
  private func grow(_ labels: inout [Int32], into allowed: [Bool], map: OrientationMap, steps: Int) {
    let neighbourhood = MapNeighbourhood(map)
    var front = labels.indices.filter { labels[$0] >= 0 }
    var step = 0
    while !front.isEmpty && step < steps {
      var next: [Int] = []
      for index in front {
        neighbourhood.forEach(of: index) { other in
          guard labels[other] < 0, allowed[other] else { return }
          labels[other] = labels[index]
          next.append(other)
        }
      }
      front = next
      step += 1
    }
  }
}
