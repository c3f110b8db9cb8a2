import ElectronDiffraction
public import Pipeline
public import Quantities

extension OrientationMapStage {
  /// How orientations become grains.
  public struct Parameters: ExperimentDecodable {
    @Setting(
      "disorientation from which on two neighbouring points belong to different grains", default: 5 * .degree,
      in: 0.1 * .degree...60 * .degree)
    public var threshold: Angle
    @Setting("points that touch each other: four (edges) or eight (edges and corners)", default: .four)
    public var neighbours: Neighbours
    @Setting("grains of fewer points are given to their neighbours", default: 5, in: 1...1_000_000)
    public var leastPoints: Int
    @Setting("how far grains grow into points without orientation, in steps of the map", default: 0, in: 0...1000)
    public var fillSteps: Int
    @Setting(
      "whether points take part whose pattern does not tell pseudo-symmetric orientations apart", default: false)
    public var usesUndecided: Bool

    public init() {}

    public enum Neighbours: String, SettingChoice { case four, eight }

    var segmentation: GrainSegmentation {
      GrainSegmentation(
        threshold: threshold.si, neighbours: neighbours == .four ? .four : .eight, minimumPoints: leastPoints,
        fillSteps: fillSteps, usesUndecided: usesUndecided)
    }
  }
}
