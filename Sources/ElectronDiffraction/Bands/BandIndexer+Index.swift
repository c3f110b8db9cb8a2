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
          centres?[first + lane - range.lowerBound] ?? geometry.patternCentre, rows: radon.shape.rows,
          columns: radon.shape.columns)
        result.append(
          isLoaded[lane] ? indexing(peaks[lane], workspace: workspace, lane: lane, centre: centre) : nothing)
      }
    }
    return result
  }

  private func indexing(
    _ peaks: [RadonPeak], workspace: RadonWorkspace, lane: Int, centre: ScreenCentre
  ) -> BandIndexing {
    let bands = distinct(peaks, centre: centre)
    var result = BandIndexing(pattern: .notIndexed, bands: bands, candidates: [])
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
            bands: explained, fit: fine.fit, covariance: fine.covariance))
      }
    }
    result.candidates.sort { $0.score > $1.score }
    guard let best = result.candidates.first else { return result }
    let second = result.candidates.dropFirst().first
    result.pattern = IndexedPattern(
      phase: best.phase, orientation: best.orientation, status: .indexed, fit: best.fit,
      confidence: min(max((best.score - (second?.score ?? 0)) / max(best.score, 1e-9), 0), 1),
      quality: bands.reduce(0) { $0 + $1.strength } / Double(bands.count), bands: best.bands,
      covariance: best.covariance)
    return result
  }

  /// The fit to the bands that were found first.
  private func fitted(
    _ start: Rotation, to bands: [DetectedBand], pairs: PolePairs, centre: ScreenCentre
  ) -> BandOrientation? {
    let matrix = start.matrix
    let lines = bands.compactMap { band -> MeasuredLine? in
      guard let pole = pairs.nearestPole(to: matrix * band.normal, leastCosine: cos(settings.tolerance)) else {
        return nil
      }
      return line(theta: band.theta, rho: band.rho, strength: band.strength, filter: band.filter, pole: pole)
    }
    return pairs.fitOrientation(start: start, lines: lines, centre: centre)
  }

  /// The fit to the maxima near the lines of all planes, each seen with the filter of its width.
  private func refitted(
    _ start: Rotation, pairs: PolePairs, workspace: RadonWorkspace, lane: Int, centre: ScreenCentre
  ) -> BandOrientation? {
    let back = start.matrix.transposed
    var lines: [MeasuredLine] = []
    for (index, pole) in pairs.poles.enumerated() {
      guard let predicted = centre.line(normal: back * pole.normal, halfAngle: pole.halfAngle) else { continue }
      let filter = filterIndex(pole, predicted, centre)
      var isDark = false
      if settings.contrast == .both {
        let response = workspace.response(theta: predicted.theta, rho: predicted.rho, filter: filter, lane: lane)
        isDark = response.map { $0 < 0 } ?? false
      }
      guard
        let peak = workspace.peak(
          theta: predicted.theta, rho: predicted.rho, filter: filter, lane: lane, reach: 3, isDark: isDark),
        peak.strength > Self.leastStrength
      else { continue }
      lines.append(
        line(
          theta: radon.theta(peak.row), rho: radon.rho(peak.bin), strength: Double(peak.strength), filter: filter,
          pole: index))
    }
    return pairs.fitOrientation(start: start, lines: lines, centre: centre)
  }

  /// The filter for the width that a plane's band has in the middle of its line.
  private func filterIndex(_ pole: PolePairs.Pole, _ line: (theta: Double, rho: Double), _ centre: ScreenCentre) -> Int
  {
    let width = centre.halfWidth(theta: line.theta, rho: line.rho, halfAngle: pole.halfAngle)
    return filters.indices.min { abs(filters[$0].halfWidth - width) < abs(filters[$1].halfWidth - width) } ?? 0
  }

  /// The strongest peaks, of those that belong to one band the strongest.
  private func distinct(_ peaks: [RadonPeak], centre: ScreenCentre) -> [DetectedBand] {
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
          strength: Double(peak.strength), halfWidth: halfWidth, isDark: peak.isDark, filter: peak.filter))
      if bands.count == settings.bands { break }
    }
    return bands
  }

  /// A line with the shape of its uncertainty.
  ///
  /// The maximum of a response with noise moves by the noise's slope over the response's curvature: in proportion to the
  /// width of the band and to one over the strength. On simulated patterns of nickel the power of the width is 0.8, the
  /// same with and without noise. The angle of a line drawn through a disc is known √12 / chord times as well as its
  /// place, and a little worse since the response is blurred along θ.
  private func line(theta: Double, rho: Double, strength: Double, filter: Int, pole: Int) -> MeasuredLine {
    let radius = Double(min(radon.shape.rows, radon.shape.columns)) / 2
    let chord = 2 * max(radius * radius - rho * rho, 1).squareRoot()
    let sigma = filters[filter].spread / strength
    return MeasuredLine(
      theta: theta, rho: rho, sigmaTheta: 1.1 * sigma * 12.0.squareRoot() / chord, sigmaRho: sigma, pole: pole)
  }

  /// Responses weaker than this times their root mean square are not told from noise.
  private static let leastStrength: Float = 2

  private func score(
    _ rotation: Rotation, phase: Int, workspace: RadonWorkspace, lane: Int, centre: ScreenCentre
  ) -> Double {
    let back = rotation.matrix.transposed
    var (sum, squares) = (0.0, 0.0)
    for pole in voting[phase].pairs.poles {
      guard let line = centre.line(normal: back * pole.normal, halfAngle: pole.halfAngle),
        let response = workspace.response(
          theta: line.theta, rho: line.rho, filter: filterIndex(pole, line, centre), lane: lane)
      else { continue }
      sum += pole.strength * Double(settings.contrast == .both ? abs(response) : response)
      squares += pole.strength * pole.strength
    }
    return squares > 0 ? sum / squares.squareRoot() : 0
  }
}
