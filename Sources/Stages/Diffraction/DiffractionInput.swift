import ArrayMath
import Crystallography
public import FileFormats
import Foundation
public import Pipeline
import PowderDiffraction
public import Quantities

/// Reads what the diffraction stages work on.
public enum DiffractionInput {
  /// The files of a calibration, for its key.
  static func files(_ parameters: DetectorCalibrationStage.Parameters) -> [String] {
    var files = parameters.frames.map { plainPath($0.file.path) }
    if isCIF(parameters.calibrant) { files.append(parameters.calibrant) }
    files += [parameters.start, parameters.mask].compactMap { $0.map { plainPath($0.path) } }
    return files
  }

  /// The files of an integration, for its key.
  static func files(_ parameters: AzimuthalIntegrationStage.Parameters, frames: [FilePath]) -> [String] {
    (frames + [parameters.mask, parameters.dark, parameters.flat].compactMap(\.self)).map { plainPath($0.path) }
  }

  /// The file of "file.h5::/entry/data".
  static func plainPath(_ path: String) -> String {
    guard let mark = path.range(of: "::", options: .backwards) else { return path }
    return String(path[..<mark.lowerBound])
  }

  private static func isCIF(_ calibrant: String) -> Bool { calibrant.lowercased().hasSuffix(".cif") }

  // MARK: - Calibration

  /// Reads the images of a calibrant and finds out what is not given.
  ///
  /// - Throws: the readers' errors, and `StageDocumentError` where neither the settings nor the file say it.
  public static func calibration(
    _ parameters: DetectorCalibrationStage.Parameters
  ) throws -> DetectorCalibrationStage.Input {
    let calibrant = try calibrant(named: parameters.calibrant)
    let start = try parameters.start.map { try PoniFile.read(bytes(of: $0.path), named: $0.path) }
    var assumptions: [Assumption] = []
    var frames: [CalibrationFrame] = []
    var pixel: (height: Double, width: Double)?
    let mask = try parameters.mask.map { try self.mask($0.path) }
    for (index, image) in parameters.frames.enumerated() {
      let path = image.file.path
      let file = try FrameFile.open(path: path)
      let stated =
        (image.energy ?? parameters.energy).map { photonWavelength($0) } ?? parameters.wavelength?.si
        ?? start?.wavelength
      guard let wavelength = stated ?? file.metadata.wavelength else {
        throw StageDocumentError(path: path, problem: "states no photon energy; give one such as 19 keV")
      }
      if stated == nil {
        assumptions.append(assumption("wavelength", String(format: "%.6g angstrom", wavelength * 1e10), path))
      }
      if index == 0 { pixel = try pixelExtent(parameters, start, file.metadata, path, &assumptions) }
      frames.append(
        CalibrationFrame(
          pixels: try MeanImage(file.frames).sums, shape: file.frames.shape, mask: mask, wavelength: wavelength,
          distanceOffset: image.distanceOffset.si))
    }
    guard let first = frames.first, let pixel else {
      throw StageDocumentError(path: "calibration", problem: "there is no image of the calibrant")
    }
    // Lines beyond the backscattered ones of the shortest wavelength cannot be seen.
    let shortest = frames.map(\.wavelength).min() ?? first.wavelength
    let lines = try calibrant.lines(
      wavelength: shortest, maximumTwoTheta: largestTwoTheta(first, pixel, parameters, start))
    return DetectorCalibrationStage.Input(
      frames: frames, calibrantName: calibrant.name, calibrantSource: calibrant.source,
      rings: lines.map {
        CalibrationRing(dSpacing: $0.dSpacing, label: $0.label, relativeIntensity: $0.relativeIntensity)
      }, pixelHeight: pixel.height, pixelWidth: pixel.width,
      start: start.map { .geometry($0.poni) } ?? parameters.distance.map { .distance($0.si) } ?? .unknown,
      transform: nil, assumptions: assumptions,
      warnings: (calibrant.structure?.bondLengthWarnings() ?? []).map { "\(calibrant.source): \($0)" })
  }

  /// A scattering angle that no pixel exceeds, in radians: that of twice the plate's diagonal at the shortest distance.
  private static func largestTwoTheta(
    _ frame: CalibrationFrame, _ pixel: (height: Double, width: Double),
    _ parameters: DetectorCalibrationStage.Parameters, _ start: PoniFile?
  ) -> Double {
    guard start == nil, let distance = parameters.distance?.si else { return 0.95 * .pi }
    let height = Double(frame.shape.rows) * pixel.height
    let width = Double(frame.shape.columns) * pixel.width
    return min(atan2(2 * (height * height + width * width).squareRoot(), 0.8 * distance) + 0.1, 0.95 * .pi)
  }

  private static func pixelExtent(
    _ parameters: DetectorCalibrationStage.Parameters, _ start: PoniFile?, _ metadata: FrameMetadata, _ path: String,
    _ assumptions: inout [Assumption]
  ) throws -> (height: Double, width: Double) {
    if let pixel = parameters.pixel?.si { return (pixel, pixel) }
    if let start { return (start.pixelHeight, start.pixelWidth) }
    guard let height = metadata.pixelHeight, let width = metadata.pixelWidth else {
      throw StageDocumentError(path: path, problem: "states no extent of its pixels; give one such as 31 um")
    }
    assumptions.append(
      assumption("extent of a pixel", String(format: "%.6g x %.6g um", height * 1e6, width * 1e6), path))
    return (height, width)
  }

