public import ArrayMath
public import Electrochemistry
import FileFormats

/// A charge at constant current that never happened: the record a potentiostat would have made, and the truth.
public struct VirtualCharge: Sendable {
  /// In amperes, positive on charge.
  public var current: Double
  /// In seconds, unless the voltage limit is reached before.
  public var duration: Double
  /// In volts; nil for none.
  public var voltageLimit: Double?
  /// In kilograms.
  public var mass: Double
  /// In C/kg.
  public var specificCapacity: Double
  public var initialLithiation: Double
  /// Standard deviation of the current's gain error, as a fraction; one error is drawn for the run.
  public var gainUncertainty: Double
  /// Standard deviation of the error of the current's zero, in amperes; one error is drawn for the run.
  public var offsetUncertainty: Double
  /// Standard deviation of the clock's rate error, as a fraction; one error is drawn for the run.
  public var timeScaleUncertainty: Double
  /// Standard deviation of a current sample, in amperes.
  public var currentNoise: Double
  /// Overvoltage at the current, in volts: a large one ends the charge at the voltage limit before its time.
  public var overvoltage = 0.0
  /// An open circuit before the current starts, in seconds.
  public var restBefore = 0.0
  /// When the instrument's clock says that the record starts, ISO 8601 without a zone; nil for the writer's own.
  public var startDate: String?
  /// The record stops after this time while the current flows on, in seconds from its start; nil for a whole one.
  public var recordEnd: Double?

  public init(
    current: Double, duration: Double, voltageLimit: Double?, mass: Double, specificCapacity: Double,
    initialLithiation: Double, gainUncertainty: Double, offsetUncertainty: Double = 0, timeScaleUncertainty: Double = 0,
    currentNoise: Double
  ) {
    self.current = current
    self.duration = duration
    self.voltageLimit = voltageLimit
    self.mass = mass
    self.specificCapacity = specificCapacity
    self.initialLithiation = initialLithiation
    self.gainUncertainty = gainUncertainty
    self.offsetUncertainty = offsetUncertainty
    self.timeScaleUncertainty = timeScaleUncertainty
    self.currentNoise = currentNoise
  }

  /// The bytes of the record as `.mpr` and as `.mpt`, and what is true of the charge.
  ///
  /// - Throws: `ElectrochemistryError` for parameters out of range.
  public func record(using generator: inout SeededGenerator) throws -> (
    mpr: [UInt8], mpt: [UInt8], truth: SimulatedCharge
  ) {
    let simulation = GalvanostaticSimulation(
      current: current, voltageLimit: voltageLimit, longestDuration: duration, mass: mass,
      specificCapacity: specificCapacity, initialLithiation: initialLithiation,
      polarisationResistance: overvoltage / abs(current), restBefore: restBefore,
      samplingInterval: duration / 1000, gainError: gainUncertainty * generator.normal(),
      offsetError: offsetUncertainty * generator.normal(), currentNoise: currentNoise, voltageNoise: 1e-4)
    var truth = try simulateGalvanostatic(simulation, using: &generator)
    // The instrument's counter integrates by the same clock.
    let clock = 1 + timeScaleUncertainty * generator.normal()
    truth.series.time = truth.series.time.map { $0 * clock }
    truth.series.instrumentCounterCharge = truth.series.instrumentCounterCharge?.map { $0 * clock }
    truth.series.recordedMass = mass
    truth.series.startDate = startDate
    if let recordEnd { truth.series = truth.series.cut(after: recordEnd) }
    return (BioLogicBinary.write(truth.series), BioLogicText.write(truth.series), truth)
  }
}

extension PotentiostatSeries {
  /// The samples up to a time, in seconds; one at least.
  fileprivate func cut(after end: Double) -> PotentiostatSeries {
    let count = max(time.prefix { $0 <= end }.count, min(self.count, 1))
    var cut = PotentiostatSeries(
      technique: technique, startDate: startDate, time: Array(time.prefix(count)),
      current: Array(current.prefix(count)), voltage: Array(voltage.prefix(count)), step: Array(step.prefix(count)),
      halfCycle: halfCycle.map { Array($0.prefix(count)) }, mode: mode.map { Array($0.prefix(count)) },
      instrumentCounterCharge: instrumentCounterCharge.map { Array($0.prefix(count)) }, recordedMass: recordedMass,
      warnings: warnings, currentIsAverage: currentIsAverage)
    cut.otherColumns = otherColumns.map { column in
      .init(name: column.name, unit: column.unit, values: Array(column.values.prefix(count)))
    }
    return cut
  }
}
