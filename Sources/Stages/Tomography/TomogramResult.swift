public import ArrayMath
import Foundation
public import Tomography

/// What each voxel of a volume is, by a number.
public typealias LabelVolume = Volume<UInt8>

/// A reconstructed volume with what is known of it: what the stage of the particle works on.
public struct TomogramResult: NeXusRepresentable {
  /// In the unit of ``content``; matter is positive. Slices run down the axis, rows towards the source and columns to the
  /// right in the projection of angle 0.
  public var volume: ScalarVolume
  /// The projections that it was made of, prepared, with the geometry that was found. They are where they were measured:
  /// displacements are told, not applied.
  public var projections: ProjectionStack
  public var facts: Facts
  /// Volumes of every second projection, as ``volume``; nil where none were made.
  public var halves: (first: ScalarVolume, second: ScalarVolume)?

  public init(volume: ScalarVolume, projections: ProjectionStack, facts: Facts) {
    self.volume = volume
    self.projections = projections
    self.facts = facts
  }

  /// What a voxel of the volume holds.
  public enum Content: String, Sendable, Hashable, CaseIterable {
    /// 1 − Re n above that of the surrounding medium.
    case delta
    /// The linear attenuation coefficient above that of the medium, in 1/m.
    case attenuation
    /// Radians a voxel, where the wavelength is not known.
    case phase
  }

  /// Numbers and words beside volume and projections.
  public struct Facts: Sendable, Hashable, Codable {
    /// Edge of a voxel, in metres.
    public var voxel: Double
    /// In metres; nil where it is not known, as of absorption data.
    public var wavelength: Double?
    /// One a projection.
    public var views: [View]
    /// Standard uncertainties of the displacements, in pixels; empty where there are none.
    public var rowUncertainties: [Double] = []
    public var columnUncertainties: [Double] = []
    /// Of a displacement down and to the right as odd and even rows disagree, in pixels; empty where it is not known.
    public var empiricalUncertainty: [Double] = []
    /// Root mean square of the change of displacements in each iteration of the alignment, in pixels.
    public var steps: [AlignmentStep] = []
    /// How the alignment ended, in words; empty where none was made.
    public var alignment = ""
    /// How halves of the projections agree; nil where none were made.
    public var correlation: Correlation?
    /// How the volume was made, in words.
    public var reconstruction = ""
    public var notes: [String] = []
    public var warnings: [String] = []

    public init(voxel: Double, wavelength: Double?, views: [View]) {
      self.voxel = voxel
      self.wavelength = wavelength
      self.views = views
    }
  }

  /// What is told of a projection.
  public struct View: Sendable, Hashable, Codable {
    public var name: String
    /// Sum over the pixels, in radians or nepers; NaN where it is not known.
    public var total = Double.nan
    /// Constant and steps along rows and columns that were taken off, in radians (a pixel).
    public var ramp: [Double] = [0, 0, 0]
    /// Points about which the phase cannot be unwrapped.
    public var residues = 0
    /// Whether it stands out and was left out of the volume.
    public var isOutlier = false
    public var notes: [String] = []

    public init(name: String) { self.name = name }
  }

  /// One iteration of the alignment.
  public struct AlignmentStep: Sendable, Hashable, Codable {
    /// What was done, for example "re-projection, 4 x 4 pixels".
    public var name: String
    /// Root mean square of the change, in pixels of the projections.
    public var change: Double
    /// Misfit of projections and re-projections, in their unit; NaN where it is not known.
    public var misfit: Double

    public init(name: String, change: Double, misfit: Double = .nan) {
      self.name = name
      self.change = change
      self.misfit = misfit
    }
  }

  /// A Fourier shell correlation with its thresholds.
  public struct Correlation: Sendable, Hashable, Codable {
    /// Spatial frequency of each shell, in 1/m.
    public var frequencies: [Double]
    public var correlation: [Double]
    public var halfBit: [Double]
    public var oneBit: [Double]
    /// Half period of the crossing with the half-bit threshold, in metres; nil where halves agree nowhere.
    public var resolution: Double?
    /// Whether the halves agree down to the voxel, whose edge ``resolution`` then is.
    public var reachesVoxel: Bool

    public init(
      frequencies: [Double], correlation: [Double], halfBit: [Double], oneBit: [Double], resolution: Double?,
      reachesVoxel: Bool
    ) {
      self.frequencies = frequencies
      self.correlation = correlation
      self.halfBit = halfBit
      self.oneBit = oneBit
      self.resolution = resolution
      self.reachesVoxel = reachesVoxel
    }
  }

  public var geometry: ProjectionGeometry { projections.geometry }

  public var content: Content { Self.content(of: projections.quantity, wavelength: facts.wavelength) }

  static func content(of quantity: ProjectionStack.Quantity, wavelength: Double?) -> Content {
    quantity == .absorption ? .attenuation : wavelength == nil ? .phase : .delta
  }

  /// What a reconstruction's radians or nepers a voxel are multiplied by.
  static func factor(of quantity: ProjectionStack.Quantity, wavelength: Double?, voxel: Double) -> Double {
    if quantity == .absorption { return 1 / voxel }
    return wavelength.map { ContrastScale(wavelength: $0, voxel: voxel).delta } ?? 1
  }

  /// From radians a voxel to δ and electron density; nil for absorption, and where the wavelength is not known.
  public var scale: ContrastScale? {
    guard projections.quantity == .phase, let wavelength = facts.wavelength else { return nil }
    return ContrastScale(wavelength: wavelength, voxel: facts.voxel)
  }
}
