internal import Foundation

/// How positions lie to each other.
struct ScanRegularity {
  /// The distance of each position to its nearest neighbour, in metres; infinite for a single one.
  let nearest: [Double]
  private let positions: [ScanPosition]

  init(_ positions: [ScanPosition]) {
    self.positions = positions
    // Sorted by y, a neighbour nearer than the best so far lies within that distance in the order.
    let order = positions.indices.sorted { (positions[$0].y, $0) < (positions[$1].y, $1) }
    var nearest = [Double](repeating: .infinity, count: positions.count)
    for (place, index) in order.enumerated() {
      var best = Double.infinity
      for direction in [1, -1] {
        var other = place + direction
        while order.indices.contains(other) {
          let dy = positions[order[other]].y - positions[index].y
          if abs(dy) >= best { break }
          let dx = positions[order[other]].x - positions[index].x
          best = min(best, (dy * dy + dx * dx).squareRoot())
          other += direction
        }
      }
      nearest[index] = best
    }
    self.nearest = nearest
  }

  /// The median distance to the nearest neighbour, in metres.
  ///
  /// Twice measured positions are 0 apart and do not count.
  var step: Double {
    let apart = nearest.filter { $0.isFinite && $0 > 0 }.sorted()
    return apart.isEmpty ? 0 : apart[apart.count / 2]
  }

  /// Positions more than five steps from all others.
  var isolated: [Int] {
    let limit = 5 * step
    return limit > 0 ? nearest.indices.filter { nearest[$0] > limit } : []
  }

  /// Whether nearly all differences between neighbours are one of four vectors: a lattice, turned or not.
  var isLattice: Bool {
    let step = step
    guard step > 0, positions.count >= 9 else { return false }
    // Some hundred positions show a lattice as well as all of them.
    let sample = Array(positions.prefix(400))
    var differences: [ScanPosition] = []
    for (i, a) in sample.enumerated() {
      for b in sample[(i + 1)...] {
        var dy = b.y - a.y
        var dx = b.x - a.x
        guard dy * dy + dx * dx < 1.7 * 1.7 * step * step else { continue }
        // A difference and its opposite are one.
        if dy < -0.05 * step || (abs(dy) <= 0.05 * step && dx < 0) { (dy, dx) = (-dy, -dx) }
        differences.append(ScanPosition(y: dy, x: dx))
      }
    }
    guard differences.count >= sample.count else { return false }
    var left = differences
    for _ in 0..<4 {
      guard let candidate = mode(of: left, within: 0.06 * step) else { break }
      left.removeAll { hypot($0.y - candidate.y, $0.x - candidate.x) < 0.06 * step }
    }
    return Double(left.count) < 0.15 * Double(differences.count)
  }

  /// The vector with most others near it.
  private func mode(of vectors: [ScanPosition], within radius: Double) -> ScanPosition? {
    let candidates =
      vectors.count > 200 ? stride(from: 0, to: vectors.count, by: vectors.count / 200).map { vectors[$0] } : vectors
    let counts = candidates.map { centre in vectors.count { hypot($0.y - centre.y, $0.x - centre.x) < radius } }
    return zip(candidates, counts).max { $0.1 < $1.1 }?.0
  }
}
