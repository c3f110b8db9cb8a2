import ArrayMath
import Crystallography
import Electrochemistry
import Foundation
import Pipeline
import Quantities

@testable import PowderDiffraction
@testable import Stages

/// A charge and the lattices that follow it, with a known truth: tables as the stages before a charge response leave
/// them.
struct SimulatedResponse {
  /// The detector's clock at the record's time zero, in seconds since 1970.
  static let epoch = 1_577_872_800.0
  static let date = "2020-01-01T10:00:00.000"

  var seed = 1
  /// What the potentiostat's clock shows more.
  var clockOffset = 0.0
  /// In amperes and seconds; open circuit before and after it.
  var current = 30e-12
  var rest = 600.0
  var duration = 15_500.0
  var restAfter = 600.0
  /// The record ends this long after its start; nil for all of it.
  var recordEnd: Double?
  /// Assumed mass and what of it takes part.
  var mass = 4.69e-12
  var share = 1.0
  var capacitySigma = 0.015
  var gainSigma = 0.005
  /// Standard deviation of the charge between positions, relative.
  var spread = 0.08
  var positions = 12
  var passes = 10
  var exposure = 20.0
  /// Relative noise of a and c.
  var noiseA = 1e-4
  var noiseC = 5e-5
  /// Frames that were lost.
  var lost: Set<Int> = []
  /// Frames whose peaks are not usable.
  var dark: Set<Int> = []

  var isScan: Bool { positions > 1 }

  func generator(_ item: Int) -> SeededGenerator { SeededGenerator(seed: UInt64(seed), item: 500 + item) }

  /// Charge over assumed mass and nominal capacity at a time of the record.
  func state(_ time: Double) -> Double {
    current * min(max(time - rest, 0), duration) / (mass * 275.5 * 3600)
  }

  /// The mean local over coulombic state of charge, and the factor of each position.
  var factors: [Double] {
    var generator = generator(1)
    let capacity = 1 + capacitySigma * generator.normal()
    return (0..<positions).map { _ in capacity / share * (1 + (isScan ? spread : 0) * generator.normal()) }
  }

  /// What the stage of the state of charge makes of the record, whose current has an error of its gain.
  func charge() throws -> ChargeTable {
    var generator = generator(2)
    let gain = 1 + gainSigma * generator.normal()
    let end = recordEnd ?? rest + duration + restAfter
    let times = Array(stride(from: 0, through: end, by: 10))
    let series = PotentiostatSeries(
      startDate: dateText, time: times,
      current: times.map { $0 >= rest && $0 <= rest + duration ? current * gain : 0 },
      voltage: times.map { _ in 3.7 })
    var parameters = StateOfChargeStage.Parameters()
    parameters.currentGainUncertainty = Ratio(100 * gainSigma, .percent)
    let input = StateOfChargeStage.Input(
      series: series, mass: UncertainValue(mass, uncertainty: 0.1 * mass), massSource: "a test",
      specificCapacity: UncertainValue(275.5 * 3600, uncertainty: 275.5 * 3600 * capacitySigma),
      initialLithiation: UncertainValue(1))
    return try StateOfChargeStage.run(input, parameters, RunContext()).value
  }

