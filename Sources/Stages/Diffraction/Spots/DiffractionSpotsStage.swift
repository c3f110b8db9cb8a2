import ArrayMath
import Foundation
public import Pipeline
import PowderDiffraction

/// From detector frames to the spots of spotty rings, followed from pass to pass as grains.
public enum DiffractionSpotsStage: Stage {
  public static let name = "diffraction-spots"
  public static let version = 1
  public static let citations = [Citation.kuhn1955, .rauch1965]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    /// The frames with their geometry, mask and times.
    public var frames: AzimuthalIntegrationStage.Input
    /// How pixels are corrected: polarisation, solid angle, sensor, gain. Bins and averages of it are not used.
    public var integration: AzimuthalIntegrationStage.Parameters
    public var phase: SamplePhase
    /// The scan whose passes spots are followed along; nil where all frames are of one position.
    public var scan: LineScanSettings?

    public init(
      frames: AzimuthalIntegrationStage.Input, integration: AzimuthalIntegrationStage.Parameters, phase: SamplePhase
    ) {
      (self.frames, self.integration, self.phase) = (frames, integration, phase)
    }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    // Compressed frames have about a byte a pixel: a pixel is decoded and added in some nanoseconds, and a sector of a
    // frame is searched in some microseconds.
    let pixels = Double(max(inputBytes, 1_000_000))
    return ResourceEstimate(
      seconds: 1 + 1.2e-8 * pixels + 1e-9 * pixels * Double(parameters.sectors) / 72, memory: 4e8,
      disk: 3e5 + 1e-3 * pixels)
  }

  /// Frames that make one item, and frames that one thread takes at once.
  private static let block = 32
  private static let grain = 4

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<SpotTable> {
    let cakes = try RingCakes(input, parameters, threads: context.threads)
    let place = input.name.isEmpty ? name : "\(name)-\(input.name)"
    guard cakes.rings.contains(where: { $0.coverage > 0 }), let wavelength = input.frames.geometry.wavelength else {
      throw StageDocumentError(
        path: place,
        problem: "no pixel lies on a ring of \(cakes.rings.map(\.label).joined(separator: ", ")): they are masked, or "
          + "the detector does not reach them")
    }
    let frames = input.frames.frames
    let count = frames.count
    guard count > 0 else { throw StageDocumentError(path: place, problem: "there is no frame") }
    let labels = cakes.rings.map(\.label)
    var spots: [[DetectedSpot]] = []
    for index in 0..<(count + block - 1) / block {
      let first = index * block
      let size = min(block, count - first)
      let bytes = try context.shard("frames-\(index)") {
        let chunks = try parallelMap(count: (size + grain - 1) / grain, threads: context.threads) { chunk in
          var scratch = IntegrationScratch()
          return try (chunk * grain..<min((chunk + 1) * grain, size)).map { place in
            try cakes.spots(of: frames, frame: first + place, scratch: &scratch)
          }
        }
        return SpotShard.encode(chunks.flatMap(\.self), rings: labels)
      }
      spots += try SpotShard.decode(bytes, rings: labels, count: size)
      context.progress(first + size, count)
    }
    let series = try SpotSeries(
      spots, rings: cakes.rings, input: input, parameters: parameters, wavelength: wavelength)
    let value = SpotTable(series, times: input.frames.times, exposure: input.frames.exposure)
    // The pattern with the most spots tells most.
    let shown = spots.indices.max { (spots[$0].count, $1) < (spots[$1].count, $0) } ?? 0
    var scratch = IntegrationScratch()
    let map = try cakes.map(of: frames, frame: shown, scratch: &scratch)
    let summary = DiffractionSpotsSummary(
      series: series, input: input, parameters: parameters, shown: (shown, map)
    ).summary
    return StageResult(value: value, summary: summary)
  }
}

extension Citation {
  static let kuhn1955 = Citation(
    key: "kuhn1955",
    text: "H. W. Kuhn, The Hungarian method for the assignment problem, Nav. Res. Logist. Q. 2, 83 (1955).",
    doi: "10.1002/nav.3800020109")
  static let rauch1965 = Citation(
    key: "rauch1965",
    text:
      "H. E. Rauch, F. Tung, C. T. Striebel, Maximum likelihood estimates of linear dynamic systems, AIAA J. 3, 1445 (1965).",
    doi: "10.2514/3.3166")
}
