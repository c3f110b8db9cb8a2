internal import Foundation

/// What electrochemistry knows of a cathode material: the functions of a published set, or a user's own.
public struct CathodeMaterial: Sendable, Hashable {
  public var name: String
  /// U(u), in volts against lithium.
  public var openCircuitVoltage: MaterialFunction
  /// i0(u) at ``referenceTemperature``, in A/m² of the particle's surface.
  public var exchangeCurrentDensity: MaterialFunction
  /// D(u) at ``referenceTemperature``, in m²/s.
  public var diffusivity: MaterialFunction
  /// Lithium in the full particle, in mol/m³.
  public var maximumConcentration: Double
  /// E of i0 ∝ exp(−E / R T), in J/mol.
  public var exchangeActivationEnergy: Double
  /// E of D ∝ exp(−E / R T), in J/mol.
  public var diffusionActivationEnergy: Double
  /// The lithiations for which all three functions are known; outside they are extrapolations.
  public var validity: ClosedRange<Double>
  /// Where the functions come from, and what they lack.
  public var citation: String

  /// At which i0 and D are stated, in kelvins.
  public static let referenceTemperature = 298.15

  public init(
    name: String, openCircuitVoltage: MaterialFunction, exchangeCurrentDensity: MaterialFunction,
    diffusivity: MaterialFunction, maximumConcentration: Double, exchangeActivationEnergy: Double = 0,
    diffusionActivationEnergy: Double = 0, validity: ClosedRange<Double> = 0...1, citation: String = ""
  ) {
    self.name = name
    self.openCircuitVoltage = openCircuitVoltage
    self.exchangeCurrentDensity = exchangeCurrentDensity
    self.diffusivity = diffusivity
    self.maximumConcentration = maximumConcentration
    self.exchangeActivationEnergy = exchangeActivationEnergy
    self.diffusionActivationEnergy = diffusionActivationEnergy
    self.validity = validity
    self.citation = citation
  }

  /// D(u) at a temperature in kelvins, in m²/s.
  public func diffusivity(temperature: Double) -> MaterialFunction {
    diffusivity.scaled(by: Self.arrhenius(diffusionActivationEnergy, temperature))
  }

  /// The reaction at a temperature in kelvins, with a film in Ω m² of the particle's surface. The open-circuit voltage
  /// keeps the value of the reference temperature.
  public func kinetics(
    temperature: Double = referenceTemperature, filmResistance: Double = 0, transferCoefficient: Double = 0.5
  ) -> SurfaceKinetics {
    SurfaceKinetics(
      openCircuitVoltage: openCircuitVoltage,
      exchangeCurrentDensity: exchangeCurrentDensity.scaled(by: Self.arrhenius(exchangeActivationEnergy, temperature)),
      transferCoefficient: transferCoefficient, filmResistance: filmResistance, temperature: temperature,
      maximumConcentration: maximumConcentration)
  }

  private static func arrhenius(_ energy: Double, _ temperature: Double) -> Double {
    exp(energy / PhysicalConstants.gasConstant * (1 / referenceTemperature - 1 / temperature))
  }

  /// - Throws: `MaterialError` when a function or a number cannot be used.
  public func validate() throws(MaterialError) {
    try diffusivity.check("diffusivity", isPositive: true)
    try kinetics().validate()
  }
}
