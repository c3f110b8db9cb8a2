internal import Foundation

/// From radians a pixel to the refractive index and to densities.
///
/// With n = 1 − δ + iβ and k = 2π/λ, a path through matter of a contrast δ turns the phase by −kδ for every metre, and
/// δ = rₑ λ² ρₑ / 2π. A phase volume therefore holds k δ p, with p the length of a voxel's edge; an absorption volume
/// holds 2 k β p.
public struct ContrastScale: Sendable, Hashable {
  /// In metres.
  public let wavelength: Double
  /// Edge of a voxel, in metres.
  public let voxel: Double

  /// The classical radius of the electron, in metres (CODATA 2018).
  public static let electronRadius = 2.817_940_326_2e-15

  /// - Precondition: both are positive.
  public init(wavelength: Double, voxel: Double) {
    precondition(wavelength > 0 && voxel > 0, "wavelength and voxel are positive")
    self.wavelength = wavelength
    self.voxel = voxel
  }

  /// Factor from a phase volume to δ: λ / 2πp.
  public var delta: Double { wavelength / (2 * .pi * voxel) }
  /// Factor from a phase volume to electrons per cubic metre: 1 / (rₑ λ p).
  public var electronDensity: Double { 1 / (Self.electronRadius * wavelength * voxel) }
  /// Factor from an absorption volume to β: λ / 4πp.
  public var beta: Double { wavelength / (4 * .pi * voxel) }
  /// Factor from the sum of a phase projection over its pixels to electrons: p² / (rₑ λ).
  public var electrons: Double { voxel * voxel / (Self.electronRadius * wavelength) }
}
