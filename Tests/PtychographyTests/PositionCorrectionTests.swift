import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct PositionCorrectionTests {
  @Test(arguments: [PositionCorrection.Method.gradient, .annealing])
  func positionsAreFoundInFrontOfTheTrueObject(method: PositionCorrection.Method) {
    let scan = TruthScan(size: 32, side: 4, margin: 8, positionError: 1, wholePixels: false)
    var state = scan.truth
    state.positions = scan.start.positions
    var settings = PositionCorrection(method)
    settings.startPass = 0
    settings.trials = 20
    settings.radius = 3
    var corrector = PositionCorrector(settings, count: scan.data.count)
    let before = scan.positionError(of: state.positions)
    for pass in 0..<10 {
      var generator = SeededGenerator(seed: 1, item: pass)
      _ = corrector.correct(&state, on: scan.data, pass: pass, of: 10, generator: &generator)
    }
    let after = scan.positionError(of: state.positions)
    #expect(after < (method == .gradient ? 0.02 : 0.4) * before, "\(before) to \(after)")
  }

  @Test func theMeanStays() {
    let scan = TruthScan(size: 32, side: 4, margin: 8, positionError: 1, wholePixels: false)
    var state = scan.truth
    state.positions = scan.start.positions
    var corrector = PositionCorrector(PositionCorrection(.gradient), count: scan.data.count)
    var generator = SeededGenerator(seed: 1)
    let report = corrector.correct(&state, on: scan.data, pass: 0, of: 1, generator: &generator)
    let mean = { (positions: [PixelPosition]) in positions.reduce(0) { $0 + $1.row + $1.column } }
    #expect(abs(mean(state.positions) - mean(scan.start.positions)) < 1e-9)
    #expect(report.heldBack == 0)
    #expect(report.rootMeanSquare > 0.3)
  }

  @Test func scaleTurnAndShearAreHeldWhereAsked() {
    var generator = SeededGenerator(seed: 1)
    let positions = (0..<20).map { (_: Int) -> PixelPosition in
      PixelPosition(row: 50 * generator.uniform(), column: 30 * generator.uniform())
    }
    let linear = positions.map {
      PixelShift(row: 0.3 + 0.01 * $0.row - 0.02 * $0.column, column: -1 + 0.03 * $0.row + 0.005 * $0.column)
    }
    let common = CommonShift(of: linear, at: positions, isAffine: true)
    for (shift, position) in zip(linear, positions) {
      let found = common.shift(at: position)
      #expect(abs(found.row - shift.row) < 1e-9 && abs(found.column - shift.column) < 1e-9)
    }
    // On a line there is no telling a turn from a shear: the mean alone is taken.
    let line = positions.map { PixelPosition(row: $0.row, column: 2 * $0.row) }
    let mean = linear.reduce(0) { $0 + $1.row } / 20
    let flat = CommonShift(of: linear, at: line, isAffine: true).shift(at: line[3])
    #expect(abs(flat.row - mean) < 1e-9)
    #expect(abs(CommonShift(of: linear, at: positions, isAffine: false).shift(at: positions[3]).row - mean) < 1e-9)
  }

  @Test func windowsStayInsideTheObject() {
    let scan = TruthScan(size: 24, side: 3, margin: 0, wholePixels: false)
    var state = scan.truth
    // Windows without any margin and steps far too long: some want to leave.
    var settings = PositionCorrection(.gradient)
    settings.largestStep = 5
    settings.relaxation = 10
    state.positions[0] = PixelPosition(row: 0, column: 0)
    state.positions[8] = PixelPosition(
      row: Double(state.object.rows - 24), column: Double(state.object.columns - 24))
    var corrector = PositionCorrector(settings, count: scan.data.count)
    var held = 0
    for pass in 0..<5 {
      var generator = SeededGenerator(seed: 1, item: pass)
      held += corrector.correct(&state, on: scan.data, pass: pass, of: 5, generator: &generator).heldBack
    }
    #expect(held > 0)
    for position in state.positions {
      #expect(position.row >= 0 && position.row <= Double(state.object.rows - 24))
      #expect(position.column >= 0 && position.column <= Double(state.object.columns - 24))
    }
  }

  @Test func aScanWithoutSubpixelsStaysOnPixels() {
    let scan = TruthScan(size: 24, side: 3, positionError: 1)
    var state = scan.truth
    state.positions = scan.start.positions
    var settings = PositionCorrection(.annealing)
    settings.isSubpixel = false
    settings.trials = 20
    var corrector = PositionCorrector(settings, count: scan.data.count)
    var generator = SeededGenerator(seed: 1)
    _ = corrector.correct(&state, on: scan.data, pass: 0, of: 1, generator: &generator)
    #expect(state.positions.allSatisfy { $0.row == $0.row.rounded() && $0.column == $0.column.rounded() })
  }

  @Test func theScheduleIsKept() {
    var settings = PositionCorrection(.annealing)
    settings.startPass = 10
    settings.period = 5
    settings.radius = 4
    #expect((0..<31).filter { settings.isDue(after: $0, of: 31) } == [10, 15, 20, 25, 30])
    #expect(settings.radius(after: 10, of: 31) == 4)
    #expect(abs(settings.radius(after: 20, of: 31) - 2.5) < 1e-12)
    #expect(settings.radius(after: 30, of: 31) == 1)
    settings.endPass = 20
    #expect((0..<31).filter { settings.isDue(after: $0, of: 31) } == [10, 15])
  }

  /// Errors of 2 pixels found while object and probe are unknown; the full size is in the acceptance.
  @Test func positionsAreFoundWhileReconstructing() throws {
    let scan = TruthScan(size: 32, side: 7, step: 4, margin: 10, positionError: 2, wholePixels: false)
    var correction = PositionCorrection(.gradient)
    correction.startPass = 5
    correction.momentum = 0.5
    let plan = ReconstructionPlan(
      steps: [.init(engine: EngineSettings(.ePIE), passes: 60, positions: correction)])
    let result = try Reconstructor(plan: plan, data: scan.data) { SubpixelPIE(settings: $0, propagator: $1) }
      .run(from: scan.start, seed: 1)
    let before = scan.positionError(of: scan.start.positions)
    let after = scan.positionError(of: result.state.positions)
    #expect(before > 1.5)
    #expect(after < 0.4 * before, "\(before) to \(after)")
    #expect(result.affine != nil)
  }
}
