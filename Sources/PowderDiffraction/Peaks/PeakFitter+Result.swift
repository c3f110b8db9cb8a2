import Crystallography
import Foundation

/// From the parameters to what is reported.
extension PeakFitter {
  /// The estimates of a fit that came to its end.
  mutating func result(converged: Bool) -> PeakFit {
    if data.noise == .scatter { setSerialFactors() }
    equations.evaluate(layout, data, p, silent: silentAngles, held: isWidthHeld, withMeat: true)
    let order = layout.parameterCount
    let held = isFixed.indices.map {
      isFixed[$0] || p[$0] <= layout.lower[$0] || p[$0] >= layout.upper[$0]
    }
    system.factorise(equations.normal, isFixed: held)
    var step = equations.gradient
    system.solve(&step)
    observeCurvature(held: held)
    let bread = system.inverse()
    let covariance = data.noise == .counts ? bread : congruence(bread, equations.meat, order: order)
    let limits = detectionLimits()
    var peaks: [PeakEstimate] = []
    var byAngle: [PeakChain] = []
    var bySpacing: [PeakChain] = []
    for index in layout.lines.indices {
      let (line, state) = (layout.lines[index], equations.states[index])
      let spacing = spacing(index)
      byAngle.append(state.positionChain)
      bySpacing.append(spacing.chain)
      let status = status(
        index, step: converged ? [] : step, limit: limits[index], bread: bread, held: held)
      let isKnown = ![.noUsablePeak, .noData].contains(status) && !isSilent[index]
      func measured(_ value: Double, _ chain: PeakChain) -> PeakValue {
        guard isKnown else { return .unknown }
        return PeakValue(value, sigma: variance(of: chain, covariance).squareRoot())
      }
      let intensitySigma =
        abs(line.intensityFactor) * covariance[line.intensity * order + line.intensity].squareRoot()
      peaks.append(
        PeakEstimate(
          phase: model.phases[line.phase].name, indices: line.indices,
          twoTheta: measured(state.twoTheta, state.positionChain),
          dSpacing: measured(spacing.value, spacing.chain),
          intensity: isEmptyLine[index] ? .unknown : PeakValue(state.intensity, sigma: intensitySigma),
          fwhm: isFree(state.fwhmChain, held)
            ? measured(state.fwhm, state.fwhmChain) : PeakValue(state.fwhm, sigma: .nan),
          mixing: state.mixing, detectionLimit: limits[index],
          status: status))
    }
    var shown = covariance
    for index in 0..<order where system.isUndetermined[index] || held[index] {
      for other in 0..<order { (shown[index * order + other], shown[other * order + index]) = (.nan, .nan) }
    }
    let units = layout.names.map { unit(of: $0) }
    for i in 0..<order { for j in 0..<order { shown[i * order + j] *= units[i] * units[j] } }
    let free = layout.names.indices.count { !held[$0] && !system.isUndetermined[$0] }
    let bins = layout.windows.reduce(0) { $0 + data.validCount($1) }
    return PeakFit(
      peaks: peaks, cells: cells(covariance), displacement: displacement(covariance), parameterNames: layout.names,
      parameters: zip(p, units).map { $0 * $1 }, covariance: shown,
      twoThetaCovariance: joint(byAngle, covariance), dSpacingCovariance: joint(bySpacing, covariance),
      chiSquare: equations.chiSquare, freedom: bins + layout.restraints.count - free, iterations: steps,
      isConverged: converged)
  }

  /// Whether something that the fit moved is behind a quantity.
  private func isFree(_ chain: PeakChain, _ held: [Bool]) -> Bool {
    (0..<chain.count).contains { !held[chain.index[$0]] }
  }

