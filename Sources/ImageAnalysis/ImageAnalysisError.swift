internal import ArrayMath

/// What makes the analysis of an image impossible.
public enum ImageAnalysisError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What a user reads: what was found, what was expected, what to do.
  case invalid(String)

  public var description: String {
    switch self {
    case .invalid(let reason): reason
    }
  }

  /// Throws where an image that goes with another one has another extent.
  static func requireSameShape(_ shape: FrameShape, _ expected: FrameShape, _ what: String) throws {
    guard shape == expected else {
      throw invalid(
        "\(what) has \(shape.rows) x \(shape.columns) pixels, the image has \(expected.rows) x \(expected.columns); "
          + "give it the same extent")
    }
  }
}
