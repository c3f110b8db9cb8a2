public import ArrayMath

/// How much light each pixel of the object got, and which part of it was scanned.
public struct IlluminationMap: Sendable {
  /// Σ_j Σ_k |P_k(r − R_j)|², 1 at its brightest.
  public let image: ScalarImage

  /// - Parameters:
  ///   - probes: the modes.
  ///   - positions: the windows' first pixels.
  ///   - objectShape: the extent of the object, which holds every window.
  public init(probes: [ComplexImage], positions: [PixelPosition], objectShape: FrameShape) {
    guard let window = probes.first?.shape else {
      image = ScalarImage(repeating: 0, shape: objectShape)
      return
    }
    var intensity = [Float](repeating: 0, count: window.count)
    for probe in probes { for i in intensity.indices { intensity[i] += probe.pixels[i].squaredModulus } }
    var sum = ScalarImage(repeating: 0, shape: objectShape)
    sum.pixels.withUnsafeMutableBufferPointer { sum in
      intensity.withUnsafeBufferPointer { intensity in
        for position in positions {
          let (top, left) = position.rounded
          precondition(
            top >= 0 && left >= 0 && top + window.rows <= objectShape.rows
              && left + window.columns <= objectShape.columns, "the object holds every window")
          for row in 0..<window.rows {
            let to = (top + row) * objectShape.columns + left
            let from = row * window.columns
            for column in 0..<window.columns { sum[to + column] += intensity[from + column] }
          }
        }
      }
    }
    let brightest = sum.pixels.max() ?? 0
    image = brightest > 0 ? sum.map { $0 / brightest } : sum
  }
}

extension ScanLayout {
  /// The rectangle that the windows' centres span, in pixels of the object: where illuminations overlap on all sides.
  ///
  /// - Parameters:
  ///   - window: the extent of the patterns.
  ///   - border: pixels to add on each side, such as half the probe's diameter; the object's edge limits it.
  public func scannedRegion(window: FrameShape, border: Int = 0) -> (rows: Range<Int>, columns: Range<Int>) {
    func span(_ values: [Double], _ length: Int, _ extent: Int) -> Range<Int> {
      let first = Int((values.min() ?? 0).rounded()) + length / 2 - border
      let last = Int((values.max() ?? 0).rounded()) + length / 2 + border
      let low = min(max(first, 0), extent)
      return low..<max(low, min(last + 1, extent))
    }
    return (
      span(positions.map(\.row), window.rows, objectShape.rows),
      span(positions.map(\.column), window.columns, objectShape.columns)
    )
  }
}
