internal import ArrayMath
internal import ImageAnalysis

/// Differences of the phase between neighbouring columns, which need no unwrapping.
///
/// d(x + 1/2) = arg O(x) conj O(x + 1) of a transmission O is what minus the phase rises by from a pixel to the one on its
/// right, as long as that is less than π. A ramp of the phase is a constant in it.
public enum PhaseDifferences {
  /// Where the constant is taken from that a ramp has left.
  public enum Ramp: String, Sendable, Hashable, Codable, CaseIterable {
    /// From air, which is found: ``PhaseRamp``.
    case air
    /// From the ends of the rows: the phase is the same at both, so that the mean of the differences is 0.
    case ends
    /// Nothing is taken off.
    case none
  }

  /// The differences of complex projections: a column less than they have. Where there was no light they are NaN.
  ///
  /// - Parameters:
  ///   - projections: of one extent.
  ///   - geometry: of the projections; that of the result puts the differences where they belong, half a pixel to the right
  ///     of the column they start from.
  /// - Throws: ``TomographyError`` where numbers or extents do not fit; ``ImageAnalysisError`` where no air is found.
  public static func of(
    _ projections: [TransmissionProjection], geometry: ProjectionGeometry, ramp: Ramp = .air, threads: Int
  ) throws -> ProjectionStack {
    guard let shape = projections.first?.object.shape, shape.rows > 0, shape.columns > 1 else {
      throw TomographyError.invalid("there are no projections of at least two columns to take differences of")
    }
    if let other = projections.first(where: { $0.object.shape != shape }) {
      throw TomographyError.invalid(
        """
        \(other.name) has \(other.object.rows) x \(other.object.columns) pixels, \(projections[0].name) \(shape.rows) x \
        \(shape.columns); crop them alike
        """)
    }
    guard projections.count == geometry.count else {
      throw TomographyError.invalid("there are \(geometry.count) angles for \(projections.count) projections")
    }
    let views = try parallelMap(count: projections.count, threads: threads) { view -> [Float] in
      let projection = projections[view]
      let constant: Float
      switch ramp {
      case .air:
        let lit = projection.illumination.map { light in light.map { $0 > 0.1 } }
        constant = Float(try PhaseRamp.estimate(projection.object, mask: lit).perColumn)
      case .ends, .none: constant = 0
      }
      var differences = differences(projection.object, less: constant)
      if ramp == .ends { removeMean(&differences) }
      return differences
    }
    return try stack(views, of: geometry, shape: shape, quantity: .phase)
  }

  /// The differences of projections; those of a phase are taken to lie from −π to π, so that it may be wrapped.
  public static func of(_ projections: ProjectionStack, threads: Int) throws -> ProjectionStack {
    let shape = projections.shape
    guard shape.columns > 1 else {
      throw TomographyError.invalid("the projections have one column; differences need two")
    }
    let isPhase = projections.quantity == .phase
    let views = try parallelMap(count: projections.count, threads: threads) { view -> [Float] in
      var result: [Float] = []
      result.reserveCapacity(shape.rows * (shape.columns - 1))
      projections.pixels.withUnsafeBufferPointer { pixels in
        for row in view * shape.rows..<(view + 1) * shape.rows {
          for index in row * shape.columns..<(row + 1) * shape.columns - 1 {
            let step = pixels[index + 1] - pixels[index]
            result.append(isPhase ? wrapped(step) : step)
          }
        }
      }
      return result
    }
    return try stack(views, of: projections.geometry, shape: shape, quantity: projections.quantity)
  }

  /// Less whole turns, and exactly what it was where there are none.
  private static func wrapped(_ step: Float) -> Float {
    abs(step) <= .pi ? step : Float(remainder(Double(step), 2 * .pi))
  }

  private static func remainder(_ value: Double, _ period: Double) -> Double {
    value - period * (value / period).rounded()
  }

  private static func differences(_ object: ComplexImage, less constant: Float) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(object.rows * (object.columns - 1))
    // What a ramp of the phase adds to minus the phase; taken off before the angle, which may otherwise wrap.
    let back = ComplexFloat(modulus: 1, phase: constant)
    object.pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<object.rows {
        for index in row * object.columns..<(row + 1) * object.columns - 1 {
          let step = pixels[index] * pixels[index + 1].conjugate * back
          result.append(step.squaredModulus > 0 ? step.phase : .nan)
        }
      }
    }
    return result
  }

  private static func removeMean(_ differences: inout [Float]) {
    var (sum, count) = (0.0, 0.0)
    for value in differences where !value.isNaN { (sum, count) = (sum + Double(value), count + 1) }
    guard count > 0 else { return }
    let mean = Float(sum / count)
    for index in differences.indices { differences[index] -= mean }
  }

  private static func stack(
    _ views: [[Float]], of geometry: ProjectionGeometry, shape: FrameShape, quantity: ProjectionStack.Quantity
  ) throws -> ProjectionStack {
    var moved = geometry
    moved.axisColumn -= 0.5
    return try ProjectionStack(
      Array(views.joined()), shape: FrameShape(rows: shape.rows, columns: shape.columns - 1), geometry: moved,
      quantity: quantity)
  }
}
