import Foundation
import PowderDiffraction
import Quantities

extension ChargeResponse {
  /// - Throws: `LineScanError` and `StageDocumentError` where the tables themselves are not possible; what a series
  ///   merely lacks becomes a statement, and the rest is kept.
  init(_ input: ChargeResponseStage.Input, _ parameters: ChargeResponseStage.Parameters) throws {
    let count = input.lattice.patternCount
    lattices = try MeasuredLattices(input.lattice).lattices
    record = try input.charge.chargeRecord()
    var warnings: [String] = []
    let stated = input.scan?.exposure?.si ?? input.lattice.exposure
    if stated == nil { warnings.append("No file states the exposure: frames are taken as instants.") }
    if input.lattice.times == nil {
      warnings.append(
        "No file states when the frames were taken: they are taken to follow each other without a pause.")
    }
    let length = stated ?? 0
    let interval = input.scan?.period?.si ?? length
    let starts: [Double]
    if let times = input.lattice.times, let first = times.first {
      starts = times.map { $0 - first }
    } else {
      starts = (0..<count).map { Double($0) * interval }
    }
    // All on the same clock, which begins with the first exposure.
    scan = try input.scan.map { try $0.scan(times: starts, exposure: input.lattice.exposure, count: count) }
    exposures = starts.map { Exposure(start: $0, length: length) }
    let initial = 1 - (input.charge.record?.initialLithiation ?? 1)
    let given = input.curve ?? (scan == nil ? nil : .assumed)
    curve = try given?.curve(from: initial)
    reference = parameters.reference ?? (scan == nil ? .absolute : .firstPass)
    var groups = [Int?](repeating: scan == nil ? 0 : nil, count: count)
    for frame in scan?.frames ?? [] { groups[frame.index] = frame.step }
    let answer = try ClockAnswer(
      parameters, firstExposure: input.lattice.times?.first, recordStart: input.charge.record?.startTime,
      exposures: exposures,
      lattices: lattices, groups: groups, record: record, curve: curve, isScan: scan != nil)
    clock = answer.clock
    recordedOffset = answer.recorded
    clockFit = answer.fit
    charged = try clock.stateOfCharge(of: exposures, from: record)
    self.warnings = warnings + answer.warnings
    statements = (scan?.statements ?? []) + answer.statements + charged.statements
    locate(input, parameters)
    try follow(input, parameters, groups: groups)
    if scan == nil { describeCell() }
  }

  /// The state of charge, counted from full lithiation, at the record's start.
  func initialState(_ input: ChargeResponseStage.Input) -> Double {
    1 - (input.charge.record?.initialLithiation ?? 1)
  }

  // MARK: - Edges

  private mutating func locate(_ input: ChargeResponseStage.Input, _ parameters: ChargeResponseStage.Parameters) {
    guard let scan, let settings = input.scan, let peaks = input.peaks, peaks.patternCount == exposures.count else {
      return
    }
    do {
      let signals = try edgeSignals(scan, peaks, needle: parameters.needle)
      let steps = scan.plan.stepCount
      edges = try (0..<scan.passCount).map { pass in
        let ofPass = signals.map { signal in
          EdgeSignal(
            signal.source, values: Array(signal.values[pass * steps..<(pass + 1) * steps]),
            sigmas: Array(signal.sigmas[pass * steps..<(pass + 1) * steps]))
        }
        return try scan.edges(pass: pass, signals: ofPass, beam: settings.beam.si, shape: settings.shape.technique)
      }
      let found = try ScanDrift(scan, edges: edges)
      statements += found.statements
      // The sample's own lines are seen on the particle: edges that leave most of them out are not its edges.
      let seen = scan.frames.indices.filter { lattices[scan.frames[$0].index] != nil }
      let inside = seen.count { found.positions[$0].isOnParticle }
      guard 2 * inside >= seen.count else {
        warnings.append(
          "The edges that were found leave out \(seen.count - inside) of \(seen.count) exposures with a lattice: they are "
            + "not taken for the particle's, and positions are those of the scan.")
        return
      }
      drift = found
    } catch {
      statements += edges.flatMap(\.statements)
      warnings.append("The particle's edges are not known (\(error)): positions are those of the scan.")
    }
  }

