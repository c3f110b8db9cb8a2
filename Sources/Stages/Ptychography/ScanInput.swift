import ArrayMath
import FileFormats
import Foundation
import Pipeline
import Ptychography
import Quantities

/// Reads the scans of a measurement and fills in what their files do not state.
enum ScanInput {
  /// The files of the scans, in order; a folder or a pattern stands for its files.
  ///
  /// - Throws: `FormatError` when a folder cannot be listed or a pattern matches nothing.
  static func files(_ scans: [FilePath]) throws -> [String] { try scans.flatMap { try FrameFile.files(of: $0.path) } }

  /// Whether a scan is described in a file of settings beside its patterns.
  static func isDescription(_ path: String) -> Bool {
    ["yaml", "yml"].contains(URL(filePath: path).pathExtension.lowercased())
  }

  /// Files that a scan consists of beside the one that is named, for its key; none where they cannot be told yet.
  static func companions(_ path: String) -> [String] {
    guard isDescription(path), let description = try? ScanDescription.read(path) else { return [] }
    return description.files
  }

  /// - Throws: the readers' errors, and `StageDocumentError` where neither settings nor file state the geometry.
  static func open(_ path: String, _ settings: PtychographySettings, angle: Double?) throws -> PtychographyScan {
    guard FileManager.default.fileExists(atPath: path) else {
      throw StageDocumentError(path: path, problem: "there is no such file")
    }
    var scan: PtychographyScan
    if isDescription(path) {
      scan = try ScanDescription.read(path).scan(named: path)
      settings.apply(to: &scan)
    } else {
      scan = try PtychographyFile.read(path, settings.readOptions)
    }
    if let angle { scan.angle = angle }
    if let file = settings.probeFile?.path { (scan.probe, scan.probePixel) = try probe(of: file) }
    return scan
  }

  /// The probe of a reconstruction, or of a scan that holds one.
  private static func probe(of path: String) throws -> ([ComplexImage], (height: Double, width: Double)?) {
    let layout = try PtychographyFile.layout(of: path)
    if layout == .ptychodus || layout == .reconstruction {
      let file = try PtychographyReconstructionFile.read(path)
      return (file.reconstruction.probes, file.objectPixel)
    }
    let scan = try PtychographyFile.read(path)
    guard !scan.probe.isEmpty else { throw StageDocumentError(path: path, problem: "holds no probe") }
    return (scan.probe, scan.probePixel)
  }
}

extension PtychographySettings {
  /// What the settings say about a scan, which wins over its file.
  fileprivate var readOptions: PtychographyReadOptions {
    var options = PtychographyReadOptions()
    options.photonEnergy = energy?.si
    options.distance = distance?.si
    options.pixelHeight = pixel?.si
    options.pixelWidth = pixel?.si
    options.propagation = propagation.technique
    options.focusDistance = focusDistance?.si
    options.detector = detector
    options.mask = mask?.path
    options.maskMarksGood = maskMarksGood
    options.patterns = patterns.map(\.path)
    return options
  }

  /// What is stated here and in a description of a scan is taken from here.
  fileprivate func apply(to scan: inout PtychographyScan) {
    func take(_ value: Double?, _ place: WritableKeyPath<ScanGeometry, Double>, _ name: String) {
      guard let value, abs(scan.geometry[keyPath: place] / value - 1) > 1e-9 else { return }
      scan.geometry[keyPath: place] = value
      scan.notes.append("The \(name) is the one of the settings, not that of the scan's description.")
    }
    take(energy.map { ScanGeometry.wavelength(ofPhotonEnergy: $0.si) }, \.wavelength, "photon energy")
    take(distance?.si, \.distance, "distance")
    take(pixel?.si, \.pixelHeight, "height of a pixel")
    take(pixel?.si, \.pixelWidth, "width of a pixel")
  }
}
