import ArrayMath
import Testing

@Suite struct ConjugateGradientTests {
  /// Solves for noise, holds the residual against the tolerance, and hands over the number of iterations.
  private func iterations(
    _ matrix: SymmetricSparseMatrix, _ space: NearNullSpace, settings: ConjugateGradient.Settings = .init()
  ) throws -> (count: Int, levels: Int, complexity: Double) {
    let solver = ConjugateGradient(pattern: matrix.pattern, nearNullSpace: space, settings: settings)
    try solver.factorise(matrix.values)
    let right = SolverMatrices.noise(matrix.pattern.size, seed: 1)
    let solution = try solver.solve(right)
    var product = right
    matrix.multiply(solution, into: &product)
    let residual = zip(product, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    let scale = right.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(residual < 1.01 * settings.tolerance * scale)
    return (solver.iterations[0], solver.levelSizes.count, solver.operatorComplexity)
  }

  private func rigid(_ cube: SolverMatrices) -> NearNullSpace {
    .rigidBody(dimension: 3, points: cube.points, unknowns: cube.unknowns(components: 3))
  }

  /// Small enough for two coarse levels or more on the meshes below.
  private let deep = ConjugateGradient.Settings(preconditioner: .multigrid(MultigridSettings(largestDirectSize: 100)))

  @Test func diffusionTakesAsManyIterationsOnAFinerMesh() throws {
    let seen = try [12, 24, 36].map { cells in
      let matrix = SolverMatrices(cells: cells).laplacian()
      return try iterations(matrix, .constant(size: matrix.pattern.size), settings: deep)
    }
    #expect(seen[0].levels >= 2 && seen[2].levels >= 3)
    #expect(seen.allSatisfy { $0.count <= 16 && $0.complexity < 1.3 }, "\(seen)")
    #expect(seen[2].count <= seen[0].count + 4, "\(seen)")
  }

  @Test func elasticityTakesAsManyIterationsOnAFinerMesh() throws {
    let seen = try [8, 16, 24].map { cells in
      let cube = SolverMatrices(cells: cells)
      return try iterations(cube.elasticity(), rigid(cube), settings: deep)
    }
    #expect(seen[0].levels >= 2 && seen[2].levels >= 3)
    #expect(seen.allSatisfy { $0.count <= 22 && $0.complexity < 1.4 }, "\(seen)")
    #expect(seen[2].count <= seen[0].count + 6, "\(seen)")
    // The diagonal alone, for comparison, takes a multiple, and the more the finer the mesh.
    let cube = SolverMatrices(cells: 16)
    let plain = try iterations(cube.elasticity(), rigid(cube), settings: .init(preconditioner: .diagonal))
    #expect(plain.count > 8 * seen[1].count)
  }

  @Test func rotationsBelongToTheNearNullSpaceOfElasticity() throws {
    let cube = SolverMatrices(cells: 16)
    let matrix = cube.elasticity()
    let whole = rigid(cube)
    let translations = NearNullSpace(vectors: Array(whole.vectors[..<3]), nodes: whole.nodes)
    let with = try iterations(matrix, whole, settings: deep)
    let without = try iterations(matrix, translations, settings: deep)
    #expect(without.count > with.count + with.count / 2, "\(with) \(without)")
  }

  @Test func rigidMotionsStrainNothing() throws {
    // Rows of the matrix far from the held face see the motion alone, so they must give zero.
    let cube = SolverMatrices(cells: 4)
    let matrix = cube.elasticity()
    let space = rigid(cube)
    let firstLayer = 25 * 3
    for vector in space.vectors {
      var product = vector
      matrix.multiply(vector, into: &product)
      #expect(product[firstLayer...].allSatisfy { abs($0) < 1e-12 })
    }
  }

  @Test func followsJumpsAndAnisotropyOfTheDiffusivity() throws {
    let cube = SolverMatrices(cells: 20)
    let jumps = cube.laplacian { x, y, z in (x / 5 + y / 5 + z / 5) % 2 == 0 ? 1e-3 : 1 }
    let space = NearNullSpace.constant(size: jumps.pattern.size)
    #expect(try iterations(jumps, space, settings: deep).count <= 30)
    let stretched = cube.laplacian(diagonal: SIMD3(1, 1, 0.01))
    #expect(try iterations(stretched, space, settings: deep).count <= 45)
  }

  @Test func agreesWithTheDirectSolverAndStartsFromAGuess() throws {
    let cube = SolverMatrices(cells: 9)
    let matrix = cube.elasticity()
    let direct = try LinearSolverMethod.direct.solver(pattern: matrix.pattern, nearNullSpace: rigid(cube))
    let iterative = try LinearSolverMethod.iterative(deep).solver(pattern: matrix.pattern, nearNullSpace: rigid(cube))
    try direct.factorise(matrix.values)
    try iterative.factorise(matrix.values)
    let right = SolverMatrices.noise(2 * matrix.pattern.size, seed: 2)
    let expected = try direct.solve(right, count: 2)
    let seen = try iterative.solve(right, count: 2)
    let largest = expected.reduce(0) { max($0, abs($1)) }
    for (a, b) in zip(seen, expected) { #expect(abs(a - b) < 1e-8 * largest) }
    let solver = try #require(iterative as? ConjugateGradient)
    #expect(solver.iterations.count == 2)
    _ = try solver.solve(right, count: 2, guess: seen)
    #expect(solver.iterations.allSatisfy { $0 <= 1 })
    #expect(try solver.solve([Double](repeating: 0, count: right.count), count: 2).allSatisfy { $0 == 0 })
  }

  @Test func givesTheSameBitsOnAnyNumberOfThreads() throws {
    let cube = SolverMatrices(cells: 16)
    let matrix = cube.elasticity()
    let right = SolverMatrices.noise(matrix.pattern.size, seed: 3)
    let solutions = try [1, 2, 5].map { threads in
      var settings = deep
      settings.threads = threads
      let solver = ConjugateGradient(pattern: matrix.pattern, nearNullSpace: rigid(cube), settings: settings)
      try solver.factorise(matrix.values)
      return try solver.solve(right)
    }
    #expect(solutions[0] == solutions[1] && solutions[0] == solutions[2])
  }

  @Test func nodesThatNothingCouplesToNeedNoCoarseLevel() throws {
    // A long row of independent unknowns beside a coupled part.
    let coupled = SolverMatrices(cells: 10).laplacian()
    let extra = 3000
    let size = coupled.pattern.size
    var connectivity: [Int32] = []
    for column in 0..<size {
      for entry in coupled.pattern.columnStarts[column]..<coupled.pattern.columnStarts[column + 1] {
        connectivity += [Int32(column), coupled.pattern.rows[Int(entry)]]
      }
    }
    var matrix = SymmetricSparseMatrix(
      pattern: SparsityPattern(size: size + extra, unknownsPerElement: 2, connectivity: connectivity))
    for column in 0..<size {
      for entry in coupled.pattern.columnStarts[column]..<coupled.pattern.columnStarts[column + 1] {
        matrix.add(coupled.values[Int(entry)], row: Int(coupled.pattern.rows[Int(entry)]), column: column)
      }
    }
    for unknown in size..<size + extra { matrix.add(2, row: unknown, column: unknown) }
    #expect(try iterations(matrix, .constant(size: size + extra), settings: deep).count <= 25)
  }

  @Test func saysWhyItFails() throws {
    let cube = SolverMatrices(cells: 8)
    let matrix = cube.laplacian()
    let space = NearNullSpace.constant(size: matrix.pattern.size)
    var settings = deep
    settings.largestIterationCount = 3
    let solver = ConjugateGradient(pattern: matrix.pattern, nearNullSpace: space, settings: settings)
    try solver.factorise(matrix.values)
    let right = SolverMatrices.noise(matrix.pattern.size, seed: 4)
    let error = #expect(throws: ConjugateGradientError.self) { try solver.solve(right) }
    guard case .notConverged(3, let residual, 1e-10) = error, residual > 1e-10 else {
      Issue.record("\(String(describing: error))")
      return
    }
    var damaged = right
    damaged[5] = .infinity
    #expect(throws: ConjugateGradientError.notFinite) { try solver.solve(damaged) }
    var values = matrix.values
    values[7] = .nan
    #expect(throws: ConjugateGradientError.notFinite) { try solver.factorise(values) }
    values = matrix.values.map { -$0 }
    #expect(throws: CholeskyError.notPositiveDefinite(column: 0)) { try solver.factorise(values) }
    // Positive on the diagonal, indefinite all the same.
    var indefinite = matrix
    for row in 0..<matrix.pattern.size { indefinite.add(-0.2, row: row, column: row) }
    let plain = ConjugateGradient(
      pattern: matrix.pattern, nearNullSpace: space, settings: .init(preconditioner: .diagonal))
    try plain.factorise(indefinite.values)
    #expect(throws: ConjugateGradientError.self) { try plain.solve(right) }
  }
}
