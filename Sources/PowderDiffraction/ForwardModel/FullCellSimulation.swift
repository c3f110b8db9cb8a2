import Foundation

/// Powder diffraction of the cathode of a cell while it charges.
///
/// Rings are smooth. The states across the electrode are normally distributed about the mean; the electrode's thickness
/// and the beam's footprint widen the rings. Windows, anode, electrolyte and collectors lie behind and before it.
public struct FullCellSimulation: Sendable {
  /// The beam with its footprint on the cell, by which the image is spread.
  public var beam: IncidentBeam
  /// Width of all rings before thickness and footprint.
  public var profile: RingProfile
  /// Frames, the time of each in seconds, and from the start of one to the start of the next.
  public var frames: Int
  public var exposure, interval: Double
  /// When the first exposure starts, in seconds of the detector's clock.
  public var start: Double
  /// Mean state of charge of the active material against time.
  public var charge: ChargeRamp
  /// Standard deviation of the state of charge across the electrode, relative to the mean.
  public var relativeSpread: Double
  public var lattice: LatticeAgainstCharge
  /// Thickness of the cathode along the beam, in metres.
  public var thickness: Double
  /// Photons of the whole 003 ring in one exposure.
  public var photons: Double
  public var environment: CellEnvironment

  public init(
    beam: IncidentBeam, profile: RingProfile = SeedInstrument.profile, frames: Int, exposure: Double = 20,
    interval: Double, start: Double = 0, charge: ChargeRamp, relativeSpread: Double = 0,
    lattice: LatticeAgainstCharge = .nmc811, thickness: Double = 60e-6, photons: Double = 1e6,
    environment: CellEnvironment = CellEnvironment()
  ) {
    self.beam = beam
    self.profile = profile
    self.frames = frames
    self.exposure = exposure
    self.interval = interval
    self.start = start
    self.charge = charge
    self.relativeSpread = relativeSpread
    self.lattice = lattice
    self.thickness = thickness
    self.photons = photons
    self.environment = environment
  }

  /// What is true of one frame.
  public struct Truth: Sendable, Hashable {
    /// When the exposure starts, in seconds of the detector's clock.
    public var startTime: Double
    /// Mean state of charge of the active material at the middle of the exposure.
    public var stateOfCharge: Double
    /// Lattice parameters at that state, in metres.
    public var a, c: Double
    /// Mean of the lattice parameters over the states in the electrode, in metres.
    public var meanA, meanC: Double
  }

  /// - Throws: ``ForwardModelError`` for what cannot be simulated.
  public func check() throws(ForwardModelError) {
    try beam.check()
    try charge.check()
    try ForwardModelError.require(frames >= 0, "number of frames", Double(frames), "zero or more")
    try ForwardModelError.require(exposure > 0, "exposure time", exposure, "a positive time")
    try ForwardModelError.require(
      interval >= exposure, "time between frames", interval, "at least the exposure, \(exposure) s")
    try ForwardModelError.require(true, "start of the series", start, "a time")
    try ForwardModelError.require(
      relativeSpread >= 0 && relativeSpread <= 0.3, "relative spread of states", relativeSpread, "0 to 0.3")
    try ForwardModelError.require(thickness >= 0, "thickness of the cathode", thickness, "zero or more metres")
    try ForwardModelError.require(photons >= 0, "photons of 003", photons, "zero or more")
  }

  /// When an exposure starts, in seconds.
  public func startTime(of frame: Int) -> Double { start + Double(frame) * interval }

  /// States of charge in the electrode and their shares.
  private func states(_ mean: Double) -> [(state: Double, share: Double)] {
    guard relativeSpread > 0, mean > 0 else { return [(mean, 1)] }
    let deviation = relativeSpread * mean
    let (before, after) = (lattice(mean - deviation), lattice(mean + deviation))
    // Where a standard deviation moves planes by less than 10⁻³, a third of a ring's width at 003, three states have the
    // moments of the normal distribution up to the fifth (Gauss-Hermite quadrature).
    if max(abs(log(after.c / before.c)), abs(log(after.a / before.a))) < 2e-3 {
      let root = 3.0.squareRoot()
      return [(mean - root * deviation, 1.0 / 6), (mean, 2.0 / 3), (mean + root * deviation, 1.0 / 6)]
    }
    // Steps of 0.3 standard deviations: the sum has the mean and the variance of the normal distribution to 2 %.
    let steps = (-10...10).map { 0.3 * Double($0) }
    let weights = steps.map { exp(-$0 * $0 / 2) }
    let sum = weights.reduce(0, +)
    return zip(steps, weights).map { (mean * (1 + relativeSpread * $0), $1 / sum) }
  }

