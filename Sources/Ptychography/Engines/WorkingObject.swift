internal import ArrayMath

/// The object while an engine works on it.
final class WorkingObject {
  let shape: FrameShape
  let values: WorkBuffer<ComplexFloat>

  init(shape: FrameShape) {
    self.shape = shape
    values = WorkBuffer(repeating: .zero, count: shape.count)
  }

  /// The first pixel of the window at the whole pixel nearest to a position.
  ///
  /// - Precondition: the window lies inside the object.
  func window(at position: PixelPosition, window: FrameShape) -> UnsafeMutablePointer<ComplexFloat> {
    values.start + offset(of: position, window: window)
  }

  /// Where that pixel is in C order.
  func offset(of position: PixelPosition, window: FrameShape) -> Int {
    let (row, column) = position.rounded
    precondition(
      row >= 0 && column >= 0 && row + window.rows <= shape.rows && column + window.columns <= shape.columns,
      "the window of every position lies inside the object")
    return row * shape.columns + column
  }

  func load(_ image: ComplexImage) { values.load(image.pixels) }

  func store(into image: inout ComplexImage) { values.store(into: &image.pixels) }
}
