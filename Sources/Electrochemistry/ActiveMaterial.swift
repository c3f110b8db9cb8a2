public import Quantities

/// What the charge is put into: the mass of the active material, how much charge a kilogram of it holds, and how much
/// lithium it held at the start.
///
/// Three scales are called "state of charge" in the field: the charge capacity of a cell, the range of a model and the
/// theoretical capacity. Here it is always charge passed since the start / (mass × ``specificCapacity``); the same
/// product is the reference of every C-rate.
public struct ActiveMaterial: Sendable, Hashable {
  /// In kilograms.
  public var mass: UncertainValue
  /// In C/kg (1 mAh/g = 3600 C/kg).
  public var specificCapacity: UncertainValue
  /// The lithiation u0 before the first sample, 0...1, after formation.
  public var initialLithiation: UncertainValue

  /// - Parameters:
  ///   - mass: in kilograms.
  ///   - specificCapacity: in C/kg; 991 800 C/kg (275.5 mAh/g) unless given.
  ///   - initialLithiation: 1 unless given.
  public init(
    mass: UncertainValue, specificCapacity: UncertainValue = UncertainValue(275.5 * 3600),
    initialLithiation: UncertainValue = UncertainValue(1)
  ) {
    self.mass = mass
    self.specificCapacity = specificCapacity
    self.initialLithiation = initialLithiation
  }

  /// The charge of a state of charge of 1, mass × specific capacity, in coulombs, with its uncertainty.
  public var referenceCharge: UncertainValue {
    let value = mass.value * specificCapacity.value
    let a = mass.uncertainty * specificCapacity.value
    let b = mass.value * specificCapacity.uncertainty
    return UncertainValue(value, uncertainty: (a * a + b * b).squareRoot())
  }

  func validate() throws(ElectrochemistryError) {
    try mass.requirePositive("mass")
    try specificCapacity.requirePositive("specific capacity")
    try ElectrochemistryError.requireNotNegative(initialLithiation.uncertainty, "uncertainty of the initial lithiation")
    guard initialLithiation.value >= 0, initialLithiation.value <= 1 else {
      throw .invalidParameter(
        name: "initial lithiation", value: initialLithiation.value, expected: "a number from 0 to 1")
    }
  }
}
