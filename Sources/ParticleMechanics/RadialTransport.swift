/// Diffusion along the radius by finite elements of degree four and a stiffly accurate Runge-Kutta method.
///
/// In units of the radius and of R²/D_max,
///
///     ∂u/∂t = r⁻ᵐ ∂_r (rᵐ D_rr ∂_r u),   D_rr = D_core H' + D_r H,   u(1) = u_s,
///
/// is M u' = −K u inside and, for the surface node, the flux that enters: its row of M u' + K u. The flux is summed by
/// the same rule as u, so the balance of lithium closes to rounding.
///
/// Time: the singly diagonally implicit method of five stages and order four with γ = 1/4 and an embedded third-order
/// solution (Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.6, table 6.5).
struct RadialTransport {
  static let degree = 4

  let mesh: RadialMesh
  let element: RadialElement
  private let mass: RadialBandMatrix
  private let stiffness: RadialBandMatrix
  private let power: Int

  /// - Parameters:
  ///   - diffusivity: D_rr / D_max at a radius of 0...1, given inside elements only.
  init(mesh: RadialMesh, power: Int, diffusivity: (Double) -> Double) {
    self.mesh = mesh
    self.power = power
    let degree = Self.degree
    let element = RadialElement(degree: degree)
    self.element = element
    var mass = RadialBandMatrix(order: mesh.elementCount * degree + 1, bandwidth: degree)
    var stiffness = mass
    let rule = RadialElement.gauss(degree + 5)
    let shapes = rule.map { element.shapes(at: $0.point) }
    for e in 0..<mesh.elementCount {
      let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
      for (q, shape) in zip(rule, shapes) {
        let radius = mesh.edges[e] + half * (1 + q.point)
        let volume = q.weight * half * (power == 1 ? radius : radius * radius)
        let conductance = volume * diffusivity(radius) / (half * half)
        for i in 0...degree {
          for j in 0...i {
            mass[e * degree + i, e * degree + j] += volume * shape.values[i] * shape.values[j]
            stiffness[e * degree + i, e * degree + j] += conductance * shape.slopes[i] * shape.slopes[j]
          }
        }
      }
    }
    self.mass = mass
    self.stiffness = stiffness
  }

  /// The lithiation at every node, and what has crossed the surface.
  struct State {
    var lithiation: [Double]
    /// ∫ u rᵐ dr that entered through the surface since the start.
    var entered: Double
  }

  func uniform(_ lithiation: Double) -> State {
    State(lithiation: [Double](repeating: lithiation, count: mass.order), entered: 0)
  }

  /// ∫ u rᵐ dr; a uniform u of 1 holds 1/(m + 1).
  func content(_ state: State) -> Double {
    var products = [Double](repeating: 0, count: mass.order)
    mass.multiplyAdd(state.lithiation, into: &products)
    return products.reduce(0, +)
  }

  func mean(_ state: State) -> Double { Double(power + 1) * content(state) }

  /// The lithiation at a radius of 0...1.
  func value(_ state: State, at radius: Double) -> Double {
    let e = mesh.element(at: radius)
    let shape = element.shapes(at: mesh.local(radius, in: e)).values
    return (0...Self.degree).reduce(0) { $0 + shape[$1] * state.lithiation[e * Self.degree + $1] }
  }

  /// Sets the surface to a new value at once; what the surface node's share of the content loses leaves the particle.
  func jump(_ state: inout State, to surface: Double) {
    let last = mass.order - 1
    let before = content(state)
    state.lithiation[last] = surface
    state.entered += content(state) - before
  }

