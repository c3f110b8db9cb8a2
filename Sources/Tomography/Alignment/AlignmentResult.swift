public import ImageAnalysis

/// How an alignment ended.
public enum AlignmentStatus: String, Sendable, Hashable, Codable, CaseIterable {
  /// The last step was below the tolerance, and a displacement put on for a trial was taken back.
  case converged
  /// Steps stayed above the tolerance without falling, or a displacement put on for a trial was not taken back.
  case stuck
  /// The iterations were used up while steps were still falling.
  case limit
  /// Re-projection was not asked for.
  case firstSteps = "first-steps"
}

/// One iteration of re-projection.
public struct AlignmentProgress: Sendable, Hashable {
  /// Pixels along each side that were taken together.
  public var bin: Int
  /// Counted from 1, over all levels.
  public var iteration: Int
  /// How many there are at most.
  public var iterations: Int
  /// Root mean square of the steps down and to the right, in pixels of the projections.
  public var step: ImageShift
  /// Root mean square of projections minus re-projections, in the projections' unit.
  public var misfit: Double

  public init(bin: Int, iteration: Int, iterations: Int, step: ImageShift, misfit: Double) {
    (self.bin, self.iteration, self.iterations) = (bin, iteration, iterations)
    (self.step, self.misfit) = (step, misfit)
  }
}

/// A constant and a ramp of one projection: c + a (column − columns/2) + b (row − rows/2).
public struct ProjectionRamp: Sendable, Hashable {
  /// In the projections' unit.
  public var constant: Double
  /// In the projections' unit a pixel, to the right and down.
  public var across: Double, down: Double

  public init(constant: Double = 0, across: Double = 0, down: Double = 0) {
    (self.constant, self.across, self.down) = (constant, across, down)
  }
}

/// Projections with the geometry that was found for them.
public struct AlignmentResult: Sendable {
  /// The projections, not resampled, with the geometry found and, where they were fitted, without their ramps.
  public var stack: ProjectionStack
  /// The place of each of the stack's projections among those that were given.
  public var views: [Int]
  /// Standard uncertainty of each displacement in pixels, from the noise; infinite where nothing was measured.
  public var uncertainties: [ImageShift]
  /// Standard uncertainty of a displacement in pixels, as odd and even bands of rows disagree; nil without re-projection.
  public var empiricalUncertainty: ImageShift?
  /// The ramp taken off each projection.
  public var ramps: [ProjectionRamp]
  /// Misfit of each projection over the median of all; empty without re-projection.
  public var reducedChiSquares: [Double]
  /// Every iteration of re-projection.
  public var history: [AlignmentProgress]
  public var status: AlignmentStatus
  /// The part of a displacement put on for a trial that the next step takes back, down and to the right; nil without
  /// re-projection.
  public var restoredPart: ImageShift?
  /// Projections that do not fit the others, by their places among those that were given.
  public var outliers: [Int]
  /// What was found and done, for a reader of the report.
  public var notes: [String]
}
