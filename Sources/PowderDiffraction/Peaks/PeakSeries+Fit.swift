import ArrayMath
import Crystallography

extension PeakModel {
  /// Fits the model to all frames of a series.
  ///
  /// Along a chain, each frame starts from the one before, and then, backwards, from the one after; the better of the two
  /// is kept, the one forwards where they are equal. A frame where a line is lost is searched afresh, and never spoils
  /// the start of the next. Chains are cut into pieces of 32 frames that are fitted independently, so the result does not
  /// depend on the number of threads.
  ///
  /// - Parameters:
  ///   - series: patterns over the whole azimuth, or one of its sectors.
  ///   - settings: how to fit and to judge.
  ///   - chains: the frames that follow each other in time, for example those at one position of a line scan; each frame
  ///     at most once, frames in no chain are searched each by itself. `nil` makes one chain of all frames.
  ///   - sector: of the azimuth, where the series has several.
  ///   - threads: upper limit on the threads used.
  /// - Throws: ``PeakFitError`` when model and series do not fit together. Frames without data are no error.
  public func fit(
    _ series: PowderPatternSeries, settings: PeakFitSettings = PeakFitSettings(), chains: [[Int]]? = nil,
    sector: Int = 0, threads: Int = 1
  ) throws -> PeakSeries {
    let source = try PeakSeriesSource(series, sector: sector)
    let prototype = try source.fitter(self, settings)
    let pieces = try Self.pieces(chains, frameCount: series.frameCount)
    let done = try parallelMap(count: pieces.count, threads: threads) { index in
      var fitter = prototype
      return PeakChainFit(pieces[index], source, &fitter)
    }
    var fits = [PeakFit?](repeating: nil, count: series.frameCount)
    var ambiguous: [Int] = []
    for (piece, result) in zip(pieces, done) {
      for (place, frame) in piece.enumerated() { fits[frame] = result.fits[place] }
      ambiguous += result.ambiguous
    }
    let kept = fits.compactMap(\.self)
    let order = chains ?? [Array(0..<series.frameCount)]
    return PeakSeries(
      fits: kept, jumps: order.flatMap { PeakJump.all(kept, along: $0) }, ambiguousFrames: ambiguous.sorted())
  }

  /// Chains cut to at most 32 frames; frames that no chain names stand alone.
  private static func pieces(_ chains: [[Int]]?, frameCount: Int) throws(PeakFitError) -> [[Int]] {
    let asked = chains ?? [Array(0..<frameCount)]
    var isTaken = [Bool](repeating: false, count: frameCount)
    for frame in asked.joined() {
      guard frame >= 0, frame < frameCount else {
        throw .frames("a chain names frame \(frame) of a series of \(frameCount)")
      }
      guard !isTaken[frame] else { throw .frames("frame \(frame) stands in the chains twice") }
      isTaken[frame] = true
    }
    let alone = isTaken.indices.filter { !isTaken[$0] }.map { [$0] }
    return asked.flatMap { chain in
      stride(from: 0, to: chain.count, by: 32).map { Array(chain[$0..<min($0 + 32, chain.count)]) }
    } + alone
  }
}

/// The patterns of a series on the axis of the scattering angle.
struct PeakSeriesSource: Sendable {
  let series: PowderPatternSeries
  let edges: [Double]
  let sector: Int
  /// Whether bins of the series run against those of the angle.
  let isReversed: Bool

  init(_ series: PowderPatternSeries, sector: Int) throws(PeakFitError) {
    guard sector >= 0, sector < series.sectorCount else {
      throw .frames("sector \(sector) of \(series.sectorCount) is asked for")
    }
    self.series = series
    self.sector = sector
    isReversed = series.axis.isReversed(on: .twoTheta)
    let known = series.edges ?? PeakModel.edges(series.positions)
    do {
      let angles = try PatternCheck.convert(known, from: series.axis, to: .twoTheta, wavelength: series.wavelength)
      edges = isReversed ? angles.reversed() : angles
    } catch { throw .pattern(error) }
  }

  func fitter(_ model: PeakModel, _ settings: PeakFitSettings) throws(PeakFitError) -> PeakFitter {
    var fitter = try PeakFitter(
      model, settings, edges: edges, hasSigmas: series.sigmas != nil, wavelength: series.wavelength)
    if let counts = series.pixelCounts {
      let own = Array(counts[sector * series.binCount..<(sector + 1) * series.binCount])
      fitter.data.setSpread(fitter.layout, pixelCounts: isReversed ? own.reversed() : own)
    }
    return fitter
  }

