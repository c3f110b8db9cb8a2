public import Foundation

/// Where the measured data lie, and what to do where they do not.
public enum SharedData {
  /// The root of the checkout.
  public static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The path of a file of the measured data, or nil, with a printed skip, where it is absent.
  ///
  /// With `CI=true` the absence is a failure: the caller gets the path all the same and fails to read it.
  ///
  /// - Parameter path: relative to the data folder, for example "diffraction/yadg/gcpl.issue_149.mpr".
  public static func path(_ path: String) -> String? {
    let file = checkout.deletingLastPathComponent().appending(path: "shared/data/" + path).path
    if FileManager.default.fileExists(atPath: file) || ProcessInfo.processInfo.environment["CI"] == "true" {
      return file
    }
    print("skipped: measured data absent: \(path)")
    return nil
  }
}