  /// What is true of a frame.
  public func truth(of frame: Int) -> Truth {
    let time = startTime(of: frame)
    let mean = charge(time + exposure / 2)
    let here = lattice(mean)
    var (a, c) = (0.0, 0.0)
    for (state, share) in states(mean) {
      let lattice = lattice(state)
      a += share * lattice.a
      c += share * lattice.c
    }
    return Truth(startTime: time, stateOfCharge: mean, a: here.a, c: here.c, meanA: a, meanC: c)
  }

  /// The cathode during an exposure.
  ///
  /// A sheet of thickness t seen under 2θ widens a ring by a box of the width (t/L) sin 2θ cos 2θ; its variance is added
  /// to that of the ring.
  ///
  /// - Parameter distance: from the cathode to the detector, in metres.
  /// - Throws: ``ForwardModelError`` when the profile has no width.
  public func phases(of frame: Int, distance: Double) throws(ForwardModelError) -> [PowderPhase] {
    var phases: [PowderPhase] = []
    for (state, share) in states(charge(startTime(of: frame) + exposure / 2)) {
      let lattice = lattice(state)
      var lines = PowderLines.nmc811(a: lattice.a, c: lattice.c)
      for index in lines.indices {
        guard let twoTheta = lines[index].twoTheta(wavelength: beam.wavelength) else { continue }
        let shape = try profile.shape(twoTheta: twoTheta)
        let box = thickness / distance * sin(twoTheta) * cos(twoTheta)
        let fwhm = (shape.fwhm * shape.fwhm + 8 * log(2) * box * box / 12).squareRoot()
        lines[index].profile = .constant(fwhm: fwhm, mixing: shape.mixing)
      }
      phases.append(
        PowderPhase("NMC811", lines: lines, scale: photons / lines[0].intensity * share, profile: profile))
    }
    return phases
  }

  /// What does not change from frame to frame.
  ///
  /// - Parameter pixelArea: of the detector, in square metres.
  public func surroundings(pixelArea: Double) -> PowderScene {
    let scale = pixelArea / (SeedInstrument.grid.pixelHeight * SeedInstrument.grid.pixelWidth)
    return PowderScene(
      beam: beam, phases: environment.phases(profile: profile),
      background: environment.background(wavelength: beam.wavelength, scale: scale))
  }

  /// Everything that scatters during an exposure, for ``VirtualPatternSeries`` or a single image.
  ///
  /// - Parameters:
  ///   - pixelArea: of the detector, in square metres.
  ///   - distance: from the cathode to the detector, in metres.
  /// - Throws: ``ForwardModelError`` when the profile has no width.
  public func scene(of frame: Int, pixelArea: Double, distance: Double) throws(ForwardModelError) -> PowderScene {
    var scene = surroundings(pixelArea: pixelArea)
    scene.phases += try phases(of: frame, distance: distance)
    return scene
  }

  /// The frames as a detector records them.
  ///
  /// - Throws: ``ForwardModelError``.
  public func frames(detector: DetectorModel, seed: UInt64, threads: Int = 1) throws -> SimulatedFrames {
    try check()
    let grid = detector.geometry.grid
    let stills = try StillImages(
      [surroundings(pixelArea: grid.pixelHeight * grid.pixelWidth)], detector: detector, threads: threads)
    let distance = detector.geometry.poni.distance
    return try SimulatedFrames(stills: stills, count: frames, seed: seed) { frame in
      ([1], PowderScene(beam: beam, phases: try phases(of: frame, distance: distance)))
    }
  }
}
