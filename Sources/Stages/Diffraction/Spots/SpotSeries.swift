import ArrayMath
import Foundation
import PowderDiffraction
import Quantities

/// The spots of a series, followed from pass to pass, and what they say about the grains of each ring.
struct SpotSeries {
  /// A grain that was followed at one position.
  struct Track {
    /// The step of the scan; nil without one.
    var step: Int?
    var track: SpotTrack
    /// The pattern of each of its points.
    var patterns: [Int]
    /// Its lattice spacing against time.
    var history: GrainHistory
  }

  let rings: [RingCakes.Ring]
  /// One array a pattern.
  let spots: [[DetectedSpot]]
  /// Patterns x rings; nil where a ring has fewer than two usable spots.
  let grains: [[RingGrains?]]
  let tracks: [Track]
  /// The number of each spot's track; nil for a pattern of no position.
  let trackNumbers: [[Int?]]
  /// Middle of each exposure in seconds, made up where no file states it.
  let middles: [Double]
  /// The scan, where there is one.
  let scan: LineScan?
  let wavelength: Double

  /// Exposures of one position at most: what a track can have at most.
  var passCount: Int { scan?.passCount ?? spots.count }
  /// Tracks with as many points or more are followed over at least half of the passes.
  var halfOfPasses: Int { max((passCount + 1) / 2, 2) }
  /// Tracks followed over at least half of the passes.
  var followed: [Track] { tracks.filter { $0.track.points.count >= halfOfPasses } }

  /// - Throws: `SpotError`, `LineScanError`, and `StageDocumentError` where a scan has no exposure.
  init(
    _ spots: [[DetectedSpot]], rings: [RingCakes.Ring], input: DiffractionSpotsStage.Input,
    parameters: DiffractionSpotsStage.Parameters, wavelength: Double
  ) throws {
    self.spots = spots
    self.rings = rings
    self.wavelength = wavelength
    let (times, exposure) = (input.frames.times, input.frames.exposure)
    let scan = try input.scan?.scan(times: times, exposure: exposure, count: spots.count)
    self.scan = scan
    var middles = (0..<spots.count).map { index in
      (times.map { $0[index] } ?? Double(index) * (exposure ?? 1)) + (exposure ?? 0) / 2
    }
    var chains: [(step: Int?, patterns: [Int])] = [(nil, Array(spots.indices))]
    if let scan {
      for frame in scan.frames { middles[frame.index] = frame.middle }
      chains = (0..<scan.plan.stepCount).map { step in
        (step, (0..<scan.passCount).compactMap { scan.frame(pass: $0, step: step)?.index })
      }
    }
    self.middles = middles
    grains = spots.enumerated().map { pattern, found in
      rings.enumerated().map { index, ring in
        var generator = SeededGenerator(seed: 1, item: pattern * rings.count + index)
        return try? RingGrains(found.filter { $0.ring == ring.label }, generator: &generator)
      }
    }
    var tracks: [Track] = []
    var numbers = spots.map { [Int?](repeating: nil, count: $0.count) }
    for chain in chains where !chain.patterns.isEmpty {
      let intervals = zip(chain.patterns.dropFirst(), chain.patterns).map { middles[$0] - middles[$1] }.sorted()
      let interval = intervals.isEmpty ? 1 : max(intervals[intervals.count / 2], .leastNormalMagnitude)
      let tracker = try SpotTracker(
        gate: parameters.gate, twoThetaWalk: parameters.twoThetaWander.si / interval.squareRoot(),
        azimuthWalk: parameters.azimuthWander.si / interval.squareRoot(), longestGap: parameters.longestGap)
      let frames = chain.patterns.map { SpotFrame(time: middles[$0], spots: spots[$0]) }
      for track in try tracker.tracks(frames) {
        let patterns = track.points.map { chain.patterns[$0.frame] }
        for (pattern, point) in zip(patterns, track.points) { numbers[pattern][point.index] = tracks.count }
        tracks.append(
          Track(
            step: chain.step, track: track, patterns: patterns,
            history: try GrainHistory(track, wavelength: wavelength)))
      }
    }
    self.tracks = tracks
    trackNumbers = numbers
  }

  /// The lattice spacing at a scattering angle, in metres.
  func spacing(_ twoTheta: Double) -> Double { wavelength / (2 * sin(twoTheta / 2)) }
  /// The uncertainty of a spacing from that of its scattering angle, in metres: d cot θ δθ.
  func spacingSigma(_ twoTheta: Double, _ sigma: Double) -> Double {
    spacing(twoTheta) / tan(twoTheta / 2) * sigma / 2
  }

  /// The place of a pattern in the scan; nil where it has none.
  func place(of pattern: Int) -> ScanFrame? { scan?.frames.first { $0.index == pattern } }
}
