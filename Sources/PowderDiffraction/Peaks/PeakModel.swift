public import Crystallography

/// What is fitted to a powder pattern: windows with a background each, and the reflections of several phases in them.
///
/// All windows and phases are fitted together, so that a neighbour's line is modelled and never taken for the sample's.
public struct PeakModel: Sendable, Hashable {
  /// Parts of the pattern that are fitted; they do not overlap.
  public var windows: [PeakWindow]
  /// The sample and its neighbours.
  public var phases: [PeakPhase]
  /// Width of sharp lines; `nil` where it is not known, and then every phase has widths of its own.
  public var instrument: InstrumentProfile?
  /// Where the sample stands along the beam.
  public var displacement: PeakDisplacement
  /// Wavelength in metres; `nil` takes that of the pattern. Needed where a phase is tied to a cell.
  public var wavelength: Double?

  public init(
    windows: [PeakWindow], phases: [PeakPhase], instrument: InstrumentProfile? = nil,
    displacement: PeakDisplacement = .none, wavelength: Double? = nil
  ) {
    self.windows = windows
    self.phases = phases
    self.instrument = instrument
    self.displacement = displacement
    self.wavelength = wavelength
  }
}

/// A part of a pattern and its background, a sum of Chebyshev polynomials over the part.
public struct PeakWindow: Sendable, Hashable {
  /// From where to where, in radians of 2θ.
  public var range: ClosedRange<Double>
  /// Order of the background: 0 constant, 1 linear; at most 8.
  public var backgroundOrder: Int

  public init(_ range: ClosedRange<Double>, backgroundOrder: Int = 1) {
    self.range = range
    self.backgroundOrder = backgroundOrder
  }
}

/// A shift of the sample along the beam, which moves all lines together.
///
/// A sample that is nearer to an untilted plate by the fraction s of the distance has its rings at
/// `tan 2θ′ = (1 − s) tan 2θ`.
public enum PeakDisplacement: Sendable, Hashable {
  /// The sample stands where the calibrant stood.
  case none
  /// Known: s, positive towards the detector.
  case fixed(Double)
  /// Fitted; needs a phase whose cell is known, such as the tungsten of the needle.
  case free
  /// Fitted, and known beforehand to be `value` within the standard deviation `sigma`.
  case restrained(value: Double, sigma: Double)
}

/// A crystalline phase and those of its reflections that lie in the windows.
public struct PeakPhase: Sendable, Hashable {
  /// What the phase is called, for example "NMC811" or "Al".
  public var name: String
  /// Its cell, where the fit starts or what it is tied to.
  public var cell: UnitCell
  /// Its reflections. Those outside all windows are left out of the fit.
  public var reflections: [MillerIndices]
  /// What may move.
  public var positions: PeakPositions
  /// How the widths are ruled.
  public var widths: PeakWidths
  /// How the intensities are ruled.
  public var intensities: PeakIntensities

  public init(
    _ name: String, cell: UnitCell, reflections: [MillerIndices], positions: PeakPositions = .free,
    widths: PeakWidths = .free(), intensities: PeakIntensities = .free
  ) {
    self.name = name
    self.cell = cell
    self.reflections = reflections
    self.positions = positions
    self.widths = widths
    self.intensities = intensities
  }
}

/// What of a phase's positions is fitted.
public enum PeakPositions: Sendable, Hashable {
  /// Each line by itself.
  case free
  /// The edges of the cell; edges that are equal stay equal, angles keep their values.
  case cell
  /// One factor on all edges.
  case scale
  /// Nothing: the lines stand where the cell puts them, displaced with the sample.
  case fixed
}

/// How the widths of a phase's lines are ruled.
public enum PeakWidths: Sendable, Hashable {
  /// As wide as the instrument makes a sharp line.
  case instrument
  /// Gaussian broadening by a spread of the lattice: `G² = G_i² + (4 ε tan θ)²`, one ε² a phase, which may come out
  /// below zero within its uncertainty.
  case strained
  /// Gaussian broadening of each line by itself: `G² = G_i² + g`; g may come out below zero within its uncertainty.
  case broadened
  /// A full width of each line, and one Lorentzian share of the phase, which is fitted where it is `nil`.
  case free(mixing: Double? = nil)
  /// Known.
  case fixed(PeakProfile)
}

/// How the intensities of a phase's lines are ruled.
public enum PeakIntensities: Sendable, Hashable {
  /// Each line by itself.
  case free
  /// In given proportion, one number a reflection; one factor is fitted.
  case relative([Double])
  /// Each line by itself, known beforehand: one value and standard deviation a reflection; `nil` where nothing is known.
  case restrained([PeakValue?])
}

/// A value and its standard uncertainty, in one unit.
public struct PeakValue: Sendable, Hashable {
  public var value: Double
  public var sigma: Double

  public init(_ value: Double, sigma: Double) { (self.value, self.sigma) = (value, sigma) }

  /// What stands for a value that the pattern does not give.
  public static let unknown = PeakValue(.nan, sigma: .nan)
}
