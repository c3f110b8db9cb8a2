internal import ImageAnalysis
internal import ArrayMath
internal import Foundation

/// Sequential re-projection: a volume of all projections where they lie now, its projections, the displacement of every
/// measured projection from its re-projection; and again, until steps are small.
///
/// - The volume is always that of the projections as measured: what is found goes into the geometry alone.
/// - Its window ends at the Crowther frequency M/(πD) or below, it is set to 0 beyond the support of the sample and, if asked,
///   where it is negative. From the Crowther frequency on, a projection would meet itself in its re-projection and stay
///   where it is.
/// - Pixels are taken together first in fours, then in pairs.
/// - Small displacements come from the normal equations of ``FlowSums``, large ones from the cross-correlation.
///
/// M. Dengler, Ultramicroscopy 30 (1989) 337; D. Gürsoy et al., Sci. Rep. 7 (2017) 11818; M. Odstrčil et al., Opt. Express
/// 27 (2019) 36637.
public struct ReprojectionAlignment: Sendable, Hashable {
  public var settings: AlignmentSettings

  public init(_ settings: AlignmentSettings = AlignmentSettings()) { self.settings = settings }

  /// The alignment from where the stack's geometry says that the projections lie.
  ///
  /// - Parameters:
  ///   - radius: how far matter reaches from the axis, in pixels; nil where that is not known or beyond the field.
  ///   - progress: called after every iteration; what it throws ends the alignment.
  /// - Throws: ``TomographyError`` for projections of fewer than three directions or of too few pixels.
  public func refine(
    _ stack: ProjectionStack, radius: Double? = nil, threads: Int,
    progress: (AlignmentProgress) throws -> Void = { _ in }
  ) throws -> AlignmentResult {
    let profiles = try ViewProfiles.all(stack, threads: threads)
    return try refine(stack, profiles: profiles, radius: radius, threads: threads, progress: progress)
  }

  func refine(
    _ stack: ProjectionStack, profiles: [ViewProfiles], radius: Double?, threads: Int,
    progress: (AlignmentProgress) throws -> Void
  ) throws -> AlignmentResult {
    try AlignmentRequirements.check(stack)
    let levels = settings.levels.filter {
      $0.bin >= 1 && stack.shape.rows / $0.bin >= 12 && stack.shape.columns / $0.bin >= 16 && $0.iterations > 0
    }
    guard !levels.isEmpty else {
      throw TomographyError.invalid(
        """
        projections of \(stack.shape.rows) x \(stack.shape.columns) pixels are too small for re-projection at any of the \
        levels asked for; expected at least 12 x 16 after pixels are taken together, and a positive number of iterations
        """)
    }
    var run = ReprojectionRun(stack, profiles: profiles, radius: radius, settings: settings, threads: threads)
    let total = levels.reduce(0) { $0 + $1.iterations }
    for (place, level) in levels.enumerated() {
      try run.enter(level.bin)
      try run.iterate(level.iterations, of: total, progress: progress)
      // The trial costs an iteration: where there is a coarser level than the last, it is made there.
      if place == max(0, levels.count - 2) { try run.tryDisplacement() }
    }
    return try run.result()
  }
}

/// What every alignment needs.
enum AlignmentRequirements {
  static func check(_ stack: ProjectionStack) throws {
    guard stack.geometry.angles.allSatisfy(\.isFinite) else {
      throw TomographyError.invalid("an angle is not a finite number; expected radians for every projection")
    }
    let directions = stack.geometry.directions
    guard stack.count >= 3, directions >= 3 else {
      throw TomographyError.invalid(
        """
        there \(stack.count == 1 ? "is 1 projection" : "are \(stack.count) projections") of \(directions) different \
        \(directions == 1 ? "direction" : "directions"), counted modulo half a turn; an alignment compares at least three
        """)
    }
    guard stack.pixels.contains(where: { $0.isFinite && $0 != 0 }) else {
      throw TomographyError.invalid(
        "every pixel of all \(stack.count) projections is 0 or was not measured; there is nothing to align")
    }
    guard !stack.pixels.contains(where: \.isInfinite) else {
      throw TomographyError.invalid("a pixel is infinite; expected numbers, or NaN where nothing was measured")
    }
  }
}
