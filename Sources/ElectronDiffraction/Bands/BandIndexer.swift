import ArrayMath
import Crystallography
import Foundation

/// Finds orientations from the Kikuchi bands of patterns.
///
/// Bands are lines in a pattern, so each becomes a peak of the Radon transform (Krieger Lassen, thesis, DTU (1994)). The
/// pattern is averaged along lines, filtered with the negative second derivative of a Gaussian as wide as a band
/// (Rowenhorst et al., J. Appl. Cryst. 57, 3 (2024)), the maxima are located to a fraction of a bin and turned into
/// normals of planes. Pairs of them are held against pairs of planes of the phases, see ``BandVoting``; the best
/// orientations are fitted to all bands and ranked by what the transform shows along all bands of the phase.
public struct BandIndexer: Sendable {
  public let geometry: KikuchiGeometry
  public let phases: [IndexingPhase]
  public let settings: BandIndexerSettings
  let radon: RadonTransform
  let filters: [BandFilter]
  let thetaTaps: [Float]
  let voting: [BandVoting]
  let binning: Int

  /// - Parameters:
  ///   - geometry: of the patterns.
  ///   - phases: at least one; each needs three planes or more.
  ///   - wavelength: of the electrons, in metres.
  /// - Throws: ``BandIndexerError``.
  public init(
    geometry: KikuchiGeometry, phases: [IndexingPhase], wavelength: Double, settings: BandIndexerSettings = .init()
  ) throws(BandIndexerError) {
    (self.geometry, self.phases, self.settings) = (geometry, phases, settings)
    guard !phases.isEmpty else { throw .noPhases }
    for phase in phases {
      let poles = phase.reflectors.reduce(0) { $0 + $1.poles.count }
      guard poles >= 3 else { throw .fewReflectors(phase: phase.name, poles: poles) }
    }
    guard geometry.shape.rows >= 16, geometry.shape.columns >= 16 else {
      throw .badGeometry(
        found: "patterns of \(geometry.shape.rows) x \(geometry.shape.columns)", expected: "at least 16 x 16")
    }
    guard geometry.patternCentre.z > 0, geometry.patternCentre.z.isFinite else {
      throw .badGeometry(found: "a distance of \(geometry.patternCentre.z) heights", expected: "a positive one")
    }
    binning = max(
      1, (max(geometry.shape.rows, geometry.shape.columns) + settings.largestSize - 1) / settings.largestSize)
    let shape = FrameShape(rows: geometry.shape.rows / binning, columns: geometry.shape.columns / binning)
    let step = settings.rhoStep ?? min(1, max(0.5, Double(min(shape.rows, shape.columns)) / 85))
    let radius = Double(min(shape.rows, shape.columns)) / 2
    let isUsed = (0..<shape.count).map { index in
      let x = Double(index % shape.columns) + 0.5 - Double(shape.columns) / 2
      let y = Double(index / shape.columns) + 0.5 - Double(shape.rows) / 2
      return settings.usesCorners || x * x + y * y <= radius * radius
    }
    let thetas = settings.thetas ?? min(180, max(90, 2 * shape.rows))
    radon = RadonTransform(shape: shape, thetas: thetas, step: step, isUsed: isUsed)
    voting = phases.map {
      BandVoting(pairs: PolePairs(phase: $0, wavelength: wavelength), tolerance: settings.tolerance)
    }
    let distance = geometry.patternCentre.z * Double(shape.rows)
    let halfWidths = settings.halfWidths ?? Self.halfWidths(voting.map(\.pairs))
    filters = halfWidths.map { BandFilter(halfWidth: max($0 * distance, 0.9), step: step) }
    thetaTaps = gaussianTaps(sigma: settings.thetaBlur / .pi * Double(thetas))
  }

  /// Three, in equal ratios from the narrowest band near the pattern centre to the widest one far from it.
  private static func halfWidths(_ pairs: [PolePairs]) -> [Double] {
    let all = pairs.flatMap { $0.poles.map(\.halfAngle) }
    let (low, high) = (1.2 * (all.min() ?? 0.01), 1.6 * (all.max() ?? 0.01))
    return [low, (low * high).squareRoot(), high]
  }
}
