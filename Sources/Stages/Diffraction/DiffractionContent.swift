import FileFormats
import Foundation

/// What a NeXus file of diffraction holds, beside frames.
public enum DiffractionContent: Sendable {
  case geometry
  case patterns

  /// Larger files hold frames, and reading them whole to find out would take long.
  private static let largestFile = 256 << 20

  /// - Returns: `nil` when the file holds neither, or cannot be read.
  public init?(ofNeXus path: String) {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let size = attributes?[.size] as? Int, size <= Self.largestFile, let tree = try? NeXusFile.read(path) else {
      return nil
    }
    if tree[group: "entry"]?[group: "patterns"] != nil
      || (try? AzimuthalIntegrationFile(tree: tree, named: path)) != nil
    {
      self = .patterns
    } else if tree[group: "entry"]?.dataset(at: "geometry/poni1") != nil
      || (try? NexusCalibrationFile(tree: tree, named: path)) != nil
    {
      self = .geometry
    } else {
      return nil
    }
  }
}
