internal import ArrayMath

/// The rectangle that complex projections share, and what of each lies in it.
///
/// Projections of different extents are laid with their middles upon each other, to the whole pixel. Of the rectangle of the smallest extents those
/// outer rows and columns are cut off in which fewer than half of the projections have light.
struct CommonField {
  let shape: FrameShape
  /// Top left corner of the field in each projection.
  let corners: [(row: Int, column: Int)]
  /// Where the middle of the rectangle of the smallest extents lies in the field, in pixels from its left edge.
  let middle: Double
  /// In the rectangle of the smallest extents.
  let kept: (rows: Range<Int>, columns: Range<Int>)

  /// - Throws: ``TomographyError`` where no two of the projections have light in common.
  init(_ projections: [TransmissionProjection], least: Double, threads: Int) throws {
    let rows = projections.map(\.object.rows).min() ?? 0
    let columns = projections.map(\.object.columns).min() ?? 0
    guard rows > 1, columns > 1 else {
      throw TomographyError.invalid(
        "the smallest projection has \(rows) x \(columns) pixels; at least 2 x 2 are needed")
    }
    let offsets = projections.map { ($0.object.rows - rows, $0.object.columns - columns) }
    let lit = try parallelMap(count: projections.count, threads: threads) { index -> (rows: [Bool], columns: [Bool]) in
      let projection = projections[index]
      var lit = (rows: [Bool](repeating: false, count: rows), columns: [Bool](repeating: false, count: columns))
      for row in 0..<rows {
        for column in 0..<columns
        where projection.isLit(row + offsets[index].0 / 2, column + offsets[index].1 / 2, least: least) {
          lit.rows[row] = true
          lit.columns[column] = true
        }
      }
      return lit
    }
    func range(_ count: Int, _ flags: [[Bool]]) -> Range<Int>? {
      let shared = (0..<count).filter { place in 2 * flags.count { $0[place] } >= flags.count }
      guard let first = shared.first, let last = shared.last, last > first else { return nil }
      return first..<last + 1
    }
    guard let keptRows = range(rows, lit.map(\.rows)), let keptColumns = range(columns, lit.map(\.columns)) else {
      throw TomographyError.invalid(
        "no part of the field has light in half of the projections; look at their illumination, or lower the least "
          + "illumination (\(least) of the brightest pixel)")
    }
    kept = (keptRows, keptColumns)
    shape = FrameShape(rows: keptRows.count, columns: keptColumns.count)
    corners = offsets.map { ($0.0 / 2 + keptRows.lowerBound, $0.1 / 2 + keptColumns.lowerBound) }
    middle = Double(columns) / 2 - Double(keptColumns.lowerBound)
  }

  /// What an image of a projection shows of the field.
  func cut<Pixel>(_ image: Image<Pixel>, of view: Int) -> Image<Pixel> {
    let corner = corners[view]
    return image.cropped(
      rows: corner.row..<corner.row + shape.rows, columns: corner.column..<corner.column + shape.columns)
  }
}

extension TransmissionProjection {
  /// Whether a pixel has received enough light and has a value.
  func isLit(_ row: Int, _ column: Int, least: Double) -> Bool {
    let size = object[row, column].squaredModulus
    guard size > 0, size.isFinite, phase.map({ $0[row, column].isFinite }) ?? true else { return false }
    guard let illumination else { return true }
    return Double(illumination[row, column]) >= least && illumination[row, column] > 0
  }

  /// - Throws: ``TomographyError`` where images of the projection have different extents or its angle is not a number.
  func check() throws {
    guard angle.isFinite else {
      throw TomographyError.invalid(
        "the angle of \(name) is \(angle); give one in radians, or leave the projection out")
    }
    for (what, shape) in [("illumination", illumination?.shape), ("unwrapped phase", phase?.shape)] {
      if let shape, shape != object.shape {
        throw TomographyError.invalid(
          "\(name): the \(what) has \(shape.rows) x \(shape.columns) pixels, the object \(object.rows) x \(object.columns); "
            + "give them the same extent")
      }
    }
  }
}
