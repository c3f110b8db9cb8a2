import Foundation
public import Pipeline
public import Tomography

/// From projections of one sample to its volume.
public enum TomogramStage: Stage {
  public static let name = "tomogram"
  public static let version = 1
  public static let citations = [Citation.kakSlaney1988]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    public var source: Source
    /// Edge of a pixel at the sample, in metres, and wavelength in metres where it is known.
    public var voxel: Double
    public var wavelength: Double?
    /// Projections that are not there, and why.
    public var failures: [String] = []

    public init(_ source: Source, voxel: Double, wavelength: Double?) {
      self.source = source
      self.voxel = voxel
      self.wavelength = wavelength
    }
  }

  /// Where projections come from.
  public enum Source: Sendable {
    /// Complex objects.
    case transmissions([TransmissionProjection])
    /// Frames of numbers.
    case measured(MeasuredProjections)
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    // Single precision; better is known once the projections can be opened.
    let pixels = max(Double(inputBytes) / 4, 64 * 64 * 60)
    let side = cbrt(pixels / 1.5)
    return TomogramExtent(projections: Int(pixels / (side * side)), rows: Int(side), columns: Int(side)).estimate(
      parameters)
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<TomogramResult> {
    let place = input.name.isEmpty ? name : "\(name)-\(input.name)"
    let value = try TomogramRun(input: input, parameters: parameters, context: context, place: place)()
    let summary = TomogramSummary(value: value, name: input.name, parameters: parameters).summary
    return StageResult(value: value, summary: summary)
  }
}

extension Citation {
  static let kakSlaney1988 = Citation(
    key: "kak1988",
    text: "A. C. Kak, M. Slaney, Principles of Computerized Tomographic Imaging, IEEE Press (1988).")
}
