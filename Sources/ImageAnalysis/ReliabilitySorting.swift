internal import ArrayMath

/// Joins neighbours in the order of their reliability (Herraez et al. 2002).
///
/// The reliability of a pixel falls with D = H² + V² + D₁² + D₂², the squares of the wrapped second differences along the
/// row, the column and both diagonals; that of a pair is the smaller, the larger the sum of both D. Pairs with a pixel that
/// lacks a neighbour that counts come after all others: first those with one such pixel, by the D of the other, then
/// those with two, by the square of their wrapped difference. Equal ones are joined in C order, the neighbour to the
/// right before the one below.
///
/// M. A. Herráez, D. R. Burton, M. J. Lalor, M. A. Gdeisat, Appl. Opt. 41 (2002) 7437.
enum ReliabilitySorting {
  /// Whole turns to add to each pixel.
  ///
  /// - Parameter cuts: pixels whose pairs come last, none where empty.
  static func turns(_ field: WrappedField, cuts: [UInt8] = []) -> [Int32] {
    let columns = field.shape.columns
    var turns = [Int32](repeating: 0, count: field.shape.count)
    let roughness = roughness(field)
    var items = pairs(field, roughness: roughness, cuts: cuts)
    sort(&items)
    // A pixel and the node of the forest have the same number.
    let nodes = UnsafeMutableBufferPointer<TurnForest.Node>.allocate(capacity: field.shape.count)
    defer { nodes.deallocate() }
    nodes.initialize(repeating: TurnForest.Node(parent: -1, offset: 0))
    field.phase.withUnsafeBufferPointer { phase in
      items.withUnsafeBufferPointer { items in
        for item in items {
          let pair = Int(item & 0xFFFF_FFFF)
          let first = pair >> 1
          let second = first + (pair & 1 == 0 ? 1 : columns)
          _ = TurnForest.join(Int32(first), Int32(second), WrappedField.turns(phase[first], phase[second]), nodes)
        }
      }
    }
    for index in 0..<turns.count where field.valid[index] == 1 {
      turns[index] = TurnForest.root(Int32(index), nodes).offset
    }
    return turns
  }

  /// D of each pixel, −1 where one of the eight neighbours is missing or does not count.
  static func roughness(_ field: WrappedField) -> [Double] {
    let rows = field.shape.rows
    let columns = field.shape.columns
    var roughness = [Double](repeating: -1, count: field.shape.count)
    guard rows > 2, columns > 2 else { return roughness }
    field.phase.withUnsafeBufferPointer { phase in
      field.valid.withUnsafeBufferPointer { valid in
        roughness.withUnsafeMutableBufferPointer { roughness in
          for row in 1..<rows - 1 {
            for index in row * columns + 1..<(row + 1) * columns - 1 {
              @inline(__always) func squared(_ step: Int) -> Double {
                let centre = Double(phase[index])
                let second =
                  wrapped(Double(phase[index - step]) - centre) - wrapped(centre - Double(phase[index + step]))
                return second * second
              }
              let sum = squared(1) + squared(columns) + squared(columns + 1) + squared(columns - 1)
              let above = valid[index - columns - 1] & valid[index - columns] & valid[index - columns + 1]
              let beside = valid[index - 1] & valid[index] & valid[index + 1]
              let below = valid[index + columns - 1] & valid[index + columns] & valid[index + columns + 1]
              roughness[index] = above & beside & below == 1 ? sum : -1
            }
          }
        }
      }
    }
    return roughness
  }

  /// A difference of two wrapped phases, brought back to −π...π.
  @inline(__always) private static func wrapped(_ difference: Double) -> Double {
    difference + (difference < -.pi ? 2 * .pi : 0) - (difference > .pi ? 2 * .pi : 0)
  }

  /// Pairs of neighbours that both count: in the upper half the key to sort by, in the lower one twice the number of the
  /// first pixel, plus one where the second is below it.
  private static func pairs(_ field: WrappedField, roughness: [Double], cuts: [UInt8]) -> [UInt64] {
    let columns = field.shape.columns
    return [UInt64](unsafeUninitializedCapacity: 2 * field.shape.count) { items, count in
      field.phase.withUnsafeBufferPointer { phase in
        field.valid.withUnsafeBufferPointer { valid in
          roughness.withUnsafeBufferPointer { roughness in
            cuts.withUnsafeBufferPointer { cuts in
              func append(_ first: Int, _ second: Int, _ pair: Int) {
                let key: UInt32
                let (a, b) = (roughness[first], roughness[second])
                if !cuts.isEmpty, cuts[first] | cuts[second] == 1 {
                  // Half of the bits fit above the other classes.
                  let sum = max(a, 0) + max(b, 0)
                  key = 3 * span + Float(sum).bitPattern >> 1
                } else if a >= 0, b >= 0 {
                  key = Float(a + b).bitPattern
                } else if a >= 0 || b >= 0 {
                  key = span + Float(max(a, b)).bitPattern
                } else {
                  let step = wrapped(Double(phase[second]) - Double(phase[first]))
                  key = 2 * span + Float(step * step).bitPattern
                }
                items[count] = UInt64(key) << 32 | UInt64(pair)
                count += 1
              }
              for row in 0..<field.shape.rows {
                for index in row * columns..<(row + 1) * columns where valid[index] == 1 {
                  if index + 1 < (row + 1) * columns, valid[index + 1] == 1 { append(index, index + 1, 2 * index) }
                  if row + 1 < field.shape.rows, valid[index + columns] == 1 {
                    append(index, index + columns, 2 * index + 1)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// What separates the keys of one class of pairs from those of the next: more than the bits of any sum of two D, which
  /// is at most 8 (4 π)² and so below 2048.
  private static let span: UInt32 = 0x4500_0000

  /// Sorts by the upper half, keeping the order of equal ones: by 11 bits at a time from the lowest.
  private static func sort(_ items: inout [UInt64]) {
    let digits = 11
    let passes = 3
    let buckets = 1 << digits
    var starts = [Int](repeating: 0, count: passes * buckets)
    var other = [UInt64](unsafeUninitializedCapacity: items.count) { $1 = items.count }
    items.withUnsafeMutableBufferPointer { items in
      other.withUnsafeMutableBufferPointer { other in
        starts.withUnsafeMutableBufferPointer { starts in
          func bucket(_ item: UInt64, _ pass: Int) -> Int {
            pass * buckets + Int(truncatingIfNeeded: item >> (32 + digits * pass)) & (buckets - 1)
          }
          for item in items { for pass in 0..<passes { starts[bucket(item, pass)] += 1 } }
          for pass in 0..<passes {
            var sum = 0
            for bucket in pass * buckets..<(pass + 1) * buckets { (starts[bucket], sum) = (sum, sum + starts[bucket]) }
          }
          var (from, to) = (items, other)
          for pass in 0..<passes {
            for item in from {
              let place = bucket(item, pass)
              to[starts[place]] = item
              starts[place] += 1
            }
            swap(&from, &to)
          }
        }
      }
    }
    // An odd number of passes ends in the other array.
    items = other
  }
}
