import ArrayMath
import Crystallography
import Foundation
import PowderDiffraction
import Testing

@Suite struct LatticeFitTests {
  static let wavelength = 0.6525484e-10
  static let cell = UnitCell(hexagonal: 2.8658e-10, c: 14.2124e-10)
  static let start = UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10)
  static let tungsten = UnitCell(cubic: 3.1648e-10)
  static let families = [
    MillerIndices(0, 0, 3), MillerIndices(1, 0, 1), MillerIndices(0, 1, 2), MillerIndices(1, 0, 4),
    MillerIndices(0, 1, 5), MillerIndices(1, 0, 7), MillerIndices(1, 1, 0),
  ]

  func twoTheta(_ indices: MillerIndices, _ cell: UnitCell) -> Double {
    2 * asin(Self.wavelength / (2 * cell.dSpacing(indices)))
  }

  func diagonal(_ sigma: Double, _ count: Int) -> [Double] {
    (0..<count * count).map { $0 % (count + 1) == 0 ? sigma * sigma : 0 }
  }

  @Test func twoLinesGiveTheClosedForm() throws {
    let (d003, d104) = (Self.cell.dSpacing(0, 0, 3), Self.cell.dSpacing(1, 0, 4))
    let covariance = SpacingCovariance(d003: 4e-28, both: 1e-28, d104: 1e-28)
    let closed = try HexagonalLattice(d003: d003, d104: d104, covariance: covariance)
    let fit = try LatticeFit(
      [LatticeLine(MillerIndices(0, 0, 3), at: d003), LatticeLine(MillerIndices(1, 0, 4), at: d104)],
      covariance: [4e-28, 1e-28, 1e-28, 1e-28], axis: .latticeSpacing, system: .hexagonal, start: Self.start)
    let fitted = try HexagonalLattice(fit)
    #expect(abs(fitted.a / closed.a - 1) < 1e-12 && abs(fitted.c / closed.c - 1) < 1e-12)
    #expect(abs(fitted.covariance.aa / closed.covariance.aa - 1) < 1e-9)
    #expect(abs(fitted.covariance.ac / closed.covariance.ac - 1) < 1e-9)
    #expect(fit.degreesOfFreedom == 0 && fit.chiSquared < 1e-12 && fit.reducedChiSquared == nil)
  }

  @Test(arguments: [PatternAxis.twoTheta, .scatteringVector, .latticeSpacing])
  func axesAgree(axis: PatternAxis) throws {
    let shift = GeometryShift.transmission(distance: 0.13167)
    let z = 80e-6
    let lines = try (Self.families).map { indices in
      let apparent = shift(twoTheta(indices, Self.cell), z).position
      return LatticeLine(
        indices, at: try #require(PatternAxis.twoTheta.convert(apparent, to: axis, wavelength: Self.wavelength)))
    }
    let fit = try LatticeFit(
      lines, covariance: diagonal(1e-6 * lines[0].position, lines.count), axis: axis, system: .hexagonal,
      start: Self.start, shifts: [LatticeShift(shift)], wavelength: Self.wavelength)
    #expect(abs(fit.cell.a / Self.cell.a - 1) < 1e-10 && abs(fit.cell.c / Self.cell.c - 1) < 1e-10)
    #expect(abs(fit.shifts[0] - z) < 1e-10)
    #expect(fit.residuals.allSatisfy { abs($0) < 1e-10 * lines[0].position })
  }

  /// 003, 104 and W 110 with noise and an unknown displacement: intervals cover the truth as often as they say.
  @Test func standardDeterminesTheDisplacement() throws {
    let shift = GeometryShift.transmission(distance: 0.13167)
    let sigma = 0.4e-3 * Double.pi / 180
    let covariance = diagonal(sigma, 3)
    var (inside, pulls) = ([0, 0, 0], [0.0, 0, 0])
    let count = 400
    for seed in 1...count {
      var random = SeededGenerator(seed: UInt64(seed))
      let z = 100e-6 * random.normal()
      func line(_ h: Int, _ k: Int, _ l: Int, _ cell: UnitCell, standard: UnitCell? = nil) -> LatticeLine {
        let indices = MillerIndices(h, k, l)
        let place = shift(twoTheta(indices, cell), z).position
        return LatticeLine(indices, at: place + sigma * random.normal(), standard: standard)
      }
      let fit = try LatticeFit(
        [line(0, 0, 3, Self.cell), line(1, 0, 4, Self.cell), line(1, 1, 0, Self.tungsten, standard: Self.tungsten)],
        covariance: covariance, axis: .twoTheta, system: .hexagonal, start: Self.start, shifts: [LatticeShift(shift)],
        wavelength: Self.wavelength)
      for (index, truth) in [Self.cell.a, Self.cell.c, z].enumerated() {
        let pull = ((fit.values + fit.shifts)[index] - truth) / fit.sigmas[index]
        pulls[index] += pull
        if abs(pull) < 1 { inside[index] += 1 }
      }
    }
    for index in 0..<3 {
      let share = Double(inside[index]) / Double(count)
      #expect(abs(share - 0.6827) < 2.576 * (0.6827 * 0.3173 / Double(count)).squareRoot(), "\(index): \(share)")
      #expect(abs(pulls[index] / Double(count)) < 0.2 + 2.6 / Double(count).squareRoot())
    }
  }

  @Test func anExpectedShiftIsAConstraint() throws {
    let lines = [MillerIndices(0, 0, 3), MillerIndices(1, 0, 4)].map { LatticeLine($0, at: twoTheta($0, Self.cell)) }
    let covariance = diagonal(1e-5, 2)
    func fit(_ sigma: Double?) throws -> LatticeFit {
      try LatticeFit(
        lines, covariance: covariance, axis: .twoTheta, system: .hexagonal, start: Self.start,
        shifts: [LatticeShift(.transmission(distance: 0.13167), sigma: sigma)], wavelength: Self.wavelength)
    }
    // 20 micrometres are 1.5e-4 of the distance, and as much of c.
    let wide = try fit(20e-6)
    let narrow = try fit(1e-9)
    let added = (wide.covariance[4] - narrow.covariance[4]).squareRoot()
    #expect(abs(added / Self.cell.c / (0.986 * 20e-6 / 0.13167) - 1) < 0.01)
    #expect(throws: LatticeError.tooFewLines(found: 2, needed: 3)) { try fit(nil) }
  }

  @Test func placeOfAStandardCounts() throws {
    let shift = GeometryShift.transmission(distance: 0.13167)
    let indices = MillerIndices(1, 1, 0)
    let needle = LatticeLine(
      indices, at: shift(twoTheta(indices, Self.tungsten), 150e-6).position, standard: Self.tungsten, place: 50e-6)
    let sample = [MillerIndices(0, 0, 3), MillerIndices(1, 0, 4)].map {
      LatticeLine($0, at: shift(twoTheta($0, Self.cell), 100e-6).position)
    }
    let fit = try LatticeFit(
      sample + [needle], covariance: diagonal(1e-6, 3), axis: .twoTheta, system: .hexagonal, start: Self.start,
      shifts: [LatticeShift(shift)], wavelength: Self.wavelength)
    #expect(abs(fit.shifts[0] - 100e-6) < 1e-9 && abs(fit.cell.c / Self.cell.c - 1) < 1e-9)
  }

  @Test func openParametersAreNamed() {
    let basal = [MillerIndices(0, 0, 3), MillerIndices(0, 0, 6)].map { LatticeLine($0, at: Self.cell.dSpacing($0)) }
    #expect(throws: LatticeError.undetermined(parameters: ["a", "c"])) {
      try LatticeFit(
        basal, covariance: diagonal(1e-14, 2), axis: .latticeSpacing, system: .hexagonal, start: Self.start)
    }
    #expect(throws: LatticeError.covariance(what: "the positions")) {
      try LatticeFit(
        basal, covariance: [1e-28, 1e-28, 1e-28, 1e-28], axis: .latticeSpacing, system: .hexagonal, start: Self.start)
    }
    #expect(throws: LatticeError.needsWavelength) {
      try LatticeFit(basal, covariance: diagonal(1e-14, 2), axis: .twoTheta, system: .hexagonal, start: Self.start)
    }
    #expect(throws: LatticeError.self) {
      try LatticeFit(
        [LatticeLine(MillerIndices(0, 0, 3), at: .nan)], covariance: [1], axis: .latticeSpacing, system: .cubic,
        start: Self.start)
    }
    #expect(throws: LatticeError.size(what: "elements of the covariance matrix", found: 3, expected: 4)) {
      try LatticeFit(
        basal, covariance: [1, 2, 3], axis: .latticeSpacing, system: .hexagonal, start: Self.start)
    }
  }
}

