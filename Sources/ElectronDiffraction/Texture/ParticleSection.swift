/// Where the particle's centre lies in a map, and how far its edge is.
public struct ParticleSection: Sendable, Hashable {
  /// How the centre was found.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    case given, areaCentroid, circle, ellipse, arc
  }

  /// How outline and centre were found.
  public let method: Method
  /// In the map's frame, in metres.
  public let centre: SIMD2<Double>
  /// Covariance of the centre, in square metres.
  public let covariance: PlaneCovariance
  /// Radius of the section, in metres; that of a circle of equal area for an ellipse.
  public let radius: Double
  /// Standard uncertainty of the radius, in metres.
  public let radiusUncertainty: Double
  /// The outline that was fitted, in the map's frame, in metres; empty where the centre was given without one.
  public let outline: [SIMD2<Double>]

  /// A centre that somebody states.
  public init(
    centre: SIMD2<Double>, covariance: PlaneCovariance = .zero, radius: Double, radiusUncertainty: Double = 0
  ) {
    self.init(
      method: .given, centre: centre, covariance: covariance, radius: radius, radiusUncertainty: radiusUncertainty,
      outline: [])
  }

  init(
    method: Method, centre: SIMD2<Double>, covariance: PlaneCovariance, radius: Double, radiusUncertainty: Double,
    outline: [SIMD2<Double>]
  ) {
    (self.method, self.centre, self.covariance, self.radius) = (method, centre, covariance, radius)
    (self.radiusUncertainty, self.outline) = (radiusUncertainty, outline)
  }
}
