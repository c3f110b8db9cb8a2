internal import ArrayMath

/// What a detector does to a pattern, in the order of its own pixels.
public struct DetectorFaults: Sendable, Hashable {
  /// Counts a pixel and frame that do not come from the sample.
  public var background: Double
  /// Where a stop keeps the beam from the detector: these pixels see the background alone.
  public var beamStop: BeamStop?
  /// The seams between chips, whose pixels are written as ``gapValue``.
  public var chips: ChipGrid?
  /// What the file has in a gap; `nil` stands for the largest value of the type.
  public var gapValue: UInt32?
  /// How many pixels never count.
  public var deadPixels: Int
  /// How many pixels count by themselves.
  public var hotPixels: Int
  /// The counts of a hot pixel in each frame.
  public var hotCounts: Double
  /// The largest count a pixel can show; `nil` for no limit.
  public var saturation: UInt32?

  /// A round stop.
  public struct BeamStop: Sendable, Hashable, Codable {
    /// Off the pattern's centre, down and to the right, and the radius, in pixels.
    public var row: Double
    public var column: Double
    public var radius: Double

    public init(row: Double = 0, column: Double = 0, radius: Double) {
      self.row = row
      self.column = column
      self.radius = radius
    }
  }

  public init(
    background: Double = 0, beamStop: BeamStop? = nil, chips: ChipGrid? = nil, gapValue: UInt32? = nil,
    deadPixels: Int = 0, hotPixels: Int = 0, hotCounts: Double = 500, saturation: UInt32? = nil
  ) {
    self.background = background
    self.beamStop = beamStop
    self.chips = chips
    self.gapValue = gapValue
    self.deadPixels = deadPixels
    self.hotPixels = hotPixels
    self.hotCounts = hotCounts
    self.saturation = saturation
  }

  /// What a pixel is.
  enum Pixel: UInt8, Sendable {
    case good, stopped, gap, dead, hot
  }

  /// What each pixel of a window is, its centre at (rows/2, columns/2).
  func pixels(of window: FrameShape, using generator: inout SeededGenerator) -> Image<Pixel> {
    var image = Image<Pixel>(repeating: .good, shape: window)
    if let stop = beamStop {
      for row in 0..<window.rows {
        for column in 0..<window.columns {
          let dy = Double(row - window.rows / 2) - stop.row
          let dx = Double(column - window.columns / 2) - stop.column
          if dy * dy + dx * dx <= stop.radius * stop.radius { image[row, column] = .stopped }
        }
      }
    }
    if let chips {
      for (index, isGap) in chips.mask(window).pixels.enumerated() where isGap { image.pixels[index] = .gap }
    }
    // Half of the pixels may be faulty at most, or the search for good ones would not end.
    for (count, kind) in [(deadPixels, Pixel.dead), (hotPixels, Pixel.hot)] {
      var left = min(count, window.count / 4, image.pixels.count { $0 == .good } / 2)
      while left > 0 {
        let index = Int(generator.uniform() * Double(window.count))
        guard image.pixels[index] == .good else { continue }
        image.pixels[index] = kind
        left -= 1
      }
    }
    return image
  }
}
