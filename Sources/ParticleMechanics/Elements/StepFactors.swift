internal import ArrayMath

/// The factors of step matrices, kept by step length and by whether the surface is held.
final class StepFactors {
  private let pattern: SparsityPattern
  private let method: LinearSolverMethod
  /// Nil with an iterative method.
  private let analysis: CholeskyFactor?
  private var kept: [(step: Double, isHeld: Bool, factor: any LinearSolver, lastUse: Int)] = []
  private var uses = 0
  /// Factors kept at once: a leg with steps by powers of two needs about twenty.
  private static let limit = 24

  /// The factor of the nonlinear iteration, and what it was made for.
  var current: StepFactor?

  init(pattern: SparsityPattern, method: LinearSolverMethod, order: CholeskyFactor.Order) throws {
    self.pattern = pattern
    self.method = method
    analysis = method == .direct ? try CholeskyFactor(pattern: pattern, order: order) : nil
  }

  /// A factor of its own for a matrix that is not kept.
  func make(_ values: [Double]) throws -> any LinearSolver {
    let factor: any LinearSolver =
      if let analysis {
        try CholeskyFactor(analysis: analysis)
      } else {
        try method.solver(pattern: pattern, nearNullSpace: .constant(size: pattern.size))
      }
    try factor.factorise(values)
    return factor
  }

  /// The kept factor for a step, or a new one of the values.
  ///
  /// - Returns: the factor, and whether it is new.
  func kept(
    step: Double, isHeld: Bool, _ values: () -> [Double]
  ) throws -> (factor: any LinearSolver, isNew: Bool) {
    uses += 1
    // Equal steps reached in different ways differ by rounding.
    let found = kept.firstIndex { $0.isHeld == isHeld && abs($0.step - step) <= 1e-12 * step }
    if let found {
      kept[found].lastUse = uses
      return (kept[found].factor, false)
    }
    if kept.count == Self.limit, let oldest = kept.indices.min(by: { kept[$0].lastUse < kept[$1].lastUse }) {
      kept.remove(at: oldest)
    }
    let factor = try make(values())
    kept.append((step, isHeld, factor, uses))
    return (factor, true)
  }
}

/// The factor of a step matrix, bordered where the voltage is an unknown.
struct StepFactor {
  let factor: any LinearSolver
  let part: Double
  let kind: Kind
  /// What a volt adds to the equations of the nodes, solved for; and what it and the nodes add to that of the current.
  var border: (response: [Double], row: [Double], corner: Double)?

  /// Which equations the surface obeys.
  enum Kind: Hashable {
    case held, free, voltage, current
  }
}
