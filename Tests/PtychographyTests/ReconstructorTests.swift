import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct ReconstructorTests {
  let scan = TruthScan(size: 24, side: 4)

  private func plan(_ passes: Int) -> ReconstructionPlan {
    ReconstructionPlan(steps: [.init(engine: EngineSettings(.ePIE), passes: passes)])
  }

  @Test func theSameSeedGivesTheSameBits() throws {
    let reconstructor = Reconstructor(plan: plan(5), data: scan.data)
    let one = try reconstructor.run(from: scan.start, seed: 7, item: 3)
    let two = try reconstructor.run(from: scan.start, seed: 7, item: 3)
    #expect(one.state == two.state)
    #expect(one.state.errors.count == 5 && one.error == one.state.errors[4])
    let other = try reconstructor.run(from: scan.start, seed: 7, item: 4)
    #expect(other.state.object != one.state.object)
    let reseeded = try reconstructor.run(from: scan.start, seed: 8, item: 3)
    #expect(reseeded.state.object != one.state.object)
  }

  @Test func manyProjectionsAtOnceAreTheSame() throws {
    let (data, start, plan) = (scan.data, scan.start, plan(4))
    let alone = try (0..<4).map {
      try Reconstructor(plan: plan, data: data).run(from: start, seed: 1, item: $0).state
    }
    let together = try parallelMap(count: 4, threads: 2) {
      try Reconstructor(plan: plan, data: data).run(from: start, seed: 1, item: $0).state
    }
    #expect(alone == together)
  }

  /// Records the order of the patterns instead of reconstructing.
  private struct OrderRecorder: ReconstructionEngine {
    final class Log { var orders: [[Int]] = [] }
    let log: Log
    mutating func pass(
      _ state: inout Reconstruction, on data: DiffractionData, pass: Int, generator: inout SeededGenerator
    ) -> Double {
      log.orders.append((0..<data.count).shuffled(using: &generator))
      // What an engine draws besides must not change the passes that follow.
      if pass % 2 == 0 { _ = generator.next() }
      return 1
    }
  }

  @Test func eachPassHasItsOwnOrder() throws {
    func orders(_ steps: [Int]) throws -> [[Int]] {
      nonisolated(unsafe) let log = OrderRecorder.Log()
      let plan = ReconstructionPlan(steps: steps.map { .init(engine: EngineSettings(.ePIE), passes: $0) })
      _ = try Reconstructor(plan: plan, data: scan.data) { _, _ in OrderRecorder(log: log) }
        .run(from: scan.start, seed: 1)
      return log.orders
    }
    let whole = try orders([6])
    #expect(Set(whole).count == 6)
    #expect(whole.allSatisfy { $0.sorted() == Array(0..<16) })
    #expect(try orders([2, 4]) == whole)
  }

  @Test func progressToldAndCancelled() throws {
    struct Stop: Error {}
    var seen: [Int] = []
    let reconstructor = Reconstructor(plan: plan(10), data: scan.data)
    #expect(throws: Stop.self) {
      try reconstructor.run(from: scan.start, seed: 1) { progress in
        seen.append(progress.pass)
        #expect(progress.passes == 10)
        #expect(progress.snapshot().errors.last == progress.error)
        if progress.pass == 3 { throw Stop() }
      }
    }
    #expect(seen == [1, 2, 3])
  }

  @Test func modesAreOrthogonalWhenDue() throws {
    var start = scan.start
    start.probes.append(start.probes[0].rolled(rows: 1, columns: 0).map { 0.3 * $0 })
    var plan = plan(4)
    plan.orthogonalisationPeriod = 2
    let result = try Reconstructor(plan: plan, data: scan.data).run(from: start, seed: 1)
    let (a, b) = (result.state.probes[0], result.state.probes[1])
    var product = 0.0
    for (x, y) in zip(a.pixels, b.pixels) { product += Double((x.conjugate * y).real) }
    #expect(abs(product) < 1e-4 * (a.power * b.power).squareRoot())
  }

  @Test func impossiblePlansAreNamed() {
    func message(_ change: (inout ReconstructionPlan) -> Void) -> String {
      var plan = ReconstructionPlan()
      change(&plan)
      do {
        try plan.validate()
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(message { _ in } == "")
    #expect(ReconstructionPlan().passes == 500)
    #expect(message { $0.steps = [] }.contains("no steps"))
    #expect(message { $0.steps[0].passes = 0 } == "step 1 (epie): 0 passes were asked for; give 1 or more")
    #expect(message { $0.steps[0].engine.objectStep = -1 }.contains("object step is -1.0"))
    #expect(message { $0.steps[0].engine.probeStep = .nan }.contains("probe step is nan"))
    #expect(message { $0.steps[0].engine.batchSize = 0 }.contains("batch has 0"))
    #expect(message { $0.steps[0].engine.friction = 0.5 }.contains("friction means nothing to the engine epie"))
    #expect(message { $0.steps[0].positions = PositionCorrection(.gradient, period: 0) }.contains("period"))
    #expect(message { $0.orthogonalisationPeriod = 0 }.contains("orthogonalised every 0"))
    #expect(message { $0.watchdog.rollbacks = -1 }.contains("-1 times"))
    // All are told, not the first alone.
    let both = message {
      $0.steps[0].passes = -2
      $0.watchdog.risingFactor = 1
    }
    #expect(both.contains("-2 passes") && both.contains("rising factor"))
  }

  @Test func plansSurviveTheirFiles() throws {
    var plan = ReconstructionPlan()
    plan.steps.append(.init(engine: EngineSettings(.mPIE), passes: 3, positions: PositionCorrection(.annealing)))
    let copy = try JSONDecoder().decode(ReconstructionPlan.self, from: JSONEncoder().encode(plan))
    #expect(copy == plan)
  }

  @Test func startsThatFitNotAreNamed() {
    func message(_ change: (inout Reconstruction) -> Void) -> String {
      var start = scan.start
      change(&start)
      do {
        _ = try Reconstructor(plan: plan(1), data: scan.data).run(from: start, seed: 1)
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(message { $0.positions.removeLast() }.contains("15 positions for 16 patterns"))
    #expect(message { $0.probes = [] }.contains("no probe"))
    #expect(message { $0.probes[0] = $0.object }.contains("crop or resample"))
    #expect(message { $0.probes[0] = $0.probes[0].map { _ in .zero } }.contains("dark"))
    #expect(message { $0.object.pixels[5].real = .nan }.contains("not finite"))
    #expect(message { $0.positions[3].row = 1000 }.contains("pattern 3"))
    #expect(message { $0.positions[3].column = .nan }.contains("pattern 3"))
    #expect(message { $0.background = $0.object.map { _ in 0 } }.contains("background"))
  }

  @Test func countsOfZeroAreNamed() {
    let empty = DiffractionData(
      .narrow([UInt16](repeating: 0, count: scan.data.window.count * 16)), window: scan.data.window, count: 16,
      geometry: scan.data.geometry)
    #expect(throws: PtychographyError.invalid("no pattern has a count in a measured pixel; check mask and data")) {
      try Reconstructor(plan: plan(1), data: empty).run(from: scan.start, seed: 1)
    }
  }
}

extension PositionCorrection {
  init(_ method: Method, period: Int) {
    self.init(method)
    self.period = period
  }
}
