public import ArrayMath
internal import Foundation

/// Asks the data which way round a file's translations are.
///
/// A few passes of an engine are run for each of the eight choices, from the same probe and with the same patterns; only
/// the right one lets overlapping patterns agree, and its E falls below the others'. In the far field the twin,
/// conj O(−r) with both axes reversed, gives the same patterns and only the probe can tell it apart: the verdict says
/// where the data do not decide.
public struct AxisConventionTest: Sendable {
  /// What runs.
  public var engine = EngineSettings(.ePIE)
  /// How often each pattern is used.
  public var passes = 8
  /// Patterns used, those nearest to the middle of the scan; `nil` for all.
  public var largestCount: Int? = 64
  /// Whether far-field patterns are cropped to the square that holds 99 % of the counts, for speed.
  public var reducesPatterns = true
  /// How many times as large the second smallest E must be.
  public var requiredMargin = 1.1

  public init() {}

  /// What the data say.
  public struct Verdict: Sendable, CustomStringConvertible {
    /// E of the last pass for all eight, smallest first.
    public let errors: [(convention: AxisConvention, error: Double)]
    /// Whether the smallest error is smaller than all others by the margin required.
    public let isDecided: Bool
    /// Whether the twin of the best is all that is as good.
    public let onlyTwinIsOpen: Bool

    /// The one with the smallest error.
    public var supported: AxisConvention { errors[0].convention }
    /// The second smallest error, as a multiple of the smallest.
    public var margin: Double { errors[1].error / errors[0].error }

    public var description: String {
      let best = String(format: "E %.3g", errors[0].error)
      let next = String(format: "E %.3g, %.2f times", errors[1].error, margin)
      if isDecided {
        return "The data support \(supported) (\(best)); the next best is \(errors[1].convention) (\(next))."
      }
      if onlyTwinIsOpen {
        return
          "The data support \(supported) (\(best)) or its twin \(errors[1].convention) (\(next)): in the far field both fit alike, and only the sign of the probe's defocus tells them apart."
      }
      return
        "The data do not decide: \(supported) (\(best)) is hardly better than \(errors[1].convention) (\(next)). Use more passes or patterns, or a better probe."
    }
  }

  /// - Parameters:
  ///   - data: the patterns.
  ///   - positions: as the file has them, in metres, one a pattern.
  ///   - probes: where to start from.
  ///   - seed: of the patterns' order.
  ///   - threads: the choices run side by side; the verdict does not depend on it.
  /// - Throws: ``PtychographyError`` for positions or probes that are not those of the patterns.
  public func run(
    _ data: DiffractionData, positions: [ScanPosition], probes: [ComplexImage], seed: UInt64 = 1, threads: Int = 1
  ) throws -> Verdict {
    guard positions.count == data.count, !probes.isEmpty, probes.allSatisfy({ $0.shape == data.window }) else {
      throw PtychographyError.invalid(
        "the axes are tested with one position a pattern and probes as large as the patterns; found \(positions.count) positions, \(data.count) patterns and \(probes.count) probes"
      )
    }
    guard passes > 0 else {
      throw PtychographyError.invalid("the axes are tested by at least one pass; found \(passes)")
    }
    let places = positions.map { PixelPosition(row: $0.y, column: $0.x) }
    let chosen = ScanSubset.middle(places, count: largestCount ?? positions.count)
    var some = data.selecting(chosen)
    var start = probes
    if reducesPatterns, data.geometry.propagation == .farField {
      let window = some.windowHolding(0.99)
      if window != some.window {
        let pixel = some.geometry.objectPixel(for: some.window)
        let coarse = some.geometry.objectPixel(for: window)
        some = some.cropped(to: window)
        start = start.map { $0.resampled(from: pixel, to: coarse, window: window) }
      }
    }
    let reduced = some
    let modes = start
    let pixel = reduced.geometry.objectPixel(for: reduced.window)
    let errors = try parallelMap(count: AxisConvention.all.count, threads: threads) { index in
      let layout = ScanLayout(
        chosen.map { AxisConvention.all[index].applied(to: positions[$0]) }, pixel: pixel, window: reduced.window)
      var state = Reconstruction(layout: layout, probes: modes)
      var engine = engine.makeEngine(
        propagator: WavePropagator(geometry: reduced.geometry, window: reduced.window))
      var generator = SeededGenerator(seed: seed)
      var error = Double.infinity
      for pass in 0..<passes { error = engine.pass(&state, on: reduced, pass: pass, generator: &generator) }
      return error.isNaN ? .infinity : error
    }
    let ordered = zip(AxisConvention.all, errors).sorted { $0.1 < $1.1 }
    let isDecided = ordered[1].1 >= requiredMargin * ordered[0].1
    var twin = ordered[0].0
    twin.rowsReversed.toggle()
    twin.columnsReversed.toggle()
    return Verdict(
      errors: ordered.map { (convention: $0.0, error: $0.1) }, isDecided: isDecided,
      onlyTwinIsOpen: !isDecided && ordered[1].0 == twin && ordered[2].1 >= requiredMargin * ordered[0].1)
  }
}

extension DiffractionData {
  /// The smallest good square of low frequencies with a share of all counts; the whole window if that is not square.
  func windowHolding(_ share: Double) -> FrameShape {
    guard window.rows == window.columns else { return window }
    let mean = ProbeEstimate.meanPattern(self)
    // Counts by the larger of both distances from the zero frequency, at the corner.
    var rings = [Double](repeating: 0, count: window.rows / 2 + 1)
    for row in 0..<window.rows {
      for column in 0..<window.columns {
        rings[max(min(row, window.rows - row), min(column, window.columns - column))] += Double(mean[row, column])
      }
    }
    let total = rings.reduce(0, +)
    var inside = 0.0
    for (radius, counts) in rings.enumerated() {
      inside += counts
      guard inside >= share * total else { continue }
      var side = max(2 * radius + 2, 32)
      while side < window.rows, PatternCrop.largestSmooth(upTo: side) != side { side += 2 }
      return side < window.rows ? FrameShape(rows: side, columns: side) : window
    }
    return window
  }

  /// The low frequencies of corner-centred patterns.
  func cropped(to smaller: FrameShape) -> DiffractionData {
    func source(_ index: Int, _ count: Int, _ whole: Int) -> Int {
      index < (count + 1) / 2 ? index : index + whole - count
    }
    let columns = (0..<smaller.columns).map { source($0, smaller.columns, window.columns) }
    func low<Count>(_ counts: [Count]) -> [Count] {
      var kept: [Count] = []
      kept.reserveCapacity(count * smaller.count)
      for index in 0..<count {
        for row in 0..<smaller.rows {
          let start = index * window.count + source(row, smaller.rows, window.rows) * window.columns
          for column in columns { kept.append(counts[start + column]) }
        }
      }
      return kept
    }
    switch counts {
    case .narrow(let values):
      return DiffractionData(.narrow(low(values)), window: smaller, count: count, geometry: geometry)
    case .wide(let values):
      return DiffractionData(.wide(low(values)), window: smaller, count: count, geometry: geometry)
    }
  }
}
