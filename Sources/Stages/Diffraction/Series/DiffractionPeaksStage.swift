import Crystallography
import Foundation
public import Pipeline
import PowderDiffraction
import Quantities

/// From powder patterns to the peaks of the sample in each of them, its neighbours' lines fitted along.
public enum DiffractionPeaksStage: Stage {
  public static let name = "diffraction-peaks"
  public static let version = 1
  public static let citations = [Citation.thompson1987]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    public var patterns: PatternTable
    public var phase: SamplePhase
    /// Patterns that follow each other in time at one position; nil where all do.
    public var chains: [[Int]]?

    public init(patterns: PatternTable, phase: SamplePhase) { (self.patterns, self.phase) = (patterns, phase) }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    // About a millisecond a pattern of 2000 bins, which takes 48 kB with its uncertainties and covariances.
    let patterns = max(Double(inputBytes) / 48e3, 1)
    return ResourceEstimate(
      seconds: 0.2 + 1e-3 * patterns * Double(parameters.reflections.count), memory: 1e8 + 6e4 * patterns,
      disk: 2e5 + 400 * patterns)
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<PeakTable> {
    let series = input.patterns.series
    guard series.azimuths == nil else {
      throw StageDocumentError(
        path: name, problem: "the patterns are cakes; peaks are fitted to patterns over the whole azimuth")
    }
    guard let wavelength = series.wavelength else {
      throw StageDocumentError(path: name, problem: "the patterns state no wavelength; give one")
    }
    let model = try model(input, parameters, wavelength: wavelength)
    let settings = PeakFitSettings(
      noise: parameters.noise.technique, searchRange: parameters.searchRange, falseAlarm: parameters.falseAlarm)
    // Lines are fitted to what their rings hold, not to the mean of the pixels, which leans to small angles.
    let power = try series.ringPower()
    let fits = try model.fit(power, settings: settings, chains: input.chains, threads: context.threads)
    context.progress(series.frameCount, series.frameCount)
    var value = PeakTable(fits, of: input.patterns, samplePhase: input.phase.name)
    if !parameters.states.isEmpty {
      value.states = try StateTable.table(
        power, model: model, phase: input.phase, reflections: parameters.states.compactMap(SamplePhase.indices),
        settings: settings, threads: context.threads)
    }
    let summary = DiffractionPeaksSummary(
      value: value, fits: fits, model: model, input: input, parameters: parameters
    ).summary
    return StageResult(value: value, summary: summary)
  }

  /// Windows about the sample's reflections, and about one line of each neighbour that tells the displacement.
  static func model(_ input: Input, _ parameters: Parameters, wavelength: Double) throws -> PeakModel {
    let reflections = parameters.reflections.compactMap(SamplePhase.indices)
    let metric = input.phase.cell.reciprocalMetric
    func twoTheta(_ spacing: Double) -> Double? {
      let sine = wavelength / (2 * spacing)
      return sine < 1 ? 2 * asin(sine) : nil
    }
    guard let reach = input.patterns.series.positions.last,
      let start = input.patterns.series.positions.first
    else { throw StageDocumentError(path: name, problem: "the patterns have no bins") }
    let ends = [start, reach].compactMap {
      input.patterns.series.axis.convert($0, to: .twoTheta, wavelength: wavelength)
    }.sorted()
    guard ends.count == 2 else {
      throw StageDocumentError(path: name, problem: "the patterns have no scattering angles")
    }
    let half = parameters.halfWindow.si
    var places: [Double] = []
    for indices in reflections {
      guard !input.phase.spaceGroup.isAbsent(indices) else {
        throw StageDocumentError(
          path: name, problem: "\(indices) is extinct in \(input.phase.name): its lattice has no such reflection")
      }
      guard let place = twoTheta(1 / metric.form(indices.vector).squareRoot()), place > ends[0], place < ends[1] else {
        throw StageDocumentError(
          path: name,
          problem: "\(input.phase.name) \(indices) lies outside the patterns, which reach from "
            + String(format: "%.4g to %.4g deg", ends[0] * 180 / .pi, ends[1] * 180 / .pi))
      }
      places.append(place)
    }
    let largest = 1 / wavelength * 2 * sin(ends[1] / 2)
    var neighbours: [(phase: NeighbourPhase, lines: [(indices: MillerIndices, place: Double)])] = []
    for phase in parameters.neighbours {
      let lines = try phase.reflections(minimumSpacing: 1 / largest).compactMap { reflection in
        twoTheta(reflection.dSpacing).map { (indices: reflection.indices, place: $0) }
      }.filter { $0.place > ends[0] + half / 4 && $0.place < ends[1] - half / 4 }
      neighbours.append((phase, lines))
    }
    // A neighbour that no window shows gets one about its first line: it tells needle from particle, and displacement.
    for (_, lines) in neighbours {
      guard let first = lines.first else { continue }
      let isShown = lines.contains { line in places.contains { abs($0 - line.place) < half } }
      if !isShown || parameters.displacement == .fitted { places.append(first.place) }
    }
    let windows = Self.windows(places, half: half, within: ends[0]...ends[1], order: parameters.background)
    func isSeen(_ place: Double) -> Bool { windows.contains { $0.range.contains(place) } }
    // Lines of the sample that nobody asked for are fitted where they lie in a window: 012 beside Al 111.
    let others = try input.phase.spaceGroup.reflections(cell: input.phase.cell, minimumSpacing: 1 / largest)
      .filter { line in !reflections.contains(line.indices) && (twoTheta(line.dSpacing).map(isSeen) ?? false) }
      .map(\.indices)
    let instrument = parameters.instrumentWidth.map {
      InstrumentProfile(fwhm: $0.si, mixing: parameters.instrumentMixing)
    }
    var phases = [
      PeakPhase(
        input.phase.name, cell: input.phase.cell, reflections: reflections + others,
        positions: parameters.positions == .cell ? .cell : .free, widths: instrument == nil ? .free() : .broadened)
    ]
    for (phase, lines) in neighbours {
      let seen = lines.filter { isSeen($0.place) }
      guard !seen.isEmpty else { continue }
      // Its cell is known: a line that could move would take the sample's where its own is not there.
      phases.append(
        PeakPhase(
          phase.rawValue, cell: phase.cell, reflections: seen.map(\.indices), positions: .fixed,
          widths: instrument == nil ? .free() : .broadened))
    }
    return PeakModel(
      windows: windows, phases: phases, instrument: instrument,
      displacement: parameters.displacement == .fitted ? .free : .none, wavelength: wavelength)
  }

  /// Windows that overlap are joined.
  private static func windows(
    _ places: [Double], half: Double, within ends: ClosedRange<Double>, order: Int
  ) -> [PeakWindow] {
    var ranges: [ClosedRange<Double>] = []
    for place in places.sorted() {
      let range = max(place - half, ends.lowerBound)...min(place + half, ends.upperBound)
      if let last = ranges.last, last.upperBound >= range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
    return ranges.map { range in
      // A joined window takes as many more terms as it is wider.
      let joined = Int(((range.upperBound - range.lowerBound) / (2.2 * half)).rounded(.down))
      return PeakWindow(range, backgroundOrder: min(order + joined, 8))
    }
  }
}
