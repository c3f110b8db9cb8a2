public import ArrayMath
internal import Foundation

/// What separates two objects that the patterns cannot tell apart, taken off one of them.
///
/// O and P fit as well as c e^{i a·r} O(r − s) and e^{−i a·r} P(r − s)/c: a factor, a ramp of phase, and a displacement of
/// both (positions kept). The alignment is the weighted least squares solution of
///
///     T(r) ≈ c e^{i a·r} O(r − s),
///
/// r counted in pixels from the array's first. A first ramp comes from the peak of the transform of T O*, a first
/// displacement from the cross-correlation, the rest from steps of Gauss and Newton for all six numbers together; parts of
/// pixels are moved through the Fourier transform.
public struct GaugeAlignment: Sendable, Hashable {
  /// c.
  public let factor: ComplexFloat
  /// a, in radians a pixel.
  public let ramp: PixelShift
  /// s, in pixels.
  public let shift: PixelShift
  /// √(Σ w |T − c e^{i a·r} O(r − s)|² / Σ w |T|²).
  public let error: Double
  /// c e^{i a·r} O(r − s).
  public let aligned: ComplexImage

  /// Aligns `object` to `truth`.
  ///
  /// - Parameters:
  ///   - object: what was reconstructed.
  ///   - truth: of the same extent.
  ///   - weights: w, such as ``Reconstruction/scanWeights(above:)``; `nil` for 1 everywhere.
  ///   - movable: whether a displacement is taken off.
  ///   - largestShift: how far the displacement is looked for, in pixels.
  /// - Throws: ``PtychographyError`` for extents that differ, and where the weights leave nothing to compare.
  public init(
    of object: ComplexImage, to truth: ComplexImage, weights: ScalarImage? = nil, movable: Bool = true,
    largestShift: Int = 16
  ) throws {
    let weights = weights ?? ScalarImage(repeating: 1, shape: truth.shape)
    guard object.shape == truth.shape, weights.shape == truth.shape else {
      throw PtychographyError.invalid(
        "an object of \(object.rows) x \(object.columns) pixels cannot be compared with one of \(truth.rows) x "
          + "\(truth.columns) and weights of \(weights.rows) x \(weights.columns); crop them to one extent")
    }
    let total = zip(weights.pixels, truth.pixels).reduce(0.0) { $0 + Double($1.0 * $1.1.squaredModulus) }
    let power = zip(weights.pixels, object.pixels).reduce(0.0) { $0 + Double($1.0 * $1.1.squaredModulus) }
    guard total > 0, total.isFinite, power > 0, power.isFinite else {
      throw PtychographyError.invalid(
        "there is nothing to compare: the weights, or the objects where they count, are zero or not finite")
    }
    let fit = GaugeFit(object: object, truth: truth, weights: weights)
    guard movable else {
      let best = fit.refined(GaugeFit.Parameters(ramp: fit.coarseRamp()), movable: false)
      self.init(best, level: PixelShift(row: 0, column: 0), total: total)
      return
    }
    // A correlation needs the ramp off altogether, and the ramp needs objects that lie on each other.
    let shift = fit.coarseShift(ramp: fit.ramp(), largest: largestShift)
    let rolled = object.rolled(rows: Int(shift.row), columns: Int(shift.column))
    let level = GaugeFit(object: rolled, truth: truth, weights: weights).ramp()
    let levelled = GaugeFit(object: GaugeFit.ramped(object, by: level), truth: truth, weights: weights)
    let best = levelled.refined(GaugeFit.Parameters(shift: shift), movable: true)
    self.init(best, level: level, total: total)
  }

  /// - Parameters:
  ///   - best: the fit of e^{i level·r} O.
  ///   - level: in radians a pixel.
  ///   - total: Σ w |T|².
  private init(
    _ best: (parameters: GaugeFit.Parameters, aligned: ComplexImage, misfit: Double), level: PixelShift, total: Double
  ) {
    // c e^{i a·r} of the levelled object at r − s is c e^{−i level·s} e^{i (a + level)·r} of the object itself.
    shift = best.parameters.shift
    let turn = Float(-(level.row * shift.row + level.column * shift.column))
    factor =
      ComplexFloat(Float(best.parameters.real), Float(best.parameters.imaginary))
      * ComplexFloat(modulus: 1, phase: turn)
    ramp = PixelShift(row: best.parameters.ramp.row + level.row, column: best.parameters.ramp.column + level.column)
    aligned = best.aligned
    error = (best.misfit / total).squareRoot()
  }

  /// The probe that goes with the aligned object: e^{−i a·r} P(r − s)/c.
  public func applied(toProbe probe: ComplexImage) -> ComplexImage {
    let moved = GaugeFit.moved(probe, by: shift)
    let square = factor.squaredModulus
    let inverse = ComplexFloat(factor.real / square, -factor.imaginary / square)
    return GaugeFit.ramped(moved, by: PixelShift(row: -ramp.row, column: -ramp.column)).map { inverse * $0 }
  }
}
