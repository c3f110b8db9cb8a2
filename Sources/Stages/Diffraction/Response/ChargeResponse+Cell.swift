import Foundation
import PowderDiffraction

extension ChargeResponse {
  /// How far from the turn of c its polynomial reaches, and up to which state of charge the first slopes hold.
  private static let turnReach = 0.15
  private static let slopeReach = 0.2

  /// The curve of a whole cell from its own charge: every exposure up to the highest state of charge.
  mutating func describeCell() {
    let known = exposures.indices.compactMap { index -> (index: Int, charge: FrameCharge)? in
      guard lattices[index]?.hasBoth == true, let charge = charged.frames[index] else { return nil }
      switch locals[index]?.status {
      case .excluded, .noLattice: return nil
      default: return (index, charge)
      }
    }
    guard let highest = known.max(by: { $0.charge.middle < $1.charge.middle }) else { return }
    let charging = known.filter { $0.charge.time <= highest.charge.time }.sorted {
      ($0.charge.middle, $0.index) < ($1.charge.middle, $1.index)
    }
    if charging.count < known.count {
      warnings.append(
        "\(known.count - charging.count) exposures after the highest state of charge are left out of the curve.")
    }
    let frames = charging.map(\.index)
    let states = charging.map(\.charge.middle)
    let found = frames.compactMap { lattices[$0] }
    let sigmaA = found.map { $0.ownAA.squareRoot() }
    let sigmaC = found.map { $0.ownCC.squareRoot() }
    do {
      let curve = try LatticeCurve(
        stateOfCharge: states, a: found.map(\.a), c: found.map(\.c), sigmaA: sigmaA, sigmaC: sigmaC)
      cell = CellCurve(
        curve: curve, turn: turn(curve, states, found, charging.map(\.charge)), slopes: slopes(states, found),
        frames: frames)
    } catch {
      warnings.append("The exposures make no curve of a and c against state of charge: \(error).")
    }
  }

  private func turn(
    _ curve: LatticeCurve, _ states: [Double], _ lattices: [MeasuredLattices.Lattice], _ charges: [FrameCharge]
  ) -> (state: Double, fitSigma: Double, scaleSigma: Double, c: Double, sigmaC: Double)? {
    guard let last = states.last else { return nil }
    var centre = curve.turningPoint
    // At the end of the charge c has not turned yet.
    guard centre < last - 0.02, centre > states[0] else { return nil }
    var answer: (state: Double, fitSigma: Double, scaleSigma: Double, c: Double, sigmaC: Double)?
    for _ in 0..<3 {
      let near = states.indices.filter { abs(states[$0] - centre) <= Self.turnReach }
      guard
        let polynomial = try? LocalPolynomial(
          x: near.map { states[$0] }, y: near.map { lattices[$0].c },
          sigmas: near.map { lattices[$0].ownCC.squareRoot() },
          origin: centre, degree: 4),
        let turn = polynomial.maximum(in: max(centre - Self.turnReach, states[0])...min(centre + Self.turnReach, last))
      else { break }
      let height = polynomial.estimate(at: turn.place)
      let nearest = states.indices.min { abs(states[$0] - turn.place) < abs(states[$1] - turn.place) } ?? 0
      let instrument = lattices[nearest].instrumentC
      answer = (
        turn.place, turn.sigma, charges[nearest].sigma, height.value,
        (height.sigma * height.sigma + instrument * instrument).squareRoot()
      )
      centre = turn.place
    }
    return answer
  }

  private func slopes(
    _ states: [Double], _ lattices: [MeasuredLattices.Lattice]
  ) -> (a: (value: Double, sigma: Double), c: (value: Double, sigma: Double))? {
    let near = states.indices.filter { states[$0] <= Self.slopeReach }
    guard near.count > 4, (states.first ?? 1) < 0.05 else { return nil }
    func slope(
      _ value: (MeasuredLattices.Lattice) -> Double, _ variance: (MeasuredLattices.Lattice) -> Double
    ) -> (value: Double, sigma: Double)? {
      let values = near.map { value(lattices[$0]) }
      guard
        let polynomial = try? LocalPolynomial(
          x: near.map { states[$0] }, y: values, sigmas: near.map { variance(lattices[$0]).squareRoot() }, origin: 0,
          degree: 2)
      else { return nil }
      let (slope, level) = (polynomial.estimate(at: 0, derivative: 1), polynomial.estimate(at: 0).value)
      return (slope.value / level, slope.sigma / level)
    }
    guard let a = slope(\.a, \.ownAA), let c = slope(\.c, \.ownCC) else { return nil }
    return (a, c)
  }
}
