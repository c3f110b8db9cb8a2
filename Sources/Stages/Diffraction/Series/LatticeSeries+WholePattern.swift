import Crystallography
import Foundation
import Pipeline
import PowderDiffraction
import Quantities

extension LatticeSeries {
  /// The lattice of each pattern by Pawley's or Le Bail's method.
  ///
  /// Patterns are refined one after the other, each from its neighbour's result.
  ///
  /// - Throws: `WholePatternError` for a model that suits no pattern, `StageDocumentError` for a sample that is not
  ///   hexagonal.
  init(
    patterns table: PatternTable, phase: SamplePhase, parameters: LatticeParametersStage.Parameters, context: RunContext
  ) throws {
    guard table.series.azimuths == nil else {
      throw StageDocumentError(path: "lattice", problem: "the patterns are cakes; whole patterns are refined")
    }
    guard let wavelength = table.series.wavelength else {
      throw StageDocumentError(path: "lattice", problem: "the patterns state no wavelength; give one")
    }
    // Lines are fitted to what their rings hold, as those of the peaks are.
    let series = try table.series.ringPower().withoutUncertainBins()
    let model = try Self.model(series, phase, parameters, wavelength: wavelength)
    let common = InstrumentErrors(parameters, wavelength: wavelength)
    // From start to end, since far from the start a cell is only found from its neighbour's.
    let outcomes = try series.refined(model)
    grainSpread = nil
    rows = []
    fitQualities = []
    for outcome in outcomes {
      fitQualities.append(outcome.result.map { $0.quality.goodnessOfFit * $0.quality.goodnessOfFit } ?? .nan)
      guard let result = outcome.result else {
        rows.append(.init(lattice: nil, reason: outcome.reason ?? "not refined"))
        continue
      }
      let lattice = try result.hexagonalLattice()
      rows.append(
        .init(lattice: try result.hexagonalLattice(commonErrors: common.lattice(a: lattice.a, c: lattice.c))))
    }
    remarks = Self.remarks(outcomes.compactMap(\.result).map(\.warnings))
  }

  /// Warnings of all patterns, like ones together.
  private static func remarks(_ warnings: [[WholePatternWarning]]) -> [String] {
    var counts: [String: Int] = [:]
    var unexplained: [Double] = []
    var patterns = 0
    for ofPattern in warnings {
      var isPeak = false
      for warning in ofPattern {
        if case .unexplainedPeak(let twoTheta) = warning {
          unexplained.append(twoTheta * 180 / .pi)
          isPeak = true
        } else {
          counts[warning.description, default: 0] += 1
        }
      }
      if isPeak { patterns += 1 }
    }
    var found = counts.map { text, count in count > 1 ? "\(text) (\(count) patterns)" : text }.sorted()
    if let low = unexplained.min(), let high = unexplained.max() {
      found.append(
        String(
          format:
            "%d patterns hold intensity that neither phases nor background explain, between %.2f and %.2f deg; more "
            + "terms of the background or another phase may.", patterns, low, high))
    }
    return found
  }

  private static func model(
    _ series: PowderPatternSeries, _ phase: SamplePhase, _ parameters: LatticeParametersStage.Parameters,
    wavelength: Double
  ) throws -> WholePatternModel {
    let settings = parameters.pattern
    let ends = [series.positions.first, series.positions.last].compactMap(\.self).compactMap {
      series.axis.convert($0, to: .twoTheta, wavelength: wavelength)
    }.sorted()
    guard ends.count == 2 else { throw StageDocumentError(path: "lattice", problem: "the patterns have no bins") }
    // Towards the beam a pixel covers many bins and tells nothing of the sample.
    let lines = try phase.spaceGroup.reflections(
      cell: phase.cell, minimumSpacing: wavelength / (2 * sin(ends[1] / 2)))
    guard let first = lines.first else {
      throw StageDocumentError(path: "lattice", problem: "no reflection of \(phase.name) lies in the patterns")
    }
    let below = 2 * asin(wavelength / (2 * first.dSpacing)) - .pi / 180
    let (low, high) = (
      max(settings.minimumTwoTheta?.si ?? below, ends[0]), min(settings.maximumTwoTheta?.si ?? ends[1], ends[1])
    )
    guard low < high else {
      throw StageDocumentError(path: "lattice", problem: "the range of 2theta lies outside the patterns")
    }
    let range = low...high
    var phases = [WholePatternPhase(phase.name, spaceGroup: phase.spaceGroup, cell: phase.cell)]
    guard phases[0].system == .hexagonal else {
      throw StageDocumentError(
        path: "lattice",
        problem: "\(phase.name) is not hexagonal; the lattice parameters a and c are those of 003 and 104")
    }
    // What stands elsewhere along the beam has its lines elsewhere: its apparent cell takes that up.
    for neighbour in settings.neighbours {
      phases.append(
        WholePatternPhase(
          neighbour.rawValue, spaceGroup: try neighbour.spaceGroup, cell: neighbour.cell))
    }
    var shifts: [WholePatternShift] = []
    switch settings.shift {
    case .none: break
    case .zero: shifts = [WholePatternShift(.zero)]
    // As a share of the distance.
    case .displacement: shifts = [WholePatternShift(.transmission(distance: 1))]
    }
    return WholePatternModel(
      radiation: try .monochromatic(wavelength), phases: phases,
      profile: InstrumentProfile(fwhm: settings.instrumentWidth.si, mixing: settings.instrumentMixing),
      refinedProfile: settings.refineWidth ? [.w, .y] : [], shifts: shifts, backgroundTerms: settings.background,
      range: range, excluded: settings.excluded.map { $0[0].si...$0[1].si },
      method: parameters.method == .leBail ? .leBail : .pawley)
  }
}

extension PowderPatternSeries {
  /// The series with bins left out that tell nothing of their own: those whose uncertainty is not positive, bins of a few
  /// pixels that counted nothing, and those that share all but a hundredth of their variance with the bin before.
  ///
  /// - Throws: nothing for a series that could be made; the signature is that of the initializer.
  func withoutUncertainBins() throws(PatternError) -> PowderPatternSeries {
    guard let sigmas else { return self }
    var kept = intensities
    for frame in 0..<frameCount {
      var before: Double?
      for bin in 0..<binCount {
        let index = frame * binCount + bin
        let variance = sigmas[index] * sigmas[index]
        var own = variance
        if let before, let neighbourCovariances {
          let covariance = neighbourCovariances[frame * (binCount - 1) + bin - 1]
          if covariance.isFinite { own -= covariance * covariance / before }
        }
        let isFit = kept[index].isFinite && variance > 0 && own > 0.01 * variance
        if !isFit { kept[index] = .nan }
        before = isFit ? own : nil
      }
    }
    return try PowderPatternSeries(
      axis: axis, positions: positions, edges: edges, azimuths: azimuths, azimuthEdges: azimuthEdges,
      frameCount: frameCount, intensities: kept, sigmas: sigmas, neighbourCovariances: neighbourCovariances,
      pixelCounts: pixelCounts, wavelength: wavelength)
  }
}
