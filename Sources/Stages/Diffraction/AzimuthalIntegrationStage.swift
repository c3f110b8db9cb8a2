public import ArrayMath
import Crystallography
import FileFormats
import Foundation
public import Pipeline
public import PowderDiffraction
import Quantities

/// From detector frames to powder patterns.
public enum AzimuthalIntegrationStage: Stage {
  public static let name = "azimuthal-integration"
  public static let version = 1
  public static let citations = [Citation.kieffer2013, .filik2017]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    public var frames: any FrameSource
    public var geometry: DetectorGeometry
    /// Where the geometry comes from, in words.
    public var geometrySource: String
    /// Pixels to leave out, as the file stores them.
    public var mask: PixelMask?
    /// What is subtracted from each pixel, and its variance; C order.
    public var dark: [Float]?
    public var darkVariance: [Float]?
    /// Relative sensitivity of each pixel, C order.
    public var flat: [Float]?
    /// Values that stand for a pixel without a count.
    public var invalid: InvalidPixels
    /// When each exposure began, in seconds since 1970; nil where it is not known.
    public var times: [Double]?
    /// Exposure time of a frame, in seconds; nil where it is not known.
    public var exposure: Double?

    public init(frames: any FrameSource, geometry: DetectorGeometry, geometrySource: String) {
      self.frames = frames
      self.geometry = geometry
      self.geometrySource = geometrySource
      invalid = InvalidPixels()
    }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    // A pixel costs a nanosecond to add and up to five to decode; compressed frames have about a byte a pixel.
    let pixels = Double(max(inputBytes, 1_000_000))
    return ResourceEstimate(seconds: 1 + 6e-9 * pixels, memory: 3e8, disk: 1e6 + 0.005 * pixels)
  }

  /// Frames that make one item, and frames that one thread takes at once.
  private static let block = 32
  private static let grain = 4

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<PatternTable> {
    let reduction = try FrameReduction(
      input.geometry, try settings(input, parameters), sectors: parameters.sectors, threads: context.threads)
    let frames = input.frames
    let count = frames.count
    let blocks = (count + block - 1) / block
    var patterns: [[Double]] = []
    patterns.reserveCapacity(count)
    for index in 0..<blocks {
      let first = index * block
      let size = min(block, count - first)
      let bytes = try context.shard("frames-\(index)") {
        let chunks = try parallelMap(count: (size + grain - 1) / grain, threads: context.threads) { chunk in
          var scratch = IntegrationScratch()
          return try (chunk * grain..<min((chunk + 1) * grain, size)).map { place in
            try reduction.values(of: frames, frame: first + place, scratch: &scratch)
          }
        }
        return ArrayShard.encode(chunks.flatMap(\.self))
      }
      patterns += try ArrayShard.decode(bytes, of: name)
      context.progress(first + size, count)
    }
    let value = PatternTable(
      try reduction.series(patterns, wavelength: input.geometry.wavelength), times: input.times,
      exposure: input.exposure)
    let summary = AzimuthalIntegrationSummary(value: value, input: input, parameters: parameters).summary
    return StageResult(value: value, summary: summary)
  }

  static func settings(_ input: Input, _ parameters: Parameters) throws -> IntegrationSettings {
    var settings = IntegrationSettings(
      points: parameters.points, unit: parameters.unit.technique, splitting: parameters.splitting.technique,
      mask: input.mask, dark: input.dark, darkVariance: input.darkVariance, flat: input.flat,
      correctsSolidAngle: parameters.correctSolidAngle,
      polarisation: parameters.correctPolarisation ? BeamPolarisation(factor: parameters.polarisation) : nil,
      invalid: input.invalid, errorModel: parameters.errors.technique, emptyValue: .nan)
    if let lower = parameters.minimumTwoTheta, let upper = parameters.maximumTwoTheta {
      let wavelength = input.geometry.wavelength ?? .nan
      let ends = [lower.si, upper.si].map { settings.unit.value(twoTheta: $0, wavelength: wavelength) }.sorted()
      guard ends[0] < ends[1], ends[1].isFinite else {
        throw StageDocumentError(
          path: name, problem: "the range of 2theta has no ends in the unit of the patterns; give the wavelength")
      }
      settings.range = ends[0]...ends[1]
    }
    if let material = parameters.sensorMaterial, let thickness = parameters.sensorThickness {
      guard let wavelength = input.geometry.wavelength else {
        throw StageDocumentError(path: name, problem: "the absorption of the sensor needs the wavelength")
      }
      settings.sensor = SensorAbsorption(
        attenuation: try attenuation(of: material, density: parameters.sensorDensity?.si, wavelength: wavelength),
        thickness: thickness.si)
    }
    if let saturation = parameters.saturation { settings.invalid.saturation = saturation }
    return settings
  }

  /// The linear attenuation coefficient of a sensor, in 1/m.
  private static func attenuation(of formula: String, density: Double?, wavelength: Double) throws -> Double {
    let composition = try Composition(formula: formula)
    if let density { return try composition.linearAttenuation(density: density, wavelength: wavelength) }
    guard let element = try? ChemicalElement(symbol: formula), element.density > 0 else {
      throw StageDocumentError(path: name, problem: "the density of \(formula) is not known; give `sensor_density`")
    }
    return try composition.linearAttenuation(density: element.density, wavelength: wavelength)
  }
}
