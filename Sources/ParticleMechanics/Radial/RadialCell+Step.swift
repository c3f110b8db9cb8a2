/// Steps in time: the singly diagonally implicit method of five stages and order four with γ = 1/4 and an embedded
/// solution of order three (E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, table 6.5 of section IV.6).
extension RadialCell {
  public func step(
    from state: State, duration: Double, control: SurfaceControl
  ) throws -> (state: State, error: Double, reading: CyclingReading) {
    guard duration > 0, duration.isFinite else { throw RadialCellError.invalidDuration(duration) }
    var next = state
    if case .lithiation(let held) = control { jump(&next, to: held) }
    var newton = RadialStage(cell: self, control: control, scale: RadialTransport.gamma * duration, from: next)
    var rates: [[Double]] = []
    var base = next.lithiation
    var flux = 0.0
    let stages = RadialTransport.stages
    for (s, weights) in stages.enumerated() {
      base = next.lithiation
      for j in 0..<s { Self.add(rates[j], scale: duration * weights[j], to: &base) }
      guard let entering = try newton.solve(base) else {
        throw newton.isStable ? RadialCellError.noConvergence(duration: duration) : RadialCellError.unstable
      }
      rates.append(newton.rate)
      flux = entering
      next.passedLithiation += Double(diffusion.power + 1) * duration * stages[stages.count - 1][s] * entering
    }
    // The last stage is the new solution; the embedded one differs from it by the rates alone.
    Self.add(newton.rate, scale: RadialTransport.gamma * duration, to: &base)
    var difference = [Double](repeating: 0, count: base.count)
    for (rate, weight) in zip(rates, RadialTransport.errorWeights) {
      Self.add(rate, scale: duration * weight, to: &difference)
    }
    let error = difference.reduce(0) { max($0, abs($1)) }
    next.lithiation = base
    let surface = base[base.count - 1]
    guard surface > -1e-6, surface < 1 + 1e-6 else { throw RadialCellError.surfaceOutOfRange(surface) }
    guard diffusion.isLinear || newton.isStable else { throw RadialCellError.unstable }
    var reading = reading(
      of: next, rate: Double(diffusion.power + 1) * flux, meanStrain: meanStrain(next.lithiation))
    if case .voltage(let voltage) = control { reading.voltage = voltage }
    return (next, error, reading)
  }

  private static func add(_ values: [Double], scale: Double, to sum: inout [Double]) {
    let values = values.span
    var target = sum.mutableSpan
    for n in 0..<target.count { target[n] += scale * values[n] }
  }
}

/// Newton's method for the rate k of one stage: M k + K(u) u = q e_surface with u = base + γh k, and, where stress acts
/// back, the mean strain M as one more unknown.
struct RadialStage {
  private let cell: RadialCell
  private let control: SurfaceControl
  private let scale: Double
  private var matrix: RadialBandFactor
  private var lithiation: [Double]
  private var residual: [Double]
  private var column: [Double]
  private var gradient: [Double]
  private var meanStrain: Double
  private var isStarted = false
  private var isFactored = false
  /// k of the last stage that was solved.
  private(set) var rate: [Double]

  /// Whether lithium runs downhill in the last iterate.
  var isStable: Bool { cell.diffusion.isStable(lithiation, meanStrain: meanStrain) }

  init(cell: RadialCell, control: SurfaceControl, scale: Double, from state: RadialCell.State) {
    self.cell = cell
    self.control = control
    self.scale = scale
    let order = cell.diffusion.order
    let zeros = [Double](repeating: 0, count: order)
    matrix = RadialBandFactor(order: order, bandwidth: RadialDiffusion.degree)
    lithiation = zeros
    residual = zeros
    column = zeros
    gradient = zeros
    rate = zeros
    meanStrain = cell.meanStrain(state.lithiation)
  }

