/// Makes a section of a map whole: gaps, holes, specks and loose pieces.
struct LabelRepair {
  /// A map with a rim of points outside, every point a grain or outside.
  struct Whole {
    var rows: Int
    var columns: Int
    /// -1 outside, ``pore`` in pores.
    var labels: [Int]
    /// Points of the rim on each side.
    var margin: Int
    var filledPoints: Int
    var droppedPoints: Int
  }

  /// A hole that stays.
  static let pore = -3
  private static let outside = -1
  /// A point inside that has no grain yet.
  private static let empty = -2

  private let options: GrainLabelMap.Options
  private var rows: Int
  private var columns: Int
  private let margin: Int
  private var labels: [Int]

  init(_ map: GrainLabelMap, _ options: GrainLabelMap.Options) {
    self.options = options
    margin = options.closing + 2
    rows = map.rows + 2 * margin
    columns = map.columns + 2 * margin
    labels = [Int](repeating: Self.outside, count: rows * columns)
    for row in 0..<map.rows {
      for column in 0..<map.columns {
        labels[(row + margin) * columns + column + margin] = max(map.labels[row * map.columns + column], Self.outside)
      }
    }
  }

  func repaired() throws(SectionError) -> Whole {
    var work = self
    guard work.labels.contains(where: { $0 >= 0 }) else {
      throw .invalidOutline(reason: "no point of the map belongs to a grain")
    }
    let before = work.labels
    work.closeRim()
    work.markHoles()
    work.fill()
    let dropped = work.dropLoosePieces()
    work.dissolveSpecks()
    work.fill()
    work.joinCorners()
    let filled = zip(before, work.labels).reduce(0) { $0 + ($1.0 < 0 && $1.1 >= 0 ? 1 : 0) }
    return Whole(
      rows: rows, columns: columns, labels: work.labels, margin: margin, filledPoints: filled, droppedPoints: dropped)
  }

  /// Grows the section by some points and shrinks it again: what stays is a gap, not yet a grain.
  private mutating func closeRim() {
    let reach = options.closing
    guard reach > 0 else { return }
    var offsets: [Int] = []
    for r in -reach...reach {
      for c in -reach...reach where r * r + c * c <= reach * reach { offsets.append(r * columns + c) }
    }
    var isGrown = [Bool](repeating: false, count: labels.count)
    for index in labels.indices where labels[index] >= 0 {
      for offset in offsets { isGrown[index + offset] = true }
    }
    for row in reach..<rows - reach {
      for column in reach..<columns - reach where labels[row * columns + column] == Self.outside {
        let index = row * columns + column
        if offsets.allSatisfy({ isGrown[index + $0] }) { labels[index] = Self.empty }
      }
    }
  }

  /// Points without a grain that the outside does not reach become holes to fill, but for pores.
  private mutating func markHoles() {
    for piece in pieces(where: { $0 == Self.outside }) {
      // The first piece holds the corner of the rim.
      if piece.first == 0 { continue }
      let isPore = options.largestFilledHole.map { piece.count > $0 } ?? false
      for index in piece { labels[index] = isPore ? Self.pore : Self.empty }
    }
  }

  /// Gives empty points the grain that most of their neighbours have, layer by layer from the grains inwards.
  private mutating func fill() {
    var layer = labels.indices.filter { labels[$0] == Self.empty && hasGrain(beside: $0) }
    while !layer.isEmpty {
      let chosen = layer.map { mostFrequentNeighbour($0) }
      for (index, label) in zip(layer, chosen) { labels[index] = label }
      var next: Set<Int> = []
      for index in layer {
        for other in [index - columns, index - 1, index + 1, index + columns] where labels[other] == Self.empty {
          next.insert(other)
        }
      }
      layer = next.sorted()
    }
    // What no grain touches stays outside.
    for index in labels.indices where labels[index] == Self.empty { labels[index] = Self.outside }
  }

  private func hasGrain(beside index: Int) -> Bool {
    [index - columns, index - 1, index + 1, index + columns].contains { labels[$0] >= 0 }
  }

  private func mostFrequentNeighbour(_ index: Int) -> Int {
    // Straight neighbours count more than diagonal ones; the lower label wins a tie.
    var counts: [Int: Int] = [:]
    for (offset, weight) in [
      (-columns, 3), (-1, 3), (1, 3), (columns, 3), (-columns - 1, 2), (-columns + 1, 2), (columns - 1, 2),
      (columns + 1, 2),
    ] where labels[index + offset] >= 0 {
      counts[labels[index + offset], default: 0] += weight
    }
    return counts.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key ?? Self.outside
  }

  /// Leaves the largest connected piece of the section.
  private mutating func dropLoosePieces() -> Int {
    let all = pieces { $0 >= 0 }
    guard let largest = all.map(\.count).max() else { return 0 }
    var (dropped, isKept) = (0, false)
    for piece in all {
      if piece.count == largest, !isKept {
        isKept = true
        continue
      }
      dropped += piece.count
      for index in piece { labels[index] = Self.outside }
    }
    return dropped
  }

  /// Empties pieces of grains that are too small, unless nothing else is left.
  private mutating func dissolveSpecks() {
    let specks = grainPieces().filter { $0.count < options.smallestGrain }
    let count = labels.reduce(0) { $0 + ($1 >= 0 ? 1 : 0) }
    guard specks.reduce(0, { $0 + $1.count }) < count else { return }
    for piece in specks {
      for index in piece { labels[index] = Self.empty }
    }
  }

  /// Where a section or a grain would touch itself in a corner only, a point is added beside it.
  private mutating func joinCorners() {
    var hasChanged = true
    var passes = 0
    while hasChanged, passes < 100 {
      hasChanged = false
      passes += 1
      for row in 0..<rows - 1 {
        for column in 0..<columns - 1 {
          let index = row * columns + column
          let (a, b) = (labels[index], labels[index + 1])
          let (c, d) = (labels[index + columns], labels[index + columns + 1])
          let pinchesOutside = (a < 0 && d < 0 && b >= 0 && c >= 0) || (b < 0 && c < 0 && a >= 0 && d >= 0)
          guard pinchesOutside || (a == d && b == c && a != b) else { continue }
          if a < 0 { labels[index] = b } else if b < 0 { labels[index + 1] = a } else { labels[index] = b }
          hasChanged = true
        }
      }
    }
  }

  // MARK: - Pieces

  /// Connected pieces of the points whose labels have a property, in the order of their first points.
  private func pieces(where isWanted: (Int) -> Bool) -> [[Int]] {
    connected { _, label in isWanted(label) }
  }

  /// Connected pieces of one grain each.
  private func grainPieces() -> [[Int]] {
    connected { first, label in label >= 0 && label == first }
  }

  private func connected(_ belongs: (_ first: Int, _ label: Int) -> Bool) -> [[Int]] {
    var isSeen = [Bool](repeating: false, count: labels.count)
    var pieces: [[Int]] = []
    for start in labels.indices where !isSeen[start] && belongs(labels[start], labels[start]) {
      var piece = [start]
      isSeen[start] = true
      var next = 0
      while next < piece.count {
        let index = piece[next]
        next += 1
        let column = index % columns
        for (other, isInside) in [
          (index - columns, index >= columns), (index - 1, column > 0), (index + 1, column < columns - 1),
          (index + columns, index + columns < labels.count),
        ] where isInside && !isSeen[other] && belongs(labels[start], labels[other]) {
          isSeen[other] = true
          piece.append(other)
        }
      }
      pieces.append(piece)
    }
    return pieces
  }
}
