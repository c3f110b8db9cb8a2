import Foundation

/// Diffraction of a single charging particle on a needle, along a line that is scanned again and again.
///
/// The particle is cut into slices across the scan, each with grains of its own that keep their places, orientations and
/// strains. An exposure sees the slices that the beam covers, each as strongly as the beam falls on it: the same
/// position shows the same spots in every pass, as far as the drift allows, and they move with the local state of
/// charge. Needle, deposit and surroundings add smooth rings and halos.
public struct LineScanSimulation: Sendable {
  public var beam: IncidentBeam
  /// Width of all rings and spots across.
  public var profile: RingProfile
  public var particle: ScannedParticle
  public var schedule: ScanSchedule
  public var drift: SampleDrift
  /// Mean state of charge of the active material against time.
  public var charge: ChargeRamp
  public var heterogeneity: ChargeHeterogeneity
  public var lattice: LatticeAgainstCharge
  /// Statistics of the grains; their number is that in the beam at the middle of the particle.
  public var grains: Spottiness
  /// Mean photons of the whole 003 ring in one exposure at the middle of the particle.
  public var photons: Double
  /// What the beam meets on the needle and at the deposit; the halos are those everywhere. A pixel is one of
  /// ``SeedInstrument``: heights are scaled to the detector's.
  public var environment: SampleEnvironment
  /// Share of the needle's rings that is seen everywhere, from the tails of a focused beam.
  public var beamTail: Double

  public init(
    beam: IncidentBeam = SeedInstrument.beam, profile: RingProfile = SeedInstrument.profile,
    particle: ScannedParticle = .seed, schedule: ScanSchedule, drift: SampleDrift = SampleDrift(), charge: ChargeRamp,
    heterogeneity: ChargeHeterogeneity = ChargeHeterogeneity(), lattice: LatticeAgainstCharge = .nmc811,
    grains: Spottiness, photons: Double = 2e4,
    environment: SampleEnvironment = SampleEnvironment(
      aluminium: 1e6, tungsten: 2e6, platinum: 5e5, lithium: 2e5, needlePlace: 12e-6, lithiumPlace: 200e-6),
    beamTail: Double = 0
  ) {
    self.beam = beam
    self.profile = profile
    self.particle = particle
    self.schedule = schedule
    self.drift = drift
    self.charge = charge
    self.heterogeneity = heterogeneity
    self.lattice = lattice
    self.grains = grains
    self.photons = photons
    self.environment = environment
    self.beamTail = beamTail
  }

  /// What is true of one exposure.
  public struct Truth: Sendable, Hashable {
    public var pass, position: Int
    /// When it starts, in seconds of the detector's clock.
    public var startTime: Double
    /// Where the stage stands, and how far the sample has drifted along the scan, in metres.
    public var stagePosition, drift: Double
    /// Mean way through the particle over the beam, in metres.
    public var thickness: Double
    /// Share of the beam on the needle.
    public var needleShare: Double
    /// Mean state of charge of the active material at the middle of the exposure.
    public var meanStateOfCharge: Double
    /// Of the illuminated part of the particle, its mean; NaN beside the particle.
    public var stateOfCharge: Double
    /// Lattice parameters at that state, in metres; NaN beside the particle.
    public var a, c: Double
    /// Distances of the planes 003 and 104 as the spots of this exposure show them, means weighted by photons, in
    /// metres; NaN without a spot. They differ from the lattice's by the few grains' own strains and states.
    public var spacing003, spacing104: Double
    /// Photons of those spots.
    public var photons003, photons104: Double
  }

  /// Checks everything and draws the grains.
  ///
  /// - Throws: ``ForwardModelError``.
  public func prepared() throws(ForwardModelError) -> PreparedLineScan { try PreparedLineScan(self) }
}

/// A line scan whose grains are drawn: gives the scene and the truth of any exposure.
public struct PreparedLineScan: Sendable {
  public let simulation: LineScanSimulation
  private let slabs: [GrainSlab]
  private let beamDeviation: Double

