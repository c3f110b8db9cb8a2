import FileFormats
import Foundation
public import Pipeline
public import PowderDiffraction
import Quantities

/// From images of a calibrant to where the detector stands, without a click.
public enum DetectorCalibrationStage: Stage {
  public static let name = "detector-calibration"
  public static let version = 2
  public static let citations = [Citation.kieffer2020, .hart2013]

  /// The images as the technique takes them, and what the rings are.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    public var frames: [CalibrationFrame]
    /// Name of the calibrant and source of its lattice parameters.
    public var calibrantName: String
    public var calibrantSource: String
    public var rings: [CalibrationRing]
    /// Extent of a pixel between rows and between columns, in metres.
    public var pixelHeight, pixelWidth: Double
    public var start: CalibrationStart
    /// How the image lies on the detector, where it is known; nil lets the data tell.
    public var transform: ImageTransform?
    /// What was not given and where it was taken from, in words.
    public var assumptions: [Assumption]
    /// What looks wrong about the calibrant's structure, in words.
    public var warnings: [String]

    public init(
      frames: [CalibrationFrame], calibrantName: String, calibrantSource: String, rings: [CalibrationRing],
      pixelHeight: Double, pixelWidth: Double, start: CalibrationStart, transform: ImageTransform? = nil,
      assumptions: [Assumption] = [], warnings: [String] = []
    ) {
      self.frames = frames
      self.calibrantName = calibrantName
      self.calibrantSource = calibrantSource
      self.rings = rings
      self.pixelHeight = pixelHeight
      self.pixelWidth = pixelWidth
      self.start = start
      self.transform = transform
      self.assumptions = assumptions
      self.warnings = warnings
    }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    // Two to four bytes a pixel; the rings are searched and fitted in about half a microsecond a pixel.
    let pixels = Double(max(inputBytes, 1_000_000)) / 2
    return ResourceEstimate(seconds: 0.5 + 6e-7 * pixels, memory: 5e7 + 30 * pixels, disk: 2e6)
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<DetectorCalibration> {
    var options = CalibrationOptions(start: input.start)
    options.free = Set(parameters.refine.map(\.technique))
    options.polarisation = parameters.polarisation
    options.threads = context.threads
    options.transform = input.transform
    let calibration = Calibration(
      rings: input.rings, pixelHeight: input.pixelHeight, pixelWidth: input.pixelWidth, options: options)
    let result = try calibration(input.frames)
    context.progress(1, 1)
    let value = DetectorCalibration(result, rings: input.rings)
    let summary = DetectorCalibrationSummary(
      result: result, value: value, input: input, parameters: parameters
    ).summary
    return StageResult(value: value, summary: summary)
  }
}
