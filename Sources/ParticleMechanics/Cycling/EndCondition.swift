/// The end of a step as a function of the reading that falls to 0: in units of the tolerance to which it is met.
struct EndCondition {
  let end: CyclingStep.End
  private let quantity: Quantity
  private let target: Double
  /// +1 where the quantity has to rise to its target, −1 where it has to fall.
  private let direction: Double
  private let tolerance: Double

  private enum Quantity {
    case voltage, currentMagnitude, meanLithiation
    case change(from: Double)
  }

  /// - Parameters:
  ///   - rate: dū/dt of a cut-off current, 1/s.
  ///   - first: the reading at the start of the step.
  ///   - charging: +1 in a charge, −1 in a discharge, 0 where the control does not say.
  /// - Returns: nil for a duration, which the steps in time meet exactly.
  init?(_ end: CyclingStep.End, cutOffRate rate: Double, first: CyclingReading, charging: Double) {
    self.end = end
    switch end {
    case .duration: return nil
    case .voltage(let voltage):
      quantity = .voltage
      target = voltage
      direction = charging != 0 ? charging : (first.voltage <= voltage ? 1 : -1)
      tolerance = 1e-7
    case .current:
      quantity = .currentMagnitude
      target = rate
      direction = -1
      tolerance = 1e-7 * rate
    case .lithiation(let lithiation):
      quantity = .meanLithiation
      target = lithiation
      direction = charging != 0 ? -charging : (first.meanLithiation <= lithiation ? 1 : -1)
      tolerance = 1e-10
    case .change(let change):
      quantity = .change(from: first.meanLithiation)
      target = change
      direction = 1
      tolerance = 1e-10
    }
  }

  /// Positive before the end; at most 0 from the end on.
  func distance(_ reading: CyclingReading) -> Double {
    let value =
      switch quantity {
      case .voltage: reading.voltage
      case .currentMagnitude: reading.rate.magnitude
      case .meanLithiation: reading.meanLithiation
      case .change(let start): (reading.meanLithiation - start).magnitude
      }
    return direction * (target - value) / tolerance
  }
}
