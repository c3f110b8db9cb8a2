import ArrayMath

/// Several sources of frames one after the other.
struct FrameSeries: FrameSource {
  let shape: FrameShape
  let pixelType: PixelType
  let count: Int
  private let sources: [any FrameSource]
  /// The number of the first frame of each source.
  private let starts: [Int]

  /// - Parameter names: of the sources, for the message about an odd one.
  /// - Throws: ``FormatError`` when not all are of one shape and type.
  /// - Precondition: there is at least one source, and a name for each.
  init(_ sources: [any FrameSource], names: [String]) throws {
    precondition(!sources.isEmpty && sources.count == names.count, "a series has sources with names")
    let first = sources[0]
    var starts: [Int] = []
    var count = 0
    for (source, name) in zip(sources, names) {
      guard source.shape == first.shape, source.pixelType == first.pixelType else {
        throw FormatError(
          name,
          "has frames of \(source.shape.rows) x \(source.shape.columns) pixels of \(source.pixelType.rawValue), but "
            + "\(names[0]) has \(first.shape.rows) x \(first.shape.columns) of \(first.pixelType.rawValue); frames of one "
            + "series are alike")
      }
      starts.append(count)
      count += source.count
    }
    self.sources = sources
    self.starts = starts
    self.count = count
    shape = first.shape
    pixelType = first.pixelType
  }

  /// The source of a frame and its number in there.
  private func locate(_ index: Int) -> (source: any FrameSource, index: Int) {
    precondition(index >= 0 && index < count, "a frame of this series")
    var low = 0, high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return (sources[low], index - starts[low])
  }

  func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let place = locate(index)
    try place.source.read(frame: place.index, into: buffer)
  }

  func forEachPiece(
    ofFrame index: Int, scratch: inout FrameScratch,
    _ body: (_ first: Int, _ pixels: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let place = locate(index)
    try place.source.forEachPiece(ofFrame: place.index, scratch: &scratch, body)
  }
}
