import Crystallography
import Foundation

/// Recovers a distribution of spacings from a line: `y = background + Σ p_j R(x − x_j)`, p ≥ 0, with the squares of the
/// second differences of p added (Tikhonov), as heavy as the least BIC asks for.
struct StateRecovery {
  private let fitter: PeakFitter
  private let layout: PeakLayout
  private let angles: [Double?]
  /// The parameters of the nodes, in order.
  private let nodes: [Int]

  /// - Parameters:
  ///   - sharp: a fitter of one sharp line that holds the data and their weights, neighbours at their best.
  ///   - centre: of the line, in radians.
  ///   - excess: square of the full width added to the instrument's, in square radians.
  init(_ sharp: PeakFitter, centre: Double, excess: Double) {
    var layout = sharp.layout
    let template = layout.lines[0]
    let width = template.nominalWidth
    let spread = (excess / 5.545177444479562).squareRoot()
    let reach = max(3 * spread, 0.5 * width) + 0.5 * width
    let count = min(max(Int((2 * reach / (0.2 * width)).rounded(.up)) + 1, 9), 61)
    var angles: [Double?] = []
    var nodes: [Int] = []
    let window = layout.windows[template.window]
    // The single line stays as a node that is switched off.
    layout.lines[0].intensityFactor = 0
    angles = sharp.layout.lines.indices.map { index -> Double? in
      index == 0
        ? centre
        : sharp.layout.lines[index].state(
          sharp.p, wavelength: layout.wavelength, displacement: layout.displacement, shift: layout.shift,
          silentAt: nil, isWidthHeld: true
        ).twoTheta
    }
    for node in 0..<count {
      let angle = centre - reach + 2 * reach * Double(node) / Double(count - 1)
      guard angle > window.edges[0], angle < window.edges[window.edges.count - 1] else { continue }
      var line = template
      line.intensity = layout.add(
        .intensity(phase: -1, reflection: node), start: 0, within: 0...Double.infinity, isLinear: true)
      line.position = .fixed
      nodes.append(line.intensity)
      layout.windows[template.window].lines.append(layout.lines.count)
      layout.lines.append(line)
      angles.append(angle)
    }
    fitter = sharp
    self.layout = layout
    self.angles = angles
    self.nodes = nodes
  }

  func solve(bins: Int) -> (distribution: StateDistribution, chiSquare: Double, parameters: Double) {
    var equations = PeakEquations(layout: layout)
    let order = layout.parameterCount
    let start = fitter.p + [Double](repeating: 0, count: order - fitter.p.count)
    equations.evaluate(
      layout, fitter.data, start, silent: angles, held: [Bool](repeating: true, count: layout.lines.count))
    // Widths and positions of the neighbours stay; background, their intensities and the nodes are free.
    var isFixed = layout.isLinear.map { !$0 }
    isFixed[layout.lines[0].intensity] = true
    let scale = nodes.reduce(0.0) { $0 + equations.normal[$1 * order + $1] } / Double(max(nodes.count, 1))
    var best: (bic: Double, x: [Double], chi: Double, dof: Double, weight: Double, inverse: [Double])?
    for power in 0..<9 {
      let weight = scale * pow(10, Double(power) - 6)
      var matrix = equations.normal
      addCurvature(&matrix, weight)
      let x = descend(matrix, equations.gradient, isFixed)
      var held = isFixed
      for node in nodes where x[node] <= 0 { held[node] = true }
      var system = PeakSystem(order: order)
      system.factorise(matrix, isFixed: held)
      let inverse = system.inverse()
      var (chi, dof) = (equations.chiSquare, 0.0)
      for i in 0..<order where !held[i] {
        chi -= 2 * x[i] * equations.gradient[i]
        for j in 0..<order where !held[j] {
          chi += x[i] * equations.normal[i * order + j] * x[j]
          dof += inverse[i * order + j] * equations.normal[j * order + i]
        }
      }
      dof += Double(layout.names.indices.count { $0 < fitter.p.count && !layout.isLinear[$0] }) - 1
      let bic = chi + dof * log(Double(max(bins, 2)))
      if bic < best?.bic ?? .infinity { best = (bic, x, chi, dof, weight, inverse) }
    }
    guard let best else {
      return (
        StateDistribution(
          dSpacings: [], intensities: [], mean: .unknown, deviation: .unknown, modes: [], regularisation: .nan),
        .infinity, 0
      )
    }
    let covariance = congruence(best.inverse, equations.normal, order: order)
    return (distribution(best.x, covariance, best.weight), best.chi, best.dof)
  }

