import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

/// A small problem whose matrix is written out: A's columns are the projections of single voxels.
private struct DenseProblem {
  let size = 8
  let shape = FrameShape(rows: 1, columns: 10)
  let geometry: ProjectionGeometry
  /// Indices of the voxels inside the circle.
  let inside: [Int]
  /// A, a row a pixel, a column a voxel inside the circle.
  let matrix: [[Double]]

  init(views: Int = 9) throws {
    var geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(views), axisColumn: 5.2)
    geometry.displacements = (0..<views).map { ImageShift(rows: 0, columns: 0.3 * sin(Double($0))) }
    self.geometry = geometry
    let (size, shape) = (size, shape)
    inside = (0..<size * size).filter {
      hypot(Double($0 % size) + 0.5 - 4, Double($0 / size) + 0.5 - 4) <= 4
    }
    let columns = try inside.map { voxel -> [Float] in
      var volume = ScalarVolume(repeating: 0, shape: VolumeShape(slices: 1, rows: size, columns: size))
      volume.voxels[voxel] = 1
      return try ParallelProjector()(volume, geometry: geometry, shape: shape, threads: 1).pixels
    }
    matrix = (0..<views * shape.columns).map { row in columns.map { Double($0[row]) } }
  }

  /// The minimum of Σ w (b − A x)², by Gaussian elimination of the normal equations.
  func leastSquares(_ data: [Float], weights: [Double]) -> [Double] {
    let count = inside.count
    var system = (0..<count).map { i in
      (0..<count).map { j in zip(matrix, weights).reduce(0) { $0 + $1.0[i] * $1.1 * $1.0[j] } }
        + [matrix.indices.reduce(0) { $0 + (weights[$1] > 0 ? matrix[$1][i] * weights[$1] * Double(data[$1]) : 0) }]
    }
    for pivot in 0..<count {
      let best = (pivot..<count).max { abs(system[$0][pivot]) < abs(system[$1][pivot]) } ?? pivot
      system.swapAt(pivot, best)
      for row in 0..<count where row != pivot {
        let factor = system[row][pivot] / system[pivot][pivot]
        for column in pivot...count { system[row][column] -= factor * system[pivot][column] }
      }
    }
    return (0..<count).map { system[$0][count] / system[$0][$0] }
  }

  func stack(_ data: [Float], weights: [Float]? = nil) throws -> ProjectionStack {
    try ProjectionStack(data, shape: shape, geometry: geometry, weights: weights)
  }

  /// Noisy numbers that no slice explains, some of them missing, with weights.
  func noisy() -> (data: [Float], weights: [Float]) {
    var generator = SeededGenerator(seed: 1)
    var data = matrix.map { Float($0.enumerated().reduce(0) { $0 + $1.1 * Double($1.0 % 5) } + generator.normal()) }
    for index in [3, 17, 44] { data[index] = .nan }
    return (data, data.map { _ in Float(0.2 + 0.8 * generator.uniform()) })
  }

  /// The part by which Σ w (b − A x)² lies above its minimum.
  func excess(_ volume: ScalarVolume, _ minimum: [Double], data: [Float], weights: [Double]) -> Double {
    func cost(_ x: [Double]) -> Double {
      matrix.indices.reduce(0) { sum, row in
        guard weights[row] > 0 else { return sum }
        let value = zip(matrix[row], x).reduce(0) { $0 + $1.0 * $1.1 }
        return sum + weights[row] * (Double(data[row]) - value) * (Double(data[row]) - value)
      }
    }
    return cost(inside.map { Double(volume.voxels[$0]) }) / cost(minimum) - 1
  }
}

@Suite struct IterativeReconstructionTests {
  @Test func conjugateGradientsFindTheLeastSquares() throws {
    let problem = try DenseProblem()
    let (data, weights) = problem.noisy()
    let used = zip(data, weights).map { $0.isNaN ? 0 : Double($1) }
    let truth = problem.leastSquares(data, weights: used)
    let result = try ConjugateGradientReconstruction(iterations: 200, tolerance: 1e-6, size: 8).reconstruct(
      problem.stack(data, weights: weights), threads: 1)
    #expect(problem.excess(result.volume, truth, data: data, weights: used) < 1e-6)
    for (voxel, value) in zip(problem.inside, truth) {
      #expect(abs(Double(result.volume.voxels[voxel]) - value) < 0.01)
    }
    #expect(result.slices[0].ending == .converged)
  }

