public import ArrayMath
internal import Foundation

/// A window that falls to 0 at the edges of an image by half a cosine, and is 1 in the middle (Tukey's).
public struct SoftWindow: Sendable, Hashable {
  /// The part of each extent over which the window rises on either side, from 0 to 0.5.
  public let edge: Double

  /// - Throws: ``ImageAnalysisError`` where `edge` is not from 0 to 0.5.
  public init(edge: Double) throws {
    guard edge >= 0, edge <= 0.5 else {
      throw ImageAnalysisError.invalid("a soft edge is \(edge) of the image; give a fraction from 0 to 0.5")
    }
    self.edge = edge
  }

  /// The window along an axis.
  public func weights(_ count: Int) -> [Float] {
    let width = edge * Double(count)
    return (0..<count).map { index in
      let distance = Double(min(index, count - 1 - index)) + 0.5
      return distance < width ? Float(0.5 - 0.5 * cos(.pi * distance / width)) : 1
    }
  }

  /// The window over an image.
  public func image(_ shape: FrameShape) -> ScalarImage {
    let (down, right) = (weights(shape.rows), weights(shape.columns))
    return ScalarImage(down.flatMap { row in right.map { row * $0 } }, shape: shape)
  }
}
