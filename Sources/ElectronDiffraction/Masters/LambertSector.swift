import Crystallography

/// The points of a square Lambert grid that symmetry does not give, and how the others follow from them.
///
/// The sector holds, of the directions that the Laue class makes equal, the one nearest to a fixed direction among those
/// with z ≥ 0. Points of the grid within two rows and columns of the sector are kept with it, so that the cubic through
/// 4 × 4 of them gives the value at any direction of the sector.
struct LambertSector: Sendable {
  /// Points along an edge, odd.
  let size: Int
  /// Places in the grid of the north of the points to compute, ascending.
  let points: [Int]
  private let operations: [Rotation]
  /// In general position, so that no two equal directions are equally near.
  private static let guide = SIMD3(0.31, 0.17, 0.93)

  init(size: Int, laueClass: LaueClass) {
    self.size = size
    operations = RotationGroup(laueClass).rotations
    var wanted = [Bool](repeating: false, count: size * size)
    for index in 0..<size * size {
      let direction = Self.direction(index, size: size)
      let folded = Self.folded(direction, operations)
      guard (folded * Self.guide).sum() <= (direction * Self.guide).sum() + 1e-9 else { continue }
      let (row, column) = (index / size, index % size)
      for r in max(0, row - 2)...min(size - 1, row + 2) {
        for c in max(0, column - 2)...min(size - 1, column + 2) { wanted[r * size + c] = true }
      }
    }
    points = wanted.indices.filter { wanted[$0] }
  }

  /// The direction of a point of the north.
  static func direction(_ index: Int, size: Int) -> SIMD3<Double> {
    MasterPattern.direction(SIMD2(Double(2 * (index % size)), Double(2 * (index / size))) / Double(size - 1) - 1)
  }

  private static func folded(_ direction: SIMD3<Double>, _ operations: [Rotation]) -> SIMD3<Double> {
    var best = direction.z < 0 ? -direction : direction
    var nearest = (best * guide).sum()
    for operation in operations {
      let turned = operation(direction)
      for image in [turned, -turned] where image.z >= -1e-9 {
        let nearness = (image * guide).sum()
        if nearness > nearest { (best, nearest) = (image, nearness) }
      }
    }
    return best
  }

  /// The master pattern of values at the sector's points.
  func pattern(_ values: [Float]) -> MasterPattern {
    precondition(values.count == points.count, "a value for each point of the sector")
    var grid = [Float](repeating: .nan, count: size * size)
    for (point, value) in zip(points, values) { grid[point] = value }
    let north = (0..<size * size).map { index -> Float in
      if !grid[index].isNaN { return grid[index] }
      let folded = Self.folded(Self.direction(index, size: size), operations)
      return Self.interpolated(grid, size, MasterPattern.point(folded))
    }
    // The pattern of a direction and its opposite are the same, and (x, y) in the south is −(−x, −y) of the north.
    return MasterPattern(size: size, north: north, south: north.reversed())
  }

  /// The cubic of Catmull and Rom through 4 × 4 points; at the edges of the grid its outermost points repeat.
  private static func interpolated(_ grid: [Float], _ size: Int, _ point: SIMD2<Double>) -> Float {
    let place = (point + 1) * (Double(size - 1) / 2)
    let column = min(max(Int(place.x), 0), size - 2)
    let row = min(max(Int(place.y), 0), size - 2)
    let (across, down) = (cubic(place.x - Double(column)), cubic(place.y - Double(row)))
    var sum = 0.0
    for j in 0..<4 {
      let r = min(max(row + j - 1, 0), size - 1)
      for i in 0..<4 {
        let c = min(max(column + i - 1, 0), size - 1)
        sum += across[i] * down[j] * Double(grid[r * size + c])
      }
    }
    return Float(sum)
  }

  private static func cubic(_ t: Double) -> SIMD4<Double> {
    let (t2, t3) = (t * t, t * t * t)
    return SIMD4(-t + 2 * t2 - t3, 2 - 5 * t2 + 3 * t3, t + 4 * t2 - 3 * t3, t3 - t2) / 2
  }
}
