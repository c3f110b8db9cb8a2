/// An error of the lattice parameters that all frames share, for example of the detector's distance.
public struct SharedLatticeError: Sendable, Hashable {
  /// What it is called.
  public var name: String
  /// What one standard deviation of it does to a and c, relative.
  public var a, c: Double

  public init(_ name: String, a: Double, c: Double) {
    self.name = name
    self.a = a
    self.c = c
  }
}

extension ActiveMass {
  /// The active mass of a series of frames.
  ///
  /// The lines are fitted to the lattice parameters themselves, the curve being replaced by its tangent at each state that
  /// the line predicts, until nothing changes: inverting each noisy lattice alone and weighing it by its own uncertainty
  /// would favour estimates that scatter to where the curve is steep. Frames without a state of charge, or whose lattice
  /// gives no usable one, are left out. Errors of charge, clock,
  /// curve and specific capacity are shared; that of the assumed mass cancels and is not asked for.
  ///
  /// - Parameters:
  ///   - lattice: measured lattice of each frame; `nil` where there is none.
  ///   - curve: of the material.
  ///   - charge: the coulombic state of charge of each frame.
  ///   - positions: a number for each position of the scan, one a frame; `nil` when all frames see the same material.
  ///   - assumedMass: with which the coulombic state of charge was computed, in kilograms.
  ///   - capacitySigma: relative standard uncertainty of the specific capacity.
  ///   - throughOrigin: whether both states of charge start from zero together.
  ///   - latticeErrors: errors of the lattice parameters that the frames share.
  ///   - positionWeights: share of the material of each position; `nil` takes the most precise mean.
  /// - Throws: ``LineScanError``.
  public init(
    lattice: [LatticeObservation?], curve: LatticeCurve, charge: ChargedSeries, positions: [Int]? = nil,
    assumedMass: Double, capacitySigma: Double, throughOrigin: Bool, latticeErrors: [SharedLatticeError] = [],
    positionWeights: [Int: Double]? = nil
  ) throws(LineScanError) {
    guard charge.frames.count == lattice.count else {
      throw .lengths(what: "states of charge", found: charge.frames.count, expected: lattice.count)
    }
    if let positions, positions.count != lattice.count {
      throw .lengths(what: "positions", found: positions.count, expected: lattice.count)
    }
    try LineScanError.requireUncertainties([capacitySigma], "relative uncertainty of the capacity", count: 1)
    var samples: [ActiveMassSample] = []
    var frames: [FrameCharge] = []
    var inversions: [CurveInversion] = []
    var curveSigmas: [Double] = []
    var responses: [SIMD2<Double>] = []
    for index in lattice.indices {
      guard let observation = lattice[index], let frame = charge.frames[index] else { continue }
      let local = curve.stateOfCharge(of: observation)
      guard local.isUsable, local.sigma > 0 else { continue }
      samples.append(
        ActiveMassSample(
          coulombic: frame.middle, local: local.value, localSigma: local.sigma, group: positions?[index] ?? 0))
      frames.append(frame)
      inversions.append(CurveInversion(curve: curve, observation: observation, continuation: 0))
      curveSigmas.append(local.curveSigma)
      responses.append(SIMD2(local.response.a, local.response.c))
    }
    for _ in 0..<6 {
      let lines = try GroupedFit(samples, throughOrigin: throughOrigin, weights: positionWeights).lines
      for index in samples.indices {
        guard let line = lines[samples[index].group],
          let local = inversions[index].linearised(at: line.intercept + line.slope * samples[index].coulombic)
        else { continue }
        samples[index].local = local.value
        samples[index].localSigma = local.sigma
        curveSigmas[index] = local.curveSigma
        responses[index] = local.response
      }
    }
    let still = [Double](repeating: 0, count: samples.count)
    var shared = [
      SharedError("charge", coulombic: frames.map(\.chargeSigma), local: still),
      SharedError("clock", coulombic: frames.map(\.clockSigma), local: still),
      SharedError("specific capacity", coulombic: frames.map { $0.middle * capacitySigma }, local: still),
      SharedError("lattice curve", coulombic: still, local: curveSigmas),
    ]
    for error in latticeErrors {
      let shifts = zip(samples, responses).map { sample, response in
        response.x * error.a * curve.a(at: sample.local) + response.y * error.c * curve.c(at: sample.local)
      }
      shared.append(SharedError(error.name, coulombic: still, local: shifts))
    }
    try self.init(
      samples, assumedMass: assumedMass, throughOrigin: throughOrigin, shared: shared, groupWeights: positionWeights)
  }
}
