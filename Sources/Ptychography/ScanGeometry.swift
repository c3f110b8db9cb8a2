public import ArrayMath

/// How the wave travels from the sample to the detector.
public enum Propagation: String, Sendable, Hashable, Codable, CaseIterable {
  /// To the far field: one Fourier transform.
  case farField
  /// Through a short distance: a convolution with the Fresnel kernel, the same pixel before and after.
  case nearField
}

/// The quantities that tie pixels of the detector to pixels of the object.
///
/// In the far field the object's pixel is λ z / (N p). In the near field, behind a focus, the magnified geometry is
/// replaced by its parallel equivalent: the magnification M = (z₁ + z₂)/z₁, pixel p/M and distance z₂/M, with z₁ from
/// the focus to the sample and z₂ from the sample to the detector (Fresnel scaling theorem; D. Paganin, Coherent X-Ray
/// Optics, Oxford 2006, section 1.5).
public struct ScanGeometry: Sendable, Hashable, Codable {
  /// The wavelength, in metres.
  public var wavelength: Double
  /// From the sample to the detector, in metres.
  public var distance: Double
  /// Height of a detector pixel, in metres.
  public var pixelHeight: Double
  /// Width of a detector pixel, in metres.
  public var pixelWidth: Double
  /// How the wave travels to the detector.
  public var propagation: Propagation
  /// From the focus to the sample, in metres, positive where the sample is downstream; `nil` stands for a parallel
  /// beam. Only the near field depends on it.
  public var focusDistance: Double?

  public init(
    wavelength: Double, distance: Double, pixelHeight: Double, pixelWidth: Double,
    propagation: Propagation = .farField, focusDistance: Double? = nil
  ) {
    self.wavelength = wavelength
    self.distance = distance
    self.pixelHeight = pixelHeight
    self.pixelWidth = pixelWidth
    self.propagation = propagation
    self.focusDistance = focusDistance
  }

  /// h c, in joule metres, from the exact values of the SI.
  public static let planckTimesLightSpeed = 6.626_070_15e-34 * 299_792_458.0

  /// The wavelength of photons of an energy in joules.
  public static func wavelength(ofPhotonEnergy energy: Double) -> Double { planckTimesLightSpeed / energy }

  /// The energy of a photon, in joules.
  public var photonEnergy: Double { Self.planckTimesLightSpeed / wavelength }

  /// (z₁ + z₂)/z₁ in the near field of a focus, otherwise 1.
  public var magnification: Double {
    guard propagation == .nearField, let focusDistance else { return 1 }
    return (focusDistance + distance) / focusDistance
  }

  /// The distance of the parallel equivalent, in metres.
  public var effectiveDistance: Double { distance / magnification }

  /// Extents of an object pixel along rows (height) and columns (width), in metres.
  ///
  /// - Parameter window: the extent of the cropped patterns.
  public func objectPixel(for window: FrameShape) -> (height: Double, width: Double) {
    switch propagation {
    case .farField:
      (
        wavelength * distance / (Double(window.rows) * pixelHeight),
        wavelength * distance / (Double(window.columns) * pixelWidth)
      )
    case .nearField: (pixelHeight / magnification, pixelWidth / magnification)
    }
  }
}
