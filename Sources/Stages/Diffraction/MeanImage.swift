import ArrayMath

/// The mean of all frames of a file, pixel by pixel.
struct MeanImage {
  /// The number of frames.
  let count: Int
  /// Sums over the frames, C order: counts stay counts.
  let sums: [Float]
  /// Sums of the squares of what a frame differs from the first by, and of those differences.
  private let squares, differences: [Double]

  /// - Throws: what the source throws.
  init(_ frames: any FrameSource) throws {
    let first = try frames.floats(frame: 0)
    var sums = first
    var squares = [Double](repeating: 0, count: frames.count > 1 ? first.count : 0)
    var differences = squares
    for index in 1..<max(frames.count, 1) {
      let next = try frames.floats(frame: index)
      for pixel in sums.indices {
        sums[pixel] += next[pixel]
        let difference = Double(next[pixel] - first[pixel])
        squares[pixel] += difference * difference
        differences[pixel] += difference
      }
    }
    (count, self.sums, self.squares, self.differences) = (frames.count, sums, squares, differences)
  }

  var values: [Float] { sums.map { $0 / Float(count) } }

  /// The variance of ``values`` as a dark that is subtracted; nil where the error model takes none.
  ///
  /// Of counted photons it is the mean over the number of frames. Of a detector that adds up charge it is what the
  /// frames differ by, or the read-out noise where there is one frame.
  func variance(_ errors: AzimuthalIntegrationStage.Errors, readNoise: Double) -> [Float]? {
    let number = Double(count)
    switch errors {
    case .azimuthal, .none: return nil
    case .poisson: return sums.map { Float(max(Double($0), 0) / (number * number)) }
    case .variance:
      guard count > 1 else { return [Float](repeating: Float(readNoise * readNoise), count: sums.count) }
      return zip(squares, differences).map { square, difference in
        Float(max(square - difference * difference / number, 0) / ((number - 1) * number))
      }
    }
  }
}
