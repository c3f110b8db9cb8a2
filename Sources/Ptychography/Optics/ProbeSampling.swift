public import ArrayMath

/// What of a zone plate's probe does not fit the window or the aperture, though it can be computed.
public enum ProbeSamplingWarning: Sendable, Hashable, CustomStringConvertible {
  /// The probe is wider than half its window: |ψ|² at the detector is sampled too coarsely.
  case widerThanHalfTheWindow(diameter: Double, window: Double)
  /// The order-sorting aperture is larger than the stop, whose shadow must cover it.
  case apertureLargerThanStop(aperture: Double, stop: Double)
  /// The order-sorting aperture cuts into the first order's cone.
  case apertureCutsFirstOrder(aperture: Double, cone: Double)

  public var description: String {
    switch self {
    case .widerThanHalfTheWindow(let diameter, let window):
      "the probe is \(micrometres(diameter)) wide, more than half of its window of \(micrometres(window)): the patterns are sampled too coarsely; bring the sample nearer to the focus or the detector farther away"
    case .apertureLargerThanStop(let aperture, let stop):
      "the order-sorting aperture (\(micrometres(aperture))) is larger than the central stop (\(micrometres(stop))): unfocused light reaches the sample; use a smaller aperture or a larger stop"
    case .apertureCutsFirstOrder(let aperture, let cone):
      "the order-sorting aperture (\(micrometres(aperture))) cuts into the focused beam, which is \(micrometres(cone)) wide there; move it nearer to the focus"
    }
  }
}

extension FresnelZonePlate {
  /// Whether a probe can be computed on a grid, and what is doubtful about it.
  ///
  /// - Parameters:
  ///   - wavelength: in metres.
  ///   - defocus: from the focus to the sample, positive downstream, in metres.
  ///   - pixel: of the object, in metres.
  ///   - window: of the probe.
  /// - Returns: what is doubtful.
  /// - Throws: ``PtychographyError`` for optics that cannot be, and for a probe that its window cannot hold: the phase of
  ///   the pupil would turn by more than half a turn from pixel to pixel.
  public func checkedSampling(
    wavelength: Double, defocus: Double, pixel: (height: Double, width: Double), window: FrameShape
  ) throws -> [ProbeSamplingWarning] {
    let lengths = [wavelength, diameter, outerZoneWidth, pixel.height, pixel.width]
    guard lengths.allSatisfy({ $0.isFinite && $0 > 0 }), defocus.isFinite, window.count > 0 else {
      throw PtychographyError.invalid(
        "a zone plate's wavelength, diameter, zone width and pixel must be positive lengths and its window not empty; found wavelength \(wavelength) m, diameter \(diameter) m, outermost zone \(outerZoneWidth) m, pixel \(pixel.height) m x \(pixel.width) m, defocus \(defocus) m, window \(window.rows) x \(window.columns)"
      )
    }
    guard centralStop.isFinite, centralStop >= 0, centralStop < diameter else {
      throw PtychographyError.invalid(
        "the central stop (\(micrometres(centralStop))) must be smaller than the zone plate (\(micrometres(diameter)))")
    }
    let focal = focalLength(wavelength: wavelength)
    guard focal + defocus > 0 else {
      throw PtychographyError.invalid(
        "a defocus of \(micrometres(defocus)) puts the sample upstream of the zone plate, whose focal length is \(micrometres(focal))"
      )
    }
    let coarsest = max(pixel.height, pixel.width)
    guard outerZoneWidth > coarsest else {
      throw PtychographyError.invalid(
        "the zone plate's cone is larger than the detector: its outermost zone (\(micrometres(outerZoneWidth))) must be wider than the object's pixel (\(micrometres(coarsest))); check energy, distance, pixel and crop"
      )
    }
    let extent = min(pixel.height * Double(window.rows), pixel.width * Double(window.columns))
    let probe = geometricDiameter(defocus: defocus, wavelength: wavelength)
    guard probe < extent else {
      throw PtychographyError.invalid(
        "at a defocus of \(micrometres(defocus)) the probe is \(micrometres(probe)) wide, but its window holds \(micrometres(extent)); reduce the defocus or keep more of the detector"
      )
    }
    var warnings: [ProbeSamplingWarning] = []
    if probe > extent / 2 { warnings.append(.widerThanHalfTheWindow(diameter: probe, window: extent)) }
    if let aperture = orderSortingAperture {
      guard aperture.diameter > 0, aperture.distanceToFocus > 0, aperture.distanceToFocus < focal else {
        throw PtychographyError.invalid(
          "the order-sorting aperture must lie between zone plate and focus; found a diameter of \(micrometres(aperture.diameter)) and \(micrometres(aperture.distanceToFocus)) to the focus, with a focal length of \(micrometres(focal))"
        )
      }
      guard aperture.distanceToFocus + defocus > 0 else {
        throw PtychographyError.invalid(
          "the sample (defocus \(micrometres(defocus))) lies upstream of the order-sorting aperture (\(micrometres(aperture.distanceToFocus)) before the focus)"
        )
      }
      if aperture.diameter > centralStop {
        warnings.append(.apertureLargerThanStop(aperture: aperture.diameter, stop: centralStop))
      }
      let cone = geometricDiameter(defocus: aperture.distanceToFocus, wavelength: wavelength)
      if cone > aperture.diameter {
        warnings.append(.apertureCutsFirstOrder(aperture: aperture.diameter, cone: cone))
      }
    }
    return warnings
  }
}
