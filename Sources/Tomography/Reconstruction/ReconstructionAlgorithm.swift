public import ArrayMath

/// Every way from projections to a volume, with its parameters.
///
/// Encoded it is a flat record: `method`, and what that method has to set beside it, for example `{"method": "sirt",
/// "iterations": 100, …}`.
public enum ReconstructionAlgorithm: Sendable, Hashable {
  case filteredBackProjection(filter: RampFilter, size: Int?)
  case fourier(FourierReconstruction)
  case derivative(DerivativeBackProjection)
  case simultaneous(SimultaneousReconstruction)
  case conjugateGradient(ConjugateGradientReconstruction)
  case totalVariation(TotalVariationReconstruction)

  /// The names by which a user chooses.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// Filtered back-projection.
    case fbp
    /// Filtered back-projection through the frequency plane.
    case fourier
    /// Filtered back-projection of differences of the phase.
    case derivative
    /// Simultaneous iterative reconstruction.
    case sirt
    /// Conjugate gradients.
    case cgls
    /// Total variation.
    case tv

    /// Whether it goes step by step.
    public var isIterative: Bool { self == .sirt || self == .cgls || self == .tv }
  }

  /// A method with its usual parameters, but for those given.
  ///
  /// - Parameters:
  ///   - filter: of the three back-projections.
  ///   - iterations, nonNegative: of the iterative methods; ``Method/cgls`` has no bound on voxels and takes none.
  ///   - size: rows and columns of the slices; nil is the width of the projections.
  public init(
    _ method: Method, filter: RampFilter = RampFilter(), iterations: Int? = nil, nonNegative: Bool = false,
    size: Int? = nil
  ) {
    switch method {
    case .fbp: self = .filteredBackProjection(filter: filter, size: size)
    case .fourier: self = .fourier(FourierReconstruction(filter, size: size))
    case .derivative: self = .derivative(DerivativeBackProjection(filter, size: size))
    case .sirt:
      var sirt = SimultaneousReconstruction(nonNegative: nonNegative, size: size)
      if let iterations { sirt.iterations = iterations }
      self = .simultaneous(sirt)
    case .cgls:
      var cgls = ConjugateGradientReconstruction(size: size)
      if let iterations { cgls.iterations = iterations }
      self = .conjugateGradient(cgls)
    case .tv:
      var tv = TotalVariationReconstruction(nonNegative: nonNegative, size: size)
      if let iterations { tv.iterations = iterations }
      self = .totalVariation(tv)
    }
  }

  public var method: Method {
    switch self {
    case .filteredBackProjection: .fbp
    case .fourier: .fourier
    case .derivative: .derivative
    case .simultaneous: .sirt
    case .conjugateGradient: .cgls
    case .totalVariation: .tv
    }
  }

  /// The volume, a slice for every row of the projections, in their unit a pixel.
  ///
  /// - Parameter threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where the geometry or the parameters cannot be.
  public func callAsFunction(_ stack: ProjectionStack, threads: Int) throws -> ScalarVolume {
    switch self {
    case .filteredBackProjection(let filter, let size):
      try FilteredBackProjection(filter, size: size)(stack, threads: threads)
    case .fourier(let method): try method(stack, threads: threads)
    case .derivative(let method): try method(stack, threads: threads)
    case .simultaneous(let method): try method(stack, threads: threads)
    case .conjugateGradient(let method): try method(stack, threads: threads)
    case .totalVariation(let method): try method(stack, threads: threads)
    }
  }

  /// The volume, and for methods that go step by step how each slice got there.
  ///
  /// - Throws: ``TomographyError`` where the geometry or the parameters cannot be.
  public func reconstruct(
    _ stack: ProjectionStack, threads: Int
  ) throws -> (volume: ScalarVolume, courses: [IterativeReconstruction.Course]?) {
    let result: IterativeReconstruction
    switch self {
    case .simultaneous(let method): result = try method.reconstruct(stack, threads: threads)
    case .conjugateGradient(let method): result = try method.reconstruct(stack, threads: threads)
    case .totalVariation(let method): result = try method.reconstruct(stack, threads: threads)
    case .filteredBackProjection, .fourier, .derivative: return (try self(stack, threads: threads), nil)
    }
    return (result.volume, result.slices)
  }

  /// Bytes in use at once, the stack included: what a machine has to have for it.
  ///
  /// - Parameters:
  ///   - views: the number of projections.
  ///   - shape: their extent.
  public func memory(views: Int, shape: FrameShape, threads: Int) -> Int {
    switch self {
    case .filteredBackProjection(_, let size):
      // The filtered rows of a block of slices for each thread, beside stack and volume.
      4 * (views * shape.count + shape.rows * (size ?? shape.columns) * (size ?? shape.columns))
        + threads * 16 * 4 * views * shape.columns
    case .fourier(let method): method.memory(views: views, shape: shape, threads: threads)
    case .derivative(let method): method.memory(views: views, shape: shape, threads: threads)
    case .simultaneous(let method): method.memory(views: views, shape: shape, threads: threads)
    case .conjugateGradient(let method): method.memory(views: views, shape: shape, threads: threads)
    case .totalVariation(let method): method.memory(views: views, shape: shape, threads: threads)
    }
  }
}

extension ReconstructionAlgorithm: Codable {
  private enum Keys: String, CodingKey { case method, filter, size }

  public init(from decoder: any Decoder) throws {
    let record = try decoder.container(keyedBy: Keys.self)
    switch try record.decode(Method.self, forKey: .method) {
    case .fbp:
      self = .filteredBackProjection(
        filter: try record.decode(RampFilter.self, forKey: .filter),
        size: try record.decodeIfPresent(Int.self, forKey: .size))
    case .fourier: self = .fourier(try FourierReconstruction(from: decoder))
    case .derivative: self = .derivative(try DerivativeBackProjection(from: decoder))
    case .sirt: self = .simultaneous(try SimultaneousReconstruction(from: decoder))
    case .cgls: self = .conjugateGradient(try ConjugateGradientReconstruction(from: decoder))
    case .tv: self = .totalVariation(try TotalVariationReconstruction(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var record = encoder.container(keyedBy: Keys.self)
    try record.encode(method, forKey: .method)
    switch self {
    case .filteredBackProjection(let filter, let size):
      try record.encode(filter, forKey: .filter)
      try record.encodeIfPresent(size, forKey: .size)
    case .fourier(let method): try method.encode(to: encoder)
    case .derivative(let method): try method.encode(to: encoder)
    case .simultaneous(let method): try method.encode(to: encoder)
    case .conjugateGradient(let method): try method.encode(to: encoder)
    case .totalVariation(let method): try method.encode(to: encoder)
    }
  }
}