  private func addCurvature(_ matrix: inout [Double], _ weight: Double) {
    let order = layout.parameterCount
    for middle in 1..<max(nodes.count - 1, 1) {
      let (places, factors) = ([nodes[middle - 1], nodes[middle], nodes[middle + 1]], [1.0, -2, 1])
      for i in 0..<3 {
        for j in 0..<3 { matrix[places[i] * order + places[j]] += weight * factors[i] * factors[j] }
      }
    }
  }

  /// Quadratic minimum with nodes not below zero: nodes that would be negative are held, and let go when the slope says
  /// so (Lawson & Hanson's active sets).
  private func descend(_ matrix: [Double], _ gradient: [Double], _ isFixed: [Bool]) -> [Double] {
    let order = layout.parameterCount
    var system = PeakSystem(order: order)
    var held = isFixed
    for node in nodes { held[node] = true }
    var x = [Double](repeating: 0, count: order)
    func slope(_ i: Int) -> Double {
      var sum = gradient[i]
      for j in 0..<order { sum -= matrix[i * order + j] * x[j] }
      return sum
    }
    for _ in 0..<3 * nodes.count + 3 {
      while true {
        system.factorise(matrix, isFixed: held)
        var next = gradient
        system.solve(&next)
        // As far as the first node that would turn negative.
        var share = 1.0
        for node in nodes where !held[node] && next[node] <= 0 {
          share = min(share, x[node] / max(x[node] - next[node], 1e-300))
        }
        for i in 0..<order { x[i] += share * (next[i] - x[i]) }
        guard share < 1 else { break }
        var isStuck = true
        for node in nodes where !held[node] && next[node] <= 0 && x[node] <= 1e-12 * (abs(next[node]) + 1e-300) {
          (x[node], held[node], isStuck) = (0, true, false)
        }
        if isStuck { break }
      }
      let candidates = nodes.filter { held[$0] }.map { ($0, slope($0) / matrix[$0 * order + $0].squareRoot()) }
      guard let steepest = candidates.max(by: { $0.1 < $1.1 }), steepest.1 > 1e-6 else { break }
      held[steepest.0] = false
    }
    return x
  }

  private func distribution(_ x: [Double], _ covariance: [Double], _ weight: Double) -> StateDistribution {
    let order = layout.parameterCount
    let firstNode = layout.lines.count - nodes.count
    let shift = layout.displacement.map { fitter.p[$0] } ?? layout.shift
    let spacings = nodes.indices.map { index -> Double in
      let angle = PeakLine.undisplaced(angles[firstNode + index] ?? .nan, by: shift).value
      return layout.wavelength / (2 * sin(angle / 2))
    }
    let p = nodes.map { x[$0] }
    let sum = p.reduce(0, +)
    let mean = zip(p, spacings).reduce(0.0) { $0 + $1.0 * $1.1 } / sum
    let variance = zip(p, spacings).reduce(0.0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / sum
    let deviation = variance.squareRoot()
    var (meanVariance, deviationVariance) = (0.0, 0.0)
    for (i, first) in nodes.enumerated() {
      for (j, second) in nodes.enumerated() {
        let c = covariance[first * order + second]
        let (u, v) = (spacings[i] - mean, spacings[j] - mean)
        meanVariance += c * u * v / (sum * sum)
        deviationVariance += c * (u * u - variance) * (v * v - variance) / (4 * sum * sum * variance)
      }
    }
    let highest = p.max() ?? 0
    let modes = p.indices.filter { index in
      p[index] > 0.1 * highest && (index == 0 || p[index] >= p[index - 1])
        && (index == p.count - 1 || p[index] > p[index + 1])
    }
    return StateDistribution(
      dSpacings: spacings, intensities: p, mean: PeakValue(mean, sigma: meanVariance.squareRoot()),
      deviation: PeakValue(deviation, sigma: deviationVariance.squareRoot()), modes: modes.map { spacings[$0] },
      regularisation: weight)
  }
}
