import Crystallography
import Foundation
import PowderDiffraction
import Testing

/// What a refinement says to patterns and models that do not belong together.
@Suite struct WholePatternInputTests {
  let truth = PatternTruth(cell: WholePatternTests.cell)

  func pattern(_ change: (inout [Double]) -> Void) throws -> PowderPattern {
    let pattern = try truth.pattern(seed: 1)
    var intensities = pattern.intensities
    change(&intensities)
    return try PowderPattern(
      axis: .twoTheta, positions: pattern.positions, intensities: intensities, sigmas: pattern.sigmas,
      wavelength: pattern.wavelength)
  }

  @Test func wrongStructureIsReported() throws {
    var model = try truth.model()
    model.phases = [
      WholePatternPhase("W", spaceGroup: try SpaceGroup(symbol: "I m -3 m"), cell: UnitCell(cubic: 3.1648e-10))
    ]
    let result = try truth.pattern(seed: 1).refined(model)
    let peaks = result.warnings.compactMap { warning -> Double? in
      if case .unexplainedPeak(let twoTheta) = warning { twoTheta / PatternTruth.degree } else { nil }
    }
    #expect(result.quality.goodnessOfFit > 1.5 || result.status != .converged)
    #expect(peaks.contains { abs($0 - 7.898) < 0.1 }, "003 at 7.898 degrees belongs to no phase: \(peaks)")
  }

  @Test func absentPhaseIsReported() throws {
    let pattern = try truth.pattern(seed: 1)
    let flat = try PowderPattern(
      axis: .twoTheta, positions: pattern.positions,
      intensities: pattern.positions.indices.map { 100 + Double(($0 * 7919) % 21 - 10) },
      sigmas: pattern.positions.map { _ in 10 }, wavelength: pattern.wavelength)
    let result = try flat.refined(try truth.model())
    #expect(
      result.status != .converged
        || result.warnings.contains { if case .phaseNotSeen(name: "NMC", _) = $0 { true } else { false } })
    let series = try PowderPatternSeries(
      axis: .twoTheta, positions: flat.positions, frameCount: 1, intensities: flat.intensities, sigmas: flat.sigmas)
    #expect(try series.refined(try truth.model())[0].result == nil)
  }

  @Test func patternsWithoutNumbersAreRefused() throws {
    let model = try truth.model()
    let empty = try pattern { for index in $0.indices { $0[index] = .nan } }
    #expect(throws: WholePatternError.tooFewBins(found: 0, needed: 2)) { try empty.refined(model) }
    let single = try PowderPattern(
      axis: .twoTheta, positions: [0.2], intensities: [5], sigmas: [1], wavelength: truth.wavelength)
    #expect(throws: WholePatternError.tooFewBins(found: 1, needed: 2)) { try single.refined(model) }
    let holes = try pattern { for index in stride(from: 0, to: $0.count, by: 7) { $0[index] = .nan } }
    let result = try holes.refined(model)
    #expect(result.status == .converged && result.observed.count == truth.binCount - 286)
  }

  @Test func rangeWithoutReflectionIsRefused() throws {
    var model = try truth.model()
    model.range = 0.16...0.2
    #expect(throws: WholePatternError.self) { try truth.pattern(seed: 1).refined(model) }
    do {
      _ = try truth.pattern(seed: 1).refined(model)
    } catch { #expect("\(error)".contains("no reflection")) }
    model.range = nil
    model.excluded = [0...3.1]
    #expect(throws: WholePatternError.self) { try truth.pattern(seed: 1).refined(model) }
  }

  @Test(arguments: [IntensityMethod.pawley, .leBail])
  func negativeIntensitiesDoNotBreakIt(method: IntensityMethod) throws {
    // A background taken off elsewhere leaves bins below zero.
    let below = try pattern { for index in $0.indices { $0[index] -= 150 } }
    let result = try below.refined(try truth.model(method: method))
    #expect(result.status == .converged)
    #expect(abs(result.phases[0].cell.c / WholePatternTests.cell.c - 1) < 1e-4)
    let upside = try pattern { for index in $0.indices { $0[index] = -$0[index] } }
    let nothing = try upside.refined(try truth.model(method: method))
    #expect(nothing.status != .converged || !nothing.warnings.isEmpty)
  }

  @Test func badModelsAreRefused() throws {
    let good = try truth.model()
    let pattern = try truth.pattern(seed: 1)
    func refuses(_ change: (inout WholePatternModel) -> Void) {
      var model = good
      change(&model)
      #expect(throws: WholePatternError.self) { try pattern.refined(model) }
    }
    refuses { $0.phases = [] }
    refuses { $0.backgroundTerms = 99 }
    refuses { $0.reach = 0 }
    refuses { $0.profile.w = .nan }
    refuses { $0.axialDivergence = .slit(sample: 2, detector: 0.1) }
    refuses { $0.refinesAxialDivergence = true }
    refuses { $0.shifts = [WholePatternShift(.transmission(distance: 0))] }
    refuses { $0.humps = [AmorphousHump(twoTheta: 0.1, fwhm: 0, height: 1)] }
    refuses { $0.phases[0].cell = UnitCell(hexagonal: 90e-10, c: 400e-10) }
    #expect(throws: WholePatternError.self) { try Radiation.monochromatic(-1) }
    #expect(throws: WholePatternError.self) { try Radiation([]) }
    #expect(throws: WholePatternError.self) {
      try pattern.refined(good, options: WholePatternOptions(startBroadening: 0))
    }
    let unsure = try PowderPattern(
      axis: .twoTheta, positions: pattern.positions, intensities: pattern.intensities,
      sigmas: pattern.positions.map { _ in 0 })
    #expect(throws: WholePatternError.sigma(bin: 0)) { try unsure.refined(good) }
    let entangled = try PowderPattern(
      axis: .twoTheta, positions: pattern.positions, intensities: pattern.intensities, sigmas: pattern.sigmas,
      neighbourCovariances: pattern.positions.dropLast().map { _ in 1e6 })
    #expect(throws: WholePatternError.covariance(bin: 1)) { try entangled.refined(good) }
    let spacing = try PowderPattern(axis: .latticeSpacing, positions: [1e-10, 2e-10, 9e-10], intensities: [1, 2, 3])
    #expect(throws: WholePatternError.self) { try spacing.refined(good) }
  }

  @Test func otherAxesGiveTheSameLattice() throws {
    let pattern = try truth.pattern(seed: 2, correlation: 0.2)
    let direct = try pattern.refined(try truth.model())
    let vector = try pattern.converted(to: .scatteringVector).refined(try truth.model())
    let spacing = try pattern.converted(to: .latticeSpacing).refined(try truth.model())
    for other in [vector, spacing] {
      #expect(other.status == .converged)
      #expect(abs(other.phases[0].cell.a / direct.phases[0].cell.a - 1) < 1e-9)
      #expect(abs(other.quality.chiSquared / direct.quality.chiSquared - 1) < 1e-6)
    }
  }
}

