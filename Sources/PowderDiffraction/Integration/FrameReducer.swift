import ArrayMath

/// Everything a frame needs to be added up: where its pixels go and what the geometry adds.
struct FrameReducer: Sendable {
  let rays: PixelRays
  let settings: IntegrationSettings
  let normalisation: PixelNormalisation
  let table: PixelTable
  let constants: BinConstants

  func check(_ source: some FrameSource, frame: Int, scale: Double, variance: [Float]?) throws {
    guard source.shape == rays.shape else {
      throw IntegrationError.shape(of: "frame", source.shape, expected: rays.shape)
    }
    guard frame >= 0, frame < source.count else { throw IntegrationError.frame(frame, count: source.count) }
    guard scale > 0, scale.isFinite else { throw IntegrationError.parameter("the scale of the normalisation", scale) }
    if let variance, variance.count != rays.shape.count {
      throw IntegrationError.size(of: "variance", variance.count, expected: rays.shape.count)
    }
    if case .variance = settings.errorModel, variance == nil { throw IntegrationError.varianceMissing }
  }
}
