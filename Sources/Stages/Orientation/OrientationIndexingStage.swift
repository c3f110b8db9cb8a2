public import ArrayMath
import Crystallography
public import ElectronDiffraction
import Foundation
public import Pipeline

/// From Kikuchi patterns to orientations.
public enum OrientationIndexingStage: Stage {
  public static let name = "orientation-indexing"
  public static let version = 1
  public static let citations = [Citation.rowenhorst2024, .wright1992, .jackson2019]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    /// The patterns, row by row of the map.
    public var frames: any FrameSource
    public var grid: MapGrid
    public var geometry: KikuchiGeometry
    /// The pattern centre of each pattern; empty where that of ``geometry`` holds for all.
    public var patternCentres: [PatternCentre] = []
    /// The light of the screen without diffraction, as many pixels as a pattern.
    public var staticBackground: [Float]?
    public var masters: KikuchiMasters
    /// Where the patterns come from, in words.
    public var source: String
    /// What the reader assumed or repaired, a sentence each.
    public var notes: [String] = []

    public init(
      frames: any FrameSource, grid: MapGrid, geometry: KikuchiGeometry, masters: KikuchiMasters, source: String
    ) {
      (self.frames, self.grid, self.geometry) = (frames, grid, geometry)
      (self.masters, self.source) = (masters, source)
    }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    // A byte a pixel, 3600 pixels a pattern: bands take 0.1 ms of it, the refinement of four candidates 3 ms.
    let patterns = Double(max(inputBytes, 100_000)) / 3600
    return ResourceEstimate(
      seconds: 0.5 + patterns * (parameters.refine ? 4e-3 : 2e-4), memory: 2e8 + 500 * patterns,
      disk: 1e5 + 110 * patterns)
  }

  /// Patterns that make one item, at least, and those that one thread takes at once.
  private static let block = 512
  private static let grain = 16

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<IndexedMap> {
    let place = input.name.isEmpty ? name : "\(name)-\(input.name)"
    let (grid, frames) = (input.grid, input.frames)
    guard grid.count > 0, frames.count > 0 else {
      throw StageDocumentError(path: place, problem: "\(input.source) holds no pattern")
    }
    guard frames.count == grid.count else {
      throw StageDocumentError(
        path: place,
        problem:
          "\(input.source) holds \(frames.count) patterns; expected \(grid.rows) x \(grid.columns) as its map has")
    }
    var input = input
    var indexer: PatternIndexer
    var calibration: PatternCalibration?
    do {
      indexer = try PatternIndexer(input, parameters, threads: context.threads)
      if parameters.patternCentre == .optimised || parameters.axialRatio == .optimised {
        calibration = try PatternCalibration.decode(
          context.shard("calibration") {
            PatternCalibration.encode(
              try PatternCalibration(input, parameters, indexer: indexer, threads: context.threads))
          })
        if let calibration {
          input.geometry.patternCentre = calibration.centre
          input.patternCentres = []
          indexer = try PatternIndexer(input, parameters, calibration: calibration, threads: context.threads)
        } else {
          input.notes.append(
            "Pattern centre and c/a were not optimised: too few clear patterns; the stated ones are used.")
        }
      }
    } catch let error as BandIndexerError {
      throw StageDocumentError(path: place, problem: "\(error)")
    } catch let error as PatternPreparationError {
      throw StageDocumentError(path: place, problem: "\(error)")
    }
    let looker = indexer
    // Whole rows, so that an interrupted map is a map.
    let rows = max(1, (block + grid.columns - 1) / grid.columns)
    var points: [DecidedPattern] = []
    points.reserveCapacity(grid.count)
    for first in stride(from: 0, to: grid.rows, by: rows) {
      let range = first * grid.columns..<min(first + rows, grid.rows) * grid.columns
      let bytes = try context.shard("rows-\(first)") {
        let chunks = try parallelMap(count: (range.count + grain - 1) / grain, threads: context.threads) { chunk in
          let start = range.lowerBound + chunk * grain
          return try looker.index(start..<min(start + grain, range.upperBound))
        }
        return DecidedPattern.encode(chunks.flatMap(\.self))
      }
      points += try DecidedPattern.decode(bytes, count: range.count, phases: input.masters.phases.count)
      context.progress(range.upperBound, grid.count)
    }
    let value = try IndexedMap(points, input: input, calibration: calibration, indexer: looker)
    return StageResult(
      value: value,
      summary: OrientationIndexingSummary(value: value, points: points, input: input, parameters: parameters).summary)
  }
}

extension Citation {
  static let rowenhorst2024 = Citation(
    key: "rowenhorst2024",
    text:
      "D. J. Rowenhorst, P. G. Callahan, H. W. Ånes, Fast Radon transforms for high-precision EBSD orientation determination using PyEBSDIndex, J. Appl. Cryst. 57, 3 (2024).",
    doi: "10.1107/S1600576723010221")
  static let wright1992 = Citation(
    key: "wright1992",
    text:
      "S. I. Wright, B. L. Adams, Automatic analysis of electron backscatter diffraction patterns, Metall. Trans. A 23, 759 (1992).",
    doi: "10.1007/BF02675553")
  static let jackson2019 = Citation(
    key: "jackson2019",
    text:
      "M. A. Jackson, E. Pascal, M. De Graef, Dictionary indexing of electron back-scatter diffraction patterns: a hands-on tutorial, Integr. Mater. Manuf. Innov. 8, 226 (2019).",
    doi: "10.1007/s40192-019-00137-4")
}
