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

  /// The bytes of the `.mpr` file and what is true of the charge.
  ///
  /// - Throws: `ElectrochemistryError` for parameters out of range.
  public func record(using generator: inout SeededGenerator) throws -> (mpr: [UInt8], truth: SimulatedCharge) {
    let simulation = GalvanostaticSimulation(
      current: current, voltageLimit: voltageLimit, longestDuration: duration, mass: mass,
      specificCapacity: specificCapacity, initialLithiation: initialLithiation,
      samplingInterval: duration / 1000, gainError: gainUncertainty * generator.normal(),
      offsetError: offsetUncertainty * generator.normal(), currentNoise: currentNoise, voltageNoise: 1e-4)
    var truth = try simulateGalvanostatic(simulation, using: &generator)
    // The instrument's counter integrates by the same clock.
    let clock = 1 + timeScaleUncertainty * generator.normal()
    truth.series.time = truth.series.time.map { $0 * clock }
    truth.series.instrumentCounterCharge = truth.series.instrumentCounterCharge?.map { $0 * clock }
    truth.series.recordedMass = mass
    return (BioLogicBinary.write(truth.series), truth)
  }
}
