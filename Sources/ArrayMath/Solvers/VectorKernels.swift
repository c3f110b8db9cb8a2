/// Sums over long vectors, in chunks whose boundaries depend on the length alone: the same bits on any number of threads.
enum VectorKernels {
  /// Components a chunk.
  static let grain = 8192

  /// a · b.
  static func dot(_ a: [Double], _ b: [Double], threads: Int) throws -> Double {
    precondition(a.count == b.count, "vectors of one length")
    let count = a.count
    let chunks = (count + grain - 1) / grain
    var sums = [Double](repeating: 0, count: chunks)
    try a.withUnsafeBufferPointer { a in
      try b.withUnsafeBufferPointer { b in
        try sums.withUnsafeMutableBufferPointer { sums in
          nonisolated(unsafe) let (a, b, sums) = (a, b, sums)
          try parallelFor(count: count, grain: grain, threads: threads) { chunk, items in
            var parts = SIMD4<Double>.zero
            let even = items.lowerBound + items.count / 4 * 4
            for index in stride(from: items.lowerBound, to: even, by: 4) {
              let first = SIMD4(a[index], a[index + 1], a[index + 2], a[index + 3])
              parts += first * SIMD4(b[index], b[index + 1], b[index + 2], b[index + 3])
            }
            var sum = parts.sum()
            for index in even..<items.upperBound { sum += a[index] * b[index] }
            sums[chunk] = sum
          }
        }
      }
    }
    return sums.reduce(0, +)
  }

  /// y = factor x + keep y; a `keep` of zero overwrites.
  static func combine(_ factor: Double, _ x: [Double], _ keep: Double, into y: inout [Double], threads: Int) throws {
    precondition(x.count == y.count, "vectors of one length")
    let count = x.count
    try x.withUnsafeBufferPointer { x in
      try y.withUnsafeMutableBufferPointer { y in
        nonisolated(unsafe) let (x, y) = (x, y)
        try parallelFor(count: count, grain: grain, threads: threads) { _, items in
          if keep == 0 {
            for index in items { y[index] = factor * x[index] }
          } else {
            for index in items { y[index] = factor * x[index] + keep * y[index] }
          }
        }
      }
    }
  }

  /// y = s x, component by component.
  static func scale(_ x: [Double], by s: [Double], into y: inout [Double], threads: Int) throws {
    precondition(x.count == y.count && s.count == x.count, "vectors of one length")
    let count = x.count
    try x.withUnsafeBufferPointer { x in
      try s.withUnsafeBufferPointer { s in
        try y.withUnsafeMutableBufferPointer { y in
          nonisolated(unsafe) let (x, s, y) = (x, s, y)
          try parallelFor(count: count, grain: grain, threads: threads) { _, items in
            for index in items { y[index] = s[index] * x[index] }
          }
        }
      }
    }
  }

  /// y = factor s x + keep y, component by component.
  static func addScaled(
    _ factor: Double, _ x: [Double], by s: [Double], _ keep: Double, to y: inout [Double], threads: Int
  ) throws {
    precondition(x.count == y.count && s.count == x.count, "vectors of one length")
    let count = x.count
    try x.withUnsafeBufferPointer { x in
      try s.withUnsafeBufferPointer { s in
        try y.withUnsafeMutableBufferPointer { y in
          nonisolated(unsafe) let (x, s, y) = (x, s, y)
          try parallelFor(count: count, grain: grain, threads: threads) { _, items in
            for index in items { y[index] = factor * s[index] * x[index] + keep * y[index] }
          }
        }
      }
    }
  }
}
