import ArrayMath
import Foundation

extension DetectorModel {
  /// The image without noise: expected photons in each pixel of the stored image, in C order, response left out.
  ///
  /// Rings are integrated over the area of each pixel, weighted by solid angle, polarisation and sensor, then spread by
  /// the point spread and the footprint of the beam.
  ///
  /// - Parameter threads: upper limit on the threads used; the image does not depend on it.
  /// - Throws: ``ForwardModelError``.
  public func expectedPhotons(of scene: PowderScene, threads: Int = 1) throws -> [Float] {
    let sharp = try FrameRenderer(scene, detector: self).render(threads: threads)
    let widths = 2 * (2 * Foundation.log(2.0)).squareRoot()
    func variance(_ footprint: Double, _ pixel: Double) -> Double {
      let own = pointSpread / widths
      let beam = footprint / pixel / widths
      return own * own + beam * beam
    }
    let vertical = variance(scene.beam.footprintHeight, geometry.grid.pixelHeight)
    let horizontal = variance(scene.beam.footprintWidth, geometry.grid.pixelWidth)
    let spread = PointSpread(
      rowVariance: geometry.isTransposed ? horizontal : vertical,
      columnVariance: geometry.isTransposed ? vertical : horizontal)
    return try spread?(sharp, shape: imageShape, threads: threads) ?? sharp
  }

  /// A noisy frame.
  ///
  /// Each row has a generator of its own, seeded by the seed, the frame and the row.
  ///
  /// - Parameters:
  ///   - expected: photons in each pixel, from ``expectedPhotons(of:threads:)``.
  ///   - seed: the seed of the series.
  ///   - frame: which frame of the series.
  /// - Throws: ``ForwardModelError``.
  public func frame(expected: [Float], seed: UInt64, frame: Int = 0, threads: Int = 1) throws -> [UInt16] {
    try [UInt16](unsafeUninitializedCapacity: imageShape.count) { buffer, initialized in
      try record(expected: expected, seed: seed, frame: frame, threads: threads, into: buffer)
      initialized = imageShape.count
    }
  }

  /// Fills a caller's buffer with a noisy frame; see ``frame(expected:seed:frame:threads:)``.
  func record(
    expected: [Float], seed: UInt64, frame: Int, threads: Int, into buffer: UnsafeMutableBufferPointer<UInt16>
  ) throws {
    try check()
    let shape = imageShape
    guard expected.count == shape.count else {
      throw ForwardModelError.count(name: "the expected image", found: expected.count, expected: shape.count)
    }
    // Every row is written once, by one thread.
    nonisolated(unsafe) let pixels = buffer
    try parallelFor(count: shape.rows, grain: 16, threads: threads) { _, rows in
      for row in rows {
        var generator = SeededGenerator(seed: seed, item: frame * shape.rows + row)
        let range = row * shape.columns..<(row + 1) * shape.columns
        expected.withUnsafeBufferPointer { expected in
          record(
            expected: .init(rebasing: expected[range]), first: range.lowerBound, &generator,
            .init(rebasing: pixels[range]))
        }
      }
    }
    let dark = UInt16(min(offset.rounded(), Double(saturation)))
    for index in deadPixels { buffer[index] = dark }
    for index in hotPixels { buffer[index] = saturation }
  }

  private func record(
    expected: UnsafeBufferPointer<Float>, first: Int, _ generator: inout SeededGenerator,
    _ pixels: UnsafeMutableBufferPointer<UInt16>
  ) {
    let most = Double(saturation)
    for index in pixels.indices {
      // Beyond 10¹² photons any pixel is saturated; what is not a number counts as dark.
      let mean = min(max(0, Double(expected[index])), 1e12)
      var value = gain * Double(PoissonSampler.draw(mean: mean, &generator))
      if let response { value *= Double(response[first + index]) }
      value += offset
      if readNoise > 0 { value += readNoise * generator.normal() }
      pixels[index] = UInt16(min(max(value.rounded(), 0), most))
    }
  }
}
