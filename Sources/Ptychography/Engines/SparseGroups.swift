internal import ArrayMath

/// Groups of patterns whose illuminations lie far apart, so that their changes of the object hardly overlap.
///
/// Patterns are taken in random order; each goes to the group, among those that have room, where its neighbours weigh
/// least, a neighbour at a distance of d pixels weighing 1/(1 + d²).
enum SparseGroups {
  /// - Parameters:
  ///   - positions: of all patterns.
  ///   - size: patterns of a group, at least 1; the groups differ by at most one.
  ///   - generator: gives the order.
  static func make(_ positions: [PixelPosition], size: Int, generator: inout SeededGenerator) -> [[Int]] {
    let count = positions.count
    guard count > 0 else { return [] }
    let groupCount = (count + size - 1) / size
    var groups = [[Int]](repeating: [], count: groupCount)
    for (turn, index) in (0..<count).shuffled(using: &generator).enumerated() {
      // Groups fill evenly: no group takes its n-th pattern before all have n − 1.
      let limit = turn / groupCount + 1
      var best = 0
      var lowest = Double.infinity
      for (group, members) in groups.enumerated() where members.count < limit {
        var weight = 0.0
        for member in members {
          let down = positions[member].row - positions[index].row
          let right = positions[member].column - positions[index].column
          weight += 1 / (1 + down * down + right * right)
        }
        if weight < lowest {
          lowest = weight
          best = group
        }
      }
      groups[best].append(index)
    }
    return groups
  }
}
