internal import ArrayMath

/// Moves each position along the gradient of its pattern's misfit.
///
/// With χ = ψ' − ψ, the change that the counts ask of an exit wave, M. Odstrčil, A. Menzel and M. Guizar-Sicairos, Opt.
/// Express 26 (2018) 3108, take
///
///     ΔR = Re Σ (P ∂O/∂r)* χ / Σ |P ∂O/∂r|²
///
/// along each axis. The numerator is minus half the gradient of E = Σ w (√I − √M)², and is what is used here. Their
/// denominator counts changes of the detector's phases as well, which no count sees, so that the step falls short; here
/// it is the matrix of Gauss and Newton of the amplitudes, Σ w ∂√M/∂R_a ∂√M/∂R_b, which also couples the axes.
///
/// A pattern that sees little structure knows little of its position, and noise would drive it about: to every matrix a
/// hundredth of the scan's mean is added, which leaves such patterns where they are.
struct PositionGradient {
  /// The longest step, in pixels.
  var largestStep: Double

  /// The steps that lower the misfits of all patterns.
  func steps(of linearisations: [PositionModel.Linearisation]) -> [PixelShift] {
    let count = Double(max(linearisations.count, 1))
    let ridge = 0.01 * linearisations.reduce(0) { $0 + ($1.rowRow + $1.columnColumn) / 2 } / count
    return linearisations.map { at in
      let a = at.rowRow + ridge
      let d = at.columnColumn + ridge
      let determinant = a * d - at.rowColumn * at.rowColumn
      guard determinant > 0, determinant.isFinite else { return PixelShift(row: 0, column: 0) }
      return PixelShift(
        row: (d * at.row - at.rowColumn * at.column) / determinant,
        column: (a * at.column - at.rowColumn * at.row) / determinant
      ).limited(to: largestStep)
    }
  }
}
