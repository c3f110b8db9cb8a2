/// The wavelengths of a beam with their shares.
public struct Radiation: Sendable, Hashable {
  /// One line of a spectrum.
  public struct Line: Sendable, Hashable {
    /// In metres.
    public var wavelength: Double
    /// Share of the integrated intensity; all shares of a radiation add up to one.
    public var share: Double
    /// Lorentzian full width at half maximum over the wavelength; broadens reflections by twice that times tan θ.
    public var relativeWidth: Double

    public init(wavelength: Double, share: Double = 1, relativeWidth: Double = 0) {
      (self.wavelength, self.share, self.relativeWidth) = (wavelength, share, relativeWidth)
    }
  }

  /// The lines, the strongest first.
  public let lines: [Line]

  /// - Throws: ``WholePatternError`` without lines or for a wavelength, share or width out of range.
  public init(_ lines: [Line]) throws(WholePatternError) {
    guard !lines.isEmpty else {
      throw .outOfRange(name: "the number of wavelengths", value: 0, expected: "one or more")
    }
    var total = 0.0
    for line in lines {
      guard line.wavelength > 0, line.wavelength.isFinite else {
        throw .outOfRange(name: "a wavelength", value: line.wavelength, expected: "a positive number of metres")
      }
      guard line.share > 0, line.share.isFinite else {
        throw .outOfRange(name: "the share of a wavelength", value: line.share, expected: "a positive number")
      }
      guard line.relativeWidth >= 0, line.relativeWidth < 0.1 else {
        throw .outOfRange(name: "the relative width of a wavelength", value: line.relativeWidth, expected: "0 to 0.1")
      }
      total += line.share
    }
    self.lines = lines.map { Line(wavelength: $0.wavelength, share: $0.share / total, relativeWidth: $0.relativeWidth) }
      .sorted { $0.share > $1.share }
  }

  /// One wavelength, in metres.
  ///
  /// - Throws: ``WholePatternError`` unless it is positive.
  public static func monochromatic(_ wavelength: Double) throws(WholePatternError) -> Radiation {
    try Radiation([Line(wavelength: wavelength)])
  }

  private init(unchecked lines: [Line]) { self.lines = lines }

  /// Cu K alpha 1 alone, 1.5405929 Å: behind a monochromator that removes the other line.
  public static let copperKAlpha1 = Radiation(unchecked: [Line(wavelength: 1.5405929e-10)])

  /// The two lines Cu K alpha 1 and 2, 1.5405929 and 1.5444274 Å, areas 2 : 1.
  ///
  /// Hölzer, Fritsch, Deutsch, Härtwig & Förster, Phys. Rev. A 56, 4554 (1997).
  public static let copperKAlphaDoublet = Radiation(unchecked: [
    Line(wavelength: 1.5405929e-10, share: 2.0 / 3), Line(wavelength: 1.5444274e-10, share: 1.0 / 3),
  ])

  /// Cu K alpha as the four Lorentzians of Hölzer et al., Phys. Rev. A 56, 4554 (1997), table III.
  ///
  /// Energies 8047.837, 8045.367, 8027.993 and 8026.504 eV, full widths 2.285, 3.358, 2.666 and 3.571 eV, heights 0.957,
  /// 0.090, 0.334 and 0.111; the share is height times width.
  public static let copperKAlpha: Radiation = {
    let table = [
      (8047.8372, 2.285, 0.957), (8045.3672, 3.358, 0.090), (8027.9935, 2.666, 0.334), (8026.5041, 3.571, 0.111),
    ]
    let total = table.reduce(0) { $0 + $1.1 * $1.2 }
    let lines = table.map { energy, width, height in
      Line(
        wavelength: 12398.419843320026e-10 / energy, share: width * height / total, relativeWidth: width / energy)
    }
    return Radiation(unchecked: lines.sorted { $0.share > $1.share })
  }()
}
