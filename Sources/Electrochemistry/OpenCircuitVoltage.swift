import Foundation

/// Open-circuit voltage of a cathode against lithium, by its lithiation.
public enum OpenCircuitVoltage {
  /// NMC811 of the LG M50 cell: Chen et al., J. Electrochem. Soc. 167, 080534 (2020).
  ///
  /// The fit holds for lithiations from 0.27 to 0.91; beyond, it is an extrapolation without the drop at full
  /// lithiation. It falls with lithiation throughout 0...1.
  ///
  /// - Parameter lithiation: 0...1.
  /// - Returns: volts.
  public static func chen2020(lithiation x: Double) -> Double {
    -0.8090 * x + 4.4875 - 0.0428 * tanh(18.5138 * (x - 0.5542)) - 17.7326 * tanh(15.7890 * (x - 0.3117))
      + 17.5842 * tanh(15.9308 * (x - 0.3120))
  }
}
