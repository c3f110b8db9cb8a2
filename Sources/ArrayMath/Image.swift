/// An image in memory: one value a pixel, in C order, (row, column), the origin at the top left.
@frozen public struct Image<Pixel: Sendable>: Sendable {
  /// The extent.
  public let shape: FrameShape
  /// The pixels, row after row.
  public var pixels: [Pixel]

  /// - Precondition: there are `shape.count` pixels.
  @inlinable public init(_ pixels: [Pixel], shape: FrameShape) {
    precondition(pixels.count == shape.count, "an image has a value for every pixel")
    self.shape = shape
    self.pixels = pixels
  }

  /// An image of one value.
  @inlinable public init(repeating value: Pixel, shape: FrameShape) {
    self.init([Pixel](repeating: value, count: shape.count), shape: shape)
  }

  /// The number of rows.
  @inlinable public var rows: Int { shape.rows }
  /// The number of columns.
  @inlinable public var columns: Int { shape.columns }

  @inlinable public subscript(row: Int, column: Int) -> Pixel {
    get { pixels[row * shape.columns + column] }
    set { pixels[row * shape.columns + column] = newValue }
  }

  /// The image of what `transform` makes of each pixel.
  @inlinable public func map<Other: Sendable>(_ transform: (Pixel) throws -> Other) rethrows -> Image<Other> {
    Image<Other>(try pixels.map(transform), shape: shape)
  }

  /// A rectangle of the image.
  ///
  /// - Precondition: the rectangle lies inside the image.
  public func cropped(rows: Range<Int>, columns: Range<Int>) -> Image {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows, "the rows lie inside the image")
    precondition(columns.lowerBound >= 0 && columns.upperBound <= self.columns, "the columns lie inside the image")
    var cut: [Pixel] = []
    cut.reserveCapacity(rows.count * columns.count)
    for row in rows {
      let start = row * self.columns
      cut += pixels[start + columns.lowerBound..<start + columns.upperBound]
    }
    return Image(cut, shape: FrameShape(rows: rows.count, columns: columns.count))
  }

  /// The image moved round its edges: what was at (0, 0) is at (`rows`, `columns`) afterwards.
  ///
  /// With half the extents (rounded down) it moves the zero frequency of a discrete Fourier transform from the corner to
  /// the centre (row n/2, counted from 0), and with the rest of the extents back.
  public func rolled(rows shiftRows: Int, columns shiftColumns: Int) -> Image {
    guard shape.count > 0 else { return self }
    let down = ((shiftRows % rows) + rows) % rows
    let right = ((shiftColumns % columns) + columns) % columns
    var moved: [Pixel] = []
    moved.reserveCapacity(pixels.count)
    for row in 0..<rows {
      let start = ((row + rows - down) % rows) * columns
      moved += pixels[start + columns - right..<start + columns]
      moved += pixels[start..<start + columns - right]
    }
    return Image(moved, shape: shape)
  }
}

extension Image: Equatable where Pixel: Equatable {}
extension Image: Hashable where Pixel: Hashable {}

/// An image of complex numbers, such as a wave field or a transmission function.
public typealias ComplexImage = Image<ComplexFloat>
/// An image of real numbers, such as a phase or an intensity.
public typealias ScalarImage = Image<Float>
