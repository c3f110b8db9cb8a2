internal import ArrayMath

/// A disc outside which the probe is dark.
///
/// Applied once a pass. The radius is a fraction of half the window's shorter side; the centre is at pixel (n/2, m/2),
/// rounded down, where a centred probe has its middle.
struct ProbeSupport: Sendable {
  private let rows: Int
  private let columns: Int
  private let squaredRadius: Double

  init(radius: Double, window: FrameShape) {
    rows = window.rows
    columns = window.columns
    let pixels = radius * Double(min(rows, columns)) / 2
    squaredRadius = pixels * pixels
  }

  /// Darkens what lies outside.
  ///
  /// - Parameter field: a probe in C order.
  func apply(to field: UnsafeMutablePointer<ComplexFloat>) {
    for row in 0..<rows {
      let y = Double(row - rows / 2)
      for column in 0..<columns {
        let x = Double(column - columns / 2)
        if y * y + x * x > squaredRadius { field[row * columns + column] = .zero }
      }
    }
  }
}
