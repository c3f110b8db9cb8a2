import Foundation

/// A flat plate by the numbers that rings determine almost independently of each other.
///
/// With `u` the direction of the beam in the axes of the plate (1 up, 2 along the rows, 3 its normal) and `x` the place on
/// the plate from the point where the direct beam meets it, a point of the plate lies at `v = D u + (x1, x2, 0)`, and
///
///     t3 = u·v = D + u1 x1 + u2 x2,   r² = v² − t3² = x1² + x2² − (u1 x1 + u2 x2)²,   tan 2θ = r / t3.
///
/// Rotation 3 of the PONI convention turns the plate about the beam, which no ring shows; it is not part of the model.
struct PlateModel: Sendable, Hashable {
  /// From the sample along the direct beam to the plate, in metres.
  var distance: Double
  /// Where the direct beam meets the plate, in metres along axes 1 and 2.
  var beam1, beam2: Double
  /// Components of the beam's direction along axes 1 and 2 of the plate.
  var tilt1, tilt2: Double

  /// The component of the beam's direction along the normal of the plate.
  var normal: Double { max(1 - tilt1 * tilt1 - tilt2 * tilt2, 1e-12).squareRoot() }

  /// The plates that this model describes: the direct beam meets them at less than about 80 degrees from the normal.
  static let leastNormal = 0.17

  init(distance: Double, beam1: Double, beam2: Double, tilt1: Double, tilt2: Double) {
    self.distance = distance
    self.beam1 = beam1
    self.beam2 = beam2
    self.tilt1 = tilt1
    self.tilt2 = tilt2
  }

  /// `nil` for a plate that the direct beam does not meet, or meets at a grazing angle.
  init?(_ poni: PoniGeometry) {
    let direction = poni.rotation.row3
    guard direction.z > Self.leastNormal, poni.distance > 0, poni.distance.isFinite else { return nil }
    distance = poni.distance / direction.z
    tilt1 = direction.x
    tilt2 = direction.y
    beam1 = poni.poni1 + distance * tilt1
    beam2 = poni.poni2 + distance * tilt2
  }

  /// The same plate in PONI terms: u = (sin rot2, −cos rot2 sin rot1, cos rot2 cos rot1).
  func poni(rotation3: Double = 0) -> PoniGeometry {
    PoniGeometry(
      distance: distance * normal, poni1: beam1 - distance * tilt1, poni2: beam2 - distance * tilt2,
      rotation1: atan2(-tilt2, normal), rotation2: asin(min(max(tilt1, -1), 1)), rotation3: rotation3)
  }

  /// The scattering angle at a point of the plate, in radians.
  func twoTheta(_ axis1: Double, _ axis2: Double) -> Double {
    let x1 = axis1 - beam1
    let x2 = axis2 - beam2
    let s = tilt1 * x1 + tilt2 * x2
    return atan2(max(x1 * x1 + x2 * x2 - s * s, 0).squareRoot(), distance + s)
  }

  /// The scattering angle and its derivatives with respect to distance, beam1, beam2, tilt1, tilt2.
  func twoThetaAndDerivatives(_ axis1: Double, _ axis2: Double) -> (value: Double, derivatives: [5 of Double]) {
    let x1 = axis1 - beam1
    let x2 = axis2 - beam2
    let s = tilt1 * x1 + tilt2 * x2
    let t = distance + s
    let r = max(x1 * x1 + x2 * x2 - s * s, 1e-300).squareRoot()
    let square = r * r + t * t
    // d2θ = (t dr − r dt) / (r² + t²) with r dr = x dx − s ds and dt = dD + ds.
    let alongR = t / square
    let alongT = r / square
    func change(ds: Double, xdx: Double) -> Double { alongR * (xdx - s * ds) / r - alongT * ds }
    return (
      atan2(r, t),
      [
        -alongT, change(ds: -tilt1, xdx: -x1), change(ds: -tilt2, xdx: -x2), change(ds: x1, xdx: 0),
        change(ds: x2, xdx: 0),
      ]
    )
  }

  /// The distance on the plate from the beam to a ring, in metres, along a direction of the plate.
  ///
  /// - Parameters:
  ///   - twoTheta: of the ring, in radians.
  ///   - azimuth: of the direction, counted from axis 2 towards axis 1, in radians.
  /// - Returns: `nil` where the ring does not meet the plate in that direction.
  func radius(twoTheta: Double, azimuth: Double) -> Double? {
    let along = tilt1 * sin(azimuth) + tilt2 * cos(azimuth)
    let across = max(1 - along * along, 0).squareRoot()
    // r / t = tan 2θ with r = ρ across and t = D + ρ along.
    let denominator = across * cos(twoTheta) - along * sin(twoTheta)
    guard denominator > 1e-9 else { return nil }
    return distance * sin(twoTheta) / denominator
  }

  /// The derivatives of (distance, beam1, beam2, tilt1, tilt2) with respect to the PONI terms (distance, poni1, poni2,
  /// rotation1, rotation2), row by row.
  var derivativesByPoni: [Double] {
    let poni = poni()
    let (s1, c1) = (sin(poni.rotation1), cos(poni.rotation1))
    let (s2, c2) = (sin(poni.rotation2), cos(poni.rotation2))
    let u3 = c1 * c2
    let byDistance = [1 / u3, poni.distance * s1 * c2 / (u3 * u3), poni.distance * c1 * s2 / (u3 * u3)]
    let tilt1By = [0, 0, c2]
    let tilt2By = [0, -c2 * c1, s2 * s1]
    func beam(_ u: Double, _ du: [Double]) -> [Double] { (0..<3).map { byDistance[$0] * u + distance * du[$0] } }
    let beam1By = beam(tilt1, tilt1By)
    let beam2By = beam(tilt2, tilt2By)
    return [
      byDistance[0], 0, 0, byDistance[1], byDistance[2],
      beam1By[0], 1, 0, beam1By[1], beam1By[2],
      beam2By[0], 0, 1, beam2By[1], beam2By[2],
      0, 0, 0, tilt1By[1], tilt1By[2],
      0, 0, 0, tilt2By[1], tilt2By[2],
    ]
  }

  /// The derivatives of the PONI terms (distance, poni1, poni2, rotation1, rotation2) with respect to (distance, beam1,
  /// beam2, tilt1, tilt2), row by row: the inverse of ``derivativesByPoni``.
  var derivativesOfPoni: [Double] {
    let (u1, u2, u3) = (tilt1, tilt2, normal)
    let square = u2 * u2 + u3 * u3
    return [
      u3, 0, 0, -distance * u1 / u3, -distance * u2 / u3,
      -u1, 1, 0, -distance, 0,
      -u2, 0, 1, 0, -distance,
      0, 0, 0, -u1 * u2 / (u3 * square), -1 / u3,
      0, 0, 0, 1 / square.squareRoot(), 0,
    ]
  }

  /// The model as a vector: distance, beam1, beam2, tilt1, tilt2.
  var vector: [Double] {
    get { [distance, beam1, beam2, tilt1, tilt2] }
    set { (distance, beam1, beam2, tilt1, tilt2) = (newValue[0], newValue[1], newValue[2], newValue[3], newValue[4]) }
  }
}
