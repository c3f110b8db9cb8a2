public import ArrayMath
import Foundation
public import PowderDiffraction

/// Line scans and lattices with a known truth, as the seed's experiment gives them.
public enum SeriesSimulation {
  /// Specific capacity to which the seed refers its states of charge, in mAh/g.
  public static let capacity = 275.5

  /// The published curve: states of charge of 275.5 mAh/g, a and c in metres.
  public static func publishedTable() throws -> (stateOfCharge: [Double], a: [Double], c: [Double])? {
    guard let path = SharedData.path("diffraction/nmc811_marker2019/lattice_vs_capacity.tsv") else { return nil }
    let rows = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    let numbers = rows.map { $0.split(separator: "\t").compactMap { Double($0) } }
    return (numbers.map { $0[0] / capacity }, numbers.map { $0[2] * 1e-10 }, numbers.map { $0[4] * 1e-10 })
  }

  public static func publishedCurve(
    _ smoothing: LatticeCurve.Smoothing = .interpolating
  ) throws -> LatticeCurve? {
    try publishedTable().map {
      try LatticeCurve(stateOfCharge: $0.stateOfCharge, a: $0.a, c: $0.c, smoothing: smoothing)
    }
  }

  /// A truth for simulations: the smooth published curve, exactly known.
  public static func trueCurve() throws -> LatticeCurve? {
    guard let smooth = try publishedCurve(.maximumLikelihood) else { return nil }
    let extent = smooth.range.upperBound - smooth.range.lowerBound
    let states = (0...160).map { smooth.range.lowerBound + extent * Double($0) / 160 }
    return try LatticeCurve(
      stateOfCharge: states, a: states.map(smooth.a(at:)), c: states.map(smooth.c(at:)), smoothing: .interpolating)
  }

  /// A curve like the material's in closed form: a falls, c is a parabola that turns at 64 %.
  public static func closedFormCurve() throws -> LatticeCurve {
    let states = (0..<80).map { 0.88 * Double($0) / 79 }
    return try LatticeCurve(
      stateOfCharge: states, a: states.map { 2.87e-10 * (1 - 0.03 * $0 + 0.011 * $0 * $0) },
      c: states.map { 14.19e-10 * (1 + 0.05 * $0 - 0.05 / 1.28 * $0 * $0) }, smoothing: .interpolating)
  }

  /// Two correlated normal deviates.
  static func pair(_ correlation: Double, _ generator: inout SeededGenerator) -> (Double, Double) {
    let first = generator.normal()
    return (first, correlation * first + (1 - correlation * correlation).squareRoot() * generator.normal())
  }

  /// A measured lattice at a state of charge.
  public static func observation(
    _ curve: LatticeCurve, at state: Double, relativeA: Double, relativeC: Double, correlation: Double,
    _ generator: inout SeededGenerator
  ) throws -> LatticeObservation {
    let (first, second) = pair(correlation, &generator)
    let (a, c) = (curve.a(at: state), curve.c(at: state))
    let (sigmaA, sigmaC) = (relativeA * a, relativeC * c)
    return try LatticeObservation(
      a: a + sigmaA * first, c: c + sigmaC * second, varianceA: sigmaA * sigmaA, varianceC: sigmaC * sigmaC,
      covarianceAC: correlation * sigmaA * sigmaC)
  }
}

// MARK: - Inversion

extension SeriesSimulation {
  /// Inverts lattices all along the curve.
  public static func inversion(
    seeds: ClosedRange<Int>, curve: LatticeCurve, relativeA: Double = 1e-4, relativeC: Double = 5e-5
  ) throws -> (narrow: SeriesPulls, wide: SeriesPulls, pulls: SeriesPulls) {
    var narrow = SeriesPulls()
    var wide = SeriesPulls()
    var pulls = SeriesPulls()
    let extent = curve.range.upperBound - curve.range.lowerBound
    for seed in seeds {
      var generator = SeededGenerator(seed: UInt64(seed), item: 401)
      let truth = curve.range.lowerBound + extent * generator.uniform()
      let local = curve.stateOfCharge(
        of: try observation(
          curve, at: truth, relativeA: relativeA, relativeC: relativeC, correlation: -0.4, &generator))
      narrow.add(isInside: local.intervals.contains { $0.contains(truth) })
      wide.add(isInside: local.wideIntervals.contains { $0.contains(truth) })
      if local.isUsable, local.sigma > 0 { pulls.add(local.value, sigma: local.sigma, truth: truth) }
    }
    return (narrow, wide, pulls)
  }
}

// MARK: - Active mass

