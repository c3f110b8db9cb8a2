/// What turns a current of an instrument into a C-rate: the charge that takes the whole lithium out of the particle.
public struct ParticleCapacity: Sendable, Hashable {
  /// In coulombs for a change of lithiation by 1.
  public let charge: Double
  /// In C/kg for a change of lithiation by 1; nil when only the charge is known.
  public let specificCapacity: Double?

  /// - Parameters:
  ///   - mass: of active material, in kilograms.
  ///   - specificCapacity: in C/kg for a change of lithiation by 1: the theoretical 275.5 mAh/g of NMC811 unless given.
  public init(mass: Double, specificCapacity: Double = 275.5 * 3600) {
    charge = mass * specificCapacity
    self.specificCapacity = specificCapacity
  }

  /// - Parameter charge: in coulombs for a change of lithiation by 1.
  public init(charge: Double) {
    self.charge = charge
    specificCapacity = nil
  }

  /// - Throws: `CyclingProtocolError` when the capacity is no positive number.
  func validate() throws(CyclingProtocolError) {
    guard charge.isFinite, charge > 0 else {
      throw .parameterOutOfRange(
        name: "capacity of the particle", value: charge, expected: "a positive mass and a positive specific capacity")
    }
  }
}
