internal import ArrayMath

/// A wrapped phase with its pixels that count told apart from those that do not, as the unwrapping methods take it.
struct WrappedField {
  var shape: FrameShape
  /// Radians from −π to π, 0 where a pixel does not count.
  var phase: [Float]
  /// 1 where a pixel counts: it is finite and inside the mask.
  var valid: [UInt8]

  /// - Throws: ``ImageAnalysisError`` where the mask has another extent than the phase.
  init(_ image: ScalarImage, mask: Image<Bool>?) throws {
    if let mask { try ImageAnalysisError.requireSameShape(mask.shape, image.shape, "the mask") }
    shape = image.shape
    valid = [UInt8](repeating: 0, count: shape.count)
    phase = [Float](repeating: 0, count: shape.count)
    image.pixels.withUnsafeBufferPointer { pixels in
      phase.withUnsafeMutableBufferPointer { phase in
        valid.withUnsafeMutableBufferPointer { valid in
          for index in 0..<pixels.count where pixels[index].isFinite {
            let value = pixels[index]
            // A value that is wrapped already keeps its last bit.
            phase[index] = abs(value) <= .pi ? value : WrappedField.wrapped(value)
            valid[index] = 1
          }
        }
      }
    }
    if let mask {
      for index in 0..<shape.count where !mask.pixels[index] {
        valid[index] = 0
        phase[index] = 0
      }
    }
  }

  /// A phase of 0 where a pixel counts.
  init(valid: [Bool], shape: FrameShape) {
    self.shape = shape
    self.valid = valid.map { $0 ? 1 : 0 }
    phase = [Float](repeating: 0, count: shape.count)
  }

  private static func wrapped(_ value: Float) -> Float {
    let wide = Double(value)
    return Float(wide - 2 * .pi * (wide / (2 * .pi)).rounded())
  }

  /// Whole turns to add to the second of two neighbours so that it follows the first by less than half a turn.
  ///
  /// Exchanging the two changes the sign and nothing else, therefore sums round closed loops are exact integers.
  @inline(__always) static func turns(_ first: Float, _ second: Float) -> Int32 {
    let step = Double(second) - Double(first)
    return (step < -.pi ? 1 : 0) - (step > .pi ? 1 : 0)
  }
}
