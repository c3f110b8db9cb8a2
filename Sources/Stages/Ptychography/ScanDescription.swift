import ArrayMath
import FileFormats
import Foundation
public import Pipeline
import Ptychography
public import Quantities

/// The file of settings beside a stack of patterns that no format describes.
///
///     frames: [scan_0001.tif]
///     positions: positions.csv
///     energy: 9.7 keV
///     distance: 9.47 m
///     pixel: 55 um
public struct ScanDescription: ExperimentDecodable {
  @Setting("what the scan is called; left out, the name of this file", example: "scan-12")
  public var name: String?
  @Setting(
    "patterns: images, a folder of them, or HDF5; FILE.h5::/path names a dataset",
    example: "frames.h5::/entry/data/data")
  public var frames: [FilePath]
  @Setting(
    "positions, one a pattern: a text file with columns, or FILE.h5::/path of a dataset of (patterns, 2)",
    example: "positions.csv")
  public var positions: FilePath
  @Setting(
    "columns of the text file for y (rows) and x: their names, or their numbers from 0; left out, the first two, x first",
    example: "[y, x]")
  public var columns: [String]?
  @Setting("whether a dataset of positions has x before y", default: true)
  public var xFirst: Bool
  @Setting(
    "unit of the positions, a length; left out, metres (for pixels see positions_in_pixels)",
    in: Length(si: 1e-12)...Length(si: 1), example: "1 um")
  public var positionUnit: Length?
  @Setting("whether positions are counted in pixels of the object", default: false)
  public var positionsInPixels: Bool
  @Setting("photon energy", in: Energy(0.01, .kiloelectronVolt)...Energy(200, .kiloelectronVolt), example: "9.7 keV")
  public var energy: Energy
  @Setting("distance from sample to detector", in: Length(si: 1e-6)...Length(si: 1000), example: "9.47 m")
  public var distance: Length
  @Setting("edge of a detector pixel", in: Length(si: 1e-9)...Length(si: 0.1), example: "55 um")
  public var pixel: Length
  @Setting("how the wave travels to the detector: far-field or near-field", default: .farField)
  public var propagation: PropagationChoice
  @Setting("near field: from the focus to the sample, downstream positive", in: Length(si: -100)...Length(si: 100))
  public var focusDistance: Length?
  @Setting("image of pixels not to be used", example: "mask.npy")
  public var mask: FilePath?
  @Setting("whether pixels of the mask that are not 0 are the good ones", default: false)
  public var maskMarksGood: Bool
  @Setting("values of pixels that were not measured, such as those of gaps", default: [], example: "[65535]")
  public var gapValues: [Double]
  @Setting("row and column of the beam's axis on the detector; left out, found", example: "[257.5, 254]")
  public var centre: [Double]?
  @Setting("whether the zero frequency of the patterns is at the array's corner", default: false)
  public var cornerCentred: Bool
  @Setting("dataset of the probe", example: "probe.h5::/probe")
  public var probe: FilePath?
  @Setting("edge of a pixel of the probe, where it is not that of the object", in: Length(si: 1e-12)...Length(si: 1e-3))
  public var probePixel: Length?
  @Setting("angle of the projection", example: "12.3 deg")
  public var angle: Angle?
  @Setting("exposure of a pattern", in: TimeSpan(si: 0)..., example: "0.1 s")
  public var exposure: TimeSpan?

  public init() {}

  public func validate() -> [SettingProblem] {
    var found: [SettingProblem] = []
    if frames.isEmpty {
      found.append(SettingProblem(at: "frames", "there is no pattern", detail: "expected files such as [scan.h5]"))
    }
    if let columns, columns.count != 2 {
      found.append(
        SettingProblem(
          at: "columns", "a position has two columns", detail: "found \(columns.count); expected y and x such as [y, x]"
        ))
    }
    if let centre, centre.count != 2 {
      found.append(
        SettingProblem(
          at: "centre", "a centre has two coordinates", detail: "expected row and column such as [257.5, 254]"))
    }
    if positionsInPixels, positionUnit != nil {
      found.append(
        SettingProblem(
          at: "position_unit", "positions are counted in pixels and in a length",
          detail: "keep `position_unit` or `positions_in_pixels`"))
    }
    return found
  }

  /// The JSON schema of the file.
  public static var schemaText: String { jsonSchema(title: "Scan of ptychography") }
  /// Every setting with its unit, default, range and help, as text.
  public static var settingsText: String { settingsHelp().map(\.description).joined(separator: "\n") }

  /// Reads the file.
  ///
  /// - Throws: ``ScanDescriptionError`` with everything that is wrong, each with its line and column.
  static func read(_ path: String) throws -> ScanDescription {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw StageDocumentError(path: path, problem: "the file cannot be read")
    }
    let (description, diagnostics) = ExperimentDocument(bytes: [UInt8](data), file: path).decode(ScanDescription.self)
    guard let description, !diagnostics.contains(where: { $0.severity == .error }) else {
      throw ScanDescriptionError(diagnostics: diagnostics)
    }
    return description
  }

  /// The files that the scan consists of.
  var files: [String] {
    let named = frames + [positions] + [mask, probe].compactMap(\.self)
    let paths = named.map { DiffractionInput.plainPath($0.path) }
    return paths.flatMap { (try? FrameFile.files(of: $0)) ?? [$0] }
  }

  /// - Throws: the readers' errors.
  func scan(named path: String) throws -> PtychographyScan {
    let edge = pixel.si
    var description = PtychographyStackDescription(
      name: name ?? URL(filePath: path).deletingPathExtension().lastPathComponent, frames: frames.map(\.path),
      positions: place, positionUnit: positionsInPixels ? .objectPixels : .length(positionUnit?.si ?? 1),
      photonEnergy: energy.si, distance: distance.si, pixelHeight: edge, pixelWidth: edge,
      propagation: propagation.technique)
    description.focusDistance = focusDistance?.si
    description.mask = mask?.path
    description.maskMarksGood = maskMarksGood
    description.gapValues = gapValues
    (description.centreRow, description.centreColumn) = (centre?[0], centre?[1])
    description.isCornerCentred = cornerCentred
    description.probe = probe?.path
    description.probePixel = probePixel?.si
    description.angle = angle?.si
    description.exposure = exposure?.si
    return try description.read(named: path)
  }

  private var place: PtychographyStackDescription.Positions {
    if positions.path.contains("::") { return .dataset(path: positions.path, xFirst: xFirst) }
    func column(_ index: Int) -> PtychographyStackDescription.Column {
      guard let columns else { return .index(index == 0 ? 1 : 0) }
      return Int(columns[index]).map { .index($0) } ?? .name(columns[index])
    }
    return .table(path: positions.path, y: column(0), x: column(1))
  }
}

/// A scan's description that cannot be used.
public struct ScanDescriptionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Everything that is wrong.
  public var diagnostics: [Diagnostic]

  public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
