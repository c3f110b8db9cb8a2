public import ArrayMath

/// Where the perpendicular from the lit point of the sample meets the screen, and how far the screen is.
///
/// Kept in Bruker's convention: ``x`` from the left edge in widths of the screen, ``y`` from the upper edge in heights,
/// ``z`` the distance in heights; seen from the screen towards the sample. It may lie outside the screen.
public struct PatternCentre: Sendable, Hashable, Codable {
  public var x, y, z: Double

  /// A centre in Bruker's convention.
  public init(x: Double, y: Double, z: Double) { (self.x, self.y, self.z) = (x, y, z) }

  /// Numbers of a centre in the convention of another program, in the order in which it writes them.
  public typealias Coordinates = SIMD3<Double>

  /// Whether all three numbers are finite and the screen is in front of the sample.
  public var isPossible: Bool { x.isFinite && y.isFinite && z.isFinite && z > 0 }
}

// The relations are those of Jackson et al., IMMI 8, 226 (2019), section "pattern center".
extension PatternCentre {
  /// A centre of EDAX TSL OIM: x* from the left in widths, y* from the lower edge in heights, z* in units of the shorter
  /// edge.
  public init(tsl centre: Coordinates, shape: FrameShape) {
    self.init(x: centre.x, y: 1 - centre.y, z: centre.z * Self.shorterEdge(shape))
  }

  /// The centre as EDAX TSL OIM writes it.
  public func tsl(shape: FrameShape) -> Coordinates { SIMD3(x, 1 - y, z / Self.shorterEdge(shape)) }

  /// A centre of Oxford Instruments: from the left and from the lower edge, and the distance, all in widths.
  public init(oxford centre: Coordinates, shape: FrameShape) {
    let aspect = Double(shape.columns) / Double(shape.rows)
    self.init(x: centre.x, y: 1 - centre.y * aspect, z: centre.z * aspect)
  }

  /// The centre as Oxford Instruments write it.
  public func oxford(shape: FrameShape) -> Coordinates {
    let aspect = Double(shape.columns) / Double(shape.rows)
    return SIMD3(x, (1 - y) / aspect, z / aspect)
  }

  /// A centre of EMsoft: (xpc, ypc, L), from the middle of the screen in pixels of the camera without binning, and the
  /// distance in the unit of the pixels' size.
  ///
  /// - Parameters:
  ///   - version: before 5, xpc counts the other way.
  ///   - shape: of a pattern, after binning.
  ///   - pixel: edge of a pixel of the camera without binning.
  ///   - binning: such pixels along the edge of one of a pattern's.
  public init(emsoft centre: Coordinates, version: Int = 5, shape: FrameShape, pixel: Double, binning: Int = 1) {
    let width = Double(shape.columns * binning), height = Double(shape.rows * binning)
    self.init(
      x: 0.5 - (version < 5 ? -centre.x : centre.x) / width, y: 0.5 - centre.y / height,
      z: centre.z / (height * pixel))
  }

  /// The centre as EMsoft writes it.
  public func emsoft(version: Int = 5, shape: FrameShape, pixel: Double, binning: Int = 1) -> Coordinates {
    let width = Double(shape.columns * binning), height = Double(shape.rows * binning)
    let fromMiddle = (0.5 - x) * width
    return SIMD3(version < 5 ? -fromMiddle : fromMiddle, (0.5 - y) * height, z * height * pixel)
  }

  private static func shorterEdge(_ shape: FrameShape) -> Double {
    Double(min(shape.rows, shape.columns)) / Double(shape.rows)
  }
}
