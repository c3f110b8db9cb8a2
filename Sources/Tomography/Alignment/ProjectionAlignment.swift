internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Finds where the sample lies in every projection: heights from the distribution of mass, sides from centres of mass, both
/// from re-projection.
///
/// Nothing is resampled: what is found goes into ``ProjectionGeometry/displacements``. What displacements leave free is
/// fixed so that the sample's centre of mass lies on the axis (where no centre of mass can be had, what the projections
/// came with stays), and that the mean of the rows is 0.
public struct ProjectionAlignment: Sendable, Hashable {
  public var settings: AlignmentSettings

  public init(_ settings: AlignmentSettings = AlignmentSettings()) { self.settings = settings }

  /// - Parameters:
  ///   - stack: as prepared; its geometry says where the axis is, and where projections lie that no first step can place.
  ///   - threads: the result does not depend on it.
  ///   - progress: called after every iteration of re-projection; what it throws ends the alignment.
  /// - Throws: ``TomographyError`` for fewer than three directions, or for projections without anything measured.
  public func align(
    _ stack: ProjectionStack, threads: Int, progress: (AlignmentProgress) throws -> Void = { _ in }
  ) throws -> AlignmentResult {
    try AlignmentRequirements.check(stack)
    let profiles = try ViewProfiles.all(stack, threads: threads)
    guard profiles.contains(where: { !$0.isEmpty }) else {
      throw TomographyError.invalid("every projection is the same everywhere; there is nothing to align")
    }
    var moved = stack
    var notes: [String] = []
    var uncertainties = Array(repeating: ImageShift(rows: .infinity, columns: .infinity), count: stack.count)
    if settings.findsHeights {
      let step = try VerticalAlignment().align(moved, profiles: profiles, threads: threads)
      moved.geometry.displacements = step.displacements
      notes += step.notes
      for (view, value) in step.uncertainties.enumerated() { uncertainties[view].rows = value }
    }
    if settings.findsCentres {
      let step = try CentreOfMassAlignment().align(moved, profiles: profiles)
      moved.geometry.displacements = step.displacements
      notes += step.notes
      for (view, value) in step.uncertainties.enumerated() { uncertainties[view].columns = value }
    }
    var result: AlignmentResult
    if settings.levels.isEmpty {
      let empty = profiles.indices.filter { profiles[$0].isEmpty }
      result = AlignmentResult(
        stack: moved, views: Array(0..<stack.count), uncertainties: uncertainties, empiricalUncertainty: nil,
        ramps: Array(repeating: ProjectionRamp(), count: stack.count), reducedChiSquares: [], history: [],
        status: .firstSteps, restoredPart: nil, outliers: empty, notes: notes)
    } else {
      result = try ReprojectionAlignment(settings).refine(
        moved, profiles: profiles, radius: Self.radius(moved, profiles), threads: threads, progress: progress)
      result.notes = notes + result.notes
    }
    Self.centreHeights(&result)
    if settings.dropsOutliers, !result.outliers.isEmpty { Self.drop(&result) }
    return result
  }

  /// How far matter reaches from the axis in any projection, nil where one is cut off by the sides.
  private static func radius(_ stack: ProjectionStack, _ profiles: [ViewProfiles]) -> Double? {
    guard !profiles.contains(where: \.isTruncated) else { return nil }
    let geometry = stack.geometry
    let lean = abs(tan(geometry.axisTilt)) * Double(stack.shape.rows) / 2
    var radii: [Double] = []
    for (view, profile) in profiles.enumerated() where !profile.isEmpty {
      let reach = profile.extent(margin: 2)
      let axis = geometry.axisColumn + geometry.displacements[view].columns
      radii.append(max(axis - Double(reach.lowerBound), Double(reach.upperBound) - axis) + lean)
    }
    // A few projections that see matter far out are faulty.
    radii.sort()
    return radii.isEmpty ? nil : radii[min(radii.count - 1, radii.count * 19 / 20)] + 2
  }

  private static func centreHeights(_ result: inout AlignmentResult) {
    let good = result.views.indices.filter { !result.outliers.contains($0) }
    guard !good.isEmpty else { return }
    let middle = good.reduce(0) { $0 + result.stack.geometry.displacements[$1].rows } / Double(good.count)
    for view in result.views.indices { result.stack.geometry.displacements[view].rows -= middle }
  }

  private static func drop(_ result: inout AlignmentResult) {
    let kept = result.views.indices.filter { !result.outliers.contains($0) }
    guard kept.count >= 3 else { return }
    result.stack = result.stack.selecting(kept)
    result.views = kept.map { result.views[$0] }
    result.uncertainties = kept.map { result.uncertainties[$0] }
    result.ramps = kept.map { result.ramps[$0] }
    if !result.reducedChiSquares.isEmpty { result.reducedChiSquares = kept.map { result.reducedChiSquares[$0] } }
    result.notes.append("\(result.outliers.count) projections that do not fit the others were left out")
  }
}