  /// Puts the observed curvature of χ² in the place of the expected one, for the parameters that move weak lines.
  ///
  /// A weak line may come out flat or steep at its top, and its position is then worse or better known than on average
  /// (B. Efron & D. V. Hinkley, Biometrika 65, 457 (1978)). For strong lines the two agree.
  private mutating func observeCurvature(held: [Bool]) {
    let order = layout.parameterCount
    var moving: Set<Int> = []
    for index in layout.lines.indices where isWidthHeld[index] && !isSilent[index] {
      let chain = equations.states[index].positionChain
      for place in 0..<chain.count where !held[chain.index[place]] { moving.insert(chain.index[place]) }
    }
    guard !moving.isEmpty else { return }
    var observed = equations.normal
    for index in moving.sorted() where system.isFree[index] {
      let step = 0.1 / equations.normal[index * order + index].squareRoot()
      var slopes = [Double](repeating: 0, count: order)
      for sign in [1.0, -1.0] {
        var moved = p
        moved[index] += sign * step
        trial.evaluate(layout, data, moved, silent: silentAngles, held: isWidthHeld)
        for other in 0..<order { slopes[other] -= sign * trial.gradient[other] / (2 * step) }
      }
      for other in 0..<order where !(moving.contains(other) && other < index) {
        observed[index * order + other] = slopes[other]
        observed[other * order + index] = slopes[other]
      }
    }
    var candidate = PeakSystem(order: order)
    candidate.factorise(observed, isFixed: held)
    // Not at a minimum in some direction: the expected curvature is all there is.
    guard candidate.isFree == system.isFree else { return }
    system = candidate
  }

  /// The result for a pattern that has no data in any window.
  func emptyFit() -> PeakFit {
    let order = layout.parameterCount
    let lines = layout.lines
    return PeakFit(
      peaks: lines.map {
        PeakEstimate(
          phase: model.phases[$0.phase].name, indices: $0.indices, twoTheta: .unknown, dSpacing: .unknown,
          intensity: .unknown, fwhm: .unknown, mixing: .nan, detectionLimit: .nan, status: .noData)
      }, cells: [], displacement: .unknown, parameterNames: layout.names,
      parameters: [Double](repeating: .nan, count: order), covariance: [Double](repeating: .nan, count: order * order),
      twoThetaCovariance: [Double](repeating: .nan, count: lines.count * lines.count),
      dSpacingCovariance: [Double](repeating: .nan, count: lines.count * lines.count), chiSquare: .nan, freedom: 0,
      iterations: 0, isConverged: false)
  }

  /// Neighbouring residuals that go together hold less than as many independent ones: for the correlation ρ of an
  /// autoregressive scatter of first order, by (1 + ρ)/(1 − ρ).
  private mutating func setSerialFactors() {
    for index in layout.windows.indices where equations.windowChiSquare[index] > 0 {
      let rho = min(max(equations.serial[index] / equations.windowChiSquare[index], 0), 0.9)
      equations.serialFactor[index] = (1 + rho) / (1 - rho)
    }
  }

  private func status(
    _ index: Int, step: [Double], limit: Double, bread: [Double], held: [Bool]
  ) -> PeakStatus {
    let (line, state) = (layout.lines[index], equations.states[index])
    if isEmptyLine[index] { return .noData }
    if isSilent[index] || !(state.intensity > limit) {
      return isHidden(index) ? .overlapped : .noUsablePeak
    }
    let variance = self.variance(of: state.positionChain, bread)
    if !step.isEmpty {
      // Another line may still be wandering while this one is at rest.
      let move = (0..<state.positionChain.count).reduce(0.0) {
        $0 + state.positionChain.value[$1] * step[state.positionChain.index[$1]]
      }
      if !(move * move <= 0.01 * variance) { return .notConverged }
    }
    let window = layout.windows[line.window]
    let half = state.fwhm / 2
    if state.twoTheta - window.edges[0] < half || window.edges[window.edges.count - 1] - state.twoTheta < half {
      return .atTheEdge
    }
    for place in 0..<state.positionChain.count where held[state.positionChain.index[place]] { return .atTheEdge }
    return isOverlapped(index, variance: variance, held: held) ? .overlapped : .fitted
  }

