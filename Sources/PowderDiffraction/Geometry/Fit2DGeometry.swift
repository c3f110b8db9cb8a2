import Foundation

/// A detector in the convention of FIT2D: the beam centre, the direct distance and the tilt.
///
/// It has five parameters where PONI has six: a turn of everything about the beam (`rotation3`) is not part of it. It
/// counts pixels from the corner of an unflipped image (``DetectorOrientation/bottomRight``), x along columns and y
/// along rows. FIT2D itself shows lengths in millimetres, pixels in micrometres and angles in degrees; here all is SI.
///
/// Source: Hammersley, Svensson, Hanfland, Fitch & Häusermann, High Pressure Research 14, 235 (1996).
public struct Fit2DGeometry: Sendable, Hashable, Codable {
  /// From the sample to the plate along the beam, in metres.
  public var directDistance: Double
  /// The beam centre in pixels, along columns and along rows; the centre of pixel (i, j) is (j + 1/2, i + 1/2).
  public var centreX, centreY: Double
  /// Angle between the beam and the normal of the plate, in radians, not negative.
  public var tilt: Double
  /// The direction of the tilt, in radians from x to y; 0 where there is no tilt.
  public var tiltPlaneRotation: Double
  /// Extent of a pixel along columns and along rows, in metres.
  public var pixelWidth, pixelHeight: Double

  public init(
    directDistance: Double, centreX: Double, centreY: Double, tilt: Double, tiltPlaneRotation: Double,
    pixelWidth: Double, pixelHeight: Double
  ) {
    self.directDistance = directDistance
    self.centreX = centreX
    self.centreY = centreY
    self.tilt = tilt
    self.tiltPlaneRotation = tiltPlaneRotation
    self.pixelWidth = pixelWidth
    self.pixelHeight = pixelHeight
  }

  /// The same plate; `rotation3` is lost, which turns azimuths and leaves scattering angles.
  ///
  ///     cos tilt = cos rot1 cos rot2,
  ///     sin tilt (cos tpr, sin tpr) = (−cos rot2 sin rot1, sin rot2).
  ///
  /// - Throws: ``GeometryError/noBeamCentre`` when the plate is tilted by a right angle or more.
  public init(_ poni: PoniGeometry, pixelWidth: Double, pixelHeight: Double) throws(GeometryError) {
    guard let centre = poni.beamCentre else { throw .noBeamCentre }
    let along = -cos(poni.rotation2) * sin(poni.rotation1)
    let across = sin(poni.rotation2)
    let sine = (along * along + across * across).squareRoot()
    let cosine = cos(poni.rotation1) * cos(poni.rotation2)
    self.init(
      directDistance: poni.distance / cosine, centreX: centre.axis2 / pixelWidth, centreY: centre.axis1 / pixelHeight,
      tilt: atan2(sine, cosine), tiltPlaneRotation: sine > 0 ? atan2(across, along) : 0, pixelWidth: pixelWidth,
      pixelHeight: pixelHeight)
  }

  /// The same plate in the PONI convention.
  ///
  /// - Parameter rotation3: what FIT2D does not know, in radians. pyFAI makes one up from tilt and direction, which
  ///   turns azimuths; 0 keeps rows and columns level.
  /// - Throws: ``GeometryError`` when the distance is not positive or the tilt reaches a right angle.
  public func poni(rotation3: Double = 0) throws(GeometryError) -> PoniGeometry {
    guard directDistance > 0, directDistance.isFinite else {
      throw .value("a direct distance of \(directDistance) m; a positive length is expected")
    }
    guard abs(tilt) < .pi / 2, tiltPlaneRotation.isFinite else {
      throw .value("a tilt of \(tilt) rad; less than a right angle is expected")
    }
    guard pixelWidth > 0, pixelHeight > 0, centreX.isFinite, centreY.isFinite else {
      throw .value("the pixels or the beam centre are not finite")
    }
    let along = sin(tilt) * cos(tiltPlaneRotation)
    let across = sin(tilt) * sin(tiltPlaneRotation)
    return PoniGeometry(
      distance: directDistance * cos(tilt), poni1: centreY * pixelHeight - directDistance * across,
      poni2: centreX * pixelWidth - directDistance * along, rotation1: atan2(-along, cos(tilt)),
      rotation2: asin(across), rotation3: rotation3)
  }
}