@Suite struct SequentialRefinementTests {
  /// A charge in 12 steps; two frames are spoilt, the rest of the series is kept.
  @Test func spoiltFramesAreRejectedAndTheRestKept() throws {
    let cells = (0..<12).map {
      UnitCell(hexagonal: (2.8704 - 0.0012 * Double($0)) * 1e-10, c: (14.1918 + 0.006 * Double($0)) * 1e-10)
    }
    var intensities: [Double] = []
    var sigmas: [Double] = []
    for (frame, cell) in cells.enumerated() {
      let pattern = try PatternTruth(cell: cell).pattern(seed: frame + 1)
      intensities +=
        frame == 4 ? pattern.intensities.map { _ in .nan } : frame == 7 ? pattern.sigmas ?? [] : pattern.intensities
      sigmas += pattern.sigmas ?? []
    }
    let truth = PatternTruth(cell: cells[0])
    let series = try PowderPatternSeries(
      axis: .twoTheta, positions: truth.positions, frameCount: cells.count, intensities: intensities, sigmas: sigmas)
    let outcomes = try series.refined(try truth.model())
    for (frame, outcome) in outcomes.enumerated() {
      if frame == 4 {
        #expect(outcome.reason?.contains("bins") == true)
      } else if frame != 7 {
        let phase = try #require(outcome.result?.phases[0], "\(frame) \(outcome.reason ?? "")")
        let sigmas = try #require(phase.sigmas)
        #expect(
          abs(phase.cell.a - cells[frame].a) < 5 * sigmas[0] && abs(phase.cell.c - cells[frame].c) < 5 * sigmas[1])
      }
    }
    #expect(throws: WholePatternError.self) { try series.refined(try truth.model(), sector: 3) }
  }

  /// Between two frames the cell jumps by several widths, as after a pause of the measurement.
  @Test(arguments: [IntensityMethod.pawley, .leBail])
  func aJumpIsFollowed(method: IntensityMethod) throws {
    let cells = [
      UnitCell(hexagonal: 2.8130e-10, c: 14.4000e-10), UnitCell(hexagonal: 2.8128e-10, c: 14.3900e-10),
      UnitCell(hexagonal: 2.8125e-10, c: 14.3000e-10), UnitCell(hexagonal: 2.8124e-10, c: 14.2900e-10),
      UnitCell(hexagonal: 2.8230e-10, c: 14.3500e-10),
    ]
    let patterns = try cells.enumerated().map { try PatternTruth(cell: $1).pattern(seed: $0 + 1) }
    let truth = PatternTruth(cell: cells[0])
    let series = try PowderPatternSeries(
      axis: .twoTheta, positions: truth.positions, frameCount: cells.count,
      intensities: patterns.flatMap(\.intensities), sigmas: patterns.flatMap { $0.sigmas ?? [] })
    for (outcome, cell) in zip(try series.refined(try truth.model(method: method)), cells) {
      let phase = try #require(outcome.result?.phases[0], "\(outcome.reason ?? "")")
      let sigmas = try #require(phase.sigmas)
      #expect(abs(phase.cell.a - cell.a) < 5 * sigmas[0] && abs(phase.cell.c - cell.c) < 5 * sigmas[1])
    }
  }

  @Test func aCellThatRunsAwayIsNotConverged() throws {
    let truth = PatternTruth(cell: UnitCell(hexagonal: 2.8366e-10, c: 14.3971e-10))
    let model = try truth.model(cell: UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10))
    let result = try truth.pattern(seed: 1).refined(
      model, options: WholePatternOptions(maximumCellChange: 1e-4, startBroadening: 16))
    #expect(result.status != .converged || result.quality.goodnessOfFit > 2)
  }
}
