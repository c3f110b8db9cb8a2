extension Figure {
  /// The number of frames; 1 for a figure that does not move.
  public var frameCount: Int { max(frames?.values.count ?? 1, 1) }

  /// The first, the middle and the last frame of an animated figure, for a page that cannot move.
  public var representativeFrames: [Int] {
    let last = frameCount - 1
    return last < 2 ? Array(0...last) : [0, last / 2, last]
  }

  /// What a frame shows, for example "time 500 s"; empty for a figure that does not move.
  public func frameText(_ frame: Int) -> String {
    guard let frames, frames.values.indices.contains(frame) else { return "" }
    let value = compactNumber(frames.values[frame])
    return frames.unit.isEmpty ? "\(frames.label) \(value)" : "\(frames.label) \(value) \(frames.unit)"
  }
}

extension Curve {
  /// The values of `y` in a frame; a curve that does not move shows the same in all.
  public func values(frame: Int) -> [Double] {
    y.isEmpty ? [] : y[min(max(frame, 0), y.count - 1)]
  }
}

extension PixelMap {
  /// The raster of a frame; a map that does not move shows the same in all.
  public func values(frame: Int) -> [Float] {
    values.isEmpty ? [] : values[min(max(frame, 0), values.count - 1)]
  }

  /// What the colours mean, with the unit: "hoop stress / MPa".
  public var text: String { unit.isEmpty ? label : "\(label) / \(unit)" }
}

extension Panel {
  /// Whether any mark changes from frame to frame.
  public var isAnimated: Bool {
    marks.contains { mark in
      switch mark {
      case .line(let curve), .points(let curve): curve.y.count > 1
      case .map(let map): map.values.count > 1
      case .picture, .segments, .surface, .verticalLine, .horizontalLine: false
      }
    }
  }

  /// The surface that the panel shows in space, nil for a plane panel.
  var surface: Surface? {
    for case .surface(let surface) in marks { return surface }
    return nil
  }

  /// The pixel map of the panel with the colour bar, nil when there is none.
  var map: PixelMap? {
    for case .map(let map) in marks { return map }
    return nil
  }

  /// Whether a raster fills the panel.
  var hasRaster: Bool {
    marks.contains { mark in
      switch mark {
      case .map, .picture, .surface: true
      default: false
      }
    }
  }

  /// The colour of each mark: its own place in the cycle, or the next.
  var colours: [Colour] {
    var next = 0
    return marks.map { mark in
      let own: Int?
      switch mark {
      case .line(let curve), .points(let curve): own = curve.colourIndex
      case .segments(let segments): own = segments.colourIndex
      case .surface(let surface): own = surface.colourIndex
      case .map, .picture, .verticalLine, .horizontalLine: return Colour(0x858585)
      }
      if let own { return Colour.ofCycle(own) }
      next += 1
      return Colour.ofCycle(next - 1)
    }
  }

  /// The entries of the legend, in the order of the marks.
  public var legend: [String] {
    marks.compactMap { mark in
      switch mark {
      case .line(let curve), .points(let curve): curve.name.isEmpty ? nil : curve.name
      case .segments(let segments): segments.name.isEmpty ? nil : segments.name
      case .map, .picture, .surface, .verticalLine, .horizontalLine: nil
      }
    }
  }

  /// The smallest range of finite values of x and of y over all frames; nil where nothing is drawn.
  func extent() -> (x: ClosedRange<Double>, y: ClosedRange<Double>)? {
    var (x0, x1, y0, y1) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
    func addX(_ value: Double) {
      guard value.isFinite, x.scale == .linear || value > 0 else { return }
      (x0, x1) = (min(x0, value), max(x1, value))
    }
    func addY(_ value: Double) {
      guard value.isFinite, y.scale == .linear || value > 0 else { return }
      (y0, y1) = (min(y0, value), max(y1, value))
    }
    for mark in marks {
      switch mark {
      case .line(let curve), .points(let curve):
        curve.x.forEach(addX)
        curve.y.forEach { $0.forEach(addY) }
      case .map(let map):
        map.xExtent.forEach(addX)
        map.yExtent.forEach(addY)
      case .picture(let picture):
        picture.xExtent.forEach(addX)
        picture.yExtent.forEach(addY)
      case .segments(let segments):
        (segments.x0 + segments.x1).forEach(addX)
        (segments.y0 + segments.y1).forEach(addY)
      case .surface(let surface):
        guard let extent = SurfacePicture.extent(surface) else { continue }
        [extent.x.lowerBound, extent.x.upperBound].forEach(addX)
        [extent.y.lowerBound, extent.y.upperBound].forEach(addY)
      case .verticalLine(let place, _): addX(place)
      case .horizontalLine(let place, _): addY(place)
      }
    }
    return x0 <= x1 && y0 <= y1 ? (x0...x1, y0...y1) : nil
  }
}
