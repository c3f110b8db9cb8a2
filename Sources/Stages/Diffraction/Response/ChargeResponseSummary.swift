import Figures
import Foundation
import Pipeline
import PowderDiffraction

/// The response of a lattice to its charge in words and figures.
struct ChargeResponseSummary {
  let response: ChargeResponse
  let input: ChargeResponseStage.Input
  let parameters: ChargeResponseStage.Parameters

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }

  var summary: StageSummary {
    let figures = ChargeResponseFigures(
      response: response, input: input, prefix: input.name.isEmpty ? "" : "\(input.name)-")
    return StageSummary(
      title: "Charge and lattice" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines,
      figures: figures.all, tables: tables, assumptions: assumptions, conventions: conventions, warnings: warnings,
      methods: methods, citations: ChargeResponseStage.citations + (isAssumed ? [.marker2019] : []))
  }

  private var isAssumed: Bool { input.curve == nil && response.curve != nil }
  private var footprint: BeamFootprint? { input.setup.flatMap { BeamFootprint($0, peaks: input.peaks) } }

  // MARK: - Numbers

  private func headline(
    _ key: String, _ label: String, _ value: Double, _ sigma: Double?, _ unit: String, note: String = "",
    isAnswer: Bool = false
  ) -> HeadlineValue {
    let known = sigma.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    return HeadlineValue(
      key: "\(prefix)response.\(key)", label: label, value: value, uncertainty: known,
      uncertaintyNote: known == nil && note.isEmpty ? "none is known" : note, unit: unit, isAnswer: isAnswer)
  }

  private var headlines: [HeadlineValue] {
    var found: [HeadlineValue] = []
    if let last = response.lastCharge {
      found.append(
        headline(
          "state_of_charge", "state of charge at the end of the last exposure", 100 * last.end, 100 * last.sigma, "%",
          isAnswer: true))
    }
    found += massHeadlines
    found.append(
      headline(
        "clock_offset",
        response.recordedOffset == nil
          ? "the record's time at the first exposure" : "potentiostat's clock less detector's clock",
        response.clockDifference, response.clock.sigma, "s"))
    if let drift = response.drift {
      let moved = (drift.edge.max() ?? 0) - (drift.edge.min() ?? 0)
      let sigma = drift.edgeSigma.max().map { $0 * 2.0.squareRoot() }
      found += [
        headline(
          "particle_length", "length of the particle from the needle's end to the free edge", drift.length * 1e6,
          drift.lengthSigma * 1e6, "um",
          note: "counting and scatter alone; a tapered tip, and grains that all passes share, are not in it"),
        headline("drift", "range of the particle's drift along the scan", moved * 1e6, sigma.map { $0 * 1e6 }, "um"),
      ]
    }
    return found + cellHeadlines
  }

  private var massHeadlines: [HeadlineValue] {
    guard let mass = response.activeMass, let record = input.charge.record else { return [] }
    let isNanogram = record.mass < 1e-9
    let (factor, unit) = isNanogram ? (1e12, "ng") : (1e6, "mg")
    let interval = mass.interval
    let note =
      "95 %: \(Self.number(interval.lowerBound * factor, 3)) to "
      + (interval.upperBound.isFinite ? Self.number(interval.upperBound * factor, 3) : "infinity") + " \(unit)"
    var found = [
      headline(
        "active_mass", "electrochemically active mass", mass.activeMass * factor, mass.sigma * factor, unit, note: note,
        isAnswer: true),
      headline(
        "active_fraction", "active over assumed mass", 100 * mass.fraction, 100 * mass.sigma / record.mass, "%",
        note: "that of the assumed mass not included"),
    ]
    if let scatter = response.heterogeneity, let last = response.lastCharge {
      let end = 100 * abs(last.end)
      found.append(
        headline(
          "heterogeneity", "spread of the local state of charge between positions at the end, beyond noise",
          end * scatter.spread, end * scatter.spreadSigma, "%",
          note: String(
            format: "95 %%: %.2g to %.2g %%", end * scatter.spreadInterval.lowerBound,
            end * scatter.spreadInterval.upperBound)))
    }
    return found
  }

  private var cellHeadlines: [HeadlineValue] {
    guard let cell = response.cell else { return [] }
    var found: [HeadlineValue] = []
    if let turn = cell.turn {
      let sigma = (turn.fitSigma * turn.fitSigma + turn.scaleSigma * turn.scaleSigma).squareRoot()
      found += [
        headline(
          "turning_point", "state of charge at which c is largest", 100 * turn.state, 100 * sigma, "%",
          note: String(format: "%.2g %% from the fit alone", 100 * turn.fitSigma), isAnswer: true),
        headline("largest_c", "largest c", turn.c * 1e10, turn.sigmaC * 1e10, "angstrom"),
      ]
    }
    if let slopes = cell.slopes {
      found += [
        headline("slope_a", "d ln a / d state of charge at zero", slopes.a.value, slopes.a.sigma, "1"),
        headline("slope_c", "d ln c / d state of charge at zero", slopes.c.value, slopes.c.sigma, "1"),
      ]
    }
    return found
  }

  static func number(_ value: Double, _ digits: Int) -> String {
    value.isFinite ? String(format: "%.\(digits)g", value) : "unknown"
  }

  // MARK: - Tables

  private var tables: [Table] {
    var tables: [Table] = []
    if let mass = response.activeMass {
      tables.append(
        Table(
          title: "Where the uncertainty of the active mass comes from",
          columns: ["cause", "standard uncertainty / % of the mass"],
          rows: mass.contributions.map {
            [
              $0.name == "independent" ? "lattices and their scatter between positions" : $0.name,
              Self.number(100 * abs($0.factorShift / mass.factor), 2),
            ]
          }, caption: "Their squares add up to the square of the total."))
    }
    var counts: [String: Int] = [:]
    for local in response.locals { counts[local?.status.text ?? "no curve", default: 0] += 1 }
    if !counts.isEmpty {
      tables.append(
        Table(
          title: "What the exposures gave", columns: ["local state of charge", "exposures"],
          rows: counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { [$0.key, "\($0.value)"] }))
    }
    return tables
  }

  // MARK: - Words

  private var warnings: [String] {
    var texts = response.warnings
    for statement in response.statements {
      texts.append("\(statement.description.prefix(1).uppercased())\(statement.description.dropFirst()).")
      if case .clocksDoNotOverlap(let frames, let record) = statement,
        let hint = SeriesStatement.timeZoneHint(frames: frames, record: record)
      {
        texts.append(hint)
      }
    }
    let missing = response.lattices.count { $0 == nil }
    if missing > 0, missing < response.lattices.count {
      texts.append(
        "\(missing) of \(response.lattices.count) exposures give no lattice; the others are kept.")
    }
    if let warning = footprint?.warning { texts.append(warning) }
    return texts
  }

  private var assumptions: [Assumption] {
    var found: [Assumption] = []
    if isAssumed {
      found.append(
        Assumption(
          statement: "a and c follow the state of charge as a built-in formula for NMC811",
          source: "drawn through the behaviour that Märker et al. (2019) published, to 0.1 %; no measurement",
          range: "give `curve` or `curve_from` for a measured one",
          effect: "local states of charge and the active mass scale with its slopes"))
    }
    if parameters.clock == .recorded, response.recordedOffset != nil {
      found.append(
        Assumption(
          statement: String(
            format: "the clocks of detector and potentiostat agree to %g s", ClockAnswer.assumedAgreement),
          source: "nothing states it", range: "give `clock_offset`",
          effect: "states of charge shift by the C-rate times the offset"))
    }
    return found
  }

  private var conventions: [Convention] {
    var found = [
      Convention(
        subject: "clock", choice: "record's time = detector's time + offset; an exposure has the time of its middle"),
      Convention(
        subject: "local state of charge",
        choice: response.reference == .firstPass
          ? "from strains against the first lattice at the same position, which has the charge's own state"
          : "from absolute lattice parameters"),
    ]
    if let setup = input.setup {
      found.append(
        Convention(
          subject: "beam footprint",
          choice: setup.beamHeight.map {
            "\(BeamFootprint.text($0, setup.beamWidth ?? $0)) (vertical x horizontal, full width at half maximum), as stated"
          } ?? "not stated; taken as small against the fitted lines"))
    }
    return found
  }

  private var methods: String {
    let clock =
      switch parameters.clock {
      case .recorded: "Start times of exposures and record were taken at their word"
      case .given: "The offset of the clocks was given"
      case .fitted:
        response.clockFit == nil
          ? "The offset of the clocks could not be fitted"
          : "The offset of the clocks was fitted, with the lattice following the charge at each position"
      }
    var words = [
      String(
        format: "%@ (offset %.1f s, standard uncertainty %.1f s). Each exposure has the state of charge of its middle.",
        clock, response.clockDifference, response.clock.sigma)
    ]
    if let scan = response.scan {
      words.append(
        "The \(scan.frames.count) exposures make \(scan.passCount) passes of \(scan.plan.stepCount) positions"
          + (response.drift == nil
            ? "." : "; needle and free edge were located in every pass, and the drift followed by a smoother."))
    }
    if response.curve != nil {
      let source = input.curve?.source ?? "the built-in formula"
      words.append(
        "Local states of charge are those at which the curve of a and c from \(source) comes closest to the measured "
          + (response.reference == .firstPass ? "strains, added to the curve's first lattice" : "lattices")
          + ", both parameters together with their covariance.")
    }
    if let mass = response.activeMass {
      words.append(
        String(
          format:
            "Straight lines of local against coulombic state of charge with free intercepts, one a position, have a "
            + "mean slope of %.3f ± %.3f; the active mass is the assumed mass over it. ", mass.factor, mass.factorSigma)
          + "Errors of charge, clock, capacity and curve are common to all exposures and were carried through as such.")
    }
    if let cell = response.cell {
      words.append(
        "\(cell.frames.count) exposures up to the highest state of charge make the curve of the cell, a smoothing spline "
          + "of the most likely smoothness; the turn of c is that of a polynomial of degree 4 about it, the slopes at zero "
          + "those of parabolas up to a state of charge of 20 %.")
    }
    return words.joined(separator: " ")
  }
}
