import ArrayMath
import Foundation

/// A phase in the beam: its rings, how strong, wide, textured and spotty they are, and where it stands.
public struct PowderPhase: Sendable, Hashable {
  /// What the phase is called.
  public var name: String
  /// Its rings.
  public var lines: [DiffractionLine]
  /// Photons of a whole ring of relative intensity one, before polarisation, sensor and response.
  public var scale: Double
  /// Width of the rings.
  public var profile: RingProfile
  /// Relative change of all distances of planes, positive for expansion.
  public var strain: Double
  /// Smooth change of intensity along the rings; `nil` for grains oriented at random.
  public var texture: RingTexture?
  /// Rings of single spots; `nil` for a powder of countless grains.
  public var spottiness: Spottiness?
  /// Where the phase stands along the beam, in metres from the calibrated sample position; positive towards the
  /// detector.
  public var displacement: Double

  public init(
    _ name: String, lines: [DiffractionLine], scale: Double, profile: RingProfile, strain: Double = 0,
    texture: RingTexture? = nil, spottiness: Spottiness? = nil, displacement: Double = 0
  ) {
    self.name = name
    self.lines = lines
    self.scale = scale
    self.profile = profile
    self.strain = strain
    self.texture = texture
    self.spottiness = spottiness
    self.displacement = displacement
  }

  /// More spots than this on a ring are a smooth ring.
  private static let mostSpots = 1e7

  /// The spots of the phase; empty without ``spottiness``.
  ///
  /// - Parameter wavelength: in metres.
  /// - Throws: ``ForwardModelError``.
  public func spots(wavelength: Double) throws(ForwardModelError) -> [DiffractionSpot] {
    guard let spottiness else { return [] }
    try check()
    var spots: [DiffractionSpot] = []
    for (index, line) in lines.enumerated() where line.intensity > 0 && scale > 0 {
      guard let centre = line.twoTheta(wavelength: wavelength, strain: strain) else { continue }
      let mean = spottiness.meanSpots(multiplicity: line.multiplicity, twoTheta: centre)
      let shape = try (line.profile ?? profile).shape(twoTheta: centre)
      let photons = scale * line.intensity / mean
      let lineTexture = texture.map { LineTexture($0, poleAngles: line.poleAngles) }
      let ceiling = lineTexture?.maximum ?? 1
      try ForwardModelError.require(
        mean * ceiling < Self.mostSpots, "mean number of spots of \(name) on ring \(line.label)", mean * ceiling,
        "less than \(Self.mostSpots); leave out the spottiness for a powder of so many grains")
      // The count and the spots have streams of their own, so that a slightly different mean keeps the grains.
      var counter = SeededGenerator(seed: spottiness.seed, item: 2 * index)
      var generator = SeededGenerator(seed: spottiness.seed, item: 2 * index + 1)
      // Candidates are as dense as the highest texture; keeping each with its own density thins them to that law.
      for _ in 0..<PoissonSampler.draw(mean: mean * ceiling, &counter) {
        let azimuth = Double.pi * (2 * generator.uniform() - 1)
        let strain = spottiness.strainSpread * generator.normal()
        let brightness = spottiness.brightness.draw(&generator)
        let lottery = generator.uniform() * ceiling
        if let lineTexture {
          let direction = SIMD3(sin(centre) * sin(azimuth), sin(centre) * cos(azimuth), cos(centre))
          guard lottery < lineTexture.factor(at: direction, length: 1) else { continue }
        }
        // Linear in the strain, so that the mean over grains is exactly the ring convolved with a Gaussian.
        let twoTheta = centre - 2 * tan(centre / 2) * strain
        spots.append(
          DiffractionSpot(
            line: index, twoTheta: twoTheta, azimuth: azimuth, photons: photons * brightness, shape: shape,
            azimuthalWidth: spottiness.azimuthalWidth))
      }
    }
    return spots
  }

  func check() throws(ForwardModelError) {
    try ForwardModelError.require(scale >= 0, "scale of \(name)", scale, "zero or more photons")
    try ForwardModelError.require(strain > -0.5 && strain < 0.5, "strain of \(name)", strain, "-0.5 to 0.5")
    try ForwardModelError.require(true, "displacement of \(name)", displacement, "a length")
    for line in lines { try line.check() }
    try texture?.check()
    try spottiness?.check()
  }
}
