import PowderDiffraction
import TestSupport
import Testing

@Suite struct ScanEdgesTests {
  @Test func edgesAreFoundWithHonestUncertainty() throws {
    let (needle, free, missed) = try SeriesSimulation.edges(seeds: 1...60, step: 0.2e-6)
    #expect(missed == 0)
    for pulls in [needle, free] {
      #expect(pulls.isUnbiased, "\(pulls.text)")
      #expect(pulls.coversOneSigma, "\(pulls.text)")
    }
  }

  @Test func stepsWiderThanTheBeamLeaveTheUncertaintyOfTheGap() throws {
    // Half of the edges fall where no frame sees them: the deviation is that of a gap of one step, not zero.
    let (needle, free, _) = try SeriesSimulation.edges(seeds: 1...60, step: 1e-6)
    for pulls in [needle, free] {
      #expect(abs(pulls.deviation - 1) < 0.3, "\(pulls.text)")
      #expect(pulls.isUnbiased, "\(pulls.text)")
    }
  }

  @Test func driftIsFollowed() throws {
    let pulls = try SeriesSimulation.drift(seeds: 1...40)
    #expect(pulls.isUnbiased, "\(pulls.text)")
    #expect(pulls.coversOneSigma, "\(pulls.text)")
  }

  @Test func positionsAreRelativeToTheParticle() throws {
    let particle = try SeriesSimulation.movingParticle(seed: 1, passes: 10, step: 0.4e-6, drift: 1.5e-10)
    let edges = try (0..<10).map { try particle.scan.edges(pass: $0, signals: particle.signals[$0], beam: 0.38e-6) }
    let drift = try ScanDrift(particle.scan, edges: edges)
    #expect(drift.statements.isEmpty)
    #expect(abs(drift.length - 16e-6) < 5 * drift.lengthSigma)
    #expect(drift.lengthSigma < 0.1e-6)
    // 2 µm of drift in all: the same step is elsewhere on the particle at the end.
    for (frame, position) in zip(particle.scan.frames, drift.positions) {
      let truth = frame.position - particle.edge(frame.middle)
      #expect(abs(position.fromNeedle - truth) < 6 * position.sigma + 1e-8)
      #expect(abs(position.fromNeedle + position.fromFreeEdge - drift.length) < 1e-12)
      #expect(position.isOnParticle == (position.fraction >= 0 && position.fraction <= 1))
    }
  }

