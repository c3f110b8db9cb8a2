extension CathodeMaterial {
  /// The published sets.
  public static let published = [chen2020, oregan2022, mcclelland2023]

  /// A published set by its name.
  ///
  /// - Throws: `MaterialError.unknownSet` listing the names there are.
  public static func named(_ name: String) throws(MaterialError) -> CathodeMaterial {
    guard let set = published.first(where: { $0.name == name.lowercased() }) else {
      throw .unknownSet(name: name, known: published.map(\.name))
    }
    return set
  }

  /// NMC811 of the LG M50 cell, with a constant diffusivity; electrolyte of 1 mol/l.
  ///
  /// The voltage is a fit for lithiations from 0.27 to 0.91; it lacks the drop towards full lithiation and is spuriously
  /// steep below 0.27.
  public static let chen2020 = CathodeMaterial(
    name: "chen2020", openCircuitVoltage: .formula(chen2020Voltage),
    exchangeCurrentDensity: .formula(Formula(literal: "3.42e-6*sqrt(1000)*63104*sqrt(u*(1 - u))")),
    diffusivity: .constant(4e-15), maximumConcentration: 63104, exchangeActivationEnergy: 17800,
    validity: 0.27...0.91,
    citation: "C.-H. Chen et al., J. Electrochem. Soc. 167, 080534 (2020), doi:10.1149/1945-7111/ab9050")

  private static let chen2020Voltage = Formula(
    literal: """
      -0.8090*u + 4.4875 - 0.0428*tanh(18.5138*(u - 0.5542)) - 17.7326*tanh(15.7890*(u - 0.3117)) \
      + 17.5842*tanh(15.9308*(u - 0.3120))
      """)

  /// NMC811 of the LG M50 cell, with D(u) from galvanostatic titration; electrolyte of 1 mol/l. The voltage is that of
  /// ``chen2020``.
  ///
  /// D(u) has no collapse towards full lithiation, which other measurements of NMC811 show; see ``mcclelland2023``.
  public static let oregan2022 = CathodeMaterial(
    name: "oregan2022", openCircuitVoltage: .formula(chen2020Voltage),
    exchangeCurrentDensity: .formula(Formula(literal: "5.028*u^0.43*(1 - u)^0.57")),
    diffusivity: .formula(
      Formula(
        literal: """
          2.7*10^(-13.96 - 0.9231*exp(-(u - 0.3216)^2/0.002534) - 0.4066*exp(-(u - 0.4532)^2/0.003926) \
          - 0.993*exp(-(u - 0.8098)^2/0.09924))
          """)), maximumConcentration: 51765, exchangeActivationEnergy: 24010,
    diffusionActivationEnergy: 1449 * PhysicalConstants.gasConstant, validity: 0.27...0.91,
    citation: """
      K. O'Regan et al., Electrochim. Acta 425, 140700 (2022), doi:10.1016/j.electacta.2022.140700; voltage: C.-H. Chen \
      et al., J. Electrochem. Soc. 167, 080534 (2020)
      """)

  /// NMC811 whose diffusivity falls by a factor of 500 towards full lithiation: D(u) of operando muon spectroscopy,
  /// as tabulated for a porous-electrode model; voltage of ``chen2020``, exchange current of ``oregan2022``.
  ///
  /// The table holds its end values outside 0.25...0.95. No temperature dependence of D is known.
  public static let mcclelland2023 = CathodeMaterial(
    name: "mcclelland2023", openCircuitVoltage: .formula(chen2020Voltage),
    exchangeCurrentDensity: oregan2022.exchangeCurrentDensity,
    diffusivity: .table(collapsingDiffusivity), maximumConcentration: 49195, exchangeActivationEnergy: 24010,
    validity: 0.27...0.91,
    citation: """
      diffusivity: operando muon spectroscopy of McClelland et al. (2023) in the fit used by Karanth et al., Cell Rep. \
      Phys. Sci. 5, 101972 (2024), doi:10.1016/j.xcrp.2024.101972; exchange current: K. O'Regan et al., Electrochim. \
      Acta 425, 140700 (2022); voltage: C.-H. Chen et al., J. Electrochem. Soc. 167, 080534 (2020)
      """)

  private static let collapsingDiffusivity = MaterialTable(
    rows: [
      (0.25, 1.62e-14), (0.30, 1.55e-14), (0.35, 1.42e-14), (0.40, 1.32e-14), (0.45, 1.13e-14), (0.50, 8.78e-15),
      (0.55, 6.91e-15), (0.60, 6.34e-15), (0.65, 6.47e-15), (0.70, 5.38e-15), (0.725, 3.96e-15), (0.75, 2.41e-15),
      (0.775, 1.22e-15), (0.80, 5.37e-16), (0.825, 2.29e-16), (0.85, 1.08e-16), (0.875, 6.58e-17), (0.90, 5.40e-17),
      (0.925, 5.14e-17), (0.95, 3.20e-17),
    ])
}
