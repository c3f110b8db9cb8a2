import ArrayMath
import Testing

@testable import Ptychography

@Suite struct ProbeModesTests {
  private func mixture() -> EngineProblem {
    var options = EngineProblem.Options()
    options.size = 64
    options.side = 10
    options.step = 5
    options.photons = 1e7
    options.hasNoise = true
    options.modes = [0.7, 0.2, 0.1]
    return EngineProblem(options)
  }

  @Test func threeModesRecoverTheirShares() {
    let problem = mixture()
    var state = problem.start(modes: 3)
    #expect(zip(ProbeModes.powers(state.probes), [0.9, 0.05, 0.05]).allSatisfy { abs($0 - $1) < 1e-4 })
    let errors = problem.run(EngineSettings(.ePIE), on: &state, passes: 80, orthogonaliseEvery: 10)
    let powers = ProbeModes.powers(state.probes)
    #expect(
      zip(powers, [0.7, 0.2, 0.1]).allSatisfy { abs($0 - $1) < 0.03 }, "\(powers), E \(errors[0]) to \(errors[79])")
    var alone = problem.start(modes: 1)
    let single = problem.run(EngineSettings(.ePIE), on: &alone, passes: 40)
    #expect(errors[39] < 0.3 * single[39])
    #expect(problem.objectError(state.object) < problem.objectError(alone.object))
  }

  @Test func furtherModesAreOrthogonalAndKeepThePower() throws {
    let problem = mixture()
    var generator = SeededGenerator(seed: 1)
    let modes = try ProbeModes.extended([problem.probes[0]], to: 4, share: 0.1, generator: &generator)
    #expect(zip(ProbeModes.powers(modes), [0.7, 0.1, 0.1, 0.1]).allSatisfy { abs($0 - $1) < 1e-4 })
    let total = ProbeModes.product(problem.probes[0], problem.probes[0]).real
    for k in 0..<4 {
      for l in 0..<k {
        let z = ProbeModes.product(modes[k], modes[l])
        #expect(abs(z.real) < 1e-5 * total && abs(z.imaginary) < 1e-5 * total)
      }
    }
    #expect(abs(modes.reduce(0) { $0 + ProbeModes.product($1, $1).real } / total - 1) < 1e-4)
    var again = SeededGenerator(seed: 1)
    #expect(try ProbeModes.extended([problem.probes[0]], to: 4, share: 0.1, generator: &again) == modes)
  }

  @Test func modesThatCannotBeAreRefused() {
    var generator = SeededGenerator(seed: 1)
    let dark = ComplexImage(repeating: .zero, shape: FrameShape(rows: 8, columns: 8))
    #expect(throws: PtychographyError.self) { try ProbeModes.extended([], to: 2, generator: &generator) }
    #expect(throws: PtychographyError.self) { try ProbeModes.extended([dark], to: 2, generator: &generator) }
    var point = dark
    point[4, 4] = ComplexFloat(1)
    // A probe of one pixel has one mode.
    #expect(throws: PtychographyError.self) { try ProbeModes.extended([point], to: 2, generator: &generator) }
    #expect(throws: PtychographyError.self) {
      try ProbeModes.extended([point], to: 4, share: 0.4, generator: &generator)
    }
  }

  @Test func orthogonalModesGiveTheSameIntensities() {
    let problem = mixture()
    var mixed = problem.probes
    let turn: [[ComplexFloat]] = [
      [ComplexFloat(0.6), ComplexFloat(0, 0.8), .zero], [ComplexFloat(0, 0.8), ComplexFloat(0.6), .zero],
      [.zero, .zero, ComplexFloat(0, 1)],
    ]
    for k in 0..<3 {
      for i in mixed[k].pixels.indices {
        mixed[k].pixels[i] = (0..<3).reduce(ComplexFloat.zero) { $0 + turn[k][$1] * problem.probes[$1].pixels[i] }
      }
    }
    #expect(abs(ProbeModes.powers(mixed)[0] - 0.7) > 0.1)
    let (found, mixing) = ProbeModes.orthogonalised(mixed)
    #expect(zip(ProbeModes.powers(found), [0.7, 0.2, 0.1]).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(mixing.count == 3)
    let positions = Array(problem.positions.prefix(2))
    func patterns(_ probes: [ComplexImage]) -> [Float] {
      EngineProblem.intensities(
        probes: probes, object: problem.object, positions: positions, propagator: problem.propagator, background: 0)
    }
    let (before, after) = (patterns(mixed), patterns(found))
    let top = before.max() ?? 1
    #expect(zip(before, after).allSatisfy { abs($0 - $1) < 1e-5 * top })
  }

  @Test func enginesThatRememberFollowANewBasis() {
    // Mixing between two passes must not disturb the difference map: without following, E would jump.
    let problem = mixture()
    for algorithm in [EngineSettings.Algorithm.differenceMap, .raar, .mPIE] {
      var plain = problem.start(modes: 3)
      var mixed = plain
      let without = problem.run(EngineSettings(algorithm), on: &plain, passes: 6)
      let with = problem.run(EngineSettings(algorithm), on: &mixed, passes: 6, orthogonaliseEvery: 2)
      #expect(
        zip(without, with).allSatisfy { abs($0 - $1) < 0.02 * $0 }, "\(algorithm): \(without) against \(with)")
    }
  }

  @Test func eigenvectorsSolveTheirEquation() {
    var generator = SeededGenerator(seed: 1)
    let size = 6
    var matrix = [(real: Double, imaginary: Double)](repeating: (0, 0), count: size * size)
    for row in 0..<size {
      matrix[row * size + row] = (generator.normal(), 0)
      for column in row + 1..<size {
        let z = (generator.normal(), generator.normal())
        matrix[row * size + column] = z
        matrix[column * size + row] = (z.0, -z.1)
      }
    }
    let eigen = HermitianEigenvectors(matrix, size: size)
    #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 >= $1 })
    for (value, vector) in zip(eigen.values, eigen.vectors) {
      for row in 0..<size {
        var sum = (0.0, 0.0)
        for column in 0..<size {
          let (a, v) = (matrix[row * size + column], vector[column])
          sum.0 += a.real * v.real - a.imaginary * v.imaginary
          sum.1 += a.real * v.imaginary + a.imaginary * v.real
        }
        #expect(abs(sum.0 - value * vector[row].real) < 1e-12 && abs(sum.1 - value * vector[row].imaginary) < 1e-12)
      }
    }
  }
}
