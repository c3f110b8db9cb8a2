import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Quantities

/// Indexes patterns by their bands or by a dictionary, refines what was found on all pixels, and tells pseudo-symmetric
/// orientations apart.
struct PatternIndexer: Sendable {
  /// The patterns without their background.
  private let frames: any FrameSource
  /// The centre of each pattern; nil where the geometry's holds for all.
  private let centres: [PatternCentre]?
  private let bands: BandIndexer
  /// One for each phase; empty where bands are used.
  private let dictionaries: [DictionaryIndexing]
  private let deciders: [VariantDecider]
  private let parameters: OrientationIndexingStage.Parameters
  private let logAxialRatio: Double

  /// - Parameter calibration: what replaces the stated pattern centre and c/a.
  /// - Throws: `BandIndexerError`, `PatternPreparationError`.
  init(
    _ input: OrientationIndexingStage.Input, _ parameters: OrientationIndexingStage.Parameters,
    calibration: PatternCalibration? = nil, threads: Int = 1
  ) throws {
    self.parameters = parameters
    var geometry = input.geometry
    if let centre = calibration?.centre { geometry.patternCentre = centre }
    logAxialRatio = calibration?.logAxialRatio ?? 0
    var settings = BandIndexerSettings()
    settings.contrast = parameters.contrast == .both ? .both : .bright
    settings.bands = parameters.bands
    settings.leastBands = parameters.leastBands
    settings.tolerance = parameters.tolerance.si
    let phases = input.masters.phases
    bands = try BandIndexer(
      geometry: geometry, phases: phases.map(\.indexing), wavelength: input.masters.wavelength, settings: settings)
    var preparation = PatternPreparation()
    if parameters.staticBackground { preparation.staticBackground = input.staticBackground }
    if parameters.backgroundPolynomial > 0 { preparation.polynomialDegree = parameters.backgroundPolynomial }
    let blur = parameters.backgroundBlur * Double(geometry.shape.columns)
    if blur >= 1 { preparation.dynamicBlur = blur }
    frames = try Self.prepared(Self.averaged(input.frames, grid: input.grid, parameters), preparation)
    centres = input.patternCentres.count == input.frames.count ? input.patternCentres : nil
    // A start from the dictionary is off by up to its step, farther than a sharp master lets its maximum be seen.
    let smoothing = parameters.method == .dictionary ? parameters.dictionaryStep.si / 8 : 0
    let mask = PatternMask.circle(geometry.shape)
    let projectors = phases.map { PatternProjector(master: $0.master, geometry: geometry, mask: mask) }
    deciders = zip(phases, projectors).map { phase, projector in
      VariantDecider(
        parameters.decidePseudoSymmetry
          ? PseudoSymmetry(phase.indexing) : PseudoSymmetry(reflectors: [], laueClass: phase.indexing.laueClass),
        refinement: OrientationRefinement(projector, smoothing: smoothing), limit: parameters.decisionThreshold)
    }
    dictionaries =
      parameters.method == .bands
      ? []
      : zip(phases, projectors).map { phase, projector in
        DictionaryIndexing(
          projector,
          orientations: OrientationSampling(phase.indexing.laueClass, spacing: parameters.dictionaryStep.si)
            .orientations,
          components: min(300, projector.count), threads: threads)
      }
  }

  /// Where refinement works, the projector of a phase.
  func projector(of phase: Int) -> PatternProjector { deciders[phase].refinement.projector }

  func index(_ range: Range<Int>) throws -> [DecidedPattern] {
    dictionaries.isEmpty ? try byBands(frames, range: range) : try byDictionary(range)
  }

  private static func averaged(
    _ source: some FrameSource, grid: MapGrid, _ parameters: OrientationIndexingStage.Parameters
  ) throws -> any FrameSource {
    let radius = parameters.neighbourRadius
    switch parameters.neighbours {
    case .unused: return source
    case .gaussian: return try AveragedFrames(source, grid: grid, averaging: .gaussian(radius: radius))
    case .alike:
      return try AveragedFrames(
        source, grid: grid, averaging: .nonLocal(radius: radius, lambda: parameters.neighbourLikeness))
    }
  }

  private static func prepared(
    _ source: some FrameSource, _ preparation: PatternPreparation
  ) throws -> any FrameSource {
    preparation.isNone ? source : try PreparedFrames(source, preparation)
  }

