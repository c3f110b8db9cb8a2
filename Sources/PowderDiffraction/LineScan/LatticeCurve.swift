/// The lattice parameters a and c of a material as functions of its state of charge.
///
/// Made from a table, published or measured on a full cell. Either the table is taken at its word: a monotone cubic
/// (Fritsch & Carlson, SIAM J. Numer. Anal. 17, 238 (1980)) goes through every row. Or rows scatter about the curve
/// more than they say (steps of rounding, two rows alike): the most likely cubic smoothing spline goes between them
/// (Wahba, J. R. Stat. Soc. B 40, 364 (1978)), with its own uncertainty. a falls all the way and is kept from rising.
///
/// Beyond the table the curve goes on straight with the mean slope of its outer tenth, so that a noisy observation of
/// the pristine state has an estimate below zero and a mean of many is not biased; such estimates are marked.
public struct LatticeCurve: Sendable, Hashable {
  /// How the table becomes a curve.
  public enum Smoothing: Sendable, Hashable {
    /// Through every row.
    case interpolating
    /// Between the rows; smoothness and scatter of the rows by maximum likelihood.
    case maximumLikelihood
  }

  /// One lattice parameter at the table's states of charge and halfway between.
  struct Branch: Sendable, Hashable {
    var values, slopes, sigmas: [Double]
    /// Mean slopes of the first and the last tenth.
    var ends: SIMD2<Double> = .zero
  }

  /// States of charge between which cubics run, rising from 0...1.
  public let nodes: [Double]
  /// How the table became a curve.
  public let smoothing: Smoothing
  /// Standard deviation of the rows about the curves of a and c, in metres, beyond what the table states.
  public let scatterA, scatterC: Double
  let branchA, branchC: Branch

  /// - Parameters:
  ///   - stateOfCharge: of each row, not falling; a fraction of one full theoretical capacity.
  ///   - a: in metres.
  ///   - c: in metres.
  ///   - sigmaA: standard uncertainty of each a in metres; `nil` where none is stated.
  ///   - sigmaC: standard uncertainty of each c in metres; `nil` where none is stated.
  ///   - smoothing: how the table becomes a curve.
  /// - Throws: ``LineScanError`` for fewer than four different states of charge, numbers that are not finite, states of
  ///   charge that fall, or rows of one state of charge that contradict each other.
  public init(
    stateOfCharge: [Double], a: [Double], c: [Double], sigmaA: [Double]? = nil, sigmaC: [Double]? = nil,
    smoothing: Smoothing = .maximumLikelihood
  ) throws(LineScanError) {
    let tableA = try LatticeTable(stateOfCharge, a, sigmaA, name: "a")
    let tableC = try LatticeTable(stateOfCharge, c, sigmaC, name: "c")
    self.smoothing = smoothing
    switch smoothing {
    case .interpolating:
      nodes = tableA.places
      branchA = tableA.interpolated()
      branchC = tableC.interpolated()
      (scatterA, scatterC) = (0, 0)
    case .maximumLikelihood:
      nodes = tableA.refinedPlaces
      let smoothA = tableA.smoothed()
      let smoothC = tableC.smoothed()
      (branchA, scatterA) = (smoothA.branch.notRising(at: nodes), smoothA.scatter)
      (branchC, scatterC) = (smoothC.branch.withEnds(at: nodes), smoothC.scatter)
    }
  }

  /// The states of charge that the table covers.
  public var range: ClosedRange<Double> { nodes[0]...nodes[nodes.count - 1] }

  /// a at a state of charge, in metres.
  public func a(at stateOfCharge: Double) -> Double { value(branchA, stateOfCharge).value }
  /// c at a state of charge, in metres.
  public func c(at stateOfCharge: Double) -> Double { value(branchC, stateOfCharge).value }
  /// da/dSoC in metres.
  public func slopeA(at stateOfCharge: Double) -> Double { value(branchA, stateOfCharge).slope }
  /// dc/dSoC in metres.
  public func slopeC(at stateOfCharge: Double) -> Double { value(branchC, stateOfCharge).slope }
  /// Standard uncertainty of the curve of a, in metres.
  public func sigmaA(at stateOfCharge: Double) -> Double { sigma(branchA, stateOfCharge) }
  /// Standard uncertainty of the curve of c, in metres.
  public func sigmaC(at stateOfCharge: Double) -> Double { sigma(branchC, stateOfCharge) }

  /// The state of charge at which c is largest.
  public var turningPoint: Double {
    let steps = 4000
    let width = (range.upperBound - range.lowerBound) / Double(steps)
    let places = (0...steps).map { range.lowerBound + width * Double($0) }
    return places.max { c(at: $0) < c(at: $1) } ?? range.upperBound
  }

  private func interval(_ place: Double) -> Int {
    var (low, high) = (0, nodes.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if nodes[middle] <= place { low = middle } else { high = middle }
    }
    return low
  }

  private func value(_ branch: Branch, _ place: Double) -> (value: Double, slope: Double) {
    let last = nodes.count - 1
    if place < nodes[0] { return (branch.values[0] + branch.ends.x * (place - nodes[0]), branch.ends.x) }
    if place > nodes[last] { return (branch.values[last] + branch.ends.y * (place - nodes[last]), branch.ends.y) }
    let index = interval(place)
    let width = nodes[index + 1] - nodes[index]
    let t = (place - nodes[index]) / width
    let (y0, y1) = (branch.values[index], branch.values[index + 1])
    let (d0, d1) = (branch.slopes[index] * width, branch.slopes[index + 1] * width)
    // Hermite's cubic.
    let (b, c) = (3 * (y1 - y0) - 2 * d0 - d1, 2 * (y0 - y1) + d0 + d1)
    return (y0 + t * (d0 + t * (b + t * c)), (d0 + t * (2 * b + 3 * t * c)) / width)
  }

  private func sigma(_ branch: Branch, _ place: Double) -> Double {
    let index = interval(place)
    let t = min(max((place - nodes[index]) / (nodes[index + 1] - nodes[index]), 0), 1)
    return (1 - t) * branch.sigmas[index] + t * branch.sigmas[index + 1]
  }
}
