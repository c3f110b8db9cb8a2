/// The state of a particle along its radius at one time.
public struct RadialProfile: Sendable, Hashable {
  /// The leg of the protocol, counted from 0.
  public var leg: Int
  /// Time since the start of the leg, in seconds; infinite for the equilibrium of a uniform lithiation.
  public var time: Double
  /// Distances from the centre, in metres; every array below has one value for each of them.
  public var radius: [Double]
  /// Lithiation, 0...1.
  public var lithiation: [Double]
  /// σ_r, in pascals, positive in tension.
  public var radialStress: [Double]
  /// σ_θ, in pascals.
  public var hoopStress: [Double]
  /// σ_z of a cylinder, in pascals; of a sphere the second tangential stress, equal to the hoop stress.
  public var axialStress: [Double]
  /// Outward displacement w, in metres.
  public var displacement: [Double]
  /// Lithiation averaged over the volume.
  public var meanLithiation: Double
  /// Outward displacement of the surface, in metres.
  public var surfaceDisplacement: Double
  /// Uniform total axial strain of a cylinder; zero in plane strain and for a sphere.
  public var axialStrain: Double
  /// What the content has changed since the start of the protocol, less what has passed the surface, per content of
  /// the fully lithiated particle. Rounding alone in an exact balance.
  public var lithiumBalanceDefect: Double
  /// Where the hoop-only expansion reaches the centre, the stress grows as ln r towards it and has no value there:
  /// nearer than this radius, in metres, the stresses are those of this radius. Nil without the singularity.
  public var stressCutoff: Double?

  public init(
    leg: Int, time: Double, radius: [Double], lithiation: [Double], radialStress: [Double], hoopStress: [Double],
    axialStress: [Double], displacement: [Double], meanLithiation: Double, surfaceDisplacement: Double,
    axialStrain: Double, lithiumBalanceDefect: Double, stressCutoff: Double?
  ) {
    self.leg = leg
    self.time = time
    self.radius = radius
    self.lithiation = lithiation
    self.radialStress = radialStress
    self.hoopStress = hoopStress
    self.axialStress = axialStress
    self.displacement = displacement
    self.meanLithiation = meanLithiation
    self.surfaceDisplacement = surfaceDisplacement
    self.axialStrain = axialStrain
    self.lithiumBalanceDefect = lithiumBalanceDefect
    self.stressCutoff = stressCutoff
  }
}
