/// What a recorded current stands for, and with it the rule of integration.
public enum CurrentRecording: String, Sendable, Hashable, CaseIterable {
  /// The current at the instant of the sample. The trapezoid between samples is exact for a linear current and errs
  /// by dt³ I''/12 otherwise. Where a step begins the current jumps, and a trapezoid across the jump would invent half
  /// of it over the whole interval: there the current of the ending step is held up to the first sample of the new
  /// one, which instruments record as the step begins.
  case instantaneous
  /// The mean since the sample before (`<I>` of EC-Lab, power / voltage of its newer files, increment / time step).
  /// Then I × dt of each sample is exactly the charge of the interval that ends there, whatever the current did in
  /// between; a trapezoid would shift charge by half an interval at every step.
  case averaged
}

/// The charge integral of a series with everything that its uncertainty needs, for any range of samples.
///
/// Each interval is a weighted sum of the currents at its ends, Q_k = right(k−1) I(k−1) + left(k) I(k). The prefix sums
/// give the variance between any two samples in constant time.
struct ChargeIntegral {
  /// The charge since the first sample, [sample], in coulombs.
  let charge: [Double]
  /// Derivative of ``charge`` by the current offset, [sample], in seconds.
  let drivenTime: [Double]
  /// Weight of a sample in the interval that ends at it, [sample], in seconds; zero while the circuit is open.
  private let left: [Double]
  /// Weight of a sample in the interval that begins at it, [sample], in seconds; zero while the circuit is open.
  private let right: [Double]
  /// The mean current of the interval that ends at a sample, [sample], in amperes; zero at the first.
  private let mean: [Double]
  private let noiseSum: [Double]
  private let timeSum: [Double]
  private let jumpSum: [Double]

  /// The standard uncertainties of a charge by their cause, in coulombs; the causes are independent of each other.
  struct Contributions {
    var gain = 0.0
    var offset = 0.0
    var noise = 0.0
    var timeScale = 0.0
    var timeStamps = 0.0
    var jumps = 0.0

    var total: Double {
      (gain * gain + offset * offset + noise * noise + timeScale * timeScale + timeStamps * timeStamps + jumps * jumps)
        .squareRoot()
    }
  }

  /// - Parameters:
  ///   - startsStep: whether a new step begins at a sample, [sample].
  ///   - isOpenCircuit: whether no current can flow at a sample, [sample].
  init(
    time: [Double], current: [Double], startsStep: [Bool], isOpenCircuit: [Bool], recording: CurrentRecording
  ) {
    let count = time.count
    var charge = [Double](repeating: 0, count: count)
    var driven = charge
    var left = charge
    var right = charge
    var mean = charge
    var jumps = charge
    // Neumaier's compensation keeps the rounding of a million increments below that of one.
    var sum = 0.0
    var compensation = 0.0
    for k in 1..<count {
      let dt = time[k] - time[k - 1]
      var before = 0.0
      var here = 0.0
      switch recording {
      case .averaged: here = dt
      case .instantaneous where startsStep[k]:
        before = dt
        // The jump lies somewhere near the first sample of the step, which can be late by about one sampling interval.
        let next = k + 1 < count ? time[k + 1] - time[k] : dt
        let width = abs(current[k] - current[k - 1]) * min(dt, next)
        jumps[k] = width * width / 12
      case .instantaneous:
        before = dt / 2
        here = dt / 2
      }
      let increment = before * current[k - 1] + here * current[k]
      let total = sum + increment
      compensation += abs(sum) >= abs(increment) ? (sum - total) + increment : (increment - total) + sum
      sum = total
      charge[k] = sum + compensation
      mean[k] = dt > 0 ? increment / dt : 0
      jumps[k] += jumps[k - 1]
      right[k - 1] = isOpenCircuit[k - 1] ? 0 : before
      left[k] = isOpenCircuit[k] ? 0 : here
      driven[k] = driven[k - 1] + right[k - 1] + left[k]
    }
    var noise = [Double](repeating: 0, count: count)
    var stamps = noise
    for k in 1..<max(count - 1, 1) {
      let weight = left[k] + right[k]
      noise[k] = noise[k - 1] + weight * weight
      let change = mean[k] - mean[k + 1]
      stamps[k] = stamps[k - 1] + change * change
    }
    self.charge = charge
    self.drivenTime = driven
    self.left = left
    self.right = right
    self.mean = mean
    self.noiseSum = noise
    self.timeSum = stamps
    self.jumpSum = jumps
  }

  /// The charge between two samples, in coulombs.
  func charge(from first: Int, to last: Int) -> Double { charge[last] - charge[first] }

  /// The uncertainty of ``charge(from:to:)`` by cause.
  func contributions(from first: Int, to last: Int, _ instrument: InstrumentUncertainty) -> Contributions {
    guard last > first else { return Contributions() }
    let charge = abs(charge(from: first, to: last))
    let weights =
      right[first] * right[first] + (noiseSum[last - 1] - noiseSum[first]) + left[last] * left[last]
    let currents =
      mean[first + 1] * mean[first + 1] + (timeSum[last - 1] - timeSum[first]) + mean[last] * mean[last]
    return Contributions(
      gain: instrument.currentGain * charge,
      offset: instrument.currentOffset * abs(drivenTime[last] - drivenTime[first]),
      noise: instrument.currentNoise * max(weights, 0).squareRoot(),
      timeScale: instrument.timeScale * charge,
      timeStamps: instrument.timeStamp * max(currents, 0).squareRoot(),
      jumps: max(jumpSum[last] - jumpSum[first], 0).squareRoot())
  }

  /// The rule that the instrument's own counter supports: the one whose increments lie nearer to the counter's.
  ///
  /// Intervals across the start of a step are left out: there the trapezoid is not used anyway.
  ///
  /// - Parameter counter: the counter's charge, [sample], in coulombs, or nil.
  /// - Returns: `instantaneous` where there is no counter or both rules agree.
  static func recordingSupported(
    by counter: [Double]?, time: [Double], current: [Double], startsStep: [Bool]
  ) -> CurrentRecording {
    guard let counter else { return .instantaneous }
    var averaged = 0.0
    var sampled = 0.0
    for k in 1..<time.count where !startsStep[k] {
      let dt = time[k] - time[k - 1]
      let increment = counter[k] - counter[k - 1]
      averaged += abs(increment - current[k] * dt)
      sampled += abs(increment - (current[k] + current[k - 1]) / 2 * dt)
    }
    return averaged < sampled ? .averaged : .instantaneous
  }
}
