import ArrayMath

/// One of the eight ways in which a stored image may lie on the detector: four corners, transposed or not.
public struct ImageTransform: Sendable, Hashable, Codable {
  /// Where the first pixel lies.
  public var orientation: DetectorOrientation
  /// Whether rows of the file are columns of the detector.
  public var isTransposed: Bool

  public init(_ orientation: DetectorOrientation, isTransposed: Bool = false) {
    self.orientation = orientation
    self.isTransposed = isTransposed
  }

  /// What holds where the data cannot tell: rows of the file run from the top of the detector and columns to the right as
  /// seen from the sample, while axis 1 points up.
  public static let convention = ImageTransform(.topRight)

  /// All eight, the convention first.
  public static let all: [ImageTransform] = [false, true].flatMap { transposed in
    [DetectorOrientation.topRight, .bottomRight, .topLeft, .bottomLeft].map { .init($0, isTransposed: transposed) }
  }

  /// The detector's grid for images of a file.
  ///
  /// - Parameters:
  ///   - shape: as the file stores it.
  ///   - pixelHeight: extent of a pixel between rows of the file, in metres.
  ///   - pixelWidth: extent of a pixel between columns of the file, in metres.
  func grid(shape: FrameShape, pixelHeight: Double, pixelWidth: Double) -> DetectorGrid {
    isTransposed
      ? DetectorGrid(
        shape: FrameShape(rows: shape.columns, columns: shape.rows), pixelHeight: pixelWidth, pixelWidth: pixelHeight,
        orientation: orientation)
      : DetectorGrid(shape: shape, pixelHeight: pixelHeight, pixelWidth: pixelWidth, orientation: orientation)
  }
}

/// What the data say of one image transform.
public struct ImageTransformVerdict: Sendable, Hashable {
  /// What the data make of a transform.
  public enum Finding: String, Sendable, Hashable, Codable {
    /// The result uses it.
    case chosen
    /// The data would allow it just as well.
    case tied
    /// The data speak against it.
    case contradicted
  }

  public var transform: ImageTransform
  /// Mean square distance of the ring points from their rings in the geometry that was given, in square radians; `nil`
  /// without one.
  public var residualVariance: Double?
  /// The degree of horizontal polarisation that the intensities along the rings would show, and its standard deviation;
  /// `nil` where too few points tell.
  public var polarisation: Double?
  public var polarisationSigma: Double?
  public var finding: Finding
  /// Why, in words.
  public var reason: String
}

extension CalibrationFrame {
  /// The frame with rows and columns exchanged.
  var transposed: CalibrationFrame {
    func exchange<Value>(_ values: [Value]) -> [Value] {
      [Value](unsafeUninitializedCapacity: values.count) { target, count in
        for row in 0..<shape.rows {
          for column in 0..<shape.columns {
            (target.baseAddress! + column * shape.rows + row).initialize(to: values[row * shape.columns + column])
          }
        }
        count = values.count
      }
    }
    var result = self
    result.shape = FrameShape(rows: shape.columns, columns: shape.rows)
    result.pixels = exchange(pixels)
    result.mask = mask.map { PixelMask(exchange($0.flags), shape: result.shape) }
    return result
  }
}
