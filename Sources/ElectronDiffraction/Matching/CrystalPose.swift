public import Crystallography
import Foundation

/// How a crystal is seen on a screen: all that a pattern of a known phase can tell.
public struct CrystalPose: Sendable, Hashable {
  /// From the sample's frame to the crystal's.
  public var orientation: Rotation
  /// Where the perpendicular from the lit point meets the screen.
  public var patternCentre: PatternCentre
  /// ln((c/a) / (c/a of the cell that the master pattern was made for)).
  public var logAxialRatio: Double

  public init(orientation: Rotation, patternCentre: PatternCentre, logAxialRatio: Double = 0) {
    (self.orientation, self.patternCentre) = (orientation, patternCentre)
    self.logAxialRatio = logAxialRatio
  }

  /// The pose of a crystal for a screen.
  public init(_ orientation: Rotation, in geometry: KikuchiGeometry) {
    self.init(orientation: orientation, patternCentre: geometry.patternCentre)
  }
}

extension CrystalPose {
  /// The pose after a small change.
  ///
  /// - Parameters:
  ///   - turn: vector of the turn in the crystal's frame that is applied after the orientation, in radians.
  ///   - centre: change of the pattern centre (x, y, z).
  ///   - ratio: change of ``logAxialRatio``.
  func moved(turn: SIMD3<Double>, centre: SIMD3<Double> = .zero, ratio: Double = 0) -> CrystalPose {
    CrystalPose(
      orientation: Rotation(vector: turn) * orientation,
      patternCentre: PatternCentre(
        x: patternCentre.x + centre.x, y: patternCentre.y + centre.y, z: patternCentre.z + centre.z),
      logAxialRatio: logAxialRatio + ratio)
  }
}
