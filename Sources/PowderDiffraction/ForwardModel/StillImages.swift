import ArrayMath

/// Images without noise that many frames share, each computed once: what surrounds a sample and changes only in strength
/// from frame to frame.
public struct StillImages: Sendable {
  public let detector: DetectorModel
  private let images: [[Float]]

  /// - Throws: ``ForwardModelError``.
  public init(_ scenes: [PowderScene], detector: DetectorModel, threads: Int = 1) throws {
    try detector.check()
    self.detector = detector
    images = try scenes.map { try detector.expectedPhotons(of: $0, threads: threads) }
  }

  /// The still images, each times its weight, and a scene of the moment: expected photons in each pixel, in C order.
  ///
  /// - Throws: ``ForwardModelError``, also when there are more or fewer weights than images.
  public func expectedPhotons(weights: [Double], moving scene: PowderScene, threads: Int = 1) throws -> [Float] {
    guard weights.count == images.count else {
      throw ForwardModelError.count(name: "the weights of still images", found: weights.count, expected: images.count)
    }
    for weight in weights { try ForwardModelError.require(weight >= 0, "weight of an image", weight, "zero or more") }
    var sum = try detector.expectedPhotons(of: scene, threads: threads)
    let shape = detector.imageShape
    try sum.withUnsafeMutableBufferPointer { buffer in
      // Chunks write disjoint rows.
      nonisolated(unsafe) let output = buffer
      try parallelFor(count: shape.rows, grain: 64, threads: threads) { _, rows in
        let range = rows.lowerBound * shape.columns..<rows.upperBound * shape.columns
        for (image, weight) in zip(images, weights) where weight > 0 {
          let factor = Float(weight)
          image.withUnsafeBufferPointer { image in
            for index in range { output[index] += factor * image[index] }
          }
        }
      }
    }
    return sum
  }
}