  @Test func anEdgeOutsideTheScanIsNotSeen() throws {
    // The particle goes on beyond the last step.
    let particle = try SeriesSimulation.movingParticle(seed: 2, passes: 1, step: 0.4e-6, length: 40e-6)
    let found = try particle.scan.edges(pass: 0, signals: particle.signals[0], beam: 0.38e-6)
    #expect(found.needle != nil)
    #expect(found.free == nil)
    #expect(found.statements.count == 1)
    guard case .edgeNotSeen(pass: 0, edge: .free, reason: _) = found.statements.first else {
      Issue.record("\(found.statements)")
      return
    }
    #expect(throws: LineScanError.tooFew(what: "free edges", found: 0, needed: 1)) {
      try ScanDrift(particle.scan, edges: [found])
    }
  }

  @Test func noiseHasNoEdge() throws {
    let particle = try SeriesSimulation.movingParticle(seed: 3, passes: 1, step: 0.4e-6)
    let count = particle.scan.plan.stepCount
    let flat = EdgeSignal(
      .particle, values: (0..<count).map { 100 + Double($0 % 3) }, sigmas: .init(repeating: 10, count: count))
    let found = try particle.scan.edges(pass: 0, signals: [flat], beam: 0.38e-6)
    #expect(found.needle == nil && found.free == nil)
    #expect(found.statements.count == 2)
  }

  @Test func aPassWithoutEdgesIsBridged() throws {
    let particle = try SeriesSimulation.movingParticle(
      seed: 4, passes: 8, step: 0.4e-6, walk: 0.2e-6)
    var edges = try (0..<8).map { try particle.scan.edges(pass: $0, signals: particle.signals[$0], beam: 0.38e-6) }
    let whole = try ScanDrift(particle.scan, edges: edges)
    edges.remove(at: 4)
    let holed = try ScanDrift(particle.scan, edges: edges)
    let middle = particle.scan.frames.firstIndex { $0.pass == 4 && $0.step == 20 } ?? 0
    #expect(holed.edgeSigma[middle] > whole.edgeSigma[middle])
    #expect(abs(holed.edge[middle] - whole.edge[middle]) < 5 * holed.edgeSigma[middle])
  }

  @Test func aSphereHasRoundEdges() throws {
    // A sphere fitted as one is found; as a slab its edges are drawn inwards.
    let particle = try SeriesSimulation.movingParticle(seed: 5, passes: 1, step: 0.2e-6)
    let positions = particle.scan.plan.positions
    let (e1, e2) = (6.1e-6, 20.3e-6)
    let values = positions.map { x in
      let offset = (x - (e1 + e2) / 2) / ((e2 - e1) / 2)
      return 10 + 2000 * max(1 - offset * offset, 0).squareRoot()
    }
    let signal = EdgeSignal(.particle, values: values, sigmas: values.map { $0.squareRoot() })
    let sphere = try particle.scan.edges(pass: 0, signals: [signal], beam: 0.1e-6, shape: .sphere)
    let slab = try particle.scan.edges(pass: 0, signals: [signal], beam: 0.1e-6, shape: .slab)
    let (near, far) = (try #require(sphere.needle), try #require(sphere.free))
    #expect(abs(near.position - e1) < 0.05e-6)
    #expect(abs(far.position - e2) < 0.05e-6)
    #expect(try #require(slab.needle).position > e1 + 0.1e-6)
  }

  @Test func grainsMakeTheEdgesLessCertain() throws {
    let particle = try SeriesSimulation.movingParticle(seed: 6, passes: 1, step: 0.2e-6, level: 2000)
    var signal = particle.signals[0][0]
    let plain = try particle.scan.edges(pass: 0, signals: [signal], beam: 0.38e-6)
    for step in signal.values.indices where signal.values[step] < 6000 {
      signal.values[step] *= step % 2 == 0 ? 1.2 : 0.8
    }
    let spotty = try particle.scan.edges(pass: 0, signals: [signal], beam: 0.38e-6)
    #expect(plain.scatter < 0.03)
    #expect(spotty.scatter > 0.05)
    #expect(try #require(spotty.needle).sigma > #require(plain.needle).sigma)
  }

  @Test func badInputIsRefused() throws {
    let particle = try SeriesSimulation.movingParticle(seed: 7, passes: 1, step: 0.4e-6)
    let scan = particle.scan
    let good = particle.signals[0]
    #expect(throws: LineScanError.self) { try scan.edges(pass: 0, signals: good, beam: 0) }
    #expect(throws: LineScanError.self) { try scan.edges(pass: 1, signals: good, beam: 1e-7) }
    var short = good
    short[0].values.removeLast()
    #expect(throws: LineScanError.self) { try scan.edges(pass: 0, signals: short, beam: 1e-7) }
    var zero = good
    zero[0].sigmas[3] = 0
    #expect(throws: LineScanError.self) { try scan.edges(pass: 0, signals: zero, beam: 1e-7) }
    var infinite = good
    infinite[0].values[3] = .infinity
    #expect(throws: LineScanError.self) { try scan.edges(pass: 0, signals: infinite, beam: 1e-7) }
    // A pass without a single value shows no edge and is no error.
    let empty = good.map { EdgeSignal($0.source, values: $0.values.map { _ in .nan }, sigmas: $0.sigmas) }
    let found = try scan.edges(pass: 0, signals: empty, beam: 1e-7)
    #expect(found.needle == nil && found.free == nil && found.statements.count == 2)
    #expect(try scan.edges(pass: 0, signals: [], beam: 1e-7).needle == nil)
  }
}
