/// How projections become a volume: preparation, alignment, ramps, reconstruction, halves.
///
/// One function for all who make a volume, so that what is tested is what is run. No step resamples projections: what is
/// found about a view goes into the geometry, and every volume is made of the prepared projections.
public struct TomogramRecipe: Sendable, Hashable, Codable {
  public var preparation = PreparationSettings()
  /// Nil where projections lie as they should.
  public var alignment: AlignmentSettings? = AlignmentSettings()
  /// How often constants and ramps are fitted again to projections simulated from an aligned volume, and views aligned
  /// again after it; 0 keeps those from air.
  public var rampRounds = 0
  public var algorithm = ReconstructionAlgorithm(.fbp)
  /// Where the axis is, in pixels from the left edge of the projections as given; nil is what the projections state, or the
  /// middle.
  public var axisColumn: Double?
  /// Whether volumes of every other view are made too, for the resolution and what follows from two measurements.
  public var makesHalves = true

  public init() {}

  /// A volume of complex projections.
  ///
  /// - Parameters:
  ///   - sense: which way the sample turned.
  ///   - threads: the result does not depend on it.
  ///   - progress: told before each step and within the alignment; what it throws ends the work.
  /// - Throws: ``TomographyError`` for projections that cannot be used, and what `progress` throws.
  public func callAsFunction(
    _ projections: [TransmissionProjection], sense: RotationSense, threads: Int,
    progress: (TomogramProgress) throws -> Void = { _ in }
  ) throws -> Tomogram {
    try progress(TomogramProgress(.preparation))
    return try callAsFunction(
      ProjectionPreparation(preparation).prepare(projections, sense: sense, threads: threads), threads: threads,
      progress: progress)
  }

  /// A volume of projections as a file holds them.
  public func callAsFunction(
    _ measured: MeasuredProjections, sense: RotationSense, threads: Int,
    progress: (TomogramProgress) throws -> Void = { _ in }
  ) throws -> Tomogram {
    try progress(TomogramProgress(.preparation))
    return try callAsFunction(
      ProjectionPreparation(preparation).prepare(measured, sense: sense, threads: threads), threads: threads,
      progress: progress)
  }

  /// A volume of projections that are prepared.
  public func callAsFunction(
    _ prepared: PreparedProjections, threads: Int, progress: (TomogramProgress) throws -> Void = { _ in }
  ) throws -> Tomogram {
    var prepared = prepared
    if let axisColumn {
      prepared.stack.geometry.axisColumn = axisColumn - Double(prepared.kept.columns.lowerBound)
    }
    var tomogram = Tomogram(prepared)
    if let alignment {
      try tomogram.align(alignment, threads: threads, progress: progress)
      for _ in 0..<rampRounds { try tomogram.refit(alignment, threads: threads, progress: progress) }
    }
    try progress(TomogramProgress(.reconstruction))
    tomogram.volume = try algorithm(tomogram.stack, threads: threads)
    if makesHalves, tomogram.stack.count > 1 {
      try progress(TomogramProgress(.halves))
      try tomogram.halve(threads: threads) { try algorithm($0, threads: threads) }
    }
    return tomogram
  }
}

/// How far a ``TomogramRecipe`` is.
public struct TomogramProgress: Sendable, Hashable {
  /// What is about to be done.
  public enum Step: String, Sendable, Hashable, Codable, CaseIterable {
    case preparation, alignment, ramps, reconstruction, halves
  }

  public var step: Step
  /// Of the iteration that has ended, in the alignment.
  public var alignment: AlignmentProgress?

  public init(_ step: Step, alignment: AlignmentProgress? = nil) {
    self.step = step
    self.alignment = alignment
  }
}
