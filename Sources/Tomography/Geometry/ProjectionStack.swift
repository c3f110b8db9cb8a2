public import ArrayMath

/// Projections of one sample: line integrals of what is looked for, with the geometry in which they were taken.
///
/// What is projected is positive for matter: minus the phase in radians for phase projections, −ln(I/I₀) for absorption.
/// Divided by the length of a path in pixels it is what a reconstruction gives, in radians (or nepers) a pixel.
public struct ProjectionStack: Sendable {
  /// What the projections show.
  public enum Quantity: String, Sendable, Hashable, Codable, CaseIterable {
    /// Minus the phase of the transmitted wave, in radians.
    case phase
    /// −ln of the transmitted intensity.
    case absorption
  }

  /// Projection after projection, row after row; NaN where nothing was measured.
  public var pixels: [Float]
  /// The extent of every projection.
  public let shape: FrameShape
  /// As many angles as there are projections.
  public var geometry: ProjectionGeometry
  public var quantity: Quantity
  /// What each pixel counts, 0...1, as `pixels` lie; nil where all count the same. Pixels that are NaN count nothing.
  public var weights: [Float]?

  /// - Throws: ``TomographyError`` where numbers of projections, angles or pixels do not fit.
  public init(
    _ pixels: [Float], shape: FrameShape, geometry: ProjectionGeometry, quantity: Quantity = .phase,
    weights: [Float]? = nil
  ) throws {
    guard shape.count > 0, geometry.count > 0, pixels.count == shape.count * geometry.count else {
      throw TomographyError.invalid(
        """
        there are \(geometry.count) angles for \(shape.count > 0 ? pixels.count / shape.count : 0) projections of \
        \(shape.rows) x \(shape.columns) pixels; expected an angle for every projection
        """)
    }
    guard geometry.displacements.count == geometry.count else {
      throw TomographyError.invalid(
        "there are \(geometry.displacements.count) displacements for \(geometry.count) projections")
    }
    guard weights.map({ $0.count == pixels.count }) ?? true else {
      throw TomographyError.invalid("there are \(weights?.count ?? 0) weights for \(pixels.count) pixels")
    }
    self.pixels = pixels
    self.shape = shape
    self.geometry = geometry
    self.quantity = quantity
    self.weights = weights
  }

  /// The number of projections.
  public var count: Int { geometry.count }

  /// One projection.
  public func image(_ index: Int) -> ScalarImage {
    ScalarImage(Array(pixels[index * shape.count..<(index + 1) * shape.count]), shape: shape)
  }

  /// Some of the projections, in the order given.
  public func selecting(_ indices: [Int]) -> ProjectionStack {
    var part = self
    let size = shape.count
    part.pixels = []
    part.pixels.reserveCapacity(indices.count * size)
    for index in indices { part.pixels += pixels[index * size..<(index + 1) * size] }
    part.weights = weights.map { weights in
      indices.flatMap { weights[$0 * size..<($0 + 1) * size] }
    }
    part.geometry = geometry.selecting(indices)
    return part
  }
}
