/// How well a potentiostat knows its current and its time, as standard uncertainties.
///
/// Model of a recorded current: I_recorded = (1 + g) I + o + n with one gain error g and one offset o for the whole
/// run, the same at every sample, and a noise n that is independent from sample to sample. Gain and offset therefore
/// add up over a run, noise averages out. The offset and the noise do not act while the circuit is open. The clock
/// has one relative scale error for the run, and every time stamp an independent error.
public struct InstrumentUncertainty: Sendable, Hashable {
  /// Of the gain, as a fraction; common to all samples.
  public var currentGain: Double
  /// Of the zero, in amperes; common to all samples.
  public var currentOffset: Double
  /// Of a single sample, in amperes; independent.
  public var currentNoise: Double
  /// Of the clock's rate, as a fraction; common to all samples.
  public var timeScale: Double
  /// Of a single time stamp, in seconds; independent.
  public var timeStamp: Double

  public init(
    currentGain: Double = 0, currentOffset: Double = 0, currentNoise: Double = 0, timeScale: Double = 0,
    timeStamp: Double = 0
  ) {
    self.currentGain = currentGain
    self.currentOffset = currentOffset
    self.currentNoise = currentNoise
    self.timeScale = timeScale
    self.timeStamp = timeStamp
  }

  /// The standard uncertainty of one recorded current, in amperes.
  func ofCurrent(_ current: Double, isOpenCircuit: Bool) -> Double {
    let gain = currentGain * current
    let offset = isOpenCircuit ? 0 : currentOffset
    let noise = isOpenCircuit ? 0 : currentNoise
    return (gain * gain + offset * offset + noise * noise).squareRoot()
  }

  func validate() throws(ElectrochemistryError) {
    try ElectrochemistryError.requireNotNegative(currentGain, "uncertainty of the current gain")
    try ElectrochemistryError.requireNotNegative(currentOffset, "uncertainty of the current offset")
    try ElectrochemistryError.requireNotNegative(currentNoise, "current noise")
    try ElectrochemistryError.requireNotNegative(timeScale, "uncertainty of the time scale")
    try ElectrochemistryError.requireNotNegative(timeStamp, "uncertainty of a time stamp")
  }
}