@Suite struct LatticeStrainTests {
  let cell = UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10)

  /// Grains of random state give rings; the scatter of the particle's a and c over many particles is the stated one.
  @Test(arguments: [0, 3])
  func samplingOfGrainsIsThatOfSimulatedParticles(shared: Int) throws {
    let (n003, n104) = (5, 8)
    // A state spread of 3 % at 1.58 % and −1.1 % a unit of state.
    let (s003, s104) = (0.03 * 0.0158, -0.03 * 0.011)
    let sampling = GrainSampling(
      spreads: (s003, s104), counts: (Double(n003), Double(n104)), shared: Double(shared))
    let (d003, d104) = (cell.dSpacing(0, 0, 3), cell.dSpacing(1, 0, 4))
    let none = SpacingCovariance(d003: 0, both: 0, d104: 0)
    let stated = try HexagonalLattice(d003: d003, d104: d104, covariance: none, sampling: sampling)
    #expect(stated.measurement == .zero && stated.sigmaC == stated.grains.cc.squareRoot())
    var (aa, ac, cc) = (0.0, 0.0, 0.0)
    let count = 10_000
    var random = SeededGenerator(seed: 1)
    for _ in 0..<count {
      let common = (0..<shared).reduce(0.0) { sum, _ in sum + random.normal() }
      let first = (shared..<n003).reduce(common) { sum, _ in sum + random.normal() } / Double(n003)
      let second = (shared..<n104).reduce(common) { sum, _ in sum + random.normal() } / Double(n104)
      let drawn = try HexagonalLattice(
        d003: d003 * (1 + s003 * first), d104: d104 * (1 + s104 * second), covariance: none)
      let (da, dc) = (drawn.a - cell.a, drawn.c - cell.c)
      (aa, ac, cc) = (aa + da * da, ac + da * dc, cc + dc * dc)
    }
    #expect(abs(aa / Double(count) / stated.grains.aa - 1) < 0.06)
    #expect(abs(cc / Double(count) / stated.grains.cc - 1) < 0.06)
    #expect(abs(ac / Double(count) - stated.grains.ac) < 0.06 * (stated.grains.aa * stated.grains.cc).squareRoot())
  }

  @Test func effectiveCountsAndBadSampling() throws {
    #expect(GrainSampling.effectiveCount(intensities: [2, 2, 2, 2]) == 4)
    #expect(GrainSampling.effectiveCount(intensities: [1, 0, .nan]) == 1)
    #expect(GrainSampling.effectiveCount(intensities: []) == 0)
    #expect(throws: LatticeError.self) { try GrainSampling(spreads: (1, 1), counts: (0, 3)).covariance(reflections: 2) }
    #expect(throws: LatticeError.self) {
      try GrainSampling(spreads: (1, 1), counts: (2, 3), shared: 2.5).covariance(reflections: 2)
    }
    #expect(throws: LatticeError.self) { try GrainSampling(spreads: [1], counts: [2]).covariance(reflections: 2) }
  }

  @Test func commonErrorsCancelInTheStrain() throws {
    let counting = LatticeCovariance(aa: 1e-28, ac: 0.5e-28, cc: 9e-28)
    let shift = LatticeCommonError("displacement", a: 1e-4 * cell.a, c: 1e-4 * cell.c)
    let reference = try HexagonalLattice(a: cell.a, c: cell.c, measurement: counting, commonErrors: [shift])
    let later = try HexagonalLattice(
      a: cell.a * 0.998, c: cell.c * 1.002, measurement: counting,
      commonErrors: [LatticeCommonError("displacement", a: 0.998 * shift.a, c: 1.002 * shift.c)])
    let strain = try later.strain(relativeTo: reference)
    #expect(abs(strain.a + 0.002) < 1e-12 && abs(strain.c - 0.002) < 1e-12)
    #expect(abs(strain.volume - (0.998 * 0.998 * 1.002 - 1)) < 1e-12)
    #expect(reference.sigmaC > 1e-4 * cell.c)
    #expect(strain.instrument.cc < 1e-20 && strain.instrument.aa < 1e-20)
    // Both counting errors are in the strain.
    #expect(abs(strain.sigmaC / (2.0.squareRoot() * 3e-14 / cell.c) - 1) < 0.01)
    let moved = try HexagonalLattice(
      a: later.a, c: later.c, measurement: counting,
      commonErrors: [LatticeCommonError("another displacement", a: shift.a, c: shift.c)])
    #expect(abs(try moved.strain(relativeTo: reference).instrument.cc.squareRoot() / 1.414e-4 - 1) < 0.01)
  }

  @Test func theSameGrainsInBothPassesCancelAsFarAsTheirSpreadIsTheSame() throws {
    let grains = LatticeCovariance(aa: 4e-28, ac: -1e-28, cc: 9e-28)
    let lattice = try HexagonalLattice(a: cell.a, c: cell.c, measurement: .zero, grains: grains)
    #expect(try lattice.strain(relativeTo: lattice, grainCorrelation: 1).covariance.cc < 1e-20)
    let independent = try lattice.strain(relativeTo: lattice)
    #expect(abs(independent.sigmaC / (2.0.squareRoot() * 3e-14 / cell.c) - 1) < 1e-6)
    #expect(throws: LatticeError.self) { try lattice.strain(relativeTo: lattice, grainCorrelation: 1.1) }
  }
}
