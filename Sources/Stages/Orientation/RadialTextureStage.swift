import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
public import Pipeline

/// From the grains of a particle's section to the distribution of the angle between c axis and radius, the order of the
/// c axes, the radius at which a random core gives way to an ordered shell, and the tensors of the grains.
public enum RadialTextureStage: Stage {
  public static let name = "radial-texture"
  public static let version = 1
  public static let citations = [Citation.mardia2000, .efron1993, .kish1965]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    public var grains: OrientationGrains
    /// Where the map comes from, in words.
    public var source: String
    /// The set-up and a pattern of it with its orientation, for the drawing of the whole measurement.
    var example: IndexedExample?

    public init(grains: OrientationGrains, source: String) { (self.grains, self.source) = (grains, source) }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    // A replicate looks at every point twice, in some nanoseconds.
    let points = Double(max(inputBytes, 1_000_000)) / 100
    return ResourceEstimate(
      seconds: 0.5 + 1e-8 * points * Double(parameters.replicates), memory: 1e8 + 500 * points, disk: 1e5 + 20 * points)
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<RadialTextureTable> {
    if context.isCancelled() { throw Interrupted() }
    let place = input.name.isEmpty ? name : "\(name)-\(input.name)"
    let analysis: RadialTextureAnalysis
    do {
      analysis = try RadialTextureAnalysis(input.grains, parameters, threads: context.threads)
    } catch let error as TextureError {
      throw StageDocumentError(path: place, problem: "\(input.source): \(error)")
    }
    context.progress(1, 1)
    return StageResult(
      value: analysis.table,
      summary: RadialTextureSummary(analysis: analysis, input: input, parameters: parameters).summary)
  }
}

extension Citation {
  static let mardia2000 = Citation(
    key: "mardia2000", text: "K. V. Mardia, P. E. Jupp, Directional Statistics, Wiley, Chichester (2000).",
    doi: "10.1002/9780470316979")
  static let efron1993 = Citation(
    key: "efron1993",
    text: "B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall, New York (1993).")
  static let kish1965 = Citation(key: "kish1965", text: "L. Kish, Survey Sampling, Wiley, New York (1965).")
}
