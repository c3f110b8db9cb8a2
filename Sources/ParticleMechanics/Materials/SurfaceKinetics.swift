internal import Foundation

/// The reaction at the particle's surface, by Butler and Volmer, with a resistive film:
///
///     i = i0(u) [exp((1 − α) f η) − exp(−α f η)],   η = V − U(u) − i R_film,   f = F / (R T)
///
/// with u the lithiation at the surface. i is positive outwards: while lithium leaves (charge). The flux of lithium out
/// of the surface is i / F.
public struct SurfaceKinetics: Sendable, Hashable {
  /// U(u), in volts against lithium.
  public var openCircuitVoltage: MaterialFunction
  /// i0(u), in A/m² of the particle's surface.
  public var exchangeCurrentDensity: MaterialFunction
  /// α, more than 0 and less than 1.
  public var transferCoefficient: Double
  /// In Ω m² of the particle's surface.
  public var filmResistance: Double
  /// In kelvins.
  public var temperature: Double
  /// Lithium in the full particle, in mol/m³.
  public var maximumConcentration: Double

  public init(
    openCircuitVoltage: MaterialFunction, exchangeCurrentDensity: MaterialFunction,
    transferCoefficient: Double = 0.5, filmResistance: Double = 0, temperature: Double = 298.15,
    maximumConcentration: Double
  ) {
    self.openCircuitVoltage = openCircuitVoltage
    self.exchangeCurrentDensity = exchangeCurrentDensity
    self.transferCoefficient = transferCoefficient
    self.filmResistance = filmResistance
    self.temperature = temperature
    self.maximumConcentration = maximumConcentration
  }

  /// - Throws: `MaterialError` when a number or a function cannot be used.
  public func validate(over range: ClosedRange<Double> = 0.01...0.99) throws(MaterialError) {
    try openCircuitVoltage.check("open-circuit voltage", over: range, isPositive: false)
    try exchangeCurrentDensity.check("exchange current density", over: range, isPositive: true)
    func require(_ name: String, _ value: Double, _ expected: String, _ holds: Bool) throws(MaterialError) {
      guard value.isFinite, holds else {
        throw .parameterOutOfRange(name: name, value: value, expected: expected)
      }
    }
    try require(
      "transfer coefficient", transferCoefficient, "more than 0 and less than 1",
      transferCoefficient > 0 && transferCoefficient < 1)
    try require("film resistance", filmResistance, "0 or a positive number of Ω m²", filmResistance >= 0)
    try require("temperature", temperature, "a positive number of kelvins", temperature > 0)
    try require(
      "maximum concentration", maximumConcentration, "a positive number of mol/m³", maximumConcentration > 0)
  }

  /// i at a terminal voltage, with its derivatives with respect to the voltage and to the surface's lithiation.
  ///
  /// The drop in the film is solved for, to rounding. Not finite where U or i0 is not.
  public func currentDensity(
    voltage: Double, surfaceLithiation: Double
  ) -> (value: Double, voltageSlope: Double, lithiationSlope: Double) {
    let equilibrium = openCircuitVoltage.valueAndSlope(surfaceLithiation)
    let exchange = exchangeCurrent(surfaceLithiation)
    let overpotential = overpotential(driving: voltage - equilibrium.value, exchange: exchange.value)
    let (form, formSlope) = butlerVolmer(overpotential)
    let conductance = exchange.value * formSlope
    let share = 1 / (1 + filmResistance * conductance)
    return (
      exchange.value * form, conductance * share,
      (exchange.slope * form - conductance * equilibrium.slope) * share
    )
  }

  /// The terminal voltage at a current density, with its derivatives with respect to the current density and to the
  /// surface's lithiation.
  public func voltage(
    currentDensity: Double, surfaceLithiation: Double
  ) -> (value: Double, currentSlope: Double, lithiationSlope: Double) {
    let equilibrium = openCircuitVoltage.valueAndSlope(surfaceLithiation)
    let exchange = exchangeCurrent(surfaceLithiation)
    let ratio = currentDensity / exchange.value
    let overpotential = overpotential(ratio: ratio)
    let slope = 1 / butlerVolmer(overpotential).slope
    return (
      equilibrium.value + overpotential + currentDensity * filmResistance,
      slope / exchange.value + filmResistance,
      equilibrium.slope - slope * ratio * exchange.slope / exchange.value
    )
  }

  /// i0 vanishes at 0 and 1, where a current would need an infinite voltage; it is held a little inside, so that an
  /// iterate outside 0...1 still has a voltage.
  private func exchangeCurrent(_ lithiation: Double) -> (value: Double, slope: Double) {
    let margin = 1e-6
    let inside = min(max(lithiation, margin), 1 - margin)
    let (value, slope) = exchangeCurrentDensity.valueAndSlope(inside)
    return (value, inside == lithiation ? slope : 0)
  }

  /// F / (R T), in 1/V.
  private var inverseThermalVoltage: Double {
    PhysicalConstants.faraday / (PhysicalConstants.gasConstant * temperature)
  }

  /// i / i0 of an overpotential, and its derivative.
  private func butlerVolmer(_ overpotential: Double) -> (value: Double, slope: Double) {
    let f = inverseThermalVoltage
    let anodic = exp((1 - transferCoefficient) * f * overpotential)
    let cathodic = exp(-transferCoefficient * f * overpotential)
    let slope = f * ((1 - transferCoefficient) * anodic + transferCoefficient * cathodic)
    // By expm1, so that small overpotentials keep their digits.
    let value =
      expm1((1 - transferCoefficient) * f * overpotential) - expm1(-transferCoefficient * f * overpotential)
    return (value, slope)
  }

  /// η of i / i0.
  private func overpotential(ratio: Double) -> Double {
    let f = inverseThermalVoltage
    if transferCoefficient == 0.5 { return 2 / f * asinh(ratio / 2) }
    guard ratio.isFinite else { return ratio }
    // One exponential alone gives the bound from which Newton's method falls to the root without passing it.
    let share = ratio > 0 ? 1 - transferCoefficient : transferCoefficient
    var overpotential = (ratio > 0 ? 1 : -1) * log1p(ratio.magnitude) / (share * f)
    for _ in 0..<100 {
      let (value, slope) = butlerVolmer(overpotential)
      let change = (ratio - value) / slope
      overpotential += change
      if change.magnitude <= 4 * Double.ulpOfOne * overpotential.magnitude { break }
    }
    return overpotential
  }

  /// η of V − U, from η + R i0 b(η) = V − U.
  private func overpotential(driving: Double, exchange: Double) -> Double {
    let film = filmResistance * exchange
    guard film > 0, driving != 0, driving.isFinite, film.isFinite else { return driving }
    let share = driving > 0 ? 1 - transferCoefficient : transferCoefficient
    // Both the drop alone and one exponential alone are bounds; Newton's method falls from the nearer one.
    let bound = log1p(driving.magnitude / film) / (share * inverseThermalVoltage)
    var overpotential = (driving > 0 ? 1 : -1) * min(driving.magnitude, bound)
    for _ in 0..<100 {
      let (value, slope) = butlerVolmer(overpotential)
      let change = (driving - overpotential - film * value) / (1 + film * slope)
      overpotential += change
      if change.magnitude <= 4 * Double.ulpOfOne * overpotential.magnitude { break }
    }
    return overpotential
  }
}
