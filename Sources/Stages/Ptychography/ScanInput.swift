import ArrayMath
import FileFormats
import Foundation
import Pipeline
import Ptychography

/// Reads the scans of a measurement and fills in what their files do not state.
enum ScanInput {
  /// The files of the scans, in order; a folder or a pattern stands for its files.
  ///
  /// - Throws: `FormatError` when a folder cannot be listed or a pattern matches nothing.
  static func files(_ scans: [FilePath]) throws -> [String] { try scans.flatMap { try FrameFile.files(of: $0.path) } }

  /// Files that a scan consists of beside the one that is named.
  static func companions(_ path: String) -> [String] { [] }

  /// - Throws: the readers' errors, and `StageDocumentError` where neither settings nor file state the geometry.
  static func open(_ path: String, _ settings: PtychographySettings, angle: Double?) throws -> PtychographyScan {
    throw StageDocumentError(path: path, problem: "scans cannot be read yet")
  }
}
