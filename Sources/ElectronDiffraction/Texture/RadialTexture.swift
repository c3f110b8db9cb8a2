import ArrayMath
import Foundation

/// The texture of a particle's section about its radius: distribution, order and whether it is there at all.
public struct RadialTexture: Sendable {
  /// How it is computed.
  public struct Options: Sendable, Hashable {
    /// Bins over 0...90°.
    public var bins = 9
    /// Replicates of the bootstrap and of random axes.
    public var replicates = 2000
    public var seed: UInt64 = 1
    public var threads = 1

    public init() {}
  }

  /// The angle of each grain and point.
  public let angles: RadialAngles
  /// The histogram of the angles over that of random axes.
  public let distribution: AngleDistribution
  public let order: OrderParameter
  public let randomness: RandomnessTest
  /// Grains of equal size that would tell as much, see ``RadialAngles/effectiveGrains``.
  public let effectiveGrains: Double

  /// - Throws: ``TextureError`` for options out of range.
  public init(_ angles: RadialAngles, options: Options = Options()) throws {
    guard (100...1_000_000).contains(options.replicates) else {
      throw TextureError.invalidParameter(
        name: "number of replicates", value: Double(options.replicates), expected: "100 to 1000000")
    }
    let bins = try AngleBins(count: options.bins, kind: angles.kind)
    let bootstrap = try GrainBootstrap(
      angles, bins: bins, replicates: options.replicates, seed: options.seed, threads: options.threads)
    // Another stream of numbers than the bootstrap's.
    let random = try RandomTexture(
      angles, bins: bins, replicates: options.replicates, seed: ~options.seed, threads: options.threads)
    self.angles = angles
    effectiveGrains = angles.effectiveGrains
    distribution = AngleDistribution(
      bins: bins, bootstrap: bootstrap, random: random, effectiveGrains: effectiveGrains)
    order = OrderParameter(kind: angles.kind, bootstrap: bootstrap)
    randomness = RandomnessTest(
      bins: bins, bootstrap: bootstrap, random: random, effectiveGrains: effectiveGrains)
  }
}