extension SeriesSimulation {
  /// One experiment like the seed's: a particle charged at 30 pA for 15 500 s while it is scanned.
  ///
  /// - Parameters:
  ///   - factor: mean local over coulombic state of charge.
  ///   - spread: relative standard deviation of that factor between positions.
  public static func activeMass(
    seed: Int, curve: LatticeCurve, factor: Double = 1.25, spread: Double = 0.08, positions: Int = 12,
    passes: Int = 8
  ) throws -> ActiveMass {
    var generator = SeededGenerator(seed: UInt64(seed), item: 402)
    let mass = 4.69e-12
    let duration = 15_500.0
    let final = 30e-12 * duration / 3600 * 1e3 / (mass * 1e3) / capacity
    let chargeSigma = 0.01
    let capacitySigma = 0.015
    let clockSigma = 20.0
    // What the record says is off by the current's gain; what the clock says by its offset.
    let gain = 1 + chargeSigma * generator.normal()
    let clockError = clockSigma * generator.normal()
    let capacityError = 1 + capacitySigma * generator.normal()
    let times = (0...200).map { duration * Double($0) / 200 }
    let record = try ChargeRecord(
      time: times, stateOfCharge: times.map { final * $0 / duration * gain },
      sigma: times.map { final * $0 / duration * chargeSigma }, scaleSigma: 0.1)
    let distance = 2e-5 * generator.normal()
    var exposures: [Exposure] = []
    var lattice: [LatticeObservation?] = []
    var groups: [Int] = []
    let factors = (0..<positions).map { _ in factor * (1 + spread * generator.normal()) }
    let period = (duration - 200) / Double(positions * passes)
    for frame in 0..<positions * passes {
      let exposure = Exposure(start: 100 + period * Double(frame), length: 20)
      let position = frame % positions
      // The coulombic state is for the assumed capacity; the curve's is for the true one.
      let middle = exposure.start + 10 + clockError
      let truth = factors[position] * capacityError * final * middle / duration
      let (first, second) = pair(-0.4, &generator)
      let (a, c) = (curve.a(at: truth), curve.c(at: truth))
      exposures.append(exposure)
      groups.append(position)
      lattice.append(
        try LatticeObservation(
          a: a * (1 + 1e-4 * first + distance), c: c * (1 + 5e-5 * second + distance), varianceA: pow(1e-4 * a, 2),
          varianceC: pow(5e-5 * c, 2), covarianceAC: -0.4 * 1e-4 * a * 5e-5 * c))
    }
    let charge = try ExperimentClock(offset: 0, sigma: clockSigma).stateOfCharge(of: exposures, from: record)
    return try ActiveMass(
      lattice: lattice, curve: curve, charge: charge, positions: groups, assumedMass: mass,
      capacitySigma: capacitySigma, throughOrigin: true,
      latticeErrors: [SharedLatticeError("distance", a: 2e-5, c: 2e-5)])
  }

  public static func activeMasses(
    seeds: ClosedRange<Int>, curve: LatticeCurve, factor: Double = 1.25
  ) throws -> (pulls: SeriesPulls, interval: SeriesPulls) {
    var pulls = SeriesPulls()
    var interval = SeriesPulls()
    let truth = 4.69e-12 / factor
    for seed in seeds {
      let mass = try activeMass(seed: seed, curve: curve, factor: factor)
      pulls.add(mass.factor, sigma: mass.factorSigma, truth: factor)
      interval.add(isInside: mass.interval.contains(truth))
    }
    return (pulls, interval)
  }
}

// MARK: - Edges and drift

extension SeriesSimulation {
  /// A scan over a needle and a particle that moves, with counted photons.
  public struct MovingParticle {
    public var scan: LineScan
    public var signals: [[EdgeSignal]]
    public var needle, free: [Double]
    /// Where the edge at the needle is at a time.
    public var edge: (Double) -> Double
  }

  public static func movingParticle(
    seed: Int, passes: Int, step: Double, beam: Double = 0.38e-6, length: Double = 16e-6, drift: Double = 0,
    walk: Double = 0, level: Double = 400
  ) throws -> MovingParticle {
    var generator = SeededGenerator(seed: UInt64(seed), item: 403)
    let start = 5e-6 + step * generator.uniform()
    let positions = (0..<Int(24e-6 / step)).map { step * Double($0) }
    let plan = try LineScanPlan(positions: positions, exposure: 20, period: 22)
    let stamps = (0..<passes * positions.count).map {
      ExposureStamp(start: 22 * Double($0), position: positions[$0 % positions.count])
    }
    let scan = try LineScan(stamps, plan: plan)
    // The walk has a value for each frame and straight lines between them; `walk` is its deviation over a pass.
    let frames = passes * positions.count
    var knots = [0.0]
    for _ in 0...frames {
      knots.append(knots[knots.count - 1] + walk / Double(positions.count).squareRoot() * generator.normal())
    }
    let duration = 22 * Double(positions.count)
    let steps = knots
    let edge: @Sendable (Double) -> Double = { time in
      let place = min(max(time / 22, 0), Double(steps.count) - 1.001)
      let index = Int(place)
      return start + drift * time + steps[index] + (place - Double(index)) * (steps[index + 1] - steps[index])
    }
    let sigma = beam / 2.354_82
    func rise(_ x: Double) -> Double { erfc(-x / (sigma * 2.0.squareRoot())) / 2 }
    var signals: [[EdgeSignal]] = []
    var needles: [Double] = []
    var frees: [Double] = []
    for pass in 0..<passes {
      var total: [Double] = []
      var needle: [Double] = []
      for frame in scan.frames(ofPass: pass) {
        let e1 = edge(frame.middle)
        let inside = rise(frame.position - e1) - rise(frame.position - e1 - length)
        let metal = rise(e1 - frame.position)
        func counted(_ mean: Double) -> Double { max(mean + mean.squareRoot() * generator.normal(), 0) }
        total.append(counted(level + 4 * level * metal + level * inside))
        needle.append(counted(20 + level * metal))
      }
      signals.append([
        EdgeSignal(.total, values: total, sigmas: total.map { max($0, 1).squareRoot() }),
        EdgeSignal(.needle, values: needle, sigmas: needle.map { max($0, 1).squareRoot() }),
      ])
      // The scan meets an edge while it moves.
      func meeting(_ offset: Double) -> Double {
        var time = duration * (Double(pass) + 0.5)
        for _ in 0..<50 { time = duration * Double(pass) + 22 * (edge(time) + offset) / step + 10 }
        return edge(time) + offset
      }
      needles.append(meeting(0))
      frees.append(meeting(length))
    }
    return MovingParticle(scan: scan, signals: signals, needle: needles, free: frees, edge: edge)
  }