  @Test func simultaneousStepsEndWhereTheirMetricSays() throws {
    let problem = try DenseProblem()
    let (data, weights) = problem.noisy()
    let metric = problem.matrix.indices.map { row -> Double in
      let sum = problem.matrix[row].reduce(0, +)
      return data[row].isNaN || sum < 1e-6 ? 0 : Double(weights[row]) / sum
    }
    let truth = problem.leastSquares(data, weights: metric)
    let result = try SimultaneousReconstruction(iterations: 4000, relaxation: 1.9, tolerance: 0, size: 8).reconstruct(
      problem.stack(data, weights: weights), threads: 1)
    #expect(problem.excess(result.volume, truth, data: data, weights: metric) < 1e-3)
    #expect(result.slices[0].ending == .limit && result.slices[0].iterations == 4000)
  }

  /// Its value at the end is not above that at any neighbour, and the plain least squares without a price.
  @Test func totalVariationFindsItsMinimum() throws {
    let problem = try DenseProblem()
    let (data, weights) = problem.noisy()
    let stack = try problem.stack(data, weights: weights)
    let free = try TotalVariationReconstruction(strength: 0, iterations: 6000, tolerance: 0, size: 8)(stack, threads: 1)
    let used = zip(data, weights).map { $0.isNaN ? 0 : Double($1) }
    let truth = problem.leastSquares(data, weights: used)
    #expect(problem.excess(free, truth, data: data, weights: used) < 1e-3)

    let strength = 0.3
    func cost(_ x: [Float]) -> Double {
      var sum = 0.0
      for (row, line) in problem.matrix.enumerated() where !data[row].isNaN {
        let value = zip(line, problem.inside).reduce(0) { $0 + $1.0 * Double(x[$1.1]) }
        sum += Double(weights[row]) * pow(Double(data[row]) - value, 2) / 2 / Double(problem.geometry.count)
      }
      for i in 0..<8 {
        for j in 0..<8 {
          let here = Double(x[i * 8 + j])
          let (a, b) = (i < 7 ? Double(x[i * 8 + j + 8]) - here : 0, j < 7 ? Double(x[i * 8 + j + 1]) - here : 0)
          sum += strength * hypot(a, b)
        }
      }
      return sum
    }
    let priced = try TotalVariationReconstruction(strength: strength, iterations: 3000, tolerance: 0, size: 8)(
      stack, threads: 1)
    let least = cost(priced.voxels)
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<300 {
      var other = priced.voxels
      let scale = pow(10, -3 * generator.uniform())
      for index in problem.inside { other[index] += Float(scale * generator.normal()) }
      #expect(cost(other) > least - 1e-5 * least)
    }
    #expect(cost(free.voxels) > least)
  }

  @Test func adjointIsTheTranspose() throws {
    let problem = try DenseProblem()
    var generator = SeededGenerator(seed: 1)
    let pixels = problem.matrix.map { _ in Float(generator.normal()) }
    let volume = try ParallelProjector().adjoint(
      problem.stack(pixels), shape: VolumeShape(slices: 1, rows: 8, columns: 8), threads: 1)
    for (column, voxel) in problem.inside.enumerated() {
      let expected = zip(problem.matrix, pixels).reduce(0) { $0 + $1.0[column] * Double($1.1) }
      #expect(abs(expected - Double(volume.voxels[voxel])) < 1e-4)
    }
  }

  static let algorithms: [ReconstructionAlgorithm] = [
    .init(.sirt, iterations: 30), .init(.cgls, iterations: 8), .init(.tv, iterations: 40),
  ]