  /// Solves a stage.
  ///
  /// - Returns: the flux that enters the surface, per radius; nil without convergence.
  mutating func solve(_ base: [Double]) throws(RadialCellError) -> Double? {
    let diffusion = cell.diffusion
    let last = diffusion.order - 1
    // The lithiation of the stage before is a guess within bounds; its rate, on another base, may not be.
    if isStarted {
      for n in 0...last { rate[n] = (lithiation[n] - base[n]) / scale }
      if case .lithiation = control { rate[last] = 0 }
    }
    isStarted = true
    // All stages share one matrix where nothing depends on u: a second pass then only refines the first.
    let isFixed = diffusion.isLinear && control.isLinear
    var previous = Double.infinity
    for _ in 0..<25 {
      let setsMatrix = !(isFixed && isFactored)
      let (flux, slope, meanSlope) = try linearise(base, setsMatrix: setsMatrix)
      residual[last] = flux.map { residual[last] - $0 } ?? 0
      column[last] = flux == nil ? 0 : column[last] - meanSlope
      if setsMatrix {
        if flux == nil { matrix.prescribe(last) } else { matrix[last, last] -= scale * slope }
        matrix.factor()
        isFactored = true
      }
      matrix.solve(&residual)
      var meanChange = 0.0
      if let elastic = cell.elastic {
        let strain = diffusion.mean(lithiation, of: elastic.volumetricStrain, gradient: &gradient)
        matrix.solve(&column)
        var (ahead, response) = (0.0, 0.0)
        for n in 0...last {
          ahead += gradient[n] * residual[n]
          response += gradient[n] * column[n]
        }
        meanChange = (strain - meanStrain - scale * ahead) / (1 + scale * response)
        meanStrain += meanChange
      }
      var size = abs(meanChange)
      for n in 0...last {
        let change = residual[n] + column[n] * meanChange
        rate[n] -= change
        size = max(size, scale * abs(change))
      }
      guard size.isFinite else { return nil }
      // Below this the next correction is lost in rounding; where rounding itself is larger, corrections stall.
      if size < 1e-12 || (size < 1e-9 && size > previous / 2) { return try enteringFlux(base) }
      previous = size
    }
    return nil
  }

  /// Sets residual, matrix and column of the present iterate, without what enters the surface.
  ///
  /// - Returns: the entering flux (nil where the lithiation is held) and its derivatives.
  private mutating func linearise(
    _ base: [Double], setsMatrix: Bool
  ) throws(RadialCellError) -> (flux: Double?, slope: Double, meanSlope: Double) {
    let last = cell.diffusion.order - 1
    for n in 0...last {
      lithiation[n] = base[n] + scale * rate[n]
      residual[n] = 0
      column[n] = 0
    }
    cell.diffusion.mass.multiplyAdd(rate, into: &residual)
    if setsMatrix { matrix.set(cell.diffusion.mass) }
    cell.diffusion.assemble(
      lithiation, meanStrain: meanStrain, scale: scale, residual: &residual,
      matrix: &matrix, setsMatrix: setsMatrix, column: &column)
    switch control {
    case .rate(let rate): return (rate / Double(cell.diffusion.power + 1), 0, 0)
    case .voltage(let voltage):
      let flux = try cell.surfaceFlux(voltage: voltage, lithiation: lithiation[last], meanStrain: meanStrain)
      return (flux.value, flux.slope, flux.meanSlope)
    case .lithiation: return (nil, 0, 0)
    }
  }

  private mutating func enteringFlux(_ base: [Double]) throws(RadialCellError) -> Double {
    if case .rate(let rate) = control { return rate / Double(cell.diffusion.power + 1) }
    let flux = try linearise(base, setsMatrix: false).flux
    return flux ?? residual[cell.diffusion.order - 1]
  }
}

extension SurfaceControl {
  /// Whether what is held enters the equations linearly.
  fileprivate var isLinear: Bool {
    if case .voltage = self { false } else { true }
  }
}
