public import Pipeline
public import Quantities

extension KikuchiMasterStage {
  /// How the master pattern is computed.
  public struct Parameters: ExperimentDecodable {
    @Setting(
      "dynamical (Bloch waves, tells pseudo-symmetric orientations apart) or kinematical (bands of two beams, quick)",
      default: .dynamical)
    public var method: Method
    @Setting("points along an edge of the hemisphere's square grid; odd", default: 161, in: 33...1001)
    public var size: Int
    @Setting(
      "least spacing of the planes that diffract", default: Length(0.6, .angstrom),
      in: Length(0.3, .angstrom)...Length(3, .angstrom))
    public var leastSpacing: Length
    @Setting(
      "mean depth below the face through which electrons leave, from which they still diffract",
      default: Length(10, .nanometre), in: Length(1, .nanometre)...Length(500, .nanometre))
    public var depth: Length
    @Setting(
      "share of the strongest |F| from which on a family of bands is looked for", default: Ratio(40, .percent),
      in: 1 * .percent...100 * .percent)
    public var leastAmplitude: Ratio

    public init() {}

    public enum Method: String, SettingChoice { case dynamical, kinematical }

    public func validate() -> [SettingProblem] {
      size % 2 == 1
        ? []
        : [
          SettingProblem(
            at: "size", "the grid has no point at its pole", detail: "\(size); expected an odd number such as 201")
        ]
    }
  }
}
