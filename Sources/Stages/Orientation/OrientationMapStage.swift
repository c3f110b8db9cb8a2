public import ElectronDiffraction
import FileFormats
import Foundation
public import Pipeline

/// From an orientation map to its grains.
public enum OrientationMapStage: Stage {
  public static let name = "orientation-map"
  public static let version = 1
  public static let citations = [Citation.bunge1982, .nolze2016]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    public var map: OrientationMap
    /// Where the map comes from, in words.
    public var source: String
    /// What the reader assumed or repaired, a sentence each.
    public var notes: [String] = []
    /// The frame of the Euler angles, in words.
    public var eulerFrame: String

    public init(map: OrientationMap, source: String, eulerFrame: String) {
      (self.map, self.source, self.eulerFrame) = (map, source, eulerFrame)
    }

    /// Opens the map of a file.
    ///
    /// - Parameter frame: the frame of its Euler angles; nil for that of its format.
    /// - Throws: the reader's errors.
    public init(file path: String, frame: EulerFrameName? = nil) throws {
      // What this program indexed is kept to the last bit; other .nxs files are maps of other programs.
      if path.hasSuffix(".nxs"), frame == nil, let indexed = try? StageDocument.value(IndexedMap.self, from: path) {
        self.init(
          map: indexed.map, source: URL(filePath: path).lastPathComponent,
          eulerFrame: "edax1: x down and y to the right of the map")
        return
      }
      let file = try OrientationMapFile.open(path: path, eulerFrame: frame?.frame)
      self.init(
        map: file.map, source: URL(filePath: path).lastPathComponent,
        eulerFrame: "\(file.eulerFrame.rawValue)" + (frame == nil ? ", that of the format" : ", as stated"))
      notes = file.notes.map { "\(URL(filePath: path).lastPathComponent): \($0)." }
    }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    // A point takes about sixty bytes of text and some microseconds.
    let points = Double(max(inputBytes, 100_000)) / 60
    return ResourceEstimate(seconds: 0.1 + 1e-5 * points, memory: 5e7 + 600 * points, disk: 1e5 + 60 * points)
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<OrientationGrains> {
    if context.isCancelled() { throw Interrupted() }
    let value = OrientationGrains(input.map, parameters.segmentation)
    context.progress(1, 1)
    return StageResult(
      value: value, summary: OrientationMapSummary(value: value, input: input, parameters: parameters).summary)
  }
}

extension Citation {
  static let bunge1982 = Citation(
    key: "bunge1982", text: "H.-J. Bunge, Texture Analysis in Materials Science, Butterworths, London (1982).")
  static let nolze2016 = Citation(
    key: "nolze2016",
    text:
      "G. Nolze, R. Hielscher, Orientations – perfectly colored, J. Appl. Cryst. 49, 1786 (2016).",
    doi: "10.1107/S1600576716012942")
}