  /// What tells needle, particle and surroundings apart, passes x steps.
  private func edgeSignals(
    _ scan: LineScan, _ peaks: PeakTable, needle: [String]
  ) throws(LineScanError) -> [EdgeSignal] {
    func signal(_ source: EdgeSignal.Source, _ values: [Double], _ sigmas: [Double]) throws(LineScanError)
      -> EdgeSignal?
    {
      let known = zip(values, sigmas).map { $0.isFinite && $1 > 0 && $1.isFinite }
      guard known.contains(true) else { return nil }
      return EdgeSignal(
        source, values: try scan.map(zip(values, known).map { $1 ? $0 : .nan }),
        sigmas: try scan.map(zip(sigmas, known).map { $1 ? $0 : .nan }))
    }
    func sum(_ places: [Int]) -> (values: [Double], sigmas: [Double]) {
      let lines = peaks.lines.count
      return (
        (0..<peaks.patternCount).map { pattern in
          // Under a neighbour's line an intensity may be what that line leaves over.
          let isKnown = places.allSatisfy {
            [.fitted, .noUsablePeak, .atTheEdge].contains(peaks.statuses[pattern * lines + $0])
          }
          return isKnown ? places.reduce(0) { $0 + peaks.intensity.values[pattern * lines + $1] } : .nan
        },
        (0..<peaks.patternCount).map { pattern in
          places.reduce(0) { sum, place in
            let sigma = peaks.intensity.sigmas[pattern * lines + place]
            return sum + sigma * sigma
          }.squareRoot()
        }
      )
    }
    let particle = sum(peaks.lines.indices.filter { peaks.lines[$0].phase == peaks.samplePhase })
    let metal = peaks.lines.indices.filter { needle.contains(peaks.lines[$0].phase) }
    var signals = [try signal(.particle, particle.values, particle.sigmas)]
    if !metal.isEmpty {
      let values = sum(metal)
      signals.append(try signal(.needle, values.values, values.sigmas))
    }
    // The deposit that holds the particle scatters too, and has no level of its own in the total: lines are clearer.
    if signals.count(where: { $0 != nil }) < 2 {
      signals.append(try signal(.total, peaks.totalScatter.values, peaks.totalScatter.sigmas))
    }
    return signals.compactMap(\.self)
  }

  // MARK: - Local state of charge

  private mutating func follow(
    _ input: ChargeResponseStage.Input, _ parameters: ChargeResponseStage.Parameters, groups: [Int?]
  ) throws {
    locals = lattices.map { lattice in
      lattice == nil ? Local(value: .nan, sigma: .nan, status: .noLattice, isReference: false) : nil
    }
    let missing = lattices.count { $0 == nil }
    if missing == lattices.count {
      warnings.append("No pattern has a usable peak: there is no lattice, no local state of charge and no active mass.")
      return
    }
    exclude(parameters.exclude)
    guard let curve else { return }
    var factor = 1.0
    // The state of the first pass itself follows from the factor, which it hardly moves: twice is enough.
    for round in 0..<2 {
      invert(curve, groups: groups, factor: factor)
      guard reference == .firstPass, round == 0 else { break }
      guard let mass = try? fittedMass(input, curve, groups: groups, factor: factor) else { break }
      factor = mass.factor
    }
    guard input.charge.record != nil else {
      warnings.append(
        "The file of the state of charge states no mass; run state-of-charge again for an active mass.")
      return
    }
    do {
      let mass = try fittedMass(input, curve, groups: groups, factor: factor)
      activeMass = mass
      // With the intercept free, the error of a position's first pass is in that position's own uncertainty.
      heterogeneity =
        reference == .absolute
        ? mass.heterogeneity
        : try fittedMass(input, curve, groups: groups, factor: factor, throughOrigin: false).heterogeneity
      describePositions(groups: groups)
      // With a first pass, all of a position carry its error: that is in the scatter between positions.
      if reference == .absolute, mass.degreesOfFreedom > 3,
        mass.chiSquared > Double(mass.degreesOfFreedom) + 4 * (2 * Double(mass.degreesOfFreedom)).squareRoot()
      {
        warnings.append(
          String(
            format: "Local states of charge scatter about straight lines more than they say: chi square %.0f of %d. "
              + "The active mass is more certain than they are.", mass.chiSquared, mass.degreesOfFreedom))
      }
    } catch {
      warnings.append("The active mass is not known: \(error).")
    }
  }

  private mutating func exclude(_ rules: ChargeResponseStage.Exclusion) {
    for (index, place) in places.enumerated() where locals[index] == nil {
      var status: Local.Status?
      if rules.patterns.contains(index) || place.map({ rules.passes.contains($0.pass) }) ?? false
        || place.map({ rules.steps.contains($0.step) }) ?? false || (scan != nil && place == nil)
      {
        status = .excluded
      } else if rules.outside, let place, let drift, !drift.positions[place.frame].isOnParticle {
        status = .outside
      }
      if let status { locals[index] = Local(value: .nan, sigma: .nan, status: status, isReference: false) }
    }
  }

  /// Whether an exposure takes part.
  private func takesPart(_ index: Int) -> Bool {
    switch locals[index]?.status {
    case nil, .curve, .reference, .noReference: lattices[index] != nil
    default: false
    }
  }

  /// The first exposure of each position, one with both lattice parameters if there is any.
  private func firsts(_ groups: [Int?]) -> [Int: Int] {
    var firsts: [Int: Int] = [:]
    for needsBoth in [true, false] {
      for index in exposures.indices where takesPart(index) {
        guard let group = groups[index], firsts[group] == nil else { continue }
        if lattices[index]?.hasBoth == true || !needsBoth { firsts[group] = index }
      }
    }
    return firsts
  }

