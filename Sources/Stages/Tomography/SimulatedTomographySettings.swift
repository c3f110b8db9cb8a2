public import Pipeline
public import Quantities

/// What the virtual experiment makes of a tomographic measurement: a porous particle on a needle. Its scans, where a
/// ptychographic measurement is named, which has angles, noise and field; otherwise its phase projections, as one NXtomo file.
/// Only `operando simulate` reads it; energy and pixel are those of the measurement, composition and medium those of its
/// particle.
public struct SimulatedTomographySettings: ExperimentDecodable {
  @Setting("projections, without ptychography", default: 180, in: 2...10_000)
  public var projections: Int
  @Setting(
    "range of the angles, its end not included, without ptychography", default: 180 * .degree,
    in: 1 * .degree...360 * .degree)
  public var range: Angle
  @Setting(
    "diameter of the sphere of the particle's volume", default: Length(3.2, .micrometre),
    in: Length(si: 1e-9)...Length(si: 1e-3))
  public var diameter: Length
  @Setting(
    "density of the particle's matter, without pores", default: Density(4.77, .gramPerCubicCentimetre),
    in: Density(0.01, .gramPerCubicCentimetre)...Density(25, .gramPerCubicCentimetre))
  public var density: Density
  @Setting("share of the particle that is pores", default: 0.05, in: 0...0.4)
  public var porosity: Double
  @Setting("cracks of the particle", default: 1, in: 0...20)
  public var cracks: Int
  @Setting("whether the particle stands on a needle", default: true)
  public var needle: Bool
  @Setting("pixels on either side of the particle, without ptychography", default: 16, in: 0...1000)
  public var margin: Int
  @Setting("displacements from one projection to the next, standard deviation, in pixels", default: 2, in: 0...100)
  public var jitter: Double
  @Setting("displacement of a slow drift at most, in pixels, without ptychography", default: 3, in: 0...100)
  public var drift: Double
  @Setting("standard deviation of the phase's noise, in radians, without ptychography", default: 0.05, in: 0...10)
  public var noise: Double

  public init() {}
}
