public import ArrayMath

/// The seams of a detector that is tiled from chips, as a mask.
///
/// Nothing is known here of any detector: how far apart the seams are and how wide is for the user to say, since pixels at
/// a chip's edge may be wider than others, and modules may lie farther apart than the chips on them.
public struct ChipGrid: Sendable, Hashable, Codable {
  /// A line of pixels that is not to be used.
  public struct Seam: Sendable, Hashable, Codable {
    /// The first row or column, in the file's own pixels.
    public var first: Int
    /// How many.
    public var width: Int

    public init(first: Int, width: Int) {
      self.first = first
      self.width = width
    }
  }

  /// Across rows.
  public var rows: [Seam]
  /// Across columns.
  public var columns: [Seam]

  public init(rows: [Seam], columns: [Seam]) {
    self.rows = rows
    self.columns = columns
  }

  /// Chips of one size with gaps of one width between them, from the frame's first pixel on.
  ///
  /// - Parameters:
  ///   - chip: pixels of a chip along each axis.
  ///   - gap: pixels between chips, present in the file.
  ///   - edge: pixels at each side of a gap that are not used either.
  ///   - frame: the extent to cover.
  /// - Throws: ``PtychographyError`` for a chip without pixels or a negative width.
  public init(chip: FrameShape, gap: Int, edge: Int = 0, frame: FrameShape) throws {
    guard chip.rows > 0, chip.columns > 0, gap >= 0, edge >= 0, gap + 2 * edge > 0 else {
      throw PtychographyError.invalid(
        "a chip grid needs chips of at least one pixel and a gap or an edge; found chips of \(chip.rows) x \(chip.columns) pixels, a gap of \(gap) and an edge of \(edge)"
      )
    }
    func seams(_ length: Int, _ extent: Int) -> [Seam] {
      stride(from: length, to: extent, by: length + gap).map { Seam(first: $0 - edge, width: gap + 2 * edge) }
    }
    rows = seams(chip.rows, frame.rows)
    columns = seams(chip.columns, frame.columns)
  }

  /// Pixels not to be used (`true`); seams outside the frame are ignored.
  public func mask(_ frame: FrameShape) -> Image<Bool> {
    func inside(_ seams: [Seam], _ extent: Int) -> [Bool] {
      var marks = [Bool](repeating: false, count: extent)
      for seam in seams where seam.width > 0 {
        // Widths come from files: a sum may not overflow.
        let end = seam.first.addingReportingOverflow(seam.width)
        for i in max(seam.first, 0)..<max(min(end.overflow ? extent : end.partialValue, extent), max(seam.first, 0)) {
          marks[i] = true
        }
      }
      return marks
    }
    let inRows = inside(rows, frame.rows)
    let inColumns = inside(columns, frame.columns)
    return Image(
      inRows.flatMap { row in inColumns.map { row || $0 } }, shape: frame)
  }
}
