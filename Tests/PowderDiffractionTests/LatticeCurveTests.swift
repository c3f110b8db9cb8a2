import ArrayMath
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct LatticeCurveTests {
  /// A curve like the material's, in closed form: a falls, c turns at 0.64.
  static func analytic(_ smoothing: LatticeCurve.Smoothing = .interpolating, noise: Double = 0) throws -> LatticeCurve {
    var generator = SeededGenerator(seed: 1)
    let states = (0..<80).map { 0.88 * Double($0) / 79 }
    return try LatticeCurve(
      stateOfCharge: states, a: states.map { a($0) + noise * generator.normal() },
      c: states.map { c($0) + noise * generator.normal() }, smoothing: smoothing)
  }
  static func a(_ s: Double) -> Double { 2.87e-10 * (1 - 0.03 * s + 0.011 * s * s) }
  static func c(_ s: Double) -> Double { 14.19e-10 * (1 + 0.05 * s - 0.05 / 1.28 * s * s) }

  @Test func followsAClosedForm() throws {
    let curve = try Self.analytic()
    for step in 0...100 {
      let s = 0.88 * Double(step) / 100
      #expect(abs(curve.a(at: s) - Self.a(s)) < 1e-16)
      #expect(abs(curve.c(at: s) - Self.c(s)) < 3e-15)
    }
    // To half a row of the table.
    #expect(abs(curve.turningPoint - 0.64) < 0.006)
  }

  @Test func smoothingFindsTheScatterAndTheCurve() throws {
    let curve = try Self.analytic(.maximumLikelihood, noise: 2e-14)
    #expect(abs(curve.scatterA / 2e-14 - 1) < 0.3)
    #expect(abs(curve.scatterC / 2e-14 - 1) < 0.3)
    var pulls = SeriesPulls()
    for step in 0...20 {
      let s = 0.88 * Double(step) / 20
      pulls.add(curve.a(at: s), sigma: curve.sigmaA(at: s), truth: Self.a(s))
      pulls.add(curve.c(at: s), sigma: curve.sigmaC(at: s), truth: Self.c(s))
    }
    #expect(pulls.pulls.allSatisfy { abs($0) < 4 })
    #expect(pulls.deviation < 1.6, "\(pulls.text)")
    #expect(curve.sigmaA(at: 0.4) < 1.2e-14)
  }

  @Test func aNeverRises() throws {
    for smoothing in [LatticeCurve.Smoothing.interpolating, .maximumLikelihood] {
      guard let curve = try SeriesSimulation.publishedCurve(smoothing) else { return }
      let values = (0...4000).map { curve.a(at: -0.1 + 1.1 * Double($0) / 4000) }
      #expect(zip(values, values.dropFirst()).allSatisfy { $1 <= $0 + 1e-25 })
      // The published maximum of c, 14.4834 angstrom, at 177 to 180 mAh/g of 275.5: 64 to 66 %.
      #expect((0.62...0.67).contains(curve.turningPoint))
      #expect(abs(curve.c(at: curve.turningPoint) - 14.4834e-10) < 0.002e-10)
      #expect(abs(curve.a(at: 28 / 275.5) - 2.8658e-10) < 0.0002e-10)
      #expect(abs(curve.c(at: 28 / 275.5) - 14.2124e-10) < 0.0008e-10)
    }
  }

  @Test func interpolationGoesThroughTheTable() throws {
    guard let table = try SeriesSimulation.publishedTable(), let curve = try SeriesSimulation.publishedCurve() else {
      return
    }
    for row in table.a.indices {
      #expect(abs(curve.a(at: table.stateOfCharge[row]) - table.a[row]) < 1e-20)
      #expect(abs(curve.c(at: table.stateOfCharge[row]) - table.c[row]) < 1e-20)
    }
  }

  @Test func smoothingStaysWithinTheTablesScatter() throws {
    guard let table = try SeriesSimulation.publishedTable(),
      let curve = try SeriesSimulation.publishedCurve(.maximumLikelihood)
    else { return }
    // The pairs of equal rows near 64 % are steps of 0.0005 angstrom and more.
    #expect(curve.scatterA > 0.3e-14 && curve.scatterA < 5e-14)
    let worst = table.a.indices.map { abs(curve.a(at: table.stateOfCharge[$0]) - table.a[$0]) }.max() ?? 0
    #expect(worst < 0.0008e-10)
  }

  @Test func theInverseCoversAllAlongTheCurve() throws {
    let result = try SeriesSimulation.inversion(seeds: 1...400, curve: Self.analytic())
    #expect(result.narrow.covers(0.682_689_5), "\(result.narrow.hits)")
    #expect(result.wide.covers(0.954_499_7), "\(result.wide.hits)")
    #expect(result.pulls.isUnbiased, "\(result.pulls.text)")
    #expect(result.pulls.pulls.count > 390)
  }

  @Test func aTellsTheBranchesOfC() throws {
    let curve = try Self.analytic()
    // States of equal c on both sides of the turn.
    let (low, high) = (0.54, 0.74)
    #expect(abs(curve.c(at: low) - curve.c(at: high)) < 1e-14)
    let c = curve.c(at: low)
    let alone = curve.stateOfCharge(of: try LatticeObservation(a: nil, c: c, varianceC: 1e-28))
    #expect(alone.status == .severalBranches)
    #expect(alone.intervals.count == 2)
    #expect(alone.intervals[0].contains(low) && alone.intervals[1].contains(high))
    for state in [low, high] {
      let both = curve.stateOfCharge(
        of: try LatticeObservation(a: curve.a(at: state), c: c, varianceA: 1e-28, varianceC: 1e-28))
      #expect(both.status == .single)
      #expect(abs(both.value - state) < 3 * both.sigma)
    }
  }

  @Test func theDeviationIsThatOfPropagation() throws {
    let curve = try Self.analytic()
    let s = 0.2
    let sigma = 2e-14
    let both = curve.stateOfCharge(
      of: try LatticeObservation(
        a: curve.a(at: s), c: curve.c(at: s), varianceA: sigma * sigma, varianceC: sigma * sigma))
    let expected = sigma / (pow(curve.slopeA(at: s), 2) + pow(curve.slopeC(at: s), 2)).squareRoot()
    #expect(abs(both.sigma / expected - 1) < 0.02)
    #expect(both.curveSigma == 0)
    // A common error of both lattice parameters moves the estimate by its response.
    let shift = 1e-14
    let moved = curve.stateOfCharge(
      of: try LatticeObservation(
        a: curve.a(at: s) + shift, c: curve.c(at: s) + shift, varianceA: sigma * sigma, varianceC: sigma * sigma))
    #expect(abs((moved.value - both.value) / ((both.response.a + both.response.c) * shift) - 1) < 0.05)
  }

  @Test func theCurvesOwnUncertaintyIsKeptApart() throws {
    let states = (0..<40).map { Double($0) / 39 * 0.8 }
    let curve = try LatticeCurve(
      stateOfCharge: states, a: states.map(Self.a), c: states.map(Self.c), sigmaA: states.map { _ in 3e-14 },
      sigmaC: states.map { _ in 3e-14 }, smoothing: .interpolating)
    let local = curve.stateOfCharge(
      of: try LatticeObservation(a: curve.a(at: 0.2), c: curve.c(at: 0.2), varianceA: 1e-28, varianceC: 1e-28))
    #expect(abs(local.curveSigma / local.sigma - 3) < 0.05)
  }

  @Test func flatAndOutsideAreSaid() throws {
    let curve = try Self.analytic()
    let coarse = curve.stateOfCharge(of: try LatticeObservation(a: curve.a(at: 0.4), c: nil, varianceA: pow(3e-12, 2)))
    #expect(coarse.status == .undetermined)
    #expect(coarse.intervals[0].contains(0.4))
    let before = curve.stateOfCharge(
      of: try LatticeObservation(
        a: curve.a(at: 0) * 1.0003, c: curve.c(at: 0) * 0.9995, varianceA: 1e-27, varianceC: 1e-26))
    #expect(before.status == .beforeCurve && before.value < 0)
    let foreign = curve.stateOfCharge(
      of: try LatticeObservation(
        a: curve.a(at: 0.3) * 1.01, c: curve.c(at: 0.3) * 1.01, varianceA: 1e-28, varianceC: 1e-28))
    #expect(foreign.status == .notOnCurve && !foreign.isUsable)
  }

  @Test func strainsStandForLattices() throws {
    let curve = try Self.analytic()
    let reference = (a: curve.a(at: 0), c: curve.c(at: 0))
    let observation = try LatticeObservation(
      strainA: curve.a(at: 0.1) / reference.a - 1, strainC: curve.c(at: 0.1) / reference.c - 1, varianceA: 1e-10,
      varianceC: 1e-10, reference: reference)
    #expect(abs(curve.stateOfCharge(of: observation).value - 0.1) < 1e-5)
    #expect(abs(observation.varianceA / (1e-10 * reference.a * reference.a) - 1) < 1e-12)
  }

  @Test func duplicatesJoinAndContradictionsAreRefused() throws {
    let states = [0, 0, 0.1, 0.2, 0.2, 0.3, 0.4]
    let a = states.map(Self.a)
    let c = states.map(Self.c)
    let curve = try LatticeCurve(stateOfCharge: states, a: a, c: c, smoothing: .interpolating)
    #expect(curve.nodes == [0, 0.1, 0.2, 0.3, 0.4])
    var torn = c
    torn[4] *= 1.01
    #expect(throws: LineScanError.notAFunction(what: "c", index: 4, stateOfCharge: 0.2)) {
      try LatticeCurve(stateOfCharge: states, a: a, c: torn)
    }
  }

  @Test func badInputIsRefused() throws {
    let states = [0, 0.1, 0.2, 0.3]
    let (a, c) = (states.map(Self.a), states.map(Self.c))
    #expect(throws: LineScanError.self) {
      try LatticeCurve(stateOfCharge: [0, 0.1, 0.2], a: Array(a.prefix(3)), c: Array(c.prefix(3)))
    }
    #expect(throws: LineScanError.self) { try LatticeCurve(stateOfCharge: states, a: a, c: Array(c.prefix(3))) }
    #expect(throws: LineScanError.notRising(what: "state of charge", index: 2, from: 0.2, to: 0.1)) {
      try LatticeCurve(stateOfCharge: [0, 0.2, 0.1, 0.3], a: a, c: c)
    }
    #expect(throws: LineScanError.notFinite(what: "a", index: 1)) {
      try LatticeCurve(stateOfCharge: states, a: [a[0], .nan, a[2], a[3]], c: c)
    }
    #expect(throws: LineScanError.self) { try LatticeCurve(stateOfCharge: states, a: a, c: c, sigmaA: [1, 1, 1, -1]) }
    #expect(throws: LineScanError.self) { try LatticeCurve(stateOfCharge: states, a: a.map { -$0 }, c: c) }
    #expect(throws: LineScanError.self) { try LatticeObservation(a: nil, c: nil) }
    #expect(throws: LineScanError.self) { try LatticeObservation(a: .nan, c: nil, varianceA: 1) }
    #expect(throws: LineScanError.self) { try LatticeObservation(a: 1e-10, c: nil, varianceA: 0) }
    #expect(throws: LineScanError.notACovariance(what: "a and c")) {
      try LatticeObservation(a: 1e-10, c: 1e-9, varianceA: 1, varianceC: 1, covarianceAC: 1)
    }
  }
}
