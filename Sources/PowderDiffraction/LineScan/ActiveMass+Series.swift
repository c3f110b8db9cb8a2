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
  /// Frames without a state of charge, or whose lattice gives no usable one, are left out. Errors of charge, clock,
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
    var locals: [LocalStateOfCharge] = []
    for index in lattice.indices {
      guard let observation = lattice[index], let frame = charge.frames[index] else { continue }
      let local = curve.stateOfCharge(of: observation)
      guard local.isUsable, local.sigma > 0 else { continue }
      samples.append(
        ActiveMassSample(
          coulombic: frame.middle, local: local.value, localSigma: local.sigma, group: positions?[index] ?? 0))
      frames.append(frame)
      locals.append(local)
    }
    let still = [Double](repeating: 0, count: samples.count)
    var shared = [
      SharedError("charge", coulombic: frames.map(\.chargeSigma), local: still),
      SharedError("clock", coulombic: frames.map(\.clockSigma), local: still),
      SharedError("specific capacity", coulombic: frames.map { $0.middle * capacitySigma }, local: still),
      SharedError("lattice curve", coulombic: still, local: locals.map(\.curveSigma)),
    ]
    for error in latticeErrors {
      let shifts = locals.map {
        $0.response.a * error.a * curve.a(at: $0.value) + $0.response.c * error.c * curve.c(at: $0.value)
      }
      shared.append(SharedError(error.name, coulombic: still, local: shifts))
    }
    try self.init(
      samples, assumedMass: assumedMass, throughOrigin: throughOrigin, shared: shared, groupWeights: positionWeights)
  }
}
