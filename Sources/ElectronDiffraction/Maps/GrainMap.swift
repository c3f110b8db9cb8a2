public import Crystallography

/// Points of one crystal, as a segmentation found them.
public struct Grain: Sendable, Hashable {
  /// Index into ``OrientationMap/phases``.
  public var phase: Int
  /// All points, those that were merged or filled in included.
  public var pointCount: Int
  /// Points that carry the grain's orientation; the others were merged or filled in.
  public var measuredCount: Int
  /// In square metres; zero where the points are scattered.
  public var area: Double
  /// Centre of area in the map's frame, in metres.
  public var centroid: SIMD2<Double>
  /// Mean over the points that carry the orientation.
  public var meanOrientation: Rotation
  /// Grain orientation spread: the mean disorientation of those points to their mean, in radians.
  public var orientationSpread: Double
  /// Whether the grain reaches the border of the map, so that part of it may lie outside.
  public var touchesBorder: Bool
  /// Grains with which it shares edges of points, in ascending order.
  public var neighbours: [Neighbour]

  /// A grain beside another.
  public struct Neighbour: Sendable, Hashable {
    /// Index into ``GrainMap/grains``.
    public var grain: Int
    /// Length of the common boundary along the edges of points, in metres.
    public var boundaryLength: Double

    public init(grain: Int, boundaryLength: Double) { (self.grain, self.boundaryLength) = (grain, boundaryLength) }
  }
}

/// A map parted into grains.
public struct GrainMap: Sendable, Hashable {
  /// The grain of each point in C order, as an index into ``grains``; -1 where a point belongs to none.
  public let labels: [Int32]
  /// Whether a point carries the orientation of its grain; false where it was merged or filled in.
  public let measured: [Bool]
  public let grains: [Grain]
  private let starts: [Int]
  private let members: [Int]

  /// The points of a grain, as indices in C order, ascending.
  public func points(of grain: Int) -> ArraySlice<Int> { members[starts[grain]..<starts[grain + 1]] }

  /// - Parameters:
  ///   - labels: numbers from 0 without gaps, -1 for none.
  ///   - measured: which points carry an orientation; each label has at least one.
  init(map: OrientationMap, labels: [Int32], measured: [Bool]) {
    (self.labels, self.measured) = (labels, measured)
    let count = Int(labels.max() ?? -1) + 1
    var starts = [Int](repeating: 0, count: count + 1)
    for label in labels where label >= 0 { starts[Int(label) + 1] += 1 }
    for index in 0..<count { starts[index + 1] += starts[index] }
    var (next, members) = (starts, [Int](repeating: 0, count: starts[count]))
    for (index, label) in labels.enumerated() where label >= 0 {
      members[next[Int(label)]] = index
      next[Int(label)] += 1
    }
    (self.starts, self.members) = (starts, members)
    let groups = map.phases.map { RotationGroup($0.laueClass) }
    let boundaries = Self.boundaryLengths(labels, map: map, count: count)
    grains = (0..<count).map { label in
      Self.grain(
        map: map, points: members[starts[label]..<starts[label + 1]], measured: measured, groups: groups,
        neighbours: boundaries[label])
    }
  }

  private static func grain(
    map: OrientationMap, points: ArraySlice<Int>, measured: [Bool], groups: [RotationGroup],
    neighbours: [Grain.Neighbour]
  ) -> Grain {
    let grid = map.grid
    let carriers = points.filter { measured[$0] }
    let phase = carriers.first.map { map.points[$0].phase } ?? 0
    let orientations = carriers.map { map.points[$0].orientation }
    let mean = groups[phase].mean(orientations) ?? .identity
    let spread = orientations.reduce(0) { $0 + groups[phase].laueClass.disorientation($1, mean) }
    let centre = points.reduce(SIMD2(0.0, 0)) { $0 + SIMD2(map.points[$1].x, map.points[$1].y) }
    let touchesBorder = points.contains { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: grid.columns)
      return row == 0 || column == 0 || row == grid.rows - 1 || column == grid.columns - 1
    }
    return Grain(
      phase: phase, pointCount: points.count, measuredCount: carriers.count,
      area: Double(points.count) * grid.stepX * grid.stepY, centroid: centre / Double(points.count),
      meanOrientation: mean, orientationSpread: spread / Double(max(carriers.count, 1)), touchesBorder: touchesBorder,
      neighbours: neighbours)
  }

  /// For each grain those beside it, with the length of the edges between.
  private static func boundaryLengths(_ labels: [Int32], map: OrientationMap, count: Int) -> [[Grain.Neighbour]] {
    var lengths = [[Int: Double]](repeating: [:], count: count)
    MapNeighbourhood(map).forEachEdge { first, second, length in
      let (a, b) = (Int(labels[first]), Int(labels[second]))
      guard a != b, a >= 0, b >= 0 else { return }
      lengths[a][b, default: 0] += length
      lengths[b][a, default: 0] += length
    }
    return lengths.map { found in
      found.sorted { $0.key < $1.key }.map { Grain.Neighbour(grain: $0.key, boundaryLength: $0.value) }
    }
  }
}
