import ArrayMath

/// Some of the frames of a source, in an order of their own.
struct SelectedFrames: FrameSource {
  let source: any FrameSource
  /// Indices into the source.
  let indices: [Int]

  var shape: FrameShape { source.shape }
  var pixelType: PixelType { source.pixelType }
  var count: Int { indices.count }

  func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try source.read(frame: indices[index], into: buffer)
  }

  func forEachPiece(
    ofFrame index: Int, scratch: inout FrameScratch,
    _ body: (_ first: Int, _ pixels: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try source.forEachPiece(ofFrame: indices[index], scratch: &scratch, body)
  }
}

/// The frames of a source turned upside down: the last row first.
struct FlippedFrames: FrameSource {
  let source: any FrameSource

  var shape: FrameShape { source.shape }
  var pixelType: PixelType { source.pixelType }
  var count: Int { source.count }

  func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try source.read(frame: index, into: buffer)
    let line = shape.columns * pixelType.size
    for row in 0..<shape.rows / 2 {
      let (low, high) = (row * line, (shape.rows - 1 - row) * line)
      for byte in 0..<line { buffer.swapAt(low + byte, high + byte) }
    }
  }
}

/// The frames of a source as numbers of single precision, less background frames where there are any.
struct SinglePrecisionFrames: FrameSource {
  let source: any FrameSource
  /// Sources of as many frames that are subtracted.
  var backgrounds: [any FrameSource] = []

  var shape: FrameShape { source.shape }
  var pixelType: PixelType { .float32 }
  var count: Int { source.count }

  func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var pixels = try source.floats(frame: index)
    for background in backgrounds {
      for (place, value) in try background.floats(frame: index).enumerated() { pixels[place] -= value }
    }
    pixels.withUnsafeBytes { buffer.copyMemory(from: $0) }
  }
}
