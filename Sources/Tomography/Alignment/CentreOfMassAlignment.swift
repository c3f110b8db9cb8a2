internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Finds the sides from centres of mass.
///
/// The centre of mass of a projection is the projection of the sample's: x₀ cos θ + y₀ sin θ (S. Helgason, D. Ludwig).
/// Moving every projection until its centre lies on the axis puts the sample's on the axis too, and leaves nothing free.
/// Rows that not every projection has seen are left out, and so are columns without matter, which bring noise alone; what
/// those hold on average is taken for air.
///
/// Projections that fail the mass test are skipped. The heights must be right already; see ``VerticalAlignment``.
public struct CentreOfMassAlignment: Sendable, Hashable {
  public init() {}

  /// - Throws: ``TomographyError`` for fewer than two projections.
  public func align(_ stack: ProjectionStack, threads: Int) throws -> AlignmentStep {
    try align(stack, profiles: ViewProfiles.all(stack, threads: threads))
  }

  func align(_ stack: ProjectionStack, profiles: [ViewProfiles]) throws -> AlignmentStep {
    guard stack.count > 1 else {
      throw TomographyError.invalid("there is 1 projection; centres of mass are compared between two or more")
    }
    let geometry = stack.geometry
    var notes = AlignmentStep.notes(profiles, step: "the alignment of centres of mass")
    let used = profiles.indices.filter { !profiles[$0].isEmpty && !profiles[$0].isTruncated }
    let skipped = profiles.indices.filter { profiles[$0].isEmpty || profiles[$0].isTruncated }
    var uncertainties = [Double](repeating: .infinity, count: stack.count)
    let heights = used.map { geometry.displacements[$0].rows }
    let rows = Double(stack.shape.rows)
    let top = max(0, heights.map { -$0 }.max() ?? 0).rounded(.up)
    let bottom = min(rows - 1, rows - 1 - (heights.max() ?? 0)).rounded(.down)
    guard used.count >= 2, bottom - top >= 1 else {
      notes.append("centres of mass were not aligned: fewer than two projections show the same rows from side to side")
      return AlignmentStep(
        displacements: geometry.displacements, uncertainties: uncertainties, skipped: skipped, notes: notes)
    }
    var columns: [Int: Double] = [:]
    for view in used {
      let centre = Self.centre(
        stack, view, profiles[view], rows: Int(top)...Int(bottom), height: geometry.displacements[view].rows)
      guard let centre else { continue }
      let lean = tan(geometry.axisTilt) * (centre.row - rows / 2)
      columns[view] = centre.column - geometry.axisColumn + lean
      uncertainties[view] = centre.uncertainty
    }
    let all = AlignmentStep.interpolated(columns, count: stack.count)
    let displacements = zip(all, geometry.displacements).map { ImageShift(rows: $1.rows, columns: $0) }
    return AlignmentStep(displacements: displacements, uncertainties: uncertainties, skipped: skipped, notes: notes)
  }

  /// The centre of mass of one projection.
  private static func centre(
    _ stack: ProjectionStack, _ view: Int, _ profile: ViewProfiles, rows: ClosedRange<Int>, height: Double
  ) -> (column: Double, row: Double, uncertainty: Double)? {
    let width = stack.shape.columns
    let reach = profile.extent(margin: 3)
    // What the columns without matter hold, a pixel.
    let outside = (0..<width).filter { !reach.contains($0) }
    let air = outside.count >= max(8, width / 16)
      ? outside.reduce(0) { $0 + profile.columns[$1] } / Double(outside.count * stack.shape.rows) : 0
    var (mass, moment, lever) = (0.0, 0.0, 0.0)
    let start = view * stack.shape.count
    stack.pixels.withUnsafeBufferPointer { pixels in
      for row in rows {
        let place = Double(row) + height
        let upper = Int(place.rounded(.down))
        let part = place - Double(upper)
        for (line, share) in [(upper, 1 - part), (upper + 1, part)] where share > 0 && line < stack.shape.rows {
          var (sum, first) = (0.0, 0.0)
          for column in reach {
            let pixel = pixels[start + line * width + column]
            guard !pixel.isNaN else { continue }
            let value = Double(pixel) - air
            sum += value
            first += value * (Double(column) + 0.5)
          }
          mass += share * sum
          moment += share * first
          lever += share * sum * (Double(line) + 0.5)
        }
      }
    }
    guard mass > 0 else { return nil }
    let column = moment / mass
    let spread = reach.reduce(0) { $0 + pow(Double($1) + 0.5 - column, 2) } * Double(rows.count)
    return (column, lever / mass, profile.noise * spread.squareRoot() / mass)
  }
}

extension ViewProfiles {
  /// The columns that hold matter: more than a twentieth of the most, after a mean of three, and a margin.
  func extent(margin: Int) -> Range<Int> {
    let count = columns.count
    let smooth = columns.indices.map { column in
      let near = max(0, column - 1)...min(count - 1, column + 1)
      return near.reduce(0) { $0 + columns[$1] } / Double(near.count)
    }
    guard let most = smooth.max(), most > 0, let left = smooth.firstIndex(where: { $0 > 0.05 * most }),
      let right = smooth.lastIndex(where: { $0 > 0.05 * most })
    else { return 0..<count }
    let wide = margin + count / 50
    return max(0, left - wide)..<min(count, right + wide + 1)
  }
}
