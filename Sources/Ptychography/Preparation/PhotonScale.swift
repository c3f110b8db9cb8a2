internal import ArrayMath

/// How bright the illumination is: Σ I of the brightest pattern, with what was not measured added.
///
/// The part that masks and gaps hide is taken from the mean pattern, in which an unmeasured pixel has its mirror image's
/// counts (far field) or the mean of all (near field).
struct PhotonScale {
  private let data: DiffractionData

  init(_ data: DiffractionData) { self.data = data }

  /// - Parameter warnings: gets the patterns without counts.
  func photons(_ warnings: inout [ScanWarning]) throws -> Double {
    let totals = (0..<data.count).map { data.total($0) }
    let empty = totals.indices.filter { totals[$0] == 0 }
    guard empty.count < totals.count, let brightest = totals.max() else {
      throw PtychographyError.invalid(
        "the cropped patterns have no counts in any of \(data.count) frames; check centre, window and mask")
    }
    if !empty.isEmpty { warnings.append(.emptyPatterns(indices: empty)) }
    let mean = ProbeEstimate.meanPattern(data)
    let whole = mean.pixels.reduce(0) { $0 + Double($1) }
    let measured = totals.reduce(0, +) / Double(totals.count)
    return measured > 0 ? brightest * max(whole / measured, 1) : brightest
  }
}