  init(_ simulation: LineScanSimulation) throws(ForwardModelError) {
    try simulation.beam.check()
    try simulation.particle.check()
    try simulation.schedule.check()
    try simulation.drift.check()
    try simulation.charge.check()
    try simulation.heterogeneity.check()
    try simulation.grains.check()
    let highest = simulation.heterogeneity.stateOfCharge(
      mean: max(simulation.charge.initial, simulation.charge.final),
      along: simulation.heterogeneity.gradient < 0 ? -1 : 1,
      squaredRadius: simulation.heterogeneity.radial < 0 ? 0 : 1, lottery: 1)
    try ForwardModelError.require(
      highest <= 1, "highest local state of charge", highest, "up to 1; a smaller mean or less heterogeneity")
    try ForwardModelError.require(simulation.photons >= 0, "photons of 003", simulation.photons, "zero or more")
    try ForwardModelError.require(
      simulation.beamTail >= 0 && simulation.beamTail <= 1, "beam tail", simulation.beamTail, "0 to 1")
    let height = simulation.beam.footprintHeight
    try ForwardModelError.require(height > 0, "height of the beam", height, "a positive length")
    self.simulation = simulation
    beamDeviation = height / (2 * (2 * log(2.0)).squareRoot())
    let edges = simulation.particle.edges
    let length = edges.upperBound - edges.lowerBound
    let count = max(Int((length / height).rounded()), 1)
    try ForwardModelError.require(
      count <= 100_000, "beam heights across the particle", Double(count), "at most 100000; a higher beam")
    let thickness = length / Double(count)
    let pristine = simulation.lattice(0)
    let lines = PowderLines.nmc811(a: pristine.a, c: pristine.c)
    slabs = (0..<count).map { index in
      GrainSlab(
        place: edges.lowerBound + (Double(index) + 0.5) * thickness, thickness: thickness,
        particle: simulation.particle, lines: lines, wavelength: simulation.beam.wavelength,
        spottiness: simulation.grains, beamHeight: height, item: index)
    }
  }

  /// Where the beam meets the sample at the middle of an exposure, along the sample from the needle's end, in metres.
  public func place(of exposure: Int) -> Double {
    simulation.schedule.stagePosition(of: exposure) - simulation.drift(middle(of: exposure))
  }

  private func middle(of exposure: Int) -> Double {
    simulation.schedule.startTime(of: exposure) + simulation.schedule.exposure / 2
  }

  /// How strongly the needle's rings, the deposit's and everything else appear in an exposure, in the order of
  /// ``stillScenes(pixelArea:)``.
  public func stillWeights(of exposure: Int) -> [Double] {
    let place = place(of: exposure)
    let needle = simulation.particle.needleShare(at: place, beam: beamDeviation)
    return [
      max(needle, simulation.beamTail), simulation.particle.depositShare(at: place, beam: beamDeviation), 1,
    ]
  }

  /// What does not change from exposure to exposure but in strength: needle, deposit, surroundings.
  ///
  /// - Parameter pixelArea: of the detector, in square metres.
  public func stillScenes(pixelArea: Double) -> [PowderScene] {
    let scale = pixelArea / (SeedInstrument.grid.pixelHeight * SeedInstrument.grid.pixelWidth)
    var around = simulation.environment
    around.kapton *= scale
    around.ionicLiquid *= scale
    around.air *= scale
    let wavelength = simulation.beam.wavelength
    let phases = around.phases(wavelength: wavelength, profile: simulation.profile)
    return [["Al", "W"], ["Pt"], ["Li"]].enumerated().map { index, names in
      PowderScene(
        beam: simulation.beam, phases: phases.filter { names.contains($0.name) },
        background: index == 2 ? around.background(wavelength: wavelength) : ScatteringBackground())
    }
  }

  /// The spots of an exposure.
  ///
  /// - Throws: ``ForwardModelError`` when the profile has no width.
  public func spots(of exposure: Int) throws(ForwardModelError) -> [DiffractionSpot] {
    let place = place(of: exposure)
    let mean = simulation.charge(middle(of: exposure))
    let wavelength = simulation.beam.wavelength
    let height = simulation.beam.footprintHeight
    var spots: [DiffractionSpot] = []
    for slab in slabs {
      let share = slab.share(of: beamDeviation, at: place)
      guard share > 1e-6 else { continue }
      for grain in slab.grains {
        let state = simulation.heterogeneity.stateOfCharge(
          mean: mean, along: slab.along, squaredRadius: grain.squaredRadius, lottery: grain.lottery)
        let lattice = simulation.lattice(state)
        let line = PowderLines.nmc811Line(grain.line, a: lattice.a, c: lattice.c)
        guard let twoTheta = line.twoTheta(wavelength: wavelength, strain: grain.strain) else { continue }
        // The slice's part of the ring's photons, shared by as many grains as are expected to give a spot in it.
        let expected = simulation.grains.meanSpots(multiplicity: line.multiplicity, twoTheta: twoTheta)
        let ring = simulation.photons * line.intensity / PowderLines.nmc811Line(0, a: lattice.a, c: lattice.c).intensity
        let photons = ring * share * height / slab.thickness / expected * grain.brightness
        spots.append(
          DiffractionSpot(
            line: grain.line, twoTheta: twoTheta, azimuth: grain.azimuth, photons: photons,
            shape: try simulation.profile.shape(twoTheta: twoTheta),
            azimuthalWidth: simulation.grains.azimuthalWidth))
      }
    }
    return spots
  }