  private static func assumption(_ what: String, _ value: String, _ path: String) -> Assumption {
    Assumption(
      statement: "\(what) \(value)", source: "stated in \(URL(filePath: path).lastPathComponent)", range: "not varied",
      effect: "the distance follows it")
  }

  private static func calibrant(named name: String) throws -> Calibrant {
    guard isCIF(name) else { return try Calibrant(named: name) }
    let structure = try CIFFile.read(bytes(of: name), named: name)
    return Calibrant(structure, source: URL(filePath: name).lastPathComponent)
  }

  /// The wavelength of photons of an energy, in metres.
  public static func photonWavelength(_ energy: Energy) -> Double {
    AtomicScattering.wavelength(kiloelectronvolts: energy.si / Energy(1, .kiloelectronVolt).si)
  }

  // MARK: - Integration

  /// Opens the frames of an integration and reads its geometry, mask, dark and flat.
  ///
  /// - Parameters:
  ///   - path: the geometry of the detector, a file that ``DetectorGeometryFile`` reads.
  ///   - source: where the geometry comes from, in words.
  public static func integration(
    _ parameters: AzimuthalIntegrationStage.Parameters, frames paths: [FilePath], geometry path: String, source: String
  ) throws -> AzimuthalIntegrationStage.Input {
    let file = try FrameFile.open(paths: paths.map(\.path))
    var geometry = try DetectorGeometryFile.read(path, frame: file.frames.shape)
    if let flip = parameters.flip {
      geometry.isTransposed = false
      geometry.grid = DetectorGrid(
        shape: file.frames.shape, pixelHeight: geometry.grid.pixelHeight, pixelWidth: geometry.grid.pixelWidth,
        orientation: flip.orientation)
    }
    if let energy = parameters.energy { geometry.wavelength = photonWavelength(energy) }
    geometry.wavelength = geometry.wavelength ?? file.metadata.wavelength
    let shape = file.frames.shape
    var input = AzimuthalIntegrationStage.Input(frames: file.frames, geometry: geometry, geometrySource: source)
    input.mask = try parameters.mask.map { path in
      let mask = try mask(path.path)
      try require(mask.shape, of: path.path, toBe: shape)
      return mask
    }
    if let dark = parameters.dark {
      let image = try FrameFile.open(path: dark.path)
      try require(image.frames.shape, of: dark.path, toBe: shape)
      let mean = try MeanImage(image.frames)
      input.dark = mean.values
      input.darkVariance = mean.variance(parameters.errors, readNoise: parameters.readNoise)
      // A dark that is not a number would spoil the whole bin.
      var mask = input.mask ?? PixelMask(shape: shape)
      mask.formUnion(PixelMask(mean.values.map { $0.isFinite ? 0 : 1 }, shape: shape))
      if mask.maskedCount > 0 { input.mask = mask }
    }
    if let flat = parameters.flat {
      let image = try FrameFile.open(path: flat.path)
      try require(image.frames.shape, of: flat.path, toBe: shape)
      input.flat = try MeanImage(image.frames).values
    }
    input.invalid = invalidPixels(file.metadata)
    input.times = file.metadata.timestamps
    input.exposure = file.metadata.exposureTime
    return input
  }

  /// - Throws: `StageDocumentError` for an image of another extent than the frames.
  private static func require(_ found: FrameShape, of path: String, toBe shape: FrameShape) throws {
    guard found != shape else { return }
    throw StageDocumentError(
      path: path,
      problem:
        "has \(found.rows) x \(found.columns) pixels; expected \(shape.rows) x \(shape.columns) as the frames have")
  }

  /// The values that the file says are no counts, beside the usual ones.
  private static func invalidPixels(_ metadata: FrameMetadata) -> InvalidPixels {
    var invalid = InvalidPixels()
    for case .value(let value) in metadata.sentinels where invalid.values.count < 4 { invalid.values.append(value) }
    if let cutoff = metadata.countCutoff { invalid.saturation = cutoff + 1 }
    return invalid
  }

  // MARK: - Images

  static func bytes(of path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      let problem = FileManager.default.fileExists(atPath: path) ? "cannot be read" : "is not there"
      throw StageDocumentError(path: path, problem: "the file \(problem)")
    }
    return [UInt8](data)
  }

  private static func mask(_ path: String) throws -> PixelMask { try PixelMaskFile.read(path: path) }
}

extension PatternTable {
  /// The patterns as an NXazint file.
  ///
  /// - Parameters:
  ///   - program: what integrated, and its version.
  ///   - frames: the files the frames came from.
  /// - Throws: `FormatError` for an axis that the definitions do not know.
  public func azimuthalIntegrationFile(
    _ parameters: AzimuthalIntegrationStage.Parameters, program: String, version: String, frames: [String]
  ) throws -> AzimuthalIntegrationFile {
    AzimuthalIntegrationFile(
      series: series,
      record: AzimuthalIntegrationFile.Record(
        title: "Azimuthal integration of \(frames.first.map { URL(filePath: $0).lastPathComponent } ?? "frames")",
        instrumentName: "not stated", sourceName: "not stated", solidAngleApplied: parameters.correctSolidAngle,
        polarisationApplied: parameters.correctPolarisation, normalisationApplied: true, program: program,
        programVersion: version, date: Date().ISO8601Format(),
        reference: AzimuthalIntegrationStage.citations.map(\.text).joined(separator: " "),
        parameters: ["all": NeXusDataset(text: parameters.canonicalText())]))
  }
}
