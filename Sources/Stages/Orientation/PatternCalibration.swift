import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

/// A pattern centre and a ratio c/a that patterns spread over a map agree on.
struct PatternCalibration: Sendable, Hashable {
  var centre: PatternCentre
  /// Standard uncertainties of x, y and z.
  var centreUncertainty: [Double]
  /// ln((c/a) / (c/a of the stated cell)); 0 where it was not optimised.
  var logAxialRatio: Double
  /// NaN where it was not optimised.
  var logAxialRatioUncertainty: Double
  /// Patterns that took part.
  var patterns: Int

  /// Fits the clearest of some patterns of the first phase.
  ///
  /// - Parameter indexer: with the stated pattern centre.
  /// - Returns: nil where fewer than three patterns were indexed, or they leave an unknown undetermined.
  init?(
    _ input: OrientationIndexingStage.Input, _ parameters: OrientationIndexingStage.Parameters,
    indexer: PatternIndexer, threads: Int
  ) throws {
    // Eight times as many as are wanted, evenly over the map.
    let count = input.frames.count
    let looked = min(count, 8 * parameters.optimisedPatterns)
    let places = (0..<looked).map { ($0 * count + count / 2) / looked }
    let found = try parallelMap(count: looked, threads: threads) { index in
      try indexer.index(places[index]..<places[index] + 1)[0]
    }
    let clear = found.indices.filter { found[$0].pattern.status == .indexed && found[$0].pattern.phase == 0 }
      .sorted { (found[$1].pattern.quality, $0) < (found[$0].pattern.quality, $1) }
      .prefix(parameters.optimisedPatterns).sorted()
    guard clear.count >= 3 else { return nil }
    var patterns: [CalibrationPattern] = []
    var orientations: [Rotation] = []
    for index in clear {
      guard let pixels = try indexer.pixels(frame: places[index]) else { continue }
      patterns.append(CalibrationPattern(values: pixels, crystal: orientations.count))
      orientations.append(found[index].pattern.orientation)
    }
    let refinesRatio = parameters.axialRatio == .optimised
    let fit = PatternCentreFit(indexer.projector(of: 0), refinesAxialRatio: refinesRatio, smoothing: 0.01)
    guard let solution = fit.fit(patterns, orientations: orientations, centre: input.geometry.patternCentre) else {
      return nil
    }
    let sigmas = solution.uncertainties
    (centre, centreUncertainty) = (solution.centre, Array(sigmas.prefix(3)))
    logAxialRatio = refinesRatio ? solution.logAxialRatio : 0
    logAxialRatioUncertainty = refinesRatio ? (sigmas.last ?? .nan) : .nan
    self.patterns = patterns.count
  }

  // MARK: - As an item that is kept

  static func encode(_ calibration: PatternCalibration?) -> [UInt8] {
    guard let calibration else { return ArrayShard.encode([[]]) }
    let centre = calibration.centre
    return ArrayShard.encode([
      [centre.x, centre.y, centre.z] + calibration.centreUncertainty
        + [calibration.logAxialRatio, calibration.logAxialRatioUncertainty, Double(calibration.patterns)]
    ])
  }

  /// - Throws: `StageDocumentError` for an item that holds something else.
  static func decode(_ bytes: [UInt8]) throws -> PatternCalibration? {
    let arrays = try ArrayShard.decode(bytes, of: OrientationIndexingStage.name)
    guard arrays.count == 1, arrays[0].isEmpty || arrays[0].count == 9 else {
      throw ArrayShard.damaged(OrientationIndexingStage.name)
    }
    return arrays[0].isEmpty ? nil : PatternCalibration(numbers: arrays[0])
  }

  private init(numbers n: [Double]) {
    centre = PatternCentre(x: n[0], y: n[1], z: n[2])
    (centreUncertainty, logAxialRatio, logAxialRatioUncertainty) = (Array(n[3...5]), n[6], n[7])
    patterns = Int(exactly: n[8]) ?? 0
  }
}
