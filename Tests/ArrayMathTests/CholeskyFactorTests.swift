import ArrayMath
import Testing

@Suite struct CholeskyFactorTests {
  /// A path of `size` unknowns with a long-range coupling: 2 + i/10 on the diagonal, −0.7 beside it, 0.2 four away.
  private func matrix(size: Int) -> SymmetricSparseMatrix {
    var connectivity: [Int32] = []
    for first in 0..<size {
      for distance in [0, 1, 4] {
        let unknown = first + distance
        connectivity.append(unknown < size ? Int32(unknown) : -1)
      }
    }
    let pattern = SparsityPattern(size: size, unknownsPerElement: 3, connectivity: connectivity)
    var matrix = SymmetricSparseMatrix(pattern: pattern)
    for row in 0..<size {
      matrix.add(2 + 0.1 * Double(row), row: row, column: row)
      if row + 1 < size { matrix.add(-0.7, row: row + 1, column: row) }
      if row + 4 < size { matrix.add(0.2, row: row, column: row + 4) }
    }
    return matrix
  }

  private func residual(_ matrix: SymmetricSparseMatrix, _ solution: [Double], _ right: [Double]) -> Double {
    var product = [Double](repeating: 0, count: right.count)
    matrix.multiply(solution, into: &product)
    return zip(product, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test func patternHoldsTheLowerTriangleInOrder() {
    let pattern = SparsityPattern(size: 4, unknownsPerElement: 2, connectivity: [2, 0, 0, 2, 3, -1])
    #expect(pattern.columnStarts == [0, 2, 3, 4, 5])
    #expect(pattern.rows == [0, 2, 1, 2, 3])
    #expect(pattern.position(row: 0, column: 2) == 1)
    #expect(pattern.position(row: 1, column: 2) == nil)
    #expect(pattern.position(row: 4, column: 0) == nil)
  }

  @Test func multipliesWithBothTriangles() {
    let small = matrix(size: 5)
    var product = [Double](repeating: 9, count: 5)
    small.multiply([1, 10, 100, 1000, 10000], into: &product)
    // Row 2: −0.7·10 + 2.2·100 − 0.7·1000; row 4: 0.2·1 − 0.7·1000 + 2.4·10000.
    #expect(abs(product[2] - (-7 + 220 - 700)) < 1e-9)
    #expect(abs(product[4] - (0.2 - 700 + 24000)) < 1e-9)
  }

  @Test func solvesAgainAfterNewValues() throws {
    var system = matrix(size: 40)
    let factor = try CholeskyFactor(pattern: system.pattern)
    let right = (0..<40).map { Double($0 % 7) - 3 }
    for scale in [1.0, 3.5] {
      system.values = matrix(size: 40).values.map { scale * $0 }
      try factor.factorise(system.values)
      #expect(residual(system, try factor.solve(right), right) < 1e-12)
    }
  }

  @Test func manyRightHandSidesAgreeWithOneByOne() throws {
    let system = matrix(size: 30)
    let factor = try CholeskyFactor(pattern: system.pattern)
    try factor.factorise(system.values)
    var generator = SeededGenerator(seed: 4)
    let right = (0..<150).map { _ in generator.normal() }
    let together = try factor.solve(right, count: 5)
    for column in 0..<5 {
      let alone = try factor.solve(Array(right[30 * column..<30 * (column + 1)]))
      for row in 0..<30 { #expect(abs(alone[row] - together[30 * column + row]) < 1e-13) }
    }
  }

  @Test func anAnalysisServesSeveralFactors() throws {
    let system = matrix(size: 20)
    let analysis = try CholeskyFactor(pattern: system.pattern)
    let first = try CholeskyFactor(analysis: analysis)
    let second = try CholeskyFactor(analysis: analysis)
    try first.factorise(system.values)
    try second.factorise(system.values.map { 2 * $0 })
    let right = [Double](repeating: 1, count: 20)
    let (once, twice) = (try first.solve(right), try second.solve(right))
    for row in 0..<20 { #expect(abs(once[row] - 2 * twice[row]) < 1e-14) }
  }

  @Test func refusesAMatrixThatIsNotPositiveDefinite() throws {
    var system = matrix(size: 6)
    system.add(-10, row: 3, column: 3)
    let factor = try CholeskyFactor(pattern: system.pattern)
    let error = #expect(throws: CholeskyError.self) { try factor.factorise(system.values) }
    guard case .notPositiveDefinite = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!factor.isFactorised)
    // The same object works again with good values.
    try factor.factorise(matrix(size: 6).values)
    let right: [Double] = [1, 2, 3, 4, 5, 6]
    #expect(residual(matrix(size: 6), try factor.solve(right), right) < 1e-12)
  }

  @Test func refusesValuesThatAreNotNumbers() throws {
    var system = matrix(size: 6)
    system.add(.nan, row: 2, column: 2)
    let factor = try CholeskyFactor(pattern: system.pattern)
    #expect(throws: CholeskyError.notFinite) { try factor.factorise(system.values) }
  }

  @Test(arguments: [CholeskyFactor.Order.minimumDegree, .nestedDissection, .given((0..<40).reversed().map(\.self))])
  func theOrderOfEliminationChangesNothingButTheFactor(order: CholeskyFactor.Order) throws {
    let system = matrix(size: 40)
    let factor = try CholeskyFactor(pattern: system.pattern, order: order)
    try factor.factorise(system.values)
    #expect(factor.entryCount >= system.pattern.count)
    let right = (0..<40).map { Double($0 % 5) - 2 }
    #expect(residual(system, try factor.solve(right), right) < 1e-12)
  }

  @Test func elementsAddUpAsTheirEntriesDo() throws {
    // Unknowns in any order, one left out, one that comes twice.
    let connectivity: [Int32] = [7, 2, -1, 4, 2, 0, 7, 5]
    let pattern = SparsityPattern(size: 8, unknownsPerElement: 4, connectivity: connectivity)
    var (fast, plain) = (SymmetricSparseMatrix(pattern: pattern), SymmetricSparseMatrix(pattern: pattern))
    var generator = SeededGenerator(seed: 1)
    let twice: [Int32] = [4, 7, 4, 2]
    for unknowns in [Array(connectivity[..<4]), Array(connectivity[4...]), twice] {
      var element = [Double](repeating: 0, count: 16)
      for a in 0..<4 {
        for b in 0...a {
          let value = generator.normal()
          (element[4 * a + b], element[4 * b + a]) = (value, value)
        }
      }
      element.withUnsafeBufferPointer { values in
        unknowns.withUnsafeBufferPointer { fast.add(element: values, unknowns: $0) }
      }
      for a in 0..<4 {
        for b in 0..<4 where unknowns[a] >= unknowns[b] && unknowns[b] >= 0 {
          plain.add(element[4 * a + b], row: Int(unknowns[a]), column: Int(unknowns[b]))
        }
      }
    }
    for (a, b) in zip(fast.values, plain.values) { #expect(abs(a - b) < 1e-15) }
  }

  @Test func thePatternIsThatOfAllPairs() {
    var generator = SeededGenerator(seed: 2)
    let connectivity = (0..<120).map { _ in Int32(generator.uniform() * 26) - 1 }
    let pattern = SparsityPattern(size: 25, unknownsPerElement: 6, connectivity: connectivity)
    var expected = Set((0..<25).map { SIMD2($0, $0) })
    for start in stride(from: 0, to: 120, by: 6) {
      for a in connectivity[start..<start + 6] where a >= 0 {
        for b in connectivity[start..<start + 6] where b >= a { expected.insert(SIMD2(Int(a), Int(b))) }
      }
    }
    var seen: [SIMD2<Int>] = []
    for column in 0..<25 {
      let rows = pattern.rows[Int(pattern.columnStarts[column])..<Int(pattern.columnStarts[column + 1])]
      #expect(zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 })
      seen += rows.map { SIMD2(column, Int($0)) }
    }
    #expect(seen.count == expected.count && Set(seen) == expected)
  }
}
