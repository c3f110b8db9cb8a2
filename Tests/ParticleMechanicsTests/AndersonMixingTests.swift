import Testing

@testable import ParticleMechanics

@Suite struct AndersonMixingTests {
  /// δ = b − A x with eigenvalues from 0.5 to 5: plain iteration runs away, mixing finds the solution.
  @Test func solvesWhatPlainIterationDoesNot() {
    let eigenvalues = [0.5, 1, 2.5, 4, 5]
    let exact = [1.0, -2, 3, 0.5, -0.25]
    func change(_ x: [Double]) -> [Double] { eigenvalues.indices.map { eigenvalues[$0] * (exact[$0] - x[$0]) } }
    var x = [Double](repeating: 0, count: 5)
    var mixing = AndersonMixing()
    for _ in 0..<8 { x = mixing.next(after: x, change: change(x)) }
    #expect(zip(x, exact).allSatisfy { abs($0 - $1) < 1e-9 })
    var plain = [Double](repeating: 0, count: 5)
    for _ in 0..<8 { plain = zip(plain, change(plain)).map { $0 + $1 } }
    #expect(abs(plain[4] - exact[4]) > 1e3)
  }

  @Test func denseSystemsAreSolvedWithPivots() {
    let matrix: [Double] = [0, 2, 1, 1, 0, 3, 4, 1, 0]
    let exact = [2.0, -1, 0.5]
    let right = (0..<3).map { row in (0..<3).reduce(0) { $0 + matrix[3 * row + $1] * exact[$1] } }
    #expect(zip(DenseSystem.solve(matrix, right), exact).allSatisfy { abs($0 - $1) < 1e-14 })
    // What is not determined is 0.
    #expect(DenseSystem.solve([1, 0, 0, 0], [3, 0]) == [3, 0])
    #expect(DenseSystem.solve([], []) == [])
  }
}