  /// Puts one frame into a fitter.
  func load(_ frame: Int, _ fitter: inout PeakFitter) {
    let first = (frame * series.sectorCount + sector) * series.binCount
    let firstPair = frame * (series.binCount - 1)
    guard isReversed else {
      fitter.data.load(
        fitter.layout, intensities: series.intensities, sigmas: series.sigmas,
        covariances: series.neighbourCovariances, first: first, firstPair: firstPair)
      return
    }
    let range = first..<first + series.binCount
    let pairs = firstPair..<firstPair + series.binCount - 1
    fitter.data.load(
      fitter.layout, intensities: series.intensities[range].reversed(),
      sigmas: series.sigmas.map { $0[range].reversed() },
      covariances: series.neighbourCovariances.map { $0[pairs].reversed() }, first: 0, firstPair: 0)
  }
}

/// One chain of frames, fitted forwards and backwards.
struct PeakChainFit: Sendable {
  var fits: [PeakFit] = []
  var ambiguous: [Int] = []

  init(_ frames: [Int], _ source: PeakSeriesSource, _ fitter: inout PeakFitter) {
    var start: [Double]?
    var forward: [PeakFit] = []
    for frame in frames {
      source.load(frame, &fitter)
      forward.append(Self.fit(&fitter, &start))
    }
    fits = forward
    start = nil
    for place in frames.indices.reversed() {
      if let warm = start {
        source.load(frames[place], &fitter)
        let backward = fitter.fit(from: warm)
        if Self.disagree(forward[place], backward) { ambiguous.append(frames[place]) }
        if Self.isBetter(backward, than: forward[place]) { fits[place] = backward }
      }
      if fitter.isWhole(fits[place]), let next = fitter.warmStart(fits[place]) { start = next }
    }
  }

  /// Fits the frame that is loaded; searches afresh when a line is not found from the start.
  private static func fit(_ fitter: inout PeakFitter, _ start: inout [Double]?) -> PeakFit {
    var fit = fitter.fit(from: start)
    if start != nil, !fitter.isWhole(fit) {
      let searched = fitter.fit(from: nil)
      if isBetter(searched, than: fit) { fit = searched }
    }
    if fitter.isWhole(fit), let next = fitter.warmStart(fit) { start = next }
    return fit
  }

  /// More lines found, or the same and a smaller χ².
  private static func isBetter(_ a: PeakFit, than b: PeakFit) -> Bool {
    if a.isConverged != b.isConverged { return a.isConverged }
    func found(_ fit: PeakFit) -> Int { fit.peaks.count { $0.status == .fitted || $0.status == .overlapped } }
    if found(a) != found(b) { return found(a) > found(b) }
    // Two ends of the same valley differ by the tolerance of the fit.
    return a.chiSquare < b.chiSquare - 1e-3
  }

  private static func disagree(_ a: PeakFit, _ b: PeakFit) -> Bool {
    zip(a.peaks, b.peaks).contains { first, second in
      guard first.status == .fitted, second.status == .fitted else { return false }
      return abs(first.twoTheta.value - second.twoTheta.value) > 5 * max(first.twoTheta.sigma, second.twoTheta.sigma)
    }
  }
}

extension PeakFitter {
  /// Whether every line that can move by itself was found.
  func isWhole(_ fit: PeakFit) -> Bool {
    fit.isConverged
      && zip(layout.lines, fit.peaks).allSatisfy { line, peak in
        if case .fixed = line.position { return true }
        return [.fitted, .overlapped, .atTheEdge].contains(peak.status)
      }
  }
}

extension PeakJump {
  /// The jumps of all lines along a chain: steps that exceed the median step of the eight around by five sigma.
  static func all(_ fits: [PeakFit], along chain: [Int]) -> [PeakJump] {
    guard let count = chain.first.map({ fits[$0].peaks.count }) else { return [] }
    var jumps: [PeakJump] = []
    for peak in 0..<count {
      let seen = chain.indices.filter { place in
        let estimate = fits[chain[place]].peaks[peak]
        return estimate.status == .fitted && estimate.twoTheta.sigma > 0
      }
      let angles = seen.map { fits[chain[$0]].peaks[peak].twoTheta }
      // Frames that were lost lengthen a step.
      let gaps = zip(seen.dropFirst(), seen).map { Double($0 - $1) }
      let steps = zip(angles.dropFirst(), angles).map { $0.value - $1.value }
      for index in steps.indices {
        let around = (max(0, index - 4)...min(steps.count - 1, index + 4)).filter { $0 != index }
        let trend = median(around.map { steps[$0] / gaps[$0] })
        let (first, second) = (angles[index].sigma, angles[index + 1].sigma)
        // The trend of eight steps has a scatter of its own, which shares these two frames: a fifth more in all.
        let deviation = (steps[index] - trend * gaps[index]) / (1.2 * (first * first + second * second).squareRoot())
        if abs(deviation) > 5 {
          jumps.append(PeakJump(frame: chain[seen[index + 1]], peak: peak, deviation: deviation))
        }
      }
    }
    return jumps
  }
}
