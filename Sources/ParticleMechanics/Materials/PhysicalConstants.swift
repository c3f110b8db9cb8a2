/// Constants of nature in SI units: CODATA 2018.
public enum PhysicalConstants {
  /// F, the charge of a mole of electrons, in C/mol.
  public static let faraday = 96485.33212
  /// R, in J/(mol K).
  public static let gasConstant = 8.314462618
}
