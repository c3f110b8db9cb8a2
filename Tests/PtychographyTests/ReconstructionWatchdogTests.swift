import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct ReconstructionWatchdogTests {
  let scan = TruthScan(size: 24, side: 3)

  /// An engine that spoils what a test wants spoilt.
  private struct Spoiler: ReconstructionEngine {
    let settings: EngineSettings
    let spoil: (inout Reconstruction, Int, EngineSettings) -> Double
    mutating func pass(
      _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
    ) -> Double { spoil(&state, pass, settings) }
  }

  private func run(
    passes: Int = 30, probeStart: Int = 0, change: (inout ReconstructionPlan) -> Void = { _ in },
    _ spoil: @escaping @Sendable (inout Reconstruction, Int, EngineSettings) -> Double
  ) throws -> ReconstructionResult {
    var engine = EngineSettings(.ePIE)
    engine.probeStart = probeStart
    var plan = ReconstructionPlan(steps: [.init(engine: engine, passes: passes)])
    plan.watchdog.snapshotPeriod = 2
    change(&plan)
    return try Reconstructor(plan: plan, data: scan.data) { settings, _ in Spoiler(settings: settings, spoil: spoil) }
      .run(from: scan.start, seed: 1)
  }

  @Test func smallerStepsAfterATroubleGoOn() throws {
    // Steps above a half make NaN in the sixth pass.
    let result = try run { state, pass, settings in
      if pass >= 5, settings.objectStep > 0.5 { state.object.pixels[3].imaginary = .nan }
      return 1 / Double(state.errors.count + 1)
    }
    #expect(result.state.object.isFinite)
    #expect(result.state.errors.count == 30)
    #expect(
      result.events == [
        "pass 6: the object holds numbers that are not finite; went back to pass 4 with half the step"
      ])
  }

  @Test func aLateStartStaysWhereItWas() throws {
    // The pass, counted over the engines, at which the probe may first change.
    let result = try run(probeStart: 8) { state, pass, settings in
      if state.errors.count == 5, settings.objectStep > 0.5 { return .nan }
      state.object.pixels[0].real = Float(state.errors.count - pass + settings.probeStart)
      return 1 / Double(state.errors.count + 1)
    }
    #expect(result.state.object.pixels[0].real == 8)
  }

  @Test func whatCannotBeMendedFails() {
    let failure = #expect(throws: ReconstructionFailure.self) {
      try run { state, pass, _ in
        if state.errors.count == 6 { state.probes[0].pixels[7].real = .infinity }
        return 1 / Double(state.errors.count + 1)
      }
    }
    #expect(failure?.pass == 7)
    #expect(failure?.rollbacks == 3)
    #expect(failure?.trouble == .notFinite("the probe"))
    #expect(failure?.description.hasPrefix("pass 7: the probe holds numbers that are not finite, after 3") ?? false)
  }

  @Test func aFadingProbeIsSeen() {
    let failure = #expect(throws: ReconstructionFailure.self) {
      try run(change: { $0.watchdog.rollbacks = 0 }) { state, _, _ in
        state.probes[0] = state.probes[0].map { 0.5 * $0 }
        return 1
      }
    }
    // 4⁻⁵ is the first power of a quarter below a thousandth.
    #expect(failure?.pass == 5)
    if case .probeFaded(let share) = failure?.trouble {
      #expect(abs(share - pow(0.25, 5)) < 1e-6)
    } else {
      Issue.record("\(String(describing: failure))")
    }
  }

  @Test func aProbeInOnePixelIsSeen() {
    let failure = #expect(throws: ReconstructionFailure.self) {
      try run(change: { $0.watchdog.rollbacks = 1 }) { state, _, _ in
        let power = Float(state.probes[0].power)
        state.probes[0].pixels[300] = ComplexFloat((1.5 * power).squareRoot())
        return 1
      }
    }
    if case .probeCollapsed(let share) = failure?.trouble {
      #expect(abs(share - 0.6) < 0.05)
    } else {
      Issue.record("\(String(describing: failure))")
    }
    #expect(failure?.rollbacks == 1)
  }

  @Test func aRisingErrorIsSeenAndTakenBack() throws {
    let result = try run(
      passes: 40,
      change: {
        $0.watchdog.risingPasses = 5
      }
    ) { state, pass, settings in
      let done = Double(state.errors.count)
      state.object.pixels[0].real = Float(done)
      return settings.objectStep > 0.5 && done > 10 ? 1 : 1 / (done + 1)
    }
    #expect(result.events.count == 1)
    #expect(result.events[0].hasPrefix("pass 16: E is 1.0 and has been well above its least value"))
    #expect(result.events[0].hasSuffix("went back to pass 10 with half the step"))
    #expect(result.state.errors == (0..<40).map { 1 / Double($0 + 1) })
  }

  @Test func errorsThatHoverAreNoTrouble() {
    let watchdog = ReconstructionWatchdog()
    #expect(watchdog.trouble(of: (0..<200).map { 1 + 0.4 * sin(Double($0)) }) == nil)
    #expect(watchdog.trouble(of: [1] + [Double](repeating: 3, count: 24)) == nil)
    #expect(watchdog.trouble(of: [1] + [Double](repeating: 3, count: 25)) != nil)
  }

  @Test func aWanderingProbeIsMovedBackWithItsObject() throws {
    let before = E(scan.truth)
    nonisolated(unsafe) var passes: [Int] = []
    let result = try Reconstructor(
      plan: ReconstructionPlan(steps: [.init(engine: EngineSettings(.ePIE), passes: 4)]), data: scan.data
    ) { settings, _ in
      Spoiler(settings: settings) { state, pass, _ in
        passes.append(pass)
        // Probe and object wander by a row a pass: no pattern changes.
        state.move(rows: 1, columns: 0)
        return 1
      }
    }.run(from: scan.truth, seed: 1)
    #expect(
      result.events == ["pass 3: the probe had wandered by 3 rows and 0 columns and was moved back with its object"])
    // An engine begins anew, for what it keeps belongs to the old place.
    #expect(passes == [0, 1, 2, 0])
    #expect(abs(result.drift.row - 4) < 0.05 && abs(result.drift.column) < 0.05)
    #expect(
      abs(ProbeExtent(of: result.state.probes).centre.row - ProbeExtent(of: scan.truth.probes).centre.row - 1) < 0.05)
    #expect(abs(E(result.state) - before) < 1e-4)
  }

  @Test func theNearFieldHoldsItsProbe() throws {
    let geometry = ScanGeometry(
      wavelength: 1e-10, distance: 1e-3, pixelHeight: 1e-7, pixelWidth: 1e-7, propagation: .nearField)
    let data = DiffractionData(
      scan.data.counts, window: scan.data.window, count: scan.data.count, geometry: geometry)
    let result = try Reconstructor(
      plan: ReconstructionPlan(steps: [.init(engine: EngineSettings(.ePIE), passes: 4)]), data: data
    ) { settings, _ in
      Spoiler(settings: settings) { state, _, _ in
        state.move(rows: 1, columns: 0)
        return 1
      }
    }.run(from: scan.truth, seed: 1)
    #expect(result.events.isEmpty)
    #expect(abs(result.drift.row - 4) < 0.3)
  }

  /// E of a state on the scan.
  private func E(_ state: Reconstruction) -> Double {
    let model = PositionModel(state, data: scan.data)
    var misfit = 0.0
    var total = 0.0
    for index in 0..<scan.data.count {
      model.load(index)
      misfit += model.misfit(at: state.positions[index])
      total += scan.data.total(index)
    }
    return misfit / total
  }
}
