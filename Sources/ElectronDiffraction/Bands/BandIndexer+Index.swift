public import ArrayMath
public import Crystallography
import Foundation

/// An orientation that a pattern's bands allow.
public struct BandCandidate: Sendable, Hashable {
  /// Index into the phases.
  public var phase: Int
  /// From the sample's frame to the crystal's.
  public var orientation: Rotation
  /// Mean response of the transform along all bands of the orientation, weighted by their strengths, in root mean squares.
  public var score: Double
  /// Measured bands that it explains.
  public var bands: Int
  /// Mean angle between the measured bands and those of the orientation, in radians.
  public var fit: Double
  /// Covariance of the small rotation in the crystal's frame, see ``IndexedPattern/covariance``.
  public var covariance: SymmetricMatrix3
  /// See ``IndexedPattern/degreesOfFreedom``.
  public var degreesOfFreedom: Double
}

/// All that the bands of one pattern tell.
public struct BandIndexing: Sendable, Hashable {
  public var pattern: IndexedPattern
  /// The bands, the strongest first.
  public var bands: [DetectedBand]
  /// The orientations, the best first; the first one is that of ``pattern``.
  public var candidates: [BandCandidate]
}

extension BandIndexer {
  /// Indexes some frames of a source, on the calling thread.
  ///
  /// - Parameters:
  ///   - range: the frames.
  ///   - centres: the pattern centre of each of these frames; nil takes that of the geometry for all.
  /// - Throws: what reading a frame throws, ``BandIndexerError/otherShape(found:expected:)``.
  public func index(
    _ source: some FrameSource, range: Range<Int>, centres: [PatternCentre]? = nil
  ) throws -> [IndexedPattern] {
    try analyse(source, range: range, centres: centres).map(\.pattern)
  }

  /// As ``index(_:range:centres:)``, with the bands and all candidates.
  public func analyse(
    _ source: some FrameSource, range: Range<Int>, centres: [PatternCentre]? = nil
  ) throws -> [BandIndexing] {
    guard source.shape == geometry.shape else {
      throw BandIndexerError.otherShape(
        found: "\(source.shape.rows) x \(source.shape.columns)",
        expected: "\(geometry.shape.rows) x \(geometry.shape.columns)")
    }
    precondition(centres.map { $0.count == range.count } ?? true, "each frame of the range has a pattern centre")
    let workspace = RadonWorkspace(radon: radon, filters: filters, thetaTaps: thetaTaps)
    var loader = PatternLoader(shape: source.shape, pixelType: source.pixelType, binning: binning)
    var result: [BandIndexing] = []
    result.reserveCapacity(range.count)
    let nothing = BandIndexing(pattern: .notIndexed, bands: [], candidates: [])
    for first in stride(from: range.lowerBound, to: range.upperBound, by: RadonWorkspace.lanes) {
      let block = first..<min(first + RadonWorkspace.lanes, range.upperBound)
      var isLoaded = [Bool](repeating: false, count: RadonWorkspace.lanes)
      for lane in 0..<RadonWorkspace.lanes {
        guard lane < block.count else {
          workspace.clear(lane: lane)
          continue
        }
        isLoaded[lane] = workspace.load(try loader.pattern(source, frame: first + lane), lane: lane)
      }
      workspace.transform()
      var peaks = workspace.peaks(threshold: Self.leastStrength, dark: false)
      if settings.contrast == .both {
        for (lane, dark) in workspace.peaks(threshold: Self.leastStrength, dark: true).enumerated() {
          peaks[lane] += dark
        }
      }
      for lane in 0..<block.count {
        let centre = ScreenCentre(
          centres?[first + lane - range.lowerBound] ?? geometry.patternCentre, shape: geometry.shape, binning: binning)
        result.append(
          isLoaded[lane] ? indexing(peaks[lane], workspace: workspace, lane: lane, centre: centre) : nothing)
      }
    }
    return result
  }

  /// The bands of one pattern, the strongest first.
  ///
  /// - Parameter pattern: in C order, of the geometry's shape.
  public func bands(of pattern: [Float]) throws -> [DetectedBand] {
    try analyse(MemoryFrames(pattern, shape: geometry.shape), range: 0..<1)[0].bands
  }