  /// Everything that scatters during an exposure, for ``VirtualPatternSeries`` or a single image.
  ///
  /// - Parameter pixelArea: of the detector, in square metres.
  /// - Throws: ``ForwardModelError`` when the profile has no width.
  public func scene(of exposure: Int, pixelArea: Double) throws(ForwardModelError) -> PowderScene {
    let stills = stillScenes(pixelArea: pixelArea)
    var scene = PowderScene(
      beam: simulation.beam, phases: [], background: stills[2].background, spots: try spots(of: exposure))
    for (still, weight) in zip(stills, stillWeights(of: exposure)) {
      for var phase in still.phases {
        phase.scale *= weight
        scene.phases.append(phase)
      }
    }
    return scene
  }

  /// What is true of an exposure.
  ///
  /// - Throws: ``ForwardModelError`` when the profile has no width.
  public func truth(of exposure: Int) throws(ForwardModelError) -> LineScanSimulation.Truth {
    let place = place(of: exposure)
    let mean = simulation.charge(middle(of: exposure))
    let particle = simulation.particle
    var thickness = 0.0
    var charge = 0.0
    for slab in slabs {
      let share = slab.share(of: beamDeviation, at: place)
      let chord = particle.chord(at: slab.place)
      // The mean of r² along the chord: y² + (chord/2)² / 3.
      let half = chord / (2 * particle.radius)
      let state = simulation.heterogeneity.mean(
        mean, along: slab.along, squaredRadius: slab.along * slab.along + half * half / 3)
      thickness += share * chord
      charge += share * chord * state
    }
    let isSeen = thickness > 1e-3 * particle.radius
    let state = isSeen ? charge / thickness : .nan
    let lattice = isSeen ? simulation.lattice(state) : (.nan, .nan)
    let spots = try spots(of: exposure)
    func seen(_ line: Int) -> (spacing: Double, photons: Double) {
      var photons = 0.0
      var sum = 0.0
      for spot in spots where spot.line == line {
        photons += spot.photons
        sum += spot.photons * simulation.beam.wavelength / (2 * sin(spot.twoTheta / 2))
      }
      return (photons > 0 ? sum / photons : .nan, photons)
    }
    let (first, fourth) = (seen(0), seen(4))
    let (pass, position) = simulation.schedule.place(of: exposure)
    return LineScanSimulation.Truth(
      pass: pass, position: position, startTime: simulation.schedule.startTime(of: exposure),
      stagePosition: simulation.schedule.stagePosition(of: exposure), drift: simulation.drift(middle(of: exposure)),
      thickness: thickness, needleShare: particle.needleShare(at: place, beam: beamDeviation),
      meanStateOfCharge: mean, stateOfCharge: state, a: lattice.0, c: lattice.1, spacing003: first.spacing,
      spacing104: fourth.spacing, photons003: first.photons, photons104: fourth.photons)
  }

  /// The frames as a detector records them.
  ///
  /// - Throws: ``ForwardModelError``.
  public func frames(detector: DetectorModel, seed: UInt64, threads: Int = 1) throws -> SimulatedFrames {
    let grid = detector.geometry.grid
    let stills = try StillImages(
      stillScenes(pixelArea: grid.pixelHeight * grid.pixelWidth), detector: detector, threads: threads)
    let beam = simulation.beam
    return try SimulatedFrames(stills: stills, count: simulation.schedule.count, seed: seed) { exposure in
      (stillWeights(of: exposure), PowderScene(beam: beam, phases: [], spots: try spots(of: exposure)))
    }
  }
}
