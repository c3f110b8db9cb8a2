internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Projections moved by parts of a row, so that whole rows are left for the reconstruction.
///
/// Linear interpolation between rows moves fine structure by up to 1/50 pixel too much or too little, and an alignment would
/// see that as a displacement. Here six rows are taken, of the projections as measured every time.
enum RowShift {
  /// The stack with displacements of whole rows.
  static func whole(_ stack: ProjectionStack, threads: Int) throws -> ProjectionStack {
    var moved = stack
    for view in 0..<stack.count { moved.geometry.displacements[view].rows.round() }
    let lines = moved.geometry.displacements
    let images = try parallelMap(count: stack.count, threads: threads) { view in
      let part = stack.geometry.displacements[view].rows - lines[view].rows
      return (
        shifted(stack.pixels, view, stack.shape, by: part),
        stack.weights.map { shifted($0, view, stack.shape, by: part).map { $0 < 0.5 ? 0 : min($0, 1) } }
      )
    }
    moved.pixels = Array(images.map(\.0).joined())
    if stack.weights != nil { moved.weights = images.flatMap { $0.1 ?? [] } }
    return moved
  }

  /// One image, with what was at y + `part` at y; beyond the first and the last row those go on.
  static func shifted(_ pixels: [Float], _ view: Int, _ shape: FrameShape, by part: Double) -> [Float] {
    let start = view * shape.count
    guard part != 0 else { return Array(pixels[start..<start + shape.count]) }
    let first = Int(part.rounded(.down)) - 2
    let taps = weights(part - part.rounded(.down)).map { Float($0) }
    var result = [Float](repeating: 0, count: shape.count)
    pixels.withUnsafeBufferPointer { pixels in
      result.withUnsafeMutableBufferPointer { result in
        for row in 0..<shape.rows {
          let target = row * shape.columns
          for (tap, weight) in taps.enumerated() {
            let line = start + min(max(row + first + tap, 0), shape.rows - 1) * shape.columns
            for column in 0..<shape.columns { result[target + column] += weight * pixels[line + column] }
          }
        }
      }
    }
    return result
  }

  /// What the rows −2...3 count at a place between 0 and 1: the polynomial of fifth degree through all six (J. L. Lagrange).
  ///
  /// It moves slow changes exactly, which a windowed sinc does not: that misplaces a wave of 12 pixels by 1/80.
  static func weights(_ part: Double) -> [Double] {
    (-2...3).map { row in
      (-2...3).reduce(1.0) { product, other in
        other == row ? product : product * (part - Double(other)) / Double(row - other)
      }
    }
  }
}