  public static func edges(
    seeds: ClosedRange<Int>, step: Double
  ) throws -> (needle: SeriesPulls, free: SeriesPulls, missed: Int) {
    var needle = SeriesPulls()
    var free = SeriesPulls()
    var missed = 0
    for seed in seeds {
      let particle = try movingParticle(seed: seed, passes: 1, step: step)
      let found = try particle.scan.edges(pass: 0, signals: particle.signals[0], beam: 0.38e-6)
      if let edge = found.needle { needle.add(edge.position, sigma: edge.sigma, truth: particle.needle[0]) }
      if let edge = found.free { free.add(edge.position, sigma: edge.sigma, truth: particle.free[0]) }
      missed += (found.needle == nil ? 1 : 0) + (found.free == nil ? 1 : 0)
    }
    return (needle, free, missed)
  }

  /// Positions relative to a particle that wanders by a fraction of a micrometre.
  public static func drift(seeds: ClosedRange<Int>) throws -> SeriesPulls {
    var pulls = SeriesPulls()
    for seed in seeds {
      let particle = try movingParticle(seed: seed, passes: 12, step: 0.4e-6, drift: 5e-11, walk: 0.2e-6)
      let edges = try (0..<12).map { try particle.scan.edges(pass: $0, signals: particle.signals[$0], beam: 0.38e-6) }
      let drift = try ScanDrift(particle.scan, edges: edges)
      // One frame a pass: those of a pass are not independent.
      let frame = particle.scan.frames.count / 2 + seed % 40
      pulls.add(
        drift.edge[frame], sigma: drift.edgeSigma[frame], truth: particle.edge(particle.scan.frames[frame].middle))
    }
    return pulls
  }
}

// MARK: - Clock

extension SeriesSimulation {
  /// Samples of c during rest, charge and rest, on a detector's clock that is off.
  public static func clockSamples(
    seed: Int, offset: Double, curve: LatticeCurve, groups: Int = 6
  ) throws -> (samples: [ClockSample], record: ChargeRecord) {
    var generator = SeededGenerator(seed: UInt64(seed), item: 404)
    let times = stride(from: 0.0, through: 20_000, by: 50).map { $0 }
    let states = times.map { 0.1 * min(max($0 - 2000, 0), 15_500) / 15_500 }
    let record = try ChargeRecord(time: times, stateOfCharge: states, sigma: states.map { 0.005 * $0 })
    func state(_ time: Double) -> Double { 0.1 * min(max(time - 2000, 0), 15_500) / 15_500 }
    let samples = (0..<720).map { frame in
      let exposure = Exposure(start: 24 * Double(frame) + 1000, length: 20)
      let truth = (0..<20).reduce(0) { $0 + state(exposure.start + 20 * (Double($1) + 0.5) / 20 + offset) } / 20
      let group = frame % groups
      let c = curve.c(at: truth * (1 + 0.05 * Double(group))) * (1 + 1e-5 * Double(group))
      return ClockSample(
        exposure: exposure, value: c * (1 + 5e-5 * generator.normal()), sigma: 5e-5 * c, group: group)
    }
    return (samples, record)
  }

  /// Fits the offset from polynomials, or from the known curve with all positions alike.
  public static func clocks(
    seeds: ClosedRange<Int>, curve: LatticeCurve, isCurveKnown: Bool = false
  ) throws -> SeriesPulls {
    var pulls = SeriesPulls()
    for seed in seeds {
      var generator = SeededGenerator(seed: UInt64(seed), item: 405)
      let offset = 600 * (2 * generator.uniform() - 1)
      let (samples, record) = try clockSamples(
        seed: seed, offset: offset, curve: curve, groups: isCurveKnown ? 1 : 6)
      let fit = try ClockFit(
        samples, record: record, response: isCurveKnown ? .curveC(curve) : .polynomial(degree: 2),
        range: -1500...1500)
      pulls.add(fit.clock.offset, sigma: fit.clock.sigma, truth: offset)
    }
    return pulls
  }
}
