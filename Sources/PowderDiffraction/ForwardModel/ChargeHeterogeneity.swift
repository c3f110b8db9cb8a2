/// How the state of charge differs between the places of a particle, relative to its mean.
///
/// A place at the height y above the centre along the scan and at the distance r from it has the state
///
///     s = mean · (1 + gradient · y/R + radial · (r²/R² − 3/5)),
///
/// whose mean over the sphere is the mean. The parabola is the profile of diffusion into a sphere through whose surface
/// a constant current flows (Crank, The Mathematics of Diffusion (1975), section 6.3.4). A share of lagging grains keeps
/// the state it had at the start; the others are ahead by as much as the mean requires.
public struct ChargeHeterogeneity: Sendable, Hashable {
  /// Relative difference between the free edge and the centre.
  public var gradient: Double
  /// Relative difference between the surface and the centre.
  public var radial: Double
  /// Share of grains that take no part, 0 up to 1.
  public var laggingShare: Double

  public init(gradient: Double = 0, radial: Double = 0, laggingShare: Double = 0) {
    self.gradient = gradient
    self.radial = radial
    self.laggingShare = laggingShare
  }

  /// The state of charge of a grain.
  ///
  /// - Parameters:
  ///   - mean: of the whole particle.
  ///   - along: y/R, −1 at the needle to 1 at the free edge.
  ///   - squaredRadius: r²/R².
  ///   - lottery: a number from 0 to 1 that belongs to the grain and decides whether it lags.
  public func stateOfCharge(mean: Double, along: Double, squaredRadius: Double, lottery: Double) -> Double {
    guard lottery >= laggingShare else { return 0 }
    return mean * (1 + gradient * along + radial * (squaredRadius - 0.6)) / (1 - laggingShare)
  }

  /// The mean over the lagging grains and the others.
  func mean(_ mean: Double, along: Double, squaredRadius: Double) -> Double {
    mean * (1 + gradient * along + radial * (squaredRadius - 0.6))
  }

  func check() throws(ForwardModelError) {
    try ForwardModelError.require(
      laggingShare >= 0 && laggingShare < 1, "share of lagging grains", laggingShare, "0 up to 1")
    let least = -abs(gradient) + min(-0.6 * radial, 0.4 * radial)
    try ForwardModelError.require(
      least >= -1, "relative state of charge of the last place", 1 + least,
      "zero or more; a smaller gradient or radial difference")
  }
}
