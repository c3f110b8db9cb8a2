/// How the intensities of reflections are found.
public enum IntensityMethod: String, Sendable, Hashable, Codable {
  /// Each is a parameter of the least squares (Pawley, J. Appl. Cryst. 14, 357 (1981)). It may come out negative.
  case pawley
  /// The observed intensity is shared in proportion to the calculated one, again and again (Le Bail, Duroy & Fourquet,
  /// Mater. Res. Bull. 23, 447 (1988)), here with the weights of least squares. It stays positive.
  case leBail
}

/// A shift of all lines in a whole-pattern refinement.
public struct WholePatternShift: Sendable, Hashable {
  public var kind: GeometryShift
  /// In radians or metres.
  public var amount: Double
  public var isRefined: Bool

  public init(_ kind: GeometryShift, amount: Double = 0, isRefined: Bool = true) {
    (self.kind, self.amount, self.isRefined) = (kind, amount, isRefined)
  }
}

/// What a whole pattern is made of, and what of that is refined.
public struct WholePatternModel: Sendable, Hashable {
  public var radiation: Radiation
  public var phases: [WholePatternPhase]
  /// Widths of the instrument.
  public var profile: InstrumentProfile
  /// Which of them are refined; none for an instrument known from a calibrant.
  public var refinedProfile: Set<WidthParameter>
  public var axialDivergence: AxialDivergence
  /// Whether the axial divergence is refined, sample and detector in the ratio that is given.
  public var refinesAxialDivergence: Bool
  public var shifts: [WholePatternShift]
  /// The number of Chebyshev polynomials of the background.
  public var backgroundTerms: Int
  /// Broad maxima of amorphous matter; their places and widths are kept, their heights refined.
  public var humps: [AmorphousHump]
  /// Angles to use, in radians; nil for all.
  public var range: ClosedRange<Double>?
  /// Angles to leave out, in radians.
  public var excluded: [ClosedRange<Double>]
  public var method: IntensityMethod
  /// Distance from a line, in full widths at half maximum, beyond which it is not calculated.
  public var reach: Double

  public init(
    radiation: Radiation, phases: [WholePatternPhase], profile: InstrumentProfile,
    refinedProfile: Set<WidthParameter> = [], axialDivergence: AxialDivergence = .none,
    refinesAxialDivergence: Bool = false, shifts: [WholePatternShift] = [], backgroundTerms: Int = 6,
    humps: [AmorphousHump] = [], range: ClosedRange<Double>? = nil, excluded: [ClosedRange<Double>] = [],
    method: IntensityMethod = .pawley, reach: Double = 30
  ) {
    self.radiation = radiation
    self.phases = phases
    self.profile = profile
    self.refinedProfile = refinedProfile
    self.axialDivergence = axialDivergence
    self.refinesAxialDivergence = refinesAxialDivergence
    self.shifts = shifts
    self.backgroundTerms = backgroundTerms
    self.humps = humps
    self.range = range
    self.excluded = excluded
    self.method = method
    self.reach = reach
  }

  func check() throws(WholePatternError) {
    guard !phases.isEmpty else { throw .outOfRange(name: "the number of phases", value: 0, expected: "one or more") }
    guard (0...40).contains(backgroundTerms) else {
      throw .outOfRange(name: "the number of background terms", value: Double(backgroundTerms), expected: "0 to 40")
    }
    guard reach >= 3, reach.isFinite else {
      throw .outOfRange(name: "the reach of a line", value: reach, expected: "three or more full widths")
    }
    for parameter in WidthParameter.allCases where !profile[parameter].isFinite {
      throw .outOfRange(name: "the width \(parameter)", value: profile[parameter], expected: "a number")
    }
    guard axialDivergence.isPossible, !refinesAxialDivergence || axialDivergence != .none else {
      throw .outOfRange(
        name: "the axial divergence", value: axialDivergence.aperture, expected: "two angles or ratios in 0...0.5")
    }
    for hump in humps where !(hump.fwhm > 0 && hump.fwhm.isFinite && hump.twoTheta.isFinite) {
      throw .outOfRange(name: "the width of a hump", value: hump.fwhm, expected: "a positive angle")
    }
    for shift in shifts {
      do { try shift.kind.check() } catch { throw .axis("\(error)") }
      guard shift.amount.isFinite else {
        throw .outOfRange(name: "the \(shift.kind.name)", value: shift.amount, expected: "a number")
      }
    }
  }
}
