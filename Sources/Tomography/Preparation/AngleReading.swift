internal import Foundation

/// Angles of projections as a file or a list holds them, with the unit that they are in.
///
/// Few files state whether their angles are degrees or radians; mixing them up gives a volume that looks like noise. The
/// unit is told from the numbers, by rules that are tried in this order, and what was decided is said in ``notes``:
///
/// 1. The span, or the span and one more step, is a whole number of half turns up to two in one of the units.
/// 2. The step is the golden angle in one of the units (111.246° or 137.508°: a scan that never repeats a direction).
/// 3. Numbers above 30 in span are degrees. Numbers from 0.5 to 6.9 in span with steps of at most 0.35 are radians: as degrees
///    they would hardly turn the sample.
/// 4. The span is 3 to 8 half turns in radians.
///
/// The step is the median distance of different angles in rising order. What no rule decides is an error that asks for the
/// unit.
public struct AngleReading: Sendable, Hashable {
  /// What angles are counted in.
  public enum Unit: String, Sendable, Hashable, Codable, CaseIterable {
    case degrees, radians

    /// In radians.
    public var size: Double { self == .degrees ? .pi / 180 : 1 }
  }

  /// What the numbers are in.
  public let unit: Unit
  /// In radians, in the order given.
  public let angles: [Double]
  /// What was decided, and why.
  public private(set) var notes: [String]
  /// What may be wrong.
  public private(set) var warnings: [String] = []

  /// - Parameters:
  ///   - numbers: one a projection.
  ///   - unit: the unit where it is known, nil where it is to be told from the numbers.
  /// - Throws: ``TomographyError`` where there is no number, one is not finite, or the unit cannot be told.
  public init(_ numbers: [Double], unit: Unit? = nil) throws {
    guard !numbers.isEmpty else {
      throw TomographyError.invalid("there is no angle; give one for every projection")
    }
    if let bad = numbers.firstIndex(where: { !$0.isFinite }) {
      throw TomographyError.invalid(
        "the angle of projection \(bad + 1) is \(numbers[bad]); give a number for every projection or leave that one out"
      )
    }
    let facts = Facts(numbers)
    if let unit {
      self.unit = unit
      notes = []
    } else {
      let (found, reason) = try Self.decide(facts)
      self.unit = found
      notes = ["angles are read as \(found.rawValue): \(reason)"]
    }
    let size = self.unit.size
    angles = numbers.map { $0 * size }
    describe(facts)
  }

  /// The angles of a scan for which none are known: `count` over half a turn, the end excluded.
  ///
  /// - Throws: ``TomographyError`` where there is no projection.
  public static func halfTurn(_ count: Int) throws -> AngleReading {
    guard count > 0 else { throw TomographyError.invalid("there is no projection to give an angle to") }
    var reading = try AngleReading(ProjectionGeometry.halfTurn(count), unit: .radians)
    reading.notes = [
      "\(count) projections are taken to lie evenly over half a turn with 180° excluded, in steps of "
        + "\(number(180 / Double(count)))°"
    ]
    return reading
  }

  /// What decides: span and step of the numbers.
  private struct Facts {
    let span: Double
    /// Median distance of different numbers in rising order; 0 where all are the same.
    let step: Double
    let largest: Double
    let count: Int
    let turnsBack: Bool

    init(_ numbers: [Double]) {
      let sorted = numbers.sorted()
      span = sorted[sorted.count - 1] - sorted[0]
      let steps = zip(sorted.dropFirst(), sorted).map { $0 - $1 }.filter { $0 > 1e-9 * max(1, abs(sorted[0])) }.sorted()
      step = steps.isEmpty ? 0 : steps[steps.count / 2]
      largest = numbers.map(abs).max() ?? 0
      count = numbers.count
      let rises = zip(numbers.dropFirst(), numbers).map { $0 - $1 }
      turnsBack = rises.contains { $0 > 0 } && rises.contains { $0 < 0 }
    }

    /// Whether the span, or the span and a step, is a number of half turns out of a range.
    func closes(_ turns: ClosedRange<Int>, halfTurn: Double) -> Bool {
      guard step > 0 else { return false }
      let tolerance = max(min(0.26 * step, 0.02 * halfTurn), 0.005 * halfTurn)
      return [span, span + step].contains { reach in
        let nearest = (reach / halfTurn).rounded()
        return turns.contains(Int(exactly: nearest) ?? 0) && abs(reach - nearest * halfTurn) <= tolerance
      }
    }
  }

