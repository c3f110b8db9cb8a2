public import ArrayMath
import Foundation

/// A detector in the convention of DAWN: the corner of the first pixel and three angles of the plate.
///
/// The frame is that of ``NexusDetectorGeometry``. DAWN shows images as seen from the source, rows downwards, so its
/// rotation is `Ry(−yaw) Rx(pitch) Rz(−roll)` with the columns −fast, −slow and fast × slow. An image that is mirrored
/// as seen from the source has no such rotation. DAWN shows millimetres and degrees; here all is SI.
///
/// Sources: DetectorProperties of dawnsci, where the three angles are defined; Filik et al., J. Appl. Cryst. 50, 959
/// (2017).
public struct DawnGeometry: Sendable, Hashable, Codable {
  /// The outer corner of the first stored pixel, in metres; z along the beam, y up, x to the left seen from the source.
  public var origin: SIMD3<Double>
  /// Angles of the plate, in radians.
  public var yaw, pitch, roll: Double
  /// Extent of a pixel along columns and along rows, in metres.
  public var horizontalPixelSize, verticalPixelSize: Double
  /// Rows and columns as stored.
  public var shape: FrameShape

  public init(
    origin: SIMD3<Double>, yaw: Double, pitch: Double, roll: Double, horizontalPixelSize: Double,
    verticalPixelSize: Double, shape: FrameShape
  ) {
    self.origin = origin
    self.yaw = yaw
    self.pitch = pitch
    self.roll = roll
    self.horizontalPixelSize = horizontalPixelSize
    self.verticalPixelSize = verticalPixelSize
    self.shape = shape
  }

  /// The same detector with angles.
  ///
  /// - Throws: ``GeometryError/mirrored`` when the stored image is mirrored as seen from the source, as one with the
  ///   orientations ``DetectorOrientation/bottomRight`` and ``DetectorOrientation/topLeft`` is.
  public init(_ nexus: NexusDetectorGeometry) throws(GeometryError) {
    let (fast, slow) = (nexus.fast, nexus.slow)
    let normal = SIMD3(
      fast.y * slow.z - fast.z * slow.y, fast.z * slow.x - fast.x * slow.z, fast.x * slow.y - fast.y * slow.x)
    guard (normal * nexus.origin).sum() > 0 else { throw .mirrored }
    // Columns of the rotation; at a pitch of ±π/2 yaw and roll turn about one axis, and yaw takes all, as in DAWN.
    let sine = min(max(-normal.y, -1), 1)
    let cosine = (normal.x * normal.x + normal.z * normal.z).squareRoot()
    let isLocked = cosine <= 1e-12
    self.init(
      origin: nexus.origin, yaw: isLocked ? -atan2(fast.z, -fast.x) : -atan2(normal.x, normal.z),
      pitch: atan2(sine, cosine), roll: isLocked ? 0 : -atan2(-fast.y, -slow.y),
      horizontalPixelSize: nexus.fastPixelSize, verticalPixelSize: nexus.slowPixelSize, shape: nexus.shape)
  }

  /// The same detector with directions.
  public var nexus: NexusDetectorGeometry {
    let (sy, cy) = (sin(-yaw), cos(yaw))
    let (sp, cp) = (sin(pitch), cos(pitch))
    let (sr, cr) = (sin(-roll), cos(roll))
    // The first two columns of Ry(−yaw) Rx(pitch) Rz(−roll).
    let column1 = SIMD3(cy * cr + sy * sp * sr, cp * sr, -sy * cr + cy * sp * sr)
    let column2 = SIMD3(-cy * sr + sy * sp * cr, cp * cr, sy * sr + cy * sp * cr)
    return NexusDetectorGeometry(
      origin: origin, fast: -column1, slow: -column2, fastPixelSize: horizontalPixelSize,
      slowPixelSize: verticalPixelSize, shape: shape)
  }
}
