import ArrayMath
import Crystallography
import Foundation
import Pipeline
import PowderDiffraction
import Quantities

extension LatticeSeries {
  /// The lattice of each pattern by Pawley's or Le Bail's method.
  ///
  /// Runs of 32 patterns are refined one after the other from their neighbours' results, the runs independently.
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
    let series = try table.series.ringPower()
    let model = try Self.model(series, phase, parameters, wavelength: wavelength)
    let common = InstrumentErrors(parameters, wavelength: wavelength)
    let run = 32
    let count = series.frameCount
    let outcomes = try parallelMap(count: (count + run - 1) / run, threads: context.threads) { index in
      let frames = index * run..<min((index + 1) * run, count)
      return try series.frames(frames).refined(model)
    }.flatMap(\.self)
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
    let warnings = Dictionary(grouping: outcomes.compactMap(\.result).flatMap(\.warnings).map(\.description)) { $0 }
    remarks = warnings.map { text, all in all.count > 1 ? "\(text) (\(all.count) patterns)" : text }.sorted()
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
    let range =
      max(settings.minimumTwoTheta?.si ?? ends[0], ends[0])...min(settings.maximumTwoTheta?.si ?? ends[1], ends[1])
    var phases = [WholePatternPhase(phase.name, spaceGroup: phase.spaceGroup, cell: phase.cell)]
    guard phases[0].system == .hexagonal else {
      throw StageDocumentError(
        path: "lattice",
        problem: "\(phase.name) is not hexagonal; the lattice parameters a and c are those of 003 and 104")
    }
    for neighbour in settings.neighbours {
      phases.append(
        WholePatternPhase(
          neighbour.rawValue, spaceGroup: try neighbour.spaceGroup, cell: neighbour.cell, refinesCell: false))
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
  /// Some of the frames, on the same bins.
  ///
  /// - Throws: nothing for frames that exist; the signature is that of the initializer.
  func frames(_ range: Range<Int>) throws(PatternError) -> PowderPatternSeries {
    let size = binCount * sectorCount
    func part(_ values: [Double]?, _ size: Int) -> [Double]? {
      values.map { Array($0[range.lowerBound * size..<range.upperBound * size]) }
    }
    return try PowderPatternSeries(
      axis: axis, positions: positions, edges: edges, azimuths: azimuths, azimuthEdges: azimuthEdges,
      frameCount: range.count, intensities: part(intensities, size) ?? [], sigmas: part(sigmas, size),
      neighbourCovariances: part(neighbourCovariances, binCount - 1), pixelCounts: pixelCounts, wavelength: wavelength)
  }
}
