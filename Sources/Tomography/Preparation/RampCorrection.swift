public import ArrayMath
public import ImageAnalysis

/// The constant and ramp of each projection, fitted and taken off.
///
/// Ptychography leaves c + a·row + b·column free in every projection. Left in, the constant gives a background bowl, the ramp a
/// total and a centroid that change from view to view.
public struct RampCorrection: Sendable, Hashable {
  /// Whether every projection is given the same sum (the constraint of order 0 of Helgason and Ludwig: the sum of line integrals
  /// over a projection is the integral over the volume, in any direction). Not for projections that the sample leaves.
  public var keepsTotal: Bool

  public init(keepsTotal: Bool = false) { self.keepsTotal = keepsTotal }

  /// The plane through one projection in air, by weighted least squares with the weights of Huber.
  ///
  /// - Parameters:
  ///   - weights: in proportion to the inverse variance of a pixel, for example the illumination; nil where all count the same.
  ///   - air: true where nothing is in the beam.
  /// - Returns: the plane with its covariance; `airDeviation` is that of a pixel of weight 1.
  /// - Throws: ``TomographyError`` where extents differ or there is too little air to span a plane.
  public static func fromAir(
    of projection: ScalarImage, weights: ScalarImage? = nil, air: Image<Bool>
  ) throws -> PhaseRamp {
    guard air.shape == projection.shape, weights.map({ $0.shape == projection.shape }) ?? true else {
      throw TomographyError.invalid(
        "the air mask or the weights have another extent than the projection; give them the same")
    }
    let plane = projection.pixels.withUnsafeBufferPointer { pixels in
      guard let weights else { return WeightedPlane(pixels, weights: nil, region: air.pixels, shape: air.shape).fit() }
      return weights.pixels.withUnsafeBufferPointer {
        WeightedPlane(pixels, weights: $0, region: air.pixels, shape: air.shape).fit()
      }
    }
    guard let plane else {
      throw TomographyError.invalid(
        "air was found in \(air.pixels.count { $0 }) pixels, which do not span a plane; name the air, scan more of it, or "
          + "fit the ramps to simulated projections")
    }
    return plane
  }

  /// The planes by which projections differ from simulated ones: for projections with little air or none.
  ///
  /// Residuals are fitted over all measured pixels with the weights of Huber, so that what the volume does not show yet counts
  /// little. A constant that all projections share is in the volume too and stays: simulate from a volume in which air is 0
  /// (values that are negative or outside of the sample's support set to 0), and repeat.
  ///
  /// - Parameters:
  ///   - stack: as measured, or as corrected so far.
  ///   - simulated: of the same extent and geometry.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where extents differ or a projection has too few pixels.
  public func fit(
    _ stack: ProjectionStack, against simulated: ProjectionStack, threads: Int
  ) throws -> [PhaseRamp] {
    guard simulated.shape == stack.shape, simulated.count == stack.count else {
      throw TomographyError.invalid(
        """
        \(simulated.count) simulated projections of \(simulated.shape.rows) x \(simulated.shape.columns) pixels go with \
        \(stack.count) of \(stack.shape.rows) x \(stack.shape.columns); simulate them in the same geometry
        """)
    }
    let size = stack.shape.count
    var ramps = try parallelMap(count: stack.count, threads: threads) { view -> PhaseRamp in
      var residuals = [Float](repeating: 0, count: size)
      for index in 0..<size {
        residuals[index] = stack.pixels[view * size + index] - simulated.pixels[view * size + index]
      }
      let plane = residuals.withUnsafeBufferPointer { pixels in
        guard let weights = stack.weights else {
          return WeightedPlane(pixels, weights: nil, region: nil, shape: stack.shape).fit()
        }
        return weights.withUnsafeBufferPointer {
          let part = UnsafeBufferPointer(rebasing: $0[view * size..<(view + 1) * size])
          return WeightedPlane(pixels, weights: part, region: nil, shape: stack.shape).fit()
        }
      }
      guard let plane else {
        throw TomographyError.invalid(
          "projection \(view + 1) has too few measured pixels for a ramp; leave it out")
      }
      return plane
    }
    if keepsTotal { Self.equaliseTotals(of: stack, &ramps) }
    return ramps
  }

  /// Moves the constants so that all sums become their mean.
  private static func equaliseTotals(of stack: ProjectionStack, _ ramps: inout [PhaseRamp]) {
    let size = stack.shape.count
    var totals: [(sum: Double, count: Double)] = []
    for (view, ramp) in ramps.enumerated() {
      var (sum, count) = (0.0, 0.0)
      for index in 0..<size where stack.pixels[view * size + index].isFinite {
        let plane = ramp.phase(row: Double(index / stack.shape.columns), column: Double(index % stack.shape.columns))
        sum += Double(stack.pixels[view * size + index]) - plane
        count += 1
      }
      totals.append((sum, count))
    }
    let mean = totals.reduce(0) { $0 + $1.sum } / Double(totals.count)
    for (view, total) in totals.enumerated() where total.count > 0 {
      ramps[view].constant += (total.sum - mean) / total.count
    }
  }
}

extension ProjectionStack {
  /// The projections less their ramps.
  ///
  /// - Throws: ``TomographyError`` where there is not one ramp a projection.
  public func removing(_ ramps: [PhaseRamp]) throws -> ProjectionStack {
    guard ramps.count == count else {
      throw TomographyError.invalid("there are \(ramps.count) ramps for \(count) projections; give one for each")
    }
    var result = self
    let (size, columns) = (shape.count, shape.columns)
    result.pixels.withUnsafeMutableBufferPointer { pixels in
      for (view, ramp) in ramps.enumerated() {
        for row in 0..<shape.rows {
          let start = view * size + row * columns
          for column in 0..<columns {
            pixels[start + column] -= Float(ramp.phase(row: Double(row), column: Double(column)))
          }
        }
      }
    }
    return result
  }
}
