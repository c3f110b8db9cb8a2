public import Pipeline
public import Quantities

/// What the virtual experiment makes of a ptychographic measurement: scans of a particle with cracks and pores, at several angles.
/// Only `operando simulate` reads it; energy, distance, pixel, window and optics are those of the measurement.
public struct SimulatedPtychographySettings: ExperimentDecodable {
  @Setting("projections", default: 3, in: 1...10_000)
  public var projections: Int
  @Setting("range of the angles, its end not included", default: 180 * .degree, in: 0 * .degree...360 * .degree)
  public var range: Angle
  @Setting("diameter of the particle", default: Length(2.4, .micrometre), in: Length(si: 1e-9)...Length(si: 1e-3))
  public var diameter: Length
  @Setting(
    "diameter of the particle whose phase it has, so that a small scan shows what a large one does; left out, its own",
    in: Length(si: 1e-9)...Length(si: 1e-3), example: "12.8 um")
  public var phaseDiameter: Length?
  @Setting("pores of the particle that are tried", default: 40, in: 0...10_000)
  public var pores: Int
  @Setting("cracks of the particle", default: 3, in: 0...100)
  public var cracks: Int
  @Setting(
    "width and height of the scanned field", default: Length(3, .micrometre), in: Length(si: 1e-9)...Length(si: 1e-2))
  public var field: Length
  @Setting(
    "mean distance of neighbouring positions", default: Length(0.35, .micrometre),
    in: Length(si: 1e-10)...Length(si: 1e-3))
  public var step: Length
  @Setting(
    "standard deviation by which the stated positions are wrong", default: Length(0, .nanometre),
    in: Length(si: 0)...Length(si: 1e-4))
  public var positionError: Length
  @Setting("whether true positions fall on whole pixels", default: false)
  public var wholePixels: Bool
  @Setting("photons of the probe in one exposure", default: 1e7, in: 1...1e15)
  public var photons: Double
  @Setting(
    "shares of further modes of the probe, for a beam that is not quite coherent", default: [], in: 0...1,
    example: "[0.2, 0.1]")
  public var modes: [Double]
  @Setting("how the axes of the file's positions lie along rows and columns", default: .rowsYColumnsX)
  public var axes: AxisChoice
  @Setting("whether patterns have the Poisson noise of counts", default: true)
  public var noise: Bool

  public init() {}

  public func validate() -> [SettingProblem] {
    var found: [SettingProblem] = []
    if step.si > field.si / 2 {
      found.append(
        SettingProblem(
          at: "step", "the field holds hardly a position", detail: "\(step); expected less than half of \(field)"))
    }
    if modes.reduce(0, +) >= 1 {
      found.append(
        SettingProblem(
          at: "modes", "nothing is left for the first mode", detail: "expected shares whose sum is below 1"))
    }
    if axes == .auto {
      found.append(
        SettingProblem(at: "axes", "a file has its axes one way", detail: "expected one such as +y+x"))
    }
    return found
  }
}