  /// Follows the state with its surface held, from time 0 to each of the ascending times.
  ///
  /// - Parameters:
  ///   - state: with the surface value already set.
  ///   - times: in units of R²/D_max, all positive.
  ///   - tolerance: largest error in lithiation of one step.
  ///   - visit: called with the index of the time and the state at it.
  /// - Returns: nil, or the time at which the steps were exhausted.
  func advance(
    _ state: inout State, to times: [Double], tolerance: Double, visit: (Int, State) -> Void
  ) -> Double? {
    let last = mass.order - 1
    let surface = state.lithiation[last]
    // The deviation from the surface value: differences near the surface are then free of rounding.
    var deviation = state.lithiation.map { $0 - surface }
    var stage = deviation
    var difference = deviation
    var rates = [[Double]](repeating: [Double](repeating: 0, count: mass.order), count: Self.stages.count)
    var operatorFactor = mass
    var time = 0.0
    let outermost = mesh.edges[mesh.elementCount] - mesh.edges[mesh.elementCount - 1]
    var step = 1e-3 * outermost * outermost
    var attempts = 0
    for (index, end) in times.enumerated() {
      while time < end {
        attempts += 1
        // A last step a little longer than planned is better than a sliver after it.
        let reaches = time + 1.000_001 * step >= end
        let length = reaches ? end - time : step
        guard attempts < 1_000_000, time + length > time else { return time }
        operatorFactor.set(mass, plus: Self.gamma * length, times: stiffness)
        operatorFactor.prescribe(last)
        operatorFactor.factor()
        var entered = 0.0
        for s in Self.stages.indices {
          Self.copy(deviation, to: &stage)
          Self.add(rates, weights: Self.stages[s], count: s, scale: length, to: &stage)
          Self.clear(&rates[s])
          stiffness.multiplyAdd(stage, scale: -1, into: &rates[s])
          rates[s][last] = 0
          operatorFactor.solve(&rates[s])
          Self.add(rates[s], scale: length * Self.gamma, to: &stage)
          let flux = mass.product(row: last, rates[s]) + stiffness.product(row: last, stage)
          entered += length * Self.stages[Self.stages.count - 1][s] * flux
        }
        // The last stage is the new solution; the embedded one differs from it by the rates alone.
        Self.clear(&difference)
        Self.add(rates, weights: Self.errorWeights, count: Self.stages.count, scale: length, to: &difference)
        let error = difference.reduce(0) { max($0, abs($1)) }
        guard error.isFinite else { return time }
        let factor = min(max(0.9 * (tolerance / max(error, 1e-300)).squareRoot().squareRoot(), 0.2), 4)
        if error <= tolerance {
          swap(&deviation, &stage)
          state.entered += entered
          time = reaches ? end : time + length
          step = reaches ? max(step, length * factor) : length * factor
        } else {
          step = length * factor
        }
      }
      state.lithiation = deviation.map { $0 + surface }
      visit(index, state)
    }
    return nil
  }

  /// Adds scaled weights times the first rates to the values.
  private static func add(
    _ rates: [[Double]], weights: [Double], count: Int, scale: Double, to values: inout [Double]
  ) {
    for j in 0..<count { add(rates[j], scale: scale * weights[j], to: &values) }
  }

  private static func add(_ rates: [Double], scale: Double, to values: inout [Double]) {
    let rates = rates.span
    var target = values.mutableSpan
    for n in 0..<target.count { target[n] += scale * rates[n] }
  }

  private static func copy(_ values: [Double], to result: inout [Double]) {
    let values = values.span
    var target = result.mutableSpan
    for n in 0..<target.count { target[n] = values[n] }
  }

  private static func clear(_ values: inout [Double]) {
    var target = values.mutableSpan
    for n in 0..<target.count { target[n] = 0 }
  }

  static let gamma = 0.25
  static let stages: [[Double]] = [
    [gamma],
    [1 / 2, gamma],
    [17 / 50, -1 / 25, gamma],
    [371 / 1360, -137 / 2720, 15 / 544, gamma],
    [25 / 24, -49 / 48, 125 / 16, -85 / 12, gamma],
  ]
  private static let embedded: [Double] = [59 / 48, -17 / 96, 225 / 32, -85 / 12, 0]
  static let errorWeights = embedded.indices.map { stages[4][$0] - embedded[$0] }
}