  /// What each exposure's lattice is for the curve, with its own uncertainty alone.
  private func observations(_ curve: LatticeCurve, groups: [Int?], factor: Double) -> [LatticeObservation?] {
    let firsts = firsts(groups)
    return exposures.indices.map { index in
      guard takesPart(index), let lattice = lattices[index] else { return nil }
      guard reference == .firstPass else { return try? lattice.observation() }
      guard let first = groups[index].flatMap({ firsts[$0] }), let origin = lattices[first] else { return nil }
      let state = factor * (charged.frames[first]?.middle ?? 0)
      return try? lattice.observation(relativeTo: origin, at: (curve.a(at: state), curve.c(at: state)))
    }
  }

  private mutating func invert(_ curve: LatticeCurve, groups: [Int?], factor: Double) {
    let firsts = firsts(groups)
    let observations = observations(curve, groups: groups, factor: factor)
    for index in exposures.indices where takesPart(index) {
      guard let observation = observations[index], let lattice = lattices[index] else {
        locals[index] = Local(value: .nan, sigma: .nan, status: .noReference, isReference: false)
        continue
      }
      let first = groups[index].flatMap { firsts[$0] }
      let local = curve.stateOfCharge(of: observation)
      var variance = local.sigma * local.sigma + local.curveSigma * local.curveSigma
      var isReference = false
      if reference == .firstPass, let first, let origin = lattices[first] {
        isReference = first == index
        variance += origin.variance(local.response)
      } else {
        let shift = lattice.instrumentShift(local.response)
        variance += shift * shift
      }
      // The first pass has no strain against itself: its state is what the charge makes it.
      locals[index] =
        isReference
        ? Local(
          value: factor * (charged.frames[index]?.middle ?? 0), sigma: charged.frames[index]?.sigma ?? 0,
          status: .reference, isReference: true)
        : Local(value: local.value, sigma: variance.squareRoot(), status: .curve(local.status), isReference: false)
    }
  }

  // MARK: - Active mass

  /// The share of the material at each position: the chord of a sphere, or all alike.
  private func shares(_ input: ChargeResponseStage.Input) -> [Int: Double]? {
    guard let scan, let drift, input.scan?.shape == .sphere else { return nil }
    var sums: [Int: (sum: Double, count: Double)] = [:]
    for (number, frame) in scan.frames.enumerated() {
      let fraction = drift.positions[number].fraction
      // The area of the slice; a hundredth of it at least, since edges are not sharp.
      let share = max(4 * fraction * (1 - fraction), 0.01)
      let old = sums[frame.step] ?? (0, 0)
      sums[frame.step] = (old.sum + share, old.count + 1)
    }
    return sums.mapValues { $0.sum / $0.count }
  }

  private func fittedMass(
    _ input: ChargeResponseStage.Input, _ curve: LatticeCurve, groups: [Int?], factor: Double,
    throughOrigin: Bool? = nil
  ) throws(LineScanError) -> ActiveMass {
    let record = input.charge.record
    let measured = MeasuredLattices(lattices: lattices)
    let shared = reference == .absolute ? measured.sharedError.map { [$0] } ?? [] : []
    return try ActiveMass(
      lattice: observations(curve, groups: groups, factor: factor), curve: curve, charge: charged,
      positions: scan == nil ? nil : groups.map { $0 ?? -1 }, assumedMass: record?.mass ?? 1,
      capacitySigma: record.map { $0.specificCapacityUncertainty / $0.specificCapacity } ?? 0,
      // Strains begin where the first pass stands on the curve; what is wrong with it differs between positions.
      throughOrigin: throughOrigin ?? (reference == .firstPass),
      latticeErrors: shared, positionWeights: shares(input))
  }

  private mutating func describePositions(groups: [Int?]) {
    guard let scan, let curve else { return }
    let factor = activeMass?.factor ?? 1
    let observations = observations(curve, groups: groups, factor: factor)
    var samples: [Int: [ActiveMassSample]] = [:]
    var fractions: [Int: [Double]] = [:]
    for (number, frame) in scan.frames.enumerated() {
      if let drift { fractions[frame.step, default: []].append(drift.positions[number].fraction) }
      guard let observation = observations[frame.index], let charge = charged.frames[frame.index] else { continue }
      let local = curve.stateOfCharge(of: observation)
      guard local.isUsable, local.sigma > 0 else { continue }
      samples[frame.step, default: []].append(
        ActiveMassSample(coulombic: charge.middle, local: local.value, localSigma: local.sigma))
    }
    positions = samples.sorted { $0.key < $1.key }.compactMap { step, samples in
      guard let line = try? ActiveMass(samples, assumedMass: 1, throughOrigin: false) else {
        return nil
      }
      let places = fractions[step] ?? []
      return Position(
        step: step, fraction: places.isEmpty ? .nan : places.reduce(0, +) / Double(places.count), factor: line.factor,
        sigma: line.factorSigma)
    }
  }
}

extension MeasuredLattices {
  init(lattices: [Lattice?]) { self.lattices = lattices }
}
