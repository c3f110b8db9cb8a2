/// A Fresnel zone plate with a central stop and an order-sorting aperture: what shapes the beam of a scanning microscope.
///
/// With D the diameter and Δr the width of the outermost zone the focal length is f = D Δr/λ and the numerical aperture
/// λ/(2 Δr). The sample lies downstream of the focus, in the diverging beam, where the probe's geometric diameter is
/// D |Δz|/f. D. Attwood, Soft X-Rays and Extreme Ultraviolet Radiation, Cambridge 1999, chapter 9.
///
/// The defaults are assumed: such optics were in use at 9.7 keV, but the experiment that this program is made for does
/// not state its own. ``assumptions`` lists them.
public struct FresnelZonePlate: Sendable, Hashable, Codable {
  /// A pinhole between zone plate and focus that passes the first order alone.
  public struct OrderSortingAperture: Sendable, Hashable, Codable {
    /// In metres.
    public var diameter: Double
    /// From the aperture down to the focus, in metres.
    public var distanceToFocus: Double

    public init(diameter: Double = 50e-6, distanceToFocus: Double = 20e-3) {
      self.diameter = diameter
      self.distanceToFocus = distanceToFocus
    }
  }

  /// Where something lies off the axis, in metres.
  public struct Offset: Sendable, Hashable, Codable {
    /// Down.
    public var y: Double
    /// To the right.
    public var x: Double

    public init(y: Double = 0, x: Double = 0) {
      self.y = y
      self.x = x
    }
  }

  /// D, in metres.
  public var diameter: Double
  /// Δr, in metres.
  public var outerZoneWidth: Double
  /// The diameter of the central stop, in metres; 0 for none.
  public var centralStop: Double
  /// How far the stop has drifted off the zone plate's axis.
  public var stopOffset: Offset
  /// The order-sorting aperture; `nil` for none.
  public var orderSortingAperture: OrderSortingAperture?

  public init(
    diameter: Double = 400e-6, outerZoneWidth: Double = 150e-9, centralStop: Double = 60e-6,
    stopOffset: Offset = Offset(), orderSortingAperture: OrderSortingAperture? = OrderSortingAperture()
  ) {
    self.diameter = diameter
    self.outerZoneWidth = outerZoneWidth
    self.centralStop = centralStop
    self.stopOffset = stopOffset
    self.orderSortingAperture = orderSortingAperture
  }

  /// f of the first order, in metres.
  public func focalLength(wavelength: Double) -> Double { diameter * outerZoneWidth / wavelength }

  /// λ/(2 Δr).
  public func numericalAperture(wavelength: Double) -> Double { wavelength / (2 * outerZoneWidth) }

  /// The diameter of the first order's cone by geometry, in metres.
  ///
  /// - Parameter defocus: from the focus, positive downstream, in metres.
  public func geometricDiameter(defocus: Double, wavelength: Double) -> Double {
    diameter * abs(defocus) / focalLength(wavelength: wavelength)
  }

  /// The members that still have their assumed values, one sentence each.
  public var assumptions: [String] {
    let standard = FresnelZonePlate()
    var sentences: [String] = []
    func assume(_ isAssumed: Bool, _ name: String, _ value: String) {
      if isAssumed { sentences.append("The \(name) of \(value) is assumed.") }
    }
    assume(diameter == standard.diameter, "zone plate's diameter", micrometres(diameter))
    assume(outerZoneWidth == standard.outerZoneWidth, "outermost zone's width", micrometres(outerZoneWidth))
    assume(centralStop == standard.centralStop, "central stop's diameter", micrometres(centralStop))
    if let aperture = orderSortingAperture, let usual = standard.orderSortingAperture {
      assume(
        aperture.diameter == usual.diameter, "order-sorting aperture's diameter", micrometres(aperture.diameter))
      assume(
        aperture.distanceToFocus == usual.distanceToFocus, "order-sorting aperture's distance to the focus",
        micrometres(aperture.distanceToFocus))
    }
    return sentences
  }

  /// How much of the light that meets a point of the zone plate's plane goes on, from 0 to 1.
  ///
  /// - Parameters:
  ///   - y: from the axis, down, in metres.
  ///   - x: from the axis, to the right, in metres.
  ///   - edge: the width over which an edge rises, in metres: a pixel of the grid that samples the pupil.
  func pupil(y: Double, x: Double, edge: Double) -> Double {
    let outer = ((diameter / 2 - (x * x + y * y).squareRoot()) / edge + 0.5).clamped
    guard outer > 0, centralStop > 0 else { return outer }
    let dy = y - stopOffset.y
    let dx = x - stopOffset.x
    return outer * (((dx * dx + dy * dy).squareRoot() - centralStop / 2) / edge + 0.5).clamped
  }
}

extension Double {
  /// The nearest number from 0 to 1.
  fileprivate var clamped: Double { Swift.min(Swift.max(self, 0), 1) }
}
