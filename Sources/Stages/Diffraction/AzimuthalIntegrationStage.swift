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
  public static let version = 2
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
    // A pixel costs a nanosecond to add and up to five to decode; compressed frames have about a byte a pixel. What needs
    // the pixels of a bin together, or a variance of each, takes longer and holds a frame sorted by bin.
    let pixels = Double(max(inputBytes, 1_000_000))
    let isSorted = parameters.average == .median || parameters.clip != nil
    let perPixel =
      switch (parameters.average, parameters.clip, parameters.errors) {
      case (.median, _, _): 4.5e-7
      case (.mean, .some, _): 2e-7
      case (.mean, nil, .azimuthal): 1.5e-7
      case (.mean, nil, .variance): 6e-8
      case (.mean, nil, .poisson), (.mean, nil, .none): 6e-9
      }
    return ResourceEstimate(
      seconds: 1 + perPixel * pixels, memory: isSorted ? 9e8 : 3e8, disk: 1e6 + 0.005 * pixels)
  }

  /// Frames that make one item, and frames that one thread takes at once.
  private static let block = 32
  private static let grain = 4

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<PatternTable> {
    let reduction = try FrameReduction(
      input.geometry, try settings(input, parameters), reduces(parameters), variance: pixelVariance(parameters),
      threads: context.threads)
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
    guard patterns.contains(where: { reduction.hasPixels($0) }) else {
      throw StageDocumentError(
        path: input.name.isEmpty ? name : "\(name)-\(input.name)",
        problem:
          "no pixel is left in any frame: the mask, the bands, the flat or marked and saturated values leave out all")
    }
    let value = PatternTable(
      try reduction.series(patterns, wavelength: input.geometry.wavelength), times: input.times,
      exposure: input.exposure)
    let summary = AzimuthalIntegrationSummary(value: value, input: input, parameters: parameters).summary
    return StageResult(value: value, summary: summary)
  }

  private static func reduces(_ parameters: Parameters) -> FrameReduction.Kind {
    if let sectors = parameters.sectors { return .cakes(sectors: sectors) }
    if parameters.average == .median { return .medians }
    guard let clip = parameters.clip else { return .means }
    return .clipped(
      SigmaClipping(threshold: clip, spread: parameters.errors == .poisson ? .poisson : .azimuthal))
  }

  private static func pixelVariance(_ parameters: Parameters) -> ReadOutVariance? {
    parameters.errors == .variance ? ReadOutVariance(gain: parameters.gain, readNoise: parameters.readNoise) : nil
  }

  static func settings(_ input: Input, _ parameters: Parameters) throws -> IntegrationSettings {
    var settings = IntegrationSettings(
      points: parameters.points, unit: parameters.unit.technique, splitting: parameters.splitting.technique,
      mask: input.mask, dark: input.dark, darkVariance: input.darkVariance, flat: input.flat,
      correctsSolidAngle: parameters.correctSolidAngle,
      polarisation: parameters.correctPolarisation ? BeamPolarisation(factor: parameters.polarisation) : nil,
      invalid: input.invalid, errorModel: parameters.average == .median ? .none : parameters.errors.technique,
      emptyValue: .nan)
    let bands = parameters.bands.map { (lower: $0[0].si, upper: $0[1].si) }
    settings.bands = try bands.map { try range($0.lower, $0.upper, settings.unit, input.geometry.wavelength) }
    // Bins lie where pixels are read: over the bands, unless a range is given.
    if let lower = parameters.minimumTwoTheta?.si ?? bands.map(\.lower).min(),
      let upper = parameters.maximumTwoTheta?.si ?? bands.map(\.upper).max()
    {
      settings.range = try range(lower, upper, settings.unit, input.geometry.wavelength)
    }
    if let material = parameters.sensorMaterial, let thickness = parameters.sensorThickness {
      guard let wavelength = input.geometry.wavelength else {
        throw StageDocumentError(
          path: name, problem: "the absorption of the sensor needs the photon energy; give `energy`")
      }
      settings.sensor = SensorAbsorption(
        attenuation: try attenuation(of: material, density: parameters.sensorDensity?.si, wavelength: wavelength),
        thickness: thickness.si)
    }
    if let saturation = parameters.saturation { settings.invalid.saturation = saturation }
    return settings
  }

  /// A range of 2θ, in radians, in the unit of the patterns.
  private static func range(
    _ lower: Double, _ upper: Double, _ unit: RadialUnit, _ wavelength: Double?
  ) throws -> ClosedRange<Double> {
    let ends = [lower, upper].map { unit.value(twoTheta: $0, wavelength: wavelength ?? .nan) }.sorted()
    guard ends[0] < ends[1], ends[1].isFinite else {
      throw StageDocumentError(
        path: name,
        problem: "the range of 2theta has no ends in the unit of the patterns; give the photon energy as `energy`")
    }
    return ends[0]...ends[1]
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
