import Ptychography

extension ReconstructionParameters {
  /// What a reconstruction does.
  ///
  /// - Parameter isWarm: whether it begins with another projection's probe.
  func plan(isWarm: Bool) -> ReconstructionPlan {
    var plan = ReconstructionPlan(
      steps: plannedSteps.map { step in
        let passes = isWarm && steps.isEmpty ? warmIterations ?? step.iterations : step.iterations
        return ReconstructionPlan.Step(engine: step.settings(self), passes: passes, positions: correction)
      })
    plan.orthogonalisationPeriod = orthogonalisationPeriod
    return plan
  }

  private var correction: PositionCorrection? {
    let method: PositionCorrection.Method
    switch positions {
    case .none: return nil
    case .gradient: method = .gradient
    case .annealing: method = .annealing
    }
    var correction = PositionCorrection(method)
    correction.startPass = positionStart
    correction.isSubpixel = interpolation == .fourier
    return correction
  }
}

extension EngineStepParameters {
  /// What the engine is told, with what holds for all engines.
  func settings(_ common: ReconstructionParameters) -> EngineSettings {
    var settings = EngineSettings(engine.algorithm)
    if let objectStep { settings.objectStep = objectStep }
    if let probeStep { settings.probeStep = probeStep }
    if let objectRegularisation { settings.objectRegularisation = objectRegularisation }
    if let probeRegularisation { settings.probeRegularisation = probeRegularisation }
    settings.relaxation = relaxation
    settings.noise = noise.technique
    settings.batchSize = batch
    settings.probeStart = common.probeStart
    settings.probeSupport = common.probeSupport
    settings.backgroundStart = common.backgroundStart
    settings.interpolation = common.interpolation.technique
    return settings
  }
}

extension PhaseProjection.Affine {
  init(_ report: AffineReport) {
    self.init(
      rowScale: report.rowScale.value, columnScale: report.columnScale.value, rotation: report.rotation.value,
      shear: report.shear.value, correction: report.correction)
  }
}