  /// The pixels of a pattern without its background; nil where they show nothing or are not all numbers.
  func pixels(frame: Int) throws -> [Float]? {
    let pixels = try frames.floats(frame: frame)
    guard pixels.allSatisfy(\.isFinite), let least = pixels.min(), let largest = pixels.max() else { return nil }
    // Rounding of a constant pattern is no signal.
    return largest - least > 1e-5 * max(abs(largest), abs(least)) ? pixels : nil
  }

  /// The geometry of one pattern.
  func geometry(frame: Int) -> KikuchiGeometry {
    var geometry = bands.geometry
    if let centres { geometry.patternCentre = centres[frame] }
    return geometry
  }

  // MARK: - Starts

  private func byBands(_ frames: some FrameSource, range: Range<Int>) throws -> [DecidedPattern] {
    let found = try bands.index(frames, range: range, centres: centres.map { Array($0[range]) })
    return try zip(range, found).map { frame, pattern in
      guard pattern.status != .notIndexed else { return DecidedPattern(.notIndexed) }
      guard parameters.refine else { return DecidedPattern(pattern).limited(parameters.largestFit.si) }
      guard let pixels = try self.pixels(frame: frame) else { return DecidedPattern(.notIndexed) }
      return decided(pixels, frame: frame, start: pattern)
    }
  }

  private func byDictionary(_ range: Range<Int>) throws -> [DecidedPattern] {
    let patterns = try range.map { try self.pixels(frame: $0) }
    let places = patterns.indices.filter { patterns[$0] != nil }
    let pixels = places.compactMap { patterns[$0] }
    var result = patterns.map { _ in DecidedPattern(.notIndexed) }
    // Neighbours in the dictionary crowd the best places; rivals are farther down.
    let matches = dictionaries.map { $0.matches(pixels, best: 8 * Self.proposals) }
    for (row, place) in places.enumerated() {
      let starts = matches.indices.flatMap { phase in self.starts(matches[phase][row], phase: phase) }
      if parameters.refine {
        let answers = starts.map { decided(pixels[row], frame: range.lowerBound + place, start: $0) }
          .filter { $0.pattern.status != .notIndexed }
        if let best = answers.max(by: { $0.correlation < $1.correlation }) { result[place] = best }
      } else if let best = starts.max(by: { $0.confidence < $1.confidence }),
        best.confidence >= leastCorrelation(best.phase)
      {
        result[place] = DecidedPattern(best)
        result[place].correlation = best.confidence
      }
    }
    return result
  }

  /// Orientations of a dictionary that are refined for a pattern, at most.
  private static let proposals = 3

  /// The best matches that do not lie beside a better one.
  private func starts(_ matches: [DictionaryMatch], phase: Int) -> [IndexedPattern] {
    var starts: [IndexedPattern] = []
    let group = deciders[phase].symmetry.group
    for match in matches where starts.count < Self.proposals {
      let orientation = dictionaries[phase].orientations[match.index]
      let isNear = starts.contains {
        group.disorientation($0.orientation, orientation) < 1.5 * parameters.dictionaryStep.si
      }
      if isNear { continue }
      var start = IndexedPattern.notIndexed
      (start.phase, start.status, start.orientation) = (phase, .indexed, orientation)
      start.confidence = Double(match.correlation)
      starts.append(start)
    }
    return starts
  }

  // MARK: - Decision

  /// What noise alone does not reach: six standard deviations of its correlation with any pattern.
  private func leastCorrelation(_ phase: Int) -> Double {
    6 / Double(max(deciders[phase].refinement.projector.count, 1)).squareRoot()
  }

  private func decided(_ pixels: [Float], frame: Int, start: IndexedPattern) -> DecidedPattern {
    let decider = deciders[start.phase]
    var pose = CrystalPose(start.orientation, in: geometry(frame: frame))
    pose.logAxialRatio = logAxialRatio
    guard let decision = decider.decide(pixels, near: pose), decision.best.correlation >= leastCorrelation(start.phase)
    else { return DecidedPattern(.notIndexed) }
    var answer = DecidedPattern(decision.indexed(phase: start.phase, bands: start.bands, fit: start.fit))
    (answer.correlation, answer.margin) = (decision.best.correlation, decision.margin)
    return answer.limited(parameters.largestFit.si)
  }
}
