public import Pipeline
public import Quantities

/// What the virtual experiment makes of an orientation measurement: a section through a particle whose core has random
/// grains and whose shell has grains with their layers along the radius. Only `operando simulate` reads it.
public struct SimulatedOrientationSettings: ExperimentDecodable {
  @Setting("points along a row and along a column of the map", default: 64, in: 8...1000)
  public var points: Int
  @Setting("from one point to the next", default: Length(40, .nanometre), in: Length(si: 1e-10)...Length(si: 1e-3))
  public var step: Length
  @Setting(
    "radius of the section; left out, nine tenths of what the map holds", in: Length(si: 1e-9)...Length(si: 1e-2),
    example: "1.2 um")
  public var radius: Length?
  @Setting("height of the section from the particle's centre", default: Length(0, .micrometre))
  public var height: Length
  @Setting(
    "distance from the centre at which half of the grains belong to the shell, over the section's radius",
    default: Ratio(55, .percent), in: 0 * .percent...100 * .percent)
  public var transition: Ratio
  @Setting(
    "concentration of the shell's c axes about the radius: 0 is random, negative ones lie across it", default: -12,
    in: -500...500)
  public var concentration: Double
  @Setting("grains of the section", default: 120, in: 10...100_000)
  public var grains: Int
  @Setting("cracks from the outline inwards", default: 1, in: 0...100)
  public var cracks: Int
  @Setting("patterns (as a detector records them), or map (the orientations of a perfect indexing)", default: .patterns)
  public var writes: SimulatedOrientationKind
  @Setting("pixels along an edge of a pattern", default: 60, in: 16...1024)
  public var pixels: Int
  @Setting(
    "standard deviation of a pattern's bands over that of its noise", default: 1, in: 0.05...1000)
  public var signalToNoise: Double

  public init() {}
}

/// What a virtual orientation measurement leaves behind.
public enum SimulatedOrientationKind: String, SettingChoice {
  case patterns, map
}
