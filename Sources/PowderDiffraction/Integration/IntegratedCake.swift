/// A frame reduced to a function of azimuth and radius.
///
/// Arrays are (azimuth, radius), C order.
public struct IntegratedCake: Sendable, Hashable {
  /// What the radii count.
  public var unit: RadialUnit
  /// The centres of the radial bins, in the SI unit of ``unit``.
  public var radii: [Double]
  /// The centres of the azimuthal bins χ, in radians.
  public var azimuths: [Double]
  /// `Σ c s / Σ c n`; the empty value of the settings where ``count`` is 0.
  public var intensity: [Double]
  /// Σ c s.
  public var sumSignal: [Double]
  /// Σ c n.
  public var sumNormalisation: [Double]
  /// Σ c² n².
  public var sumNormalisationSquared: [Double]
  /// Σ c, the number of pixels in the bin.
  public var count: [Double]
  /// Σ c² V; `nil` where the error model is none.
  public var sumVariance: [Double]?

  /// √(Σ c² V) / Σ c n, the standard uncertainty of the intensity; 0 where there is no pixel.
  public var sem: [Double]? {
    sumVariance.map { zip($0, sumNormalisation).map { $1 > 0 ? $0.squareRoot() / $1 : 0 } }
  }
}
