import Foundation

/// The stages of a run and their keys, kept as `plan.json`, so that a folder can be listed, reported and cleaned without
/// the files that the run was made from.
public struct RunManifest: Codable, Hashable, Sendable {
  public struct Stage: Codable, Hashable, Sendable {
    public var name: String
    public var version: Int
    public var key: ContentKey
    public var upstream: [String]
  }

  /// In the order of the plan.
  public var stages: [Stage]

  public init(stages: [Stage]) {
    self.stages = stages
  }

  /// The manifest of a run folder.
  ///
  /// - Throws: `Diagnostic` when the folder holds none or a damaged one.
  public init(of folder: RunFolder) throws {
    guard let data = FileManager.default.contents(atPath: folder.manifestPath) else {
      throw Diagnostic(
        file: folder.path, message: "this is not the folder of a run",
        detail: "there is no readable plan.json; give the folder that operando run printed")
    }
    do {
      self = try JSONDecoder().decode(RunManifest.self, from: data)
    } catch {
      throw Diagnostic(
        file: folder.manifestPath, message: "the plan of the run is damaged",
        detail: "give the command operando run again, it writes the plan anew")
    }
  }

  /// The manifest as JSON, the same text for the same plan.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
