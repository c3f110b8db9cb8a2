import Electrochemistry
import FileFormats
import Foundation
public import Quantities

/// The charge that a potentiostat has passed, which no mass enters.
public struct PassedCharge: Sendable, Hashable {
  /// In coulombs, positive while lithium leaves the particle.
  public var charge: UncertainValue
  /// From the first to the last sample, in seconds; nil where it is not known.
  public var duration: Double?
  /// Where it comes from, in words.
  public var source: String

  public init(_ charge: UncertainValue, duration: Double? = nil, source: String) {
    self.charge = charge
    self.duration = duration
    self.source = source
  }

  /// Of a measurement: from its record, or as its protocol describes it.
  ///
  /// - Throws: the reader's errors and the technique's.
  init(_ measurement: StateOfChargeStage.Parameters) throws {
    var measurement = measurement
    // Charge does not depend on the mass; the technique asks for one.
    measurement.mass = UncertainQuantity(Mass(si: 1e-12))
    measurement.massFrom = nil
    let input = try Experiment.stateOfChargeInput(measurement, MaterialSettings(), particleMass: nil)
    let accounting = try StateOfChargeStage.accounting(input, measurement)
    let times = accounting.time
    self.init(
      accounting.finalCharge, duration: (times.last ?? 0) - (times.first ?? 0),
      source: "\(measurement.name): "
        + (measurement.file == nil ? "the described protocol" : "the potentiostat's record"))
  }
}
