/// What a potentiostat does to the particle, step by step.
public struct CyclingProtocol: Sendable, Hashable, CustomStringConvertible {
  /// A step, or several of them again and again.
  public indirect enum Element: Sendable, Hashable {
    case step(CyclingStep)
    /// `count` is how often in all.
    case cycle(count: Int, [Element])
  }

  public var elements: [Element]
  /// Needed where a current is stated in amperes or amperes per gram.
  public var capacity: ParticleCapacity?

  public init(elements: [Element], capacity: ParticleCapacity? = nil) {
    self.elements = elements
    self.capacity = capacity
  }

  /// Steps in order, `cycles` times in all.
  public init(steps: [CyclingStep], cycles: Int = 1, capacity: ParticleCapacity? = nil) {
    let elements = steps.map { Element.step($0) }
    self.init(elements: cycles == 1 ? elements : [.cycle(count: cycles, elements)], capacity: capacity)
  }

  /// A particle driven by the current that was measured.
  public init(measured: MeasuredCurrent, capacity: ParticleCapacity) {
    self.init(steps: [CyclingStep(.measured(measured), until: [])], capacity: capacity)
  }

  /// A particle driven by the current that was measured.
  ///
  /// - Parameters:
  ///   - times: in seconds, never falling.
  ///   - currents: in amperes, positive for a charge, one a time.
  ///   - voltages: in volts, for comparison; NaN where not known.
  ///   - capacity: of the particle.
  public init(
    measuredTimes times: [Double], currents: [Double], voltages: [Double]? = nil, currentIsAverage: Bool = false,
    capacity: ParticleCapacity
  ) throws(CyclingProtocolError) {
    self.init(
      measured: try MeasuredCurrent(
        times: times, currents: currents, voltages: voltages, currentIsAverage: currentIsAverage), capacity: capacity)
  }

  /// A step as it is carried out.
  public struct Entry: Sendable, Hashable {
    public var step: CyclingStep
    /// Which pass of the innermost cycle it belongs to, from 1 on; 1 outside of cycles.
    public var cycle: Int
  }

  /// All steps in the order in which they are carried out, cycles unrolled.
  public var sequence: [Entry] { Self.unroll(elements, cycle: 1) }

  private static func unroll(_ elements: [Element], cycle: Int) -> [Entry] {
    elements.flatMap { element -> [Entry] in
      switch element {
      case .step(let step): [Entry(step: step, cycle: cycle)]
      case .cycle(let count, let inner): (1...max(count, 1)).flatMap { unroll(inner, cycle: $0) }
      }
    }
  }

  /// The most steps a protocol may unroll to.
  public static let largestStepCount = 1_000_000

  private static func stepCount(_ elements: [Element]) -> Int {
    elements.reduce(0) { sum, element in
      switch element {
      case .step: return sum + 1
      case .cycle(let count, let inner):
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: stepCount(inner))
        return isTooLarge ? largestStepCount + 1 : min(sum + product, largestStepCount + 1)
      }
    }
  }

  /// Tests that every step can be carried out and ends.
  public func validate() throws(CyclingProtocolError) {
    try capacity?.validate()
    let count = Self.stepCount(elements)
    guard count > 0 else { throw .empty }
    guard count <= Self.largestStepCount else { throw .tooManySteps(limit: Self.largestStepCount) }
    var number = 0
    try validate(elements, number: &number)
  }

  private func validate(_ elements: [Element], number: inout Int) throws(CyclingProtocolError) {
    for element in elements {
      switch element {
      case .step(let step):
        number += 1
        if let reason = StepCheck.reason(against: step) {
          throw .invalidStep(number: number, words: step.description, reason: reason)
        }
        if case .current(let current) = step.control { _ = try current.lithiationRate(span: 1, capacity: capacity) }
        for case .current(let current) in step.ends { _ = try current.lithiationRate(span: 1, capacity: capacity) }
      case .cycle(let count, let inner):
        guard count >= 1, !inner.isEmpty else {
          throw .parameterOutOfRange(
            name: "number of cycles", value: Double(inner.isEmpty ? 0 : count),
            expected: "1 or more, of at least one step")
        }
        try validate(inner, number: &number)
      }
    }
  }

  /// Whether it cannot be followed without surface kinetics.
  public var needsVoltage: Bool { sequence.contains { $0.step.needsVoltage } }

  /// The protocol in words. ``init(words:capacity:)`` reads them back to an equal protocol, unless it holds a measured
  /// current.
  public var description: String { ProtocolWords.elements(elements) }
}
