/// What the covariance of a refinement takes the residuals for.
public enum ResidualModel: String, Sendable, Hashable, Codable, CaseIterable {
  /// Noise of one size, independent from pixel to pixel: the master is right.
  case independent
  /// Noise and what the master does not explain, alike in neighbouring pixels: the covariance is taken from the scatter of
  /// the gradient over about a hundred blocks of the pattern,
  ///
  ///     C = (b H)⁻¹ (Σ s sᵀ) (b H)⁻¹,  s = Σ_block J r
  ///
  /// (the sandwich of White, Econometrica 48, 817 (1980), with clusters). It costs one more projection, and is itself
  /// uncertain by about a tenth.
  case correlated
}