  /// The spacing of a line's planes, in metres, and its derivatives.
  private func spacing(_ index: Int) -> (value: Double, chain: PeakChain) {
    let (line, state) = (layout.lines[index], equations.states[index])
    var chain = PeakChain()
    switch line.position {
    case .own(let place):
      let s = layout.displacement.map { p[$0] } ?? layout.shift
      let angle = PeakLine.undisplaced(state.twoTheta, by: s)
      let d = layout.wavelength / (2 * sin(angle.value / 2))
      let slope = -d / (2 * tan(angle.value / 2))
      if !isSilent[index] {
        chain.add(place, slope * angle.slope)
        if let displacement = layout.displacement { chain.add(displacement, slope * angle.byShift) }
      }
      return (d, chain)
    case .cell(let edges):
      var factors: [3 of Double] = [1, 1, 1]
      for axis in 0..<3 { if let place = edges[axis] { factors[axis] = p[place] } }
      let (q, byFactor) = line.inverseSquare(factors)
      let d = 1 / q.squareRoot()
      for axis in 0..<3 where !isSilent[index] {
        if let place = edges[axis] { chain.add(place, -0.5 * d / q * byFactor[axis]) }
      }
      return (d, chain)
    case .fixed: return (1 / line.inverseSquare([1, 1, 1]).value.squareRoot(), chain)
    }
  }

  /// A C Aᵀ for rows of derivatives.
  private func joint(_ chains: [PeakChain], _ covariance: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: chains.count * chains.count)
    for (i, first) in chains.enumerated() {
      for (j, second) in chains.enumerated() {
        var sum = 0.0
        for a in 0..<first.count {
          for b in 0..<second.count {
            sum +=
              first.value[a] * second.value[b] * covariance[first.index[a] * layout.parameterCount + second.index[b]]
          }
        }
        result[i * chains.count + j] = sum
      }
    }
    return result
  }

  /// What a parameter is multiplied with to be in SI units: edges are held as factors.
  private func unit(of name: PeakParameter) -> Double {
    guard case .edge(let phase, let axis) = name else { return 1 }
    let cell = model.phases[phase].cell
    return axis == 0 ? cell.a : axis == 1 ? cell.b : cell.c
  }

  private func displacement(_ covariance: [Double]) -> PeakValue {
    guard let index = layout.displacement else { return PeakValue(layout.shift, sigma: 0) }
    return PeakValue(p[index], sigma: covariance[index * layout.parameterCount + index].squareRoot())
  }

  private func cells(_ covariance: [Double]) -> [PeakCell] {
    let order = layout.parameterCount
    return model.phases.indices.compactMap { phase in
      guard let line = layout.lines.first(where: { $0.phase == phase }), case .cell(let edges) = line.position
      else { return nil }
      let cell = model.phases[phase].cell
      let places = [edges[0], edges[1], edges[2]]
      let lengths = [cell.a, cell.b, cell.c]
      // An edge that the lines tell only together with another leaves both unknown.
      let isTied = places.contains { place in
        place.map { system.isUndetermined[$0] && equations.normal[$0 * order + $0] > 0 } ?? false
      }
      func sigma(_ axis: Int) -> Double {
        guard let place = places[axis], system.isFree[place], !isTied else { return .nan }
        return lengths[axis] * covariance[place * order + place].squareRoot()
      }
      func edge(_ axis: Int) -> Double { lengths[axis] * (places[axis].map { p[$0] } ?? 1) }
      var joint = Double.nan
      if let a = places[0], let c = places[2], sigma(0).isFinite, sigma(2).isFinite {
        joint = lengths[0] * lengths[2] * covariance[a * order + c]
      }
      return PeakCell(
        phase: model.phases[phase].name,
        cell: UnitCell(a: edge(0), b: edge(1), c: edge(2), alpha: cell.alpha, beta: cell.beta, gamma: cell.gamma),
        sigmaA: sigma(0), sigmaB: sigma(1), sigmaC: sigma(2), covarianceAC: joint)
    }
  }
}
