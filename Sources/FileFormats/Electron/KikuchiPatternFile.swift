public import ArrayMath
public import Crystallography
public import ElectronDiffraction
import Foundation

/// The formats of Kikuchi patterns that are read.
public enum KikuchiPatternFormat: String, Sendable, Hashable, CaseIterable {
  /// HDF5 of kikuchipy.
  case kikuchipy = "kikuchipy-h5"
  /// HDF5 of EDAX OIM.
  case edaxHDF5 = "edax-h5"
  /// HDF5 of Bruker ESPRIT.
  case brukerHDF5 = "bruker-h5"
  /// HDF5 of Oxford AZtec.
  case oxfordHDF5 = "h5oina"
  /// Simulated patterns of EMsoft's EMEBSD.
  case emsoft = "emsoft-h5"
  /// `.up1` and `.up2` of EDAX.
  case edaxBinary = "edax-up"
  /// `.ebsp` of Oxford AZtec and HKL.
  case oxfordBinary = "ebsp"
  /// `Pattern.dat` and `Setting.txt` of NORDIF.
  case nordif
}

/// Kikuchi patterns of a file, and what it states of how they were taken.
public struct KikuchiPatternFile: Sendable {
  /// The patterns in the order of the map, read one by one from any thread.
  public var frames: any FrameSource
  public var format: KikuchiPatternFormat
  /// Where the patterns were taken; as many points as there are patterns.
  public var grid: MapGrid
  /// Position of each pattern in the map's frame, in metres, where the file states it.
  public var positions: [SIMD2<Double>]?
  /// Empty, one for all patterns, or one for each.
  public var patternCentres: [PatternCentre] = []
  /// Tilt of the sample σ, in radians.
  public var sampleTilt: Double?
  /// Tilt of the screen's axis below the horizontal θ, in radians.
  public var screenTilt: Double?
  /// Turn of the screen about the laboratory's vertical, in radians.
  public var azimuth: Double?
  /// Turn of the screen about its own axis, in radians.
  public var twist: Double?
  /// In volts.
  public var accelerationVoltage: Double?
  /// The light of the screen without diffraction, as many pixels as a pattern.
  public var staticBackground: [Float]?
  /// Orientation of each pattern, in the frame of ``EulerFrame/edax1``, where the file states it.
  public var orientations: [Rotation]?
  /// The frame of ``orientations``.
  public var eulerFrame: EulerFrame = .edax1
  /// What was assumed, repaired or left out, a sentence each.
  public var notes: [String] = []
  /// The files that were read.
  public var paths: [String]

  init(frames: any FrameSource, format: KikuchiPatternFormat, grid: MapGrid, paths: [String]) {
    (self.frames, self.format, self.grid, self.paths) = (frames, format, grid, paths)
  }

  /// Opens patterns; their format is recognised by the content.
  ///
  /// - Parameters:
  ///   - path: a file, or the folder of a NORDIF scan.
  ///   - scan: the name of a scan of an HDF5 file that holds several; nil takes the first.
  /// - Throws: ``FormatError`` or `HDF5Error` when there is no such file, when it holds no patterns, claims more than it
  ///   holds, or is damaged.
  public static func open(path: String, scan: String? = nil) throws -> KikuchiPatternFile {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if exists && isFolder.boolValue || NordifPatterns.recognises(path) { return try NordifPatterns.open(path) }
    let bytes = try FrameBytes(path: path)
    if FrameFile.isHDF5(bytes) { return try openHDF5(path, scan: scan) }
    guard scan == nil else { throw FormatError(path, "is no HDF5 file, so there is no scan \(scan ?? "") in it") }
    return try open(bytes, path: path)
  }

  /// Opens the bytes of a file other than HDF5.
  ///
  /// - Parameter name: for messages; its ending tells `.up1` from `.up2`.
  public static func read(_ bytes: [UInt8], named name: String) throws -> KikuchiPatternFile {
    try open(FrameBytes(bytes, named: name), path: name)
  }

  private static func open(_ bytes: FrameBytes, path: String) throws -> KikuchiPatternFile {
    switch URL(filePath: path).pathExtension.lowercased() {
    case "up1": return try EDAXBinaryPatterns.open(bytes, path: path, pixelType: .uint8)
    case "up2": return try EDAXBinaryPatterns.open(bytes, path: path, pixelType: .uint16)
    case "ebsp": return try OxfordBinaryPatterns.open(bytes, path: path)
    default: throw FormatError(path, "is no file of Kikuchi patterns: neither HDF5, .up1, .up2, .ebsp nor NORDIF's")
    }
  }

  private static func openHDF5(_ path: String, scan: String?) throws -> KikuchiPatternFile {
    let file = try HDF5Statements(path)
    if file.has("EMData/EBSD") { return try EMsoftPatterns.open(file) }
    let maker = (file.manufacturer ?? "").lowercased()
    if maker.contains("kikuchipy") { return try KikuchipyPatterns.open(file, scan: scan) }
    if maker.contains("edax") { return try EDAXPatterns.open(file, scan: scan) }
    if maker.contains("bruker") { return try BrukerPatterns.open(file, scan: scan) }
    if maker.contains("oxford") { return try OxfordPatterns.open(file, scan: scan) }
    throw FormatError(
      path,
      "names no maker whose patterns are read"
        + (maker.isEmpty ? "" : " (\"\(maker)\")") + "; kikuchipy, EDAX, Bruker, Oxford and EMsoft are known")
  }

  /// How pattern `index` was taken; nil where the file states no pattern centre.
  ///
  /// - Parameter sampleTilt: σ in radians where the file does not state it; 70° is usual for backscatter diffraction.
  public func geometry(of index: Int = 0, sampleTilt other: Double = 70 * .pi / 180) -> KikuchiGeometry? {
    guard
      let centre = patternCentres.count == 1
        ? patternCentres[0]
        : patternCentres.indices.contains(index)
          ? patternCentres[index] : nil
    else { return nil }
    return KikuchiGeometry(
      shape: frames.shape, patternCentre: centre, sampleTilt: sampleTilt ?? other, screenTilt: screenTilt ?? 0,
      azimuth: azimuth ?? 0, twist: twist ?? 0)
  }
}

extension KikuchiPatternFile {
  /// Centres where they can be those of a screen; one where all are the same.
  mutating func takeCentres(_ centres: [PatternCentre]) {
    guard !centres.isEmpty else { return }
    guard centres.allSatisfy(\.isPossible), centres.count == 1 || centres.count == frames.count else {
      notes.append("the pattern centres of the file are no centres of a screen; they are left out")
      return
    }
    patternCentres = Set(centres).count == 1 ? [centres[0]] : centres
  }

  /// A background where it has as many pixels as a pattern.
  mutating func takeBackground(_ pixels: [Double]?) {
    guard let pixels else { return }
    guard pixels.count == frames.shape.count, pixels.allSatisfy(\.isFinite) else {
      notes.append("the static background has \(pixels.count) pixels, a pattern \(frames.shape.count); it is left out")
      return
    }
    staticBackground = pixels.map { Float($0) }
  }
}
