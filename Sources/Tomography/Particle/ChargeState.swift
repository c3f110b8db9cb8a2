public import Quantities

/// The state of charge of a particle: charge passed since the start / (mass × specific capacity).
public struct ChargeState: Sendable, Hashable {
  /// In kg.
  public let mass: BudgetedValue
  /// Charge over mass, in C/kg (1 mAh/g = 3600 C/kg).
  public let capacity: BudgetedValue
  /// 0...1, of the theoretical capacity unless another one was given.
  public let stateOfCharge: BudgetedValue

  /// The theoretical capacity of LiNi0.8Mn0.1Co0.1O2 with all lithium taken out, F / 97.28 g/mol, in C/kg.
  public static let specificCapacity = UncertainValue(275.5 * 3600)

  /// - Parameters:
  ///   - charge: in coulombs.
  ///   - mass: in kg.
  ///   - specificCapacity: in C/kg.
  public init(
    charge: UncertainValue, mass: BudgetedValue, specificCapacity: UncertainValue = ChargeState.specificCapacity
  ) {
    self.mass = mass
    capacity = .quotient(charge, .charge, over: mass)
    let inverse = UncertainValue(
      1 / specificCapacity.value, uncertainty: specificCapacity.relativeUncertainty / specificCapacity.value)
    stateOfCharge = capacity.times(inverse, .specificCapacity)
  }

  /// The state of charge that a rate reaches in a time, where the rate refers to the same mass and capacity: C-rate in 1/h
  /// times seconds.
  public static func reached(cRate: Double, seconds: Double) -> Double { cRate * seconds / 3600 }
}