  private var dateText: String {
    let date = Date(timeIntervalSince1970: Self.epoch + clockOffset)
    return String(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt)).prefix(23))
  }

  /// Starts of all exposures on the record's clock: passes from before the current to after it.
  var starts: [Double] {
    let period = exposure + 2
    let pass = Double(positions) * period
    let interval = (rest + duration + restAfter - pass - 20) / Double(max(passes - 1, 1))
    return (0..<passes).flatMap { pass in
      (0..<positions).map { 10 + Double(pass) * interval + Double($0) * period }
    }
  }

  /// Lattices with noise, and an error of place at each position that a strain is free of.
  func lattice() throws -> Stages.LatticeTable {
    var rows: [Stages.LatticeTable.Row] = []
    var times: [Double] = []
    let factors = factors
    let offsets = (0..<positions).map { position -> Double in
      var generator = generator(10 + position)
      return isScan ? 3e-4 * generator.normal() : 0
    }
    for (index, start) in starts.enumerated() where !lost.contains(index) {
      var generator = generator(1000 + index)
      let position = index % positions
      let truth = factors[position] * state(start + exposure / 2)
      let (a, c) = LatticeAgainstCharge.nmc811(truth)
      let first = generator.normal()
      let second = -0.4 * first + 0.84.squareRoot() * generator.normal()
      let (sigmaA, sigmaC) = (noiseA * a, noiseC * c)
      let scale = 1 + offsets[position]
      times.append(Self.epoch + start)
      rows.append(
        dark.contains(index)
          ? Stages.LatticeTable.Row(lattice: nil, reason: "003: no usable peak")
          : LatticeTable.Row(
            lattice: try HexagonalLattice(
              a: a * scale + sigmaA * first, c: c * scale + sigmaC * second,
              measurement: LatticeCovariance(aa: sigmaA * sigmaA, ac: -0.4 * sigmaA * sigmaC, cc: sigmaC * sigmaC))))
    }
    return Stages.LatticeTable(rows, times: times, exposure: exposure)
  }

  var scan: LineScanSettings {
    var scan = LineScanSettings()
    scan.positions = positions
    scan.step = Length(1.5, .micrometre)
    scan.first = Length(0.5, .micrometre)
    scan.beam = Length(380, .nanometre)
    scan.period = TimeSpan(exposure + 2, .second)
    return scan
  }

  /// Intensities of particle and needle: the particle from 1.2 um to 1.2 um + 15.5 um, moving by `drift` during the
  /// series.
  func peaks(drift: Double = 0) throws -> PeakTable {
    var fits: [PeakFit] = []
    var intensities: [Double] = []
    var sigmas: [Double] = []
    let starts = starts
    for index in starts.indices where !lost.contains(index) {
      var generator = generator(5000 + index)
      let place = 0.5 + 1.5 * Double(index % positions)
      let edge = 1.2 + drift * starts[index] / (rest + duration)
      let deviation = 0.38 / 2.354_82
      func rise(_ x: Double) -> Double { erfc(-x / (deviation * 2.0.squareRoot())) / 2 }
      // The chord as the beam sees it.
      let shares = (-30...30).map { exp(-0.5 * pow(0.1 * Double($0), 2)) }
      let chord =
        (-30...30).reduce(0.0) { sum, step in
          let u = 2 * (place + 0.1 * Double(step) * deviation - edge) / 15.5 - 1
          return sum + shares[step + 30] * max(1 - u * u, 0).squareRoot()
        } / shares.reduce(0, +)
      let needle = 1e4 * rise(edge - place)
      func counted(_ mean: Double) -> Double { max(mean + max(mean, 1).squareRoot() * generator.normal(), 0) }
      let particle = counted(1e4 * chord)
      let metal = counted(needle)
      let total = counted(2e4 + 1e4 * chord + needle)
      func peak(_ phase: String, _ indices: MillerIndices, _ value: Double) -> PeakEstimate {
        PeakEstimate(
          phase: phase, indices: indices, twoTheta: PeakValue(0.138, sigma: 1e-5),
          dSpacing: PeakValue(4.73e-10, sigma: 1e-14), intensity: PeakValue(value, sigma: max(value, 1).squareRoot()),
          fwhm: PeakValue(4e-4, sigma: 1e-5), mixing: 0.2, detectionLimit: 10, status: .fitted)
      }
      fits.append(
        PeakFit(
          peaks: [peak("NMC811", MillerIndices(0, 0, 3), particle), peak("W", MillerIndices(1, 1, 0), metal)],
          cells: [], displacement: PeakValue(0, sigma: 0), parameterNames: [], parameters: [], covariance: [],
          twoThetaCovariance: [1e-10, 0, 0, 1e-10], dSpacingCovariance: [1e-28, 0, 0, 1e-28], chiSquare: 10,
          freedom: 10, iterations: 3, isConverged: true))
      intensities += [total, total]
      sigmas += [total.squareRoot(), total.squareRoot()]
    }
    let series = try PowderPatternSeries(
      axis: .twoTheta, positions: [0.1, 0.2], edges: [0.05, 0.15, 0.25], frameCount: fits.count,
      intensities: intensities, sigmas: sigmas, pixelCounts: [1, 1], wavelength: 0.6525e-10)
    let patterns = PatternTable(series, times: nil, exposure: exposure)
    return PeakTable(PeakSeries(fits: fits, jumps: [], ambiguousFrames: []), of: patterns, samplePhase: "NMC811")
  }

  func input(withPeaks: Bool = false) throws -> ChargeResponseStage.Input {
    var input = try ChargeResponseStage.Input(lattice: lattice(), charge: charge())
    if isScan { input.scan = scan }
    if withPeaks { input.peaks = try peaks() }
    return input
  }

  /// A whole cell of 20 mg that is charged at 0.5 C to 85 %.
  static func cell(seed: Int = 1) -> SimulatedResponse {
    var simulation = SimulatedResponse()
    simulation.seed = seed
    simulation.mass = 20e-6
    simulation.current = 2.755e-3
    simulation.duration = 0.85 * 7200
    simulation.positions = 1
    simulation.passes = 120
    simulation.capacitySigma = 0
    return simulation
  }
}
