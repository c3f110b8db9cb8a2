public import ArrayMath
public import ImageAnalysis
internal import Quantities

/// A volume made of projections by a ``TomogramRecipe``, and what was found on the way.
public struct Tomogram: Sendable {
  /// What is known of one of the projections that were given.
  public struct View: Sendable, Hashable {
    /// As it was prepared.
    public var prepared: PreparedView
    /// By how much the sample lies displaced in it, in pixels.
    public var displacement: ImageShift
    /// Standard uncertainty of the displacement from the noise, in pixels; nil without alignment.
    public var uncertainty: ImageShift?
    /// What was taken off after the preparation, in the projections' unit.
    public var ramp = ProjectionRamp()
    /// Its misfit over the median of all; nil where it is not known.
    public var reducedChiSquare: Double?
    /// Whether it does not fit the others.
    public var isOutlier = false
    /// Whether it is in the volume.
    public var isUsed = true
  }

  /// The projections in the volume, ramps taken off, with the geometry that was found. They are not resampled:
  /// displacements are told, not applied.
  public internal(set) var stack: ProjectionStack
  /// The place of each of them in ``views``.
  public internal(set) var kept: [Int]
  /// One a projection that was given.
  public internal(set) var views: [View]
  /// In the projections' unit a pixel (``ContrastScale``); positive for matter.
  public internal(set) var volume: ScalarVolume
  /// Volumes of the first, third ... and of the second, fourth ... projections of ``stack``. They share the alignment.
  public internal(set) var halves: (first: ScalarVolume, second: ScalarVolume)?
  /// How the halves agree; nil without them.
  public internal(set) var correlation: FourierShellCorrelation?
  /// Every iteration of the alignment.
  public internal(set) var history: [AlignmentProgress] = []
  /// How the alignment ended; nil without one.
  public internal(set) var status: AlignmentStatus?
  /// Standard uncertainty of a displacement as odd and even rows disagree, in pixels.
  public internal(set) var empiricalUncertainty: ImageShift?
  public internal(set) var notes: [String]
  public internal(set) var warnings: [String]

  init(_ prepared: PreparedProjections) {
    stack = prepared.stack
    kept = Array(0..<prepared.stack.count)
    views = zip(prepared.views, prepared.stack.geometry.displacements).map { View(prepared: $0, displacement: $1) }
    volume = ScalarVolume([], shape: VolumeShape(slices: 0, rows: 0, columns: 0))
    notes = prepared.notes
    warnings = prepared.warnings
  }

  /// Sums over the projections in the volume.
  ///
  /// - Throws: ``TomographyError`` never, as there is an uncertainty for every projection.
  public func total() throws -> TotalPhase {
    try TotalPhase(stack, uncertainties: kept.map { views[$0].prepared.total.uncertainty })
  }

  /// The slices that all views in the volume see. Beyond them, where displaced views end, densities are too low.
  public var completeSlices: Range<Int> { stack.geometry.completeSlices(rows: stack.shape.rows) }

  /// What a measurement of the particle uses beside the volume.
  public var evidence: ParticleMeasurement.Evidence {
    ParticleMeasurement.Evidence(
      halves: halves, projections: stack, resolution: correlation?.resolution().flatMap { $0.isFinite ? $0 : nil },
      shiftUncertainty: shiftUncertainty)
  }

  /// Root mean square of the standard uncertainties of the displacements, along a row or column, in pixels; what odd and even
  /// rows say where it is more. Nil without alignment.
  public var shiftUncertainty: Double? {
    let known = kept.compactMap { views[$0].uncertainty }.filter { $0.rows.isFinite && $0.columns.isFinite }
    guard !known.isEmpty else { return nil }
    let squares = known.reduce(0) { $0 + ($1.rows * $1.rows + $1.columns * $1.columns) / 2 }
    let stated = squares / Double(known.count)
    let seen = empiricalUncertainty.map { ($0.rows * $0.rows + $0.columns * $0.columns) / 2 } ?? 0
    return max(stated, seen).squareRoot()
  }
}
