public import Quantities

/// The mass of a particle, volume × density, the two being independent.
///
/// - Parameters:
///   - volume: in m³.
///   - density: in kg/m³, of the particle as it is: with its pores, without the space between particles.
/// - Returns: kilograms.
/// - Throws: `ElectrochemistryError.invalidParameter` unless both are above zero with uncertainties not below zero.
public func particleMass(
  volume: UncertainValue, density: UncertainValue
) throws(ElectrochemistryError) -> UncertainValue {
  try volume.requirePositive("volume")
  try density.requirePositive("density")
  let fromVolume = volume.uncertainty * density.value
  let fromDensity = volume.value * density.uncertainty
  return UncertainValue(
    volume.value * density.value, uncertainty: (fromVolume * fromVolume + fromDensity * fromDensity).squareRoot())
}

/// What a density makes of one and the same charge.
public struct DensityAlternative: Sendable, Hashable {
  /// In words, for example "crystal".
  public var name: String
  /// In kg/m³.
  public var density: UncertainValue
  /// In kilograms.
  public var mass: UncertainValue
  /// In C/kg.
  public var capacity: UncertainValue
  public var stateOfCharge: UncertainValue
  /// Current / (mass × specific capacity), in 1/s.
  public var cRate: UncertainValue
}

/// The state of charge and the C-rate that each of several densities gives for the same particle and the same charge.
///
/// The density of a single particle is rarely measured. A tap density (2.2 g/cm³ for the seed) counts the space
/// between the particles of a powder; the crystal's (4.79 g/cm³) counts no pores: the truth lies between, near the
/// crystal's, and the state of charge goes with its inverse.
///
/// - Parameters:
///   - densities: names and densities in kg/m³.
///   - volume: in m³.
///   - charge: in coulombs.
///   - current: in amperes.
///   - specificCapacity: in C/kg.
/// - Throws: `ElectrochemistryError.invalidParameter` for values out of range.
public func densityAlternatives(
  _ densities: [(name: String, density: UncertainValue)], volume: UncertainValue, charge: UncertainValue,
  current: UncertainValue, specificCapacity: UncertainValue = UncertainValue(275.5 * 3600)
) throws(ElectrochemistryError) -> [DensityAlternative] {
  try specificCapacity.requirePositive("specific capacity")
  func quotient(_ value: UncertainValue, by divisors: [UncertainValue]) -> UncertainValue {
    let divisor = divisors.reduce(1) { $0 * $1.value }
    let result = value.value / divisor
    var variance = (value.uncertainty / divisor) * (value.uncertainty / divisor)
    for divisor in divisors {
      let part = result * divisor.relativeUncertainty
      variance += part * part
    }
    return UncertainValue(result, uncertainty: variance.squareRoot())
  }
  var result = [DensityAlternative]()
  for (name, density) in densities {
    let mass = try particleMass(volume: volume, density: density)
    result.append(
      DensityAlternative(
        name: name, density: density, mass: mass, capacity: quotient(charge, by: [mass]),
        stateOfCharge: quotient(charge, by: [mass, specificCapacity]),
        cRate: quotient(current, by: [mass, specificCapacity])))
  }
  return result
}
