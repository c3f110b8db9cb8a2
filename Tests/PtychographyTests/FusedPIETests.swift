import ArrayMath
import Foundation
import Ptychography
import Testing

/// The fast engine against its readable twin, and what must not depend on how it is run.
@Suite struct FusedPIETests {
  struct Case: CustomTestStringConvertible {
    var rows: Int
    var columns: Int
    var objectColumns: Int
    var wide = false
    var masked = 0.0
    var testDescription: String { "\(rows) x \(columns) in \(objectColumns), \(wide ? 32 : 16) bits, \(masked) masked" }
  }

  static let cases = [
    Case(rows: 96, columns: 96, objectColumns: 109), Case(rows: 100, columns: 100, objectColumns: 117),
    Case(rows: 128, columns: 128, objectColumns: 151, wide: true), Case(rows: 100, columns: 192, objectColumns: 201),
    Case(rows: 75, columns: 80, objectColumns: 83, masked: 0.1), Case(rows: 81, columns: 240, objectColumns: 251),
    Case(rows: 56, columns: 64, objectColumns: 75), Case(rows: 128, columns: 256, objectColumns: 256, masked: 0.05),
    Case(rows: 50, columns: 400, objectColumns: 413, wide: true, masked: 0.05),
    Case(rows: 32, columns: 512, objectColumns: 529),
  ]

  @Test(arguments: cases) func equalsTheTwin(_ some: Case) {
    let scan = SmallScan(
      rows: some.rows, columns: some.columns, objectColumns: some.objectColumns, count: 7, wide: some.wide,
      masked: some.masked)
    var fast = scan.start
    var slow = scan.start
    var engine = ExtendedPIE(EngineSettings(.ePIE), propagator: scan.propagator)
    let twin = PlainPIE(propagator: scan.propagator)
    var first = SeededGenerator(seed: 5)
    var second = first
    for pass in 0..<3 {
      let seen = engine.pass(&fast, on: scan.data, pass: pass, generator: &first)
      let expected = twin.pass(&slow, on: scan.data, generator: &second)
      #expect(abs(seen - expected) < 2e-5 * expected)
    }
    #expect(relativeDifference(fast.object, slow.object) < 2e-5)
    #expect(relativeDifference(fast.probes[0], slow.probes[0]) < 2e-5)
    #expect(first.next() == second.next())
  }

  @Test func stepsAndRegularisationAreHonoured() {
    let scan = SmallScan(rows: 64, columns: 64, objectColumns: 75, count: 6)
    var settings = EngineSettings(.rPIE)
    settings.objectStep = 0.7
    settings.probeStep = 0.4
    settings.objectRegularisation = 0.2
    settings.probeRegularisation = 0.3
    settings.probeStart = 1
    var twin = PlainPIE(alpha: 0.7, beta: 0, a: 0.2, b: 0.3, propagator: scan.propagator)
    var engine = ExtendedPIE(settings, propagator: scan.propagator)
    var fast = scan.start
    var slow = scan.start
    var first = SeededGenerator(seed: 2)
    var second = first
    _ = engine.pass(&fast, on: scan.data, pass: 0, generator: &first)
    _ = twin.pass(&slow, on: scan.data, generator: &second)
    #expect(fast.probes == scan.start.probes)
    #expect(relativeDifference(fast.object, slow.object) < 2e-5)
    twin.beta = 0.4
    for pass in 1..<3 {
      _ = engine.pass(&fast, on: scan.data, pass: pass, generator: &first)
      _ = twin.pass(&slow, on: scan.data, generator: &second)
    }
    #expect(relativeDifference(fast.object, slow.object) < 5e-5)
    #expect(relativeDifference(fast.probes[0], slow.probes[0]) < 5e-5)
  }

  @Test func theSameBitsInEveryRunOnAnyNumberOfThreads() throws {
    let scan = SmallScan(rows: 96, columns: 96, objectColumns: 109, count: 9)
    @Sendable func run(_ item: Int) -> Reconstruction {
      var state = scan.start
      var generator = SeededGenerator(seed: 3, item: item)
      var engine = ExtendedPIE(EngineSettings(.ePIE), propagator: scan.propagator)
      for pass in 0..<2 { state.errors.append(engine.pass(&state, on: scan.data, pass: pass, generator: &generator)) }
      return state
    }
    let alone = (0..<4).map(run)
    for threads in [1, 2, 4] { #expect(try parallelMap(count: 4, threads: threads, body: run) == alone) }
    #expect(alone[0] != alone[1])
  }

  @Test func passesOfOneEngineDependOnTheStateAlone() {
    let scan = SmallScan(rows: 64, columns: 64, objectColumns: 75, count: 6)
    var kept = ExtendedPIE(EngineSettings(.ePIE), propagator: scan.propagator)
    var one = scan.start
    var other = scan.start
    var first = SeededGenerator(seed: 4)
    var second = first
    for pass in 0..<3 {
      var fresh = ExtendedPIE(EngineSettings(.ePIE), propagator: scan.propagator)
      let seen = kept.pass(&one, on: scan.data, pass: pass, generator: &first)
      #expect(seen == fresh.pass(&other, on: scan.data, pass: pass, generator: &second))
    }
    #expect(one == other)
  }

  @Test func whatNeverReachesTheDetectorChangesNothing() {
    // A dark probe: no update, no misfit but the counts themselves, and nothing that is not a number.
    let scan = SmallScan(rows: 64, columns: 64, objectColumns: 75, count: 3)
    var state = scan.start
    state.probes[0] = ComplexImage(repeating: .zero, shape: scan.data.window)
    var generator = SeededGenerator(seed: 1)
    var engine = ExtendedPIE(EngineSettings(.ePIE), propagator: scan.propagator)
    let error = engine.pass(&state, on: scan.data, pass: 0, generator: &generator)
    #expect(abs(error - 1) < 1e-6)
    #expect(state.object == scan.start.object)
    #expect(state.probes[0].pixels.allSatisfy { $0.real.isFinite && $0.imaginary.isFinite })
  }
}