  /// A disc, rows of which are missing, displaced by whole and broken rows, and slices of two kinds.
  private func discs(views: Int = 24, rows: Int = 3) throws -> ProjectionStack {
    let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(views), axisColumn: 16.2)
    let discs = (0..<rows).map { [Disc(radius: 10, x: Double($0 % 3), y: 1)] }
    return try Disc.stack(discs, geometry: geometry, columns: 32)
  }

  @Test(arguments: algorithms) func discHasItsDensity(algorithm: ReconstructionAlgorithm) throws {
    let volume = try algorithm(discs(), threads: 2)
    for slice in 0..<3 {
      #expect(abs(volume.mean(slice, within: 7, x: Double(slice), y: 1) - 1) < 0.01)
      #expect(abs(volume.mass(slice) / (100 * .pi) - 1) < 0.01)
    }
  }

  @Test(arguments: algorithms) func missingPixelsCountNothing(algorithm: ReconstructionAlgorithm) throws {
    var stack = try discs(views: 36)
    var generator = SeededGenerator(seed: 1)
    var weights = stack.pixels.map { _ in Float(1) }
    for index in stack.pixels.indices {
      let dice = generator.uniform()
      if dice < 0.1 { stack.pixels[index] = .nan }
      if dice > 0.9 { (stack.pixels[index], weights[index]) = (1000, 0) }
    }
    stack.weights = weights
    let volume = try algorithm(stack, threads: 2)
    #expect(abs(volume.mean(0, within: 7, y: 1) - 1) < 0.02)
  }

  @Test(arguments: algorithms) func slicesAreAlone(algorithm: ReconstructionAlgorithm) throws {
    // More slices than are taken at once; the same bits for any number of threads and any neighbours.
    let stack = try discs(views: 6, rows: 19)
    let whole = try algorithm(stack, threads: 1)
    #expect(try algorithm(stack, threads: 3) == whole)
    var part = stack
    part = try ProjectionStack(
      (0..<6).flatMap { view in stack.pixels[(view * 19 + 17) * 32..<(view * 19 + 19) * 32] },
      shape: FrameShape(rows: 2, columns: 32), geometry: stack.geometry)
    if algorithm.method == .tv {
      // The noise is that of the whole stack; it is given.
      guard case .totalVariation(var tv) = algorithm else { return }
      tv.strength = 0.1
      #expect(try tv(part, threads: 1).slice(0) == tv(stack, threads: 1).slice(17))
    } else {
      #expect(try algorithm(part, threads: 1).slice(0) == whole.slice(17))
    }
  }

  @Test(arguments: algorithms) func displacedAndLeaningViews(algorithm: ReconstructionAlgorithm) throws {
    let views = 24
    var geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(views), axisColumn: 16.2, axisTilt: 0.05)
    geometry.displacements = (0..<views).map { ImageShift(rows: Double($0 % 3) - 1, columns: sin(Double($0))) }
    let (rows, columns) = (7, 32)
    var pixels: [Float] = []
    for view in 0..<views {
      let shift = geometry.displacements[view]
      for row in 0..<rows {
        let axis = geometry.axisColumn + shift.columns - tan(0.05) * (Double(row) + 0.5 - 3.5)
        // What is seen in a row is the slice that lies there: discs whose density grows downwards.
        let disc = Disc(radius: 10, x: 2, value: 1 + 0.1 * (Double(row) - shift.rows))
        for column in 0..<columns {
          pixels.append(Float(disc.projection(Double(column) + 0.5 - axis, angle: geometry.angles[view])))
        }
      }
    }
    let stack = try ProjectionStack(pixels, shape: FrameShape(rows: rows, columns: columns), geometry: geometry)
    let volume = try algorithm(stack, threads: 2)
    for slice in [1, 3, 5] {
      let density = volume.mean(slice, within: 7, x: 2)
      #expect(abs(density / (1 + 0.1 * Double(slice)) - 1) < 0.015)
    }
  }

  @Test(arguments: algorithms, [[0.2], [0, 1.5], [0.1, 0.1, 0.1, 1, 2.6], [0, 0.01, 0.02, 1.4, 2.9, 2.9]])
  func scaleIsThatOfAnyAngles(algorithm: ReconstructionAlgorithm, angles: [Double]) throws {
    // What the views show is explained, so the mass is right, however few they are.
    let geometry = ProjectionGeometry(angles: angles, axisColumn: 16)
    let stack = try Disc.stack([[Disc(radius: 10)]], geometry: geometry, columns: 32)
    let volume = try algorithm(stack, threads: 1)
    #expect(abs(volume.mass(0) / (100 * .pi) - 1) < 0.01)
  }

  @Test func nothingIsNegativeWhereThatIsAsked() throws {
    let stack = try discs(views: 7)
    for method in [ReconstructionAlgorithm.Method.sirt, .tv] {
      let free = try ReconstructionAlgorithm(method, iterations: 20)(stack, threads: 2)
      let bound = try ReconstructionAlgorithm(method, iterations: 20, nonNegative: true)(stack, threads: 2)
      #expect((bound.voxels.min() ?? -1) >= 0)
      if method == .sirt { #expect((free.voxels.min() ?? 0) < -0.01) }
    }
  }

  @Test func totalVariationBeatsBackProjectionFromFewNoisyViews() throws {
    let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(20), axisColumn: 32)
    let discs = [Disc(radius: 24), Disc(radius: 7, x: 8, y: -5, value: -0.5), Disc(radius: 5, x: -9, y: 7, value: 0.5)]
    var stack = try Disc.stack([discs], geometry: geometry, columns: 64)
    var generator = SeededGenerator(seed: 1)
    for index in stack.pixels.indices { stack.pixels[index] += Float(generator.normal()) }
    func error(_ volume: ScalarVolume) -> Double {
      var sum = 0.0
      for row in 0..<64 {
        for column in 0..<64 {
          let (x, y) = (Double(column) - 31.5, Double(row) - 31.5)
          let truth = discs.reduce(0) { $0 + (hypot(x - $1.x, y - $1.y) < $1.radius ? $1.value : 0) }
          sum += pow(Double(volume[0, row, column]) - truth, 2)
        }
      }
      return (sum / 4096).squareRoot()
    }
    let priced = try error(TotalVariationReconstruction()(stack, threads: 1))
    let filtered = try [RampFilter(), RampFilter(.hann), RampFilter(.hann, cutOff: 0.5)].map {
      try error(FourierReconstruction($0)(stack, threads: 1))
    }
    #expect(priced < 0.7 * (filtered.min() ?? 0))
  }

  @Test func noiseIsFoundWhereTheSampleIsSmooth() throws {
    let shape = FrameShape(rows: 20, columns: 100)
    var generator = SeededGenerator(seed: 1)
    let pixels = (0..<30 * shape.count).map { index in
      Float(40 * sin(.pi * Double(index % 100) / 100) + 0.3 * generator.normal())
    }
    let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(30), axisColumn: 50)
    var stack = try ProjectionStack(pixels, shape: shape, geometry: geometry)
    #expect(abs(TotalVariationReconstruction.noise(of: stack) / 0.3 - 1) < 0.03)
    for index in stride(from: 0, to: pixels.count, by: 10) { stack.pixels[index] = .nan }
    #expect(abs(TotalVariationReconstruction.noise(of: stack) / 0.3 - 1) < 0.03)
  }

  @Test func refusesParametersThatCannotBe() throws {
    let stack = try discs()
    #expect(throws: TomographyError.self) {
      try SimultaneousReconstruction(iterations: 0)(stack, threads: 1)
    }
    #expect(throws: TomographyError.self) { try SimultaneousReconstruction(relaxation: 2)(stack, threads: 1) }
    #expect(throws: TomographyError.self) { try ConjugateGradientReconstruction(size: 0)(stack, threads: 1) }
    #expect(throws: TomographyError.self) { try TotalVariationReconstruction(strength: -1)(stack, threads: 1) }
    #expect(throws: TomographyError.self) { try TotalVariationReconstruction(strength: .nan)(stack, threads: 1) }
  }
}