  private func indexing(
    _ peaks: [RadonPeak], workspace: RadonWorkspace, lane: Int, centre: ScreenCentre
  ) -> BandIndexing {
    let noise = filters.indices.map { workspace.noisePart(filter: $0, lane: lane, gain: noiseGains[$0]) }
    let bands = distinct(peaks, noise: noise, centre: centre)
    var result = BandIndexing(
      pattern: .notIndexed, bands: bands.map { $0.unbinned(binning, shape: geometry.shape) }, candidates: [])
    guard bands.count >= 3 else { return result }
    let normals = bands.map(\.normal)
    let weights = bands.map { Float($0.strength).squareRoot() }
    let back = geometry.detectorToSample.inverse
    for (phase, voting) in voting.enumerated() {
      let votes = voting.candidates(normals: normals, weights: weights, count: 5)
      for vote in votes where vote.score > 0.6 * votes[0].score {
        guard let rough = fitted(vote.rotation, to: bands, pairs: voting.pairs, centre: centre),
          let fine = refitted(rough.rotation, pairs: voting.pairs, workspace: workspace, lane: lane, centre: centre)
        else { continue }
        let matrix = fine.rotation.matrix
        let explained = normals.reduce(0) {
          $0 + (voting.pairs.nearestPole(to: matrix * $1, leastCosine: cos(settings.tolerance)) == nil ? 0 : 1)
        }
        guard explained >= settings.leastBands else { continue }
        result.candidates.append(
          BandCandidate(
            phase: phase, orientation: fine.rotation * back,
            score: score(fine.rotation, phase: phase, workspace: workspace, lane: lane, centre: centre),
            bands: explained, fit: fine.fit, covariance: fine.covariance,
            degreesOfFreedom: fine.degreesOfFreedom))
      }
    }
    result.candidates.sort { $0.score > $1.score }
    guard let best = result.candidates.first else { return result }
    let second = result.candidates.dropFirst().first
    let isTie = second.map { best.score - $0.score < Self.leastMargin } ?? false
    result.pattern = IndexedPattern(
      phase: best.phase, orientation: best.orientation, status: isTie ? .undecided : .indexed, fit: best.fit,
      confidence: min(max((best.score - (second?.score ?? 0)) / max(best.score, 1e-9), 0), 1),
      quality: bands.reduce(0) { $0 + $1.strength } / Double(bands.count), bands: best.bands,
      covariance: best.covariance, degreesOfFreedom: best.degreesOfFreedom)
    return result
  }

  /// The strongest peaks, of those that belong to one band the strongest.
  private func distinct(_ peaks: [RadonPeak], noise: [Float], centre: ScreenCentre) -> [DetectedBand] {
    var bands: [DetectedBand] = []
    for peak in peaks.sorted(by: { $0.strength > $1.strength }) {
      var (theta, rho) = (radon.theta(peak.row), radon.rho(peak.bin))
      if theta < 0 { (theta, rho) = (theta + .pi, -rho) }
      if theta >= .pi { (theta, rho) = (theta - .pi, -rho) }
      let halfWidth = filters[peak.filter].halfWidth
      let isKnown = bands.contains { band in
        let turn = abs(band.theta - theta)
        let wraps = turn > .pi / 2
        let distance = abs(wraps ? band.rho + rho : band.rho - rho)
        return (wraps ? .pi - turn : turn) < 3.5 * .pi / 180 && distance < 1.5 * max(halfWidth, band.halfWidth, 1.5)
      }
      if isKnown { continue }
      bands.append(
        DetectedBand(
          theta: theta, rho: rho, normal: ScreenLine(theta: theta, rho: rho, centre: centre).normal,
          strength: Double(peak.strength), halfWidth: halfWidth, isDark: peak.isDark, softness: Double(peak.softness),
          noise: Double(noise[peak.filter])))
      if bands.count == settings.bands { break }
    }
    return bands
  }

  /// Scores nearer than this are a tie.
  ///
  /// On simulated patterns of a layered oxide the right one of its pseudo-symmetric orientations leads by 0.3 in 99 of
  /// 100 patterns without noise and in 9 of 10 at a signal of a third of the noise, a wrong one in one of three.
  private static let leastMargin = 0.3

  /// Responses weaker than this times their root mean square are not told from noise.
  static let leastStrength: Float = 2
}
