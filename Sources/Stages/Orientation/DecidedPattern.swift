import Crystallography
import ElectronDiffraction
import Foundation

/// A pattern's answer with what it stands on.
struct DecidedPattern: Sendable, Hashable {
  var pattern: IndexedPattern
  /// Normalised correlation with the simulated pattern; NaN where none was made.
  var correlation = Double.nan
  /// By how much it exceeds that of the next pseudo-symmetric orientation; NaN where there is none.
  var margin = Double.nan

  init(_ pattern: IndexedPattern) { self.pattern = pattern }

  /// Not indexed where the bands deviate too much.
  func limited(_ largestFit: Double) -> DecidedPattern {
    pattern.fit <= largestFit || pattern.fit.isNaN ? self : DecidedPattern(.notIndexed)
  }

  // MARK: - As an item that is kept

  /// Numbers of a pattern.
  private static let width = 18

  static func encode(_ patterns: [DecidedPattern]) -> [UInt8] {
    ArrayShard.encode([
      patterns.flatMap { decided -> [Double] in
        let pattern = decided.pattern
        let c = pattern.covariance
        return [Double(pattern.phase), Double(pattern.status.rawValue)] + pattern.orientation.components
          + [
            pattern.fit, pattern.confidence, pattern.quality, Double(pattern.bands), c.xx, c.yy, c.zz, c.yz, c.xz, c.xy,
            decided.correlation, decided.margin,
          ]
      }
    ])
  }

  /// - Throws: `StageDocumentError` for an item that holds another number of patterns or none.
  static func decode(_ bytes: [UInt8], count: Int, phases: Int) throws -> [DecidedPattern] {
    let stage = OrientationIndexingStage.name
    let arrays = try ArrayShard.decode(bytes, of: stage)
    guard arrays.count == 1, arrays[0].count == count * width else { throw ArrayShard.damaged(stage) }
    return try (0..<count).map { index in
      let n = Array(arrays[0][index * width..<(index + 1) * width])
      guard let phase = Int(exactly: n[0]), (0..<phases).contains(phase),
        let status = UInt8(exactly: n[1]).flatMap(IndexingStatus.init(rawValue:)), let bands = Int(exactly: n[9]),
        n[2...5].allSatisfy(\.isFinite), n[2...5].contains(where: { abs($0) > 1e-9 })
      else { throw ArrayShard.damaged(stage) }
      var decided = DecidedPattern(
        IndexedPattern(
          phase: phase, orientation: Rotation(w: n[2], x: n[3], y: n[4], z: n[5]), status: status, fit: n[6],
          confidence: n[7], quality: n[8], bands: bands,
          covariance: SymmetricMatrix3(xx: n[10], yy: n[11], zz: n[12], yz: n[13], xz: n[14], xy: n[15])))
      (decided.correlation, decided.margin) = (n[16], n[17])
      return decided
    }
  }
}
