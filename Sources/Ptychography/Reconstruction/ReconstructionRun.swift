internal import ArrayMath

/// The state of a plan while it runs.
struct ReconstructionRun {
  private let start: Reconstruction
  private let startPower: Double
  private let startCentre: (row: Double, column: Double)
  private let streams: UInt64
  private let plan: ReconstructionPlan
  private let data: DiffractionData
  private let propagator: WavePropagator
  private let makeEngine: (EngineSettings, WavePropagator) -> any ReconstructionEngine
  private var state: Reconstruction
  private var done = 0
  private var events: [String] = []
  private var movedBack = PixelShift(row: 0, column: 0)

  init(
    start: Reconstruction, streams: UInt64, plan: ReconstructionPlan, data: DiffractionData,
    makeEngine: @escaping (EngineSettings, WavePropagator) -> any ReconstructionEngine
  ) {
    self.start = start
    self.streams = streams
    self.plan = plan
    self.data = data
    self.makeEngine = makeEngine
    startPower = start.probes.reduce(0) { $0 + $1.power }
    startCentre = ProbeExtent(of: [start.probes[0]]).centre
    propagator = WavePropagator(geometry: data.geometry, window: data.window)
    state = start
  }

  /// What a step falls back on.
  private struct Snapshot {
    var state: Reconstruction
    var passes: Int
    var errors: [Double]
    var movedBack: PixelShift
    var corrector: PositionCorrector?
  }

  /// Runs one step of the plan.
  mutating func perform(
    _ step: ReconstructionPlan.Step, progress: (ReconstructionProgress) throws -> Void
  ) throws {
    let before = done
    var settings = step.engine
    var engine = makeEngine(settings, propagator)
    var engineBegan = 0
    var corrector = step.positions.map { PositionCorrector($0, count: data.count) }
    var errors: [Double] = []
    var good = Snapshot(
      state: state, passes: 0, errors: [], movedBack: movedBack, corrector: corrector)
    var rollbacks = 0
    var pass = 0
    while pass < step.passes {
      let known = events.count
      var order = SeededGenerator(seed: streams, item: before + pass)
      let error = engine.pass(&state, on: data, pass: pass - engineBegan, generator: &order)
      state.errors.append(error)
      errors.append(error)
      if let trouble = plan.watchdog.trouble(of: state, error: error, startPower: startPower)
        ?? plan.watchdog.trouble(of: errors)
      {
        guard rollbacks < plan.watchdog.rollbacks else {
          throw ReconstructionFailure(pass: before + pass + 1, trouble: trouble, rollbacks: rollbacks)
        }
        rollbacks += 1
        events.append(
          "pass \(before + pass + 1): \(trouble); went back to pass \(before + good.passes) with half the step")
        state = good.state
        errors = good.errors
        movedBack = good.movedBack
        corrector = good.corrector
        corrector?.halveStep()
        pass = good.passes
        settings.halveSteps()
        engine = makeEngine(settings.counted(from: pass, of: step.engine), propagator)
        engineBegan = pass
        continue
      }
      pass += 1
      done = before + pass
      if state.probes.count > 1, pass == step.passes || pass % plan.orthogonalisationPeriod == 0 {
        engine.mixModes(ProbeModes.orthogonalise(&state))
      }
      if corrector?.settings.isDue(after: pass - 1, of: step.passes) ?? false {
        // The streams of corrections count downwards from −1, those of passes upwards from 0.
        var trials = SeededGenerator(seed: streams, item: -done)
        let report = corrector?.correct(
          &state, on: data, pass: pass - 1, of: step.passes, generator: &trials)
        if let report, report.heldBack > 0 {
          events.append(
            "pass \(done): \(report.heldBack) positions would leave the object's array and were held at its border")
        }
      }
      if moveBackIfAstray() {
        // What the engine keeps (exit waves, momenta) belongs to where probe and object were.
        engine = makeEngine(settings.counted(from: pass, of: step.engine), propagator)
        engineBegan = pass
      }
      if error <= errors.min() ?? error, pass - good.passes >= plan.watchdog.snapshotPeriod {
        good = Snapshot(state: state, passes: pass, errors: errors, movedBack: movedBack, corrector: corrector)
      }
      try progress(
        ReconstructionProgress(
          pass: done, passes: plan.passes, error: error, events: Array(events[known...]), state: state))
    }
  }

  /// How far the probe is from where it started, in pixels.
  private var wandered: PixelShift {
    let centre = ProbeExtent(of: [state.probes[0]]).centre
    return PixelShift(row: centre.row - startCentre.row, column: centre.column - startCentre.column)
  }

  /// Moves a probe that wandered back, together with its object. In the near field that would move the patterns: there
  /// the detector itself holds the probe.
  ///
  /// - Returns: whether it was moved.
  private mutating func moveBackIfAstray() -> Bool {
    let shift = wandered
    guard data.geometry.propagation == .farField, shift.length > plan.watchdog.largestDrift else {
      return false
    }
    let rows = Int(shift.row.rounded())
    let columns = Int(shift.column.rounded())
    state.move(rows: -rows, columns: -columns)
    movedBack.row += Double(rows)
    movedBack.column += Double(columns)
    events.append(
      "pass \(done): the probe had wandered by \(rows) rows and \(columns) columns and was moved back with its object")
    return true
  }

  var result: ReconstructionResult {
    let left = wandered
    let corrected = plan.steps.contains { $0.positions != nil }
    return ReconstructionResult(
      state: state, error: state.errors.last ?? .nan,
      drift: PixelShift(row: left.row + movedBack.row, column: left.column + movedBack.column), events: events,
      affine: corrected ? AffineReport(from: start.positions, to: state.positions) : nil)
  }
}

extension EngineSettings {
  /// Takes half the step in all that has one.
  mutating func halveSteps() {
    objectStep /= 2
    probeStep /= 2
    feedback /= 2
  }

  /// The settings of an engine that takes over after some passes of a step: what starts late starts as planned.
  func counted(from passes: Int, of planned: EngineSettings) -> EngineSettings {
    var settings = self
    settings.probeStart = max(0, planned.probeStart - passes)
    settings.backgroundStart = planned.backgroundStart.map { max(0, $0 - passes) }
    return settings
  }
}