  private static func decide(_ facts: Facts) throws -> (Unit, String) {
    let range = "they span \(number(facts.span)) in steps of \(number(facts.step))"
    if facts.closes(1...2, halfTurn: 180) { return (.degrees, "\(range), which closes a half or whole turn") }
    if facts.closes(1...2, halfTurn: .pi) { return (.radians, "\(range), which closes a half or whole turn") }
    let golden = (5.0.squareRoot() - 1) / 2
    for share in [golden, 2 * (1 - golden)] {
      if abs(facts.step - 180 * share) < 0.01 { return (.degrees, "\(range), the golden angle") }
      if abs(facts.step - .pi * share) < 1e-4 { return (.radians, "\(range), the golden angle") }
    }
    if facts.span >= 30 { return (.degrees, "\(range), too far for radians") }
    if facts.span >= 0.5, facts.span <= 6.9, facts.step <= 0.35 {
      return (.radians, "\(range), which in degrees would hardly turn the sample")
    }
    if facts.closes(3...8, halfTurn: .pi) { return (.radians, "\(range), which closes several half turns") }
    if facts.span == 0, facts.largest == 0 { return (.radians, "all are 0") }
    let found =
      facts.count == 1
      ? "the one angle is \(number(facts.largest))" : "\(facts.count) angles span \(number(facts.span))"
    throw TomographyError.invalid(
      "\(found), which could be degrees or radians; state the unit of the angles")
  }

  /// Says what is unusual about the angles.
  private mutating func describe(_ facts: Facts) {
    let geometry = ProjectionGeometry(angles: angles, axisColumn: 0)
    let span = facts.span * unit.size
    if unit == .degrees, facts.count > 1, facts.span < 15 {
      warnings.append("the angles span \(Self.number(facts.span))° only; are they in radians?")
    }
    if unit == .radians, span > 8.5 * .pi {
      warnings.append("the angles span \(Self.number(span / (2 * .pi))) turns; are they in degrees?")
    }
    guard facts.count > 1 else {
      warnings.append("there is one projection: it shows the sum along the beam, not a volume")
      return
    }
    if facts.turnsBack { notes.append("the angles do not rise or fall all the way; their order does not matter") }
    if span > 2 * .pi * 1.01 {
      notes.append(
        "the sample turned \(Self.number(span / (2 * .pi))) times; projections half a turn apart share their weight")
    }
    let weights = geometry.angularWeights
    let folded = Self.directions(angles)
    let shared = angles.count - folded.count
    if shared > 0 {
      notes.append(
        "\(shared) of \(angles.count) projections have a direction that another one has, or the opposite one; those share "
          + "their weight")
    }
    if folded.count == 1 {
      warnings.append("all \(angles.count) projections look along one direction: there is no volume to be had")
    } else {
      let even = Double.pi / Double(folded.count)
      if geometry.largestGap > max(3 * even, 2.9 * .pi / 180) {
        let last = Self.gapStart(folded)
        warnings.append(
          "no projection looks from \(Self.degrees(last))° to \(Self.degrees(last + geometry.largestGap))° "
            + "(of half a turn): the volume is blurred along there")
      }
      let most = weights.max() ?? 0
      if most > 3 * even {
        notes.append("uneven angles: a projection counts up to \(Self.number(most / even)) times the mean")
      }
    }
  }

  /// Different directions in rising order: angles modulo half a turn.
  private static func directions(_ angles: [Double]) -> [Double] {
    let folded = angles.map { angle -> Double in
      let rest = angle - .pi * (angle / .pi).rounded(.down)
      return rest > .pi - 1e-9 ? 0 : rest
    }.sorted()
    return folded.indices.filter { $0 == 0 || folded[$0] - folded[$0 - 1] > 1e-9 }.map { folded[$0] }
  }

  /// Where the largest gap begins.
  private static func gapStart(_ directions: [Double]) -> Double {
    var (start, widest) = (0.0, -1.0)
    for (index, direction) in directions.enumerated() {
      let next = index + 1 < directions.count ? directions[index + 1] : directions[0] + .pi
      if next - direction > widest { (start, widest) = (direction, next - direction) }
    }
    return start
  }

  private static func degrees(_ angle: Double) -> String { number(angle * 180 / .pi) }

  private static func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
