import Foundation
import PowderDiffraction
import Quantities

extension ChargeTable {
  /// The state of charge against time, as the clock takes it.
  ///
  /// - Throws: `LineScanError` for fewer than two samples or times that fall; `StageDocumentError` for a missing column.
  func chargeRecord() throws -> ChargeRecord {
    func column(_ name: String) throws -> [Double] {
      guard let values = self[name]?.values else {
        throw StageDocumentError(path: "state-of-charge", problem: "there is no column \(name)")
      }
      return values
    }
    let state = try column("State of Charge")
    let charge = try column("Charge")
    let chargeSigma = try column("Charge Uncertainty")
    let sigma = try column("State of Charge Uncertainty")
    // One factor leads from all charges to all states.
    let largest = charge.indices.max { abs(charge[$0]) < abs(charge[$1]) } ?? 0
    let factor = charge.isEmpty || charge[largest] == 0 ? 0 : abs(state[largest] / charge[largest])
    var scale = 0.0
    if let record {
      let parts = (
        record.massUncertainty / record.mass, record.specificCapacityUncertainty / record.specificCapacity
      )
      scale = (parts.0 * parts.0 + parts.1 * parts.1).squareRoot()
    } else if !state.isEmpty, state[largest] != 0 {
      let own = factor * chargeSigma[largest]
      scale = max(sigma[largest] * sigma[largest] - own * own, 0).squareRoot() / abs(state[largest])
    }
    return try ChargeRecord(
      time: try column("Test Time"), stateOfCharge: state, sigma: chargeSigma.map { factor * $0 }, scaleSigma: scale)
  }
}

/// How the two clocks were brought together.
struct ClockAnswer {
  var clock: ExperimentClock
  var recorded: Double?
  var fit: ClockFit?
  var statements: [SeriesStatement] = []
  var warnings: [String] = []

  /// How well two computers' clocks agree where nothing says it, in seconds.
  static let assumedAgreement = 5.0

  /// - Parameters:
  ///   - firstExposure: in seconds since 1970; nil where it is not known.
  ///   - exposures: since the first one.
  ///   - groups: the position of each; samples of one share baseline and response.
  init(
    _ parameters: ChargeResponseStage.Parameters, firstExposure: Double?, recordStart: Double?, exposures: [Exposure],
    lattices: [MeasuredLattices.Lattice?], groups: [Int?], record: ChargeRecord, curve: LatticeCurve?, isScan: Bool
  ) throws {
    recorded =
      if let firstExposure, let recordStart { firstExposure - recordStart } else { nil }
    let stated = parameters.clockOffset
    let start = recorded ?? 0
    let prior = try stated.map {
      try ExperimentClock(
        offset: start + $0.value.si, sigma: $0.standardUncertainty?.si ?? Self.assumedAgreement)
    }
    if recorded == nil, parameters.clock == .recorded {
      warnings.append(
        "The \(firstExposure == nil ? "frames" : "potentiostat's record") state no start time: the first exposure is "
          + "taken to begin with the record. Give `clock: given` with `clock_offset`, or `clock: fitted`.")
    }
    clock =
      try prior
      ?? ExperimentClock(
        offset: start, sigma: recorded == nil ? parameters.clockRange.si / 3.0.squareRoot() : Self.assumedAgreement)
    guard parameters.clock == .fitted else { return }
    let offset = clock.offset
    let range = offset - parameters.clockRange.si...offset + parameters.clockRange.si
    do {
      let samples = exposures.indices.compactMap { index -> ClockSample? in
        guard let lattice = lattices[index], lattice.hasBoth || isScan, let group = groups[index] else { return nil }
        return isScan
          ? ClockSample(exposure: exposures[index], value: lattice.c, sigma: lattice.ownCC.squareRoot(), group: group)
          : ClockSample(exposure: exposures[index], value: lattice.a, sigma: lattice.ownAA.squareRoot(), group: group)
      }
      let (kept, response) = Self.response(samples, record: record, curve: isScan ? nil : curve, offset: offset)
      let found = try ClockFit(kept, record: record, response: response, range: range, prior: prior)
      fit = found
      clock = found.clock
      statements = found.statements
    } catch {
      warnings.append(
        "The offset of the clocks could not be fitted (\(error)); "
          + (prior == nil ? "the start times are taken at their word" : "the stated one is used")
          + ", uncertain by the searched range.")
      clock = try ExperimentClock(
        offset: offset, sigma: max(clock.sigma, parameters.clockRange.si / 3.0.squareRoot()))
    }
  }

  /// The samples that are fitted, and how the lattice is taken to follow.
  ///
  /// A known curve holds everywhere. Without one a polynomial stands in for it, which only fits a part of the charge:
  /// that near its start, where the response begins.
  private static func response(
    _ samples: [ClockSample], record: ChargeRecord, curve: LatticeCurve?, offset: Double
  ) -> ([ClockSample], ClockFit.Response) {
    if let curve { return (samples, .curveA(curve)) }
    let first = record.stateOfCharge[0]
    let near = samples.filter { sample in
      let time = sample.exposure.start + sample.exposure.length / 2 + offset
      let index = record.time.firstIndex { $0 >= time } ?? record.time.count - 1
      return abs(record.stateOfCharge[index] - first) < 0.15
    }
    let fewest = Dictionary(grouping: near, by: \.group).values.map(\.count).min() ?? 0
    return (near, .polynomial(degree: fewest >= 5 ? 2 : 1))
  }
}

extension SeriesStatement {
  /// What to do where clocks do not overlap: whole hours are most often a time zone.
  static func timeZoneHint(frames: ClosedRange<Double>, record: ClosedRange<Double>) -> String? {
    let gap = (record.lowerBound + record.upperBound - frames.lowerBound - frames.upperBound) / 2
    let hours = (gap / 1800).rounded() / 2
    guard hours != 0, abs(hours) <= 14 else { return nil }
    let moved = frames.lowerBound + hours * 3600...frames.upperBound + hours * 3600
    guard moved.overlaps(record) else { return nil }
    return "They would with \(hours) h more; the potentiostat records local time: a time zone may be missing in "
      + "`clock_offset`."
  }
}
