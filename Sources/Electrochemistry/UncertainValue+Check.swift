import Quantities

extension UncertainValue {
  /// Checks that the value is finite and above zero and its uncertainty finite and not negative.
  func requirePositive(_ name: String) throws(ElectrochemistryError) {
    try ElectrochemistryError.requirePositive(value, name)
    try ElectrochemistryError.requireNotNegative(uncertainty, "uncertainty of the \(name)")
  }
}
