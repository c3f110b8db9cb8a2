import ArrayMath

extension ParticleSimulation {
  /// Follows one leg of transport by backward Euler in equal steps.
  ///
  /// Of first order in time, where ``transport(leg:index:from:tolerance:progress:)`` is of fourth and chooses its steps: for
  /// comparison with other programs at a fixed number of steps. One factor serves all of them.
  ///
  /// - Parameters:
  ///   - leg: the leg; its output times lie at ends of steps.
  ///   - equalSteps: their number, at least 1.
  ///   - index: the leg's place in the protocol, for the states and for messages.
  ///   - start: lithiation of each node before the surface jumps; see ``uniform(_:)``.
  ///   - progress: called after each step; an error it throws ends the leg and is passed on.
  /// - Throws: ``ParticleModelError``.
  public func transport(
    leg: ProtocolLeg, equalSteps: Int, index: Int = 0, from start: [Double],
    progress: (ParticleProgress) throws -> Void = { _ in }
  ) throws -> TransportLegResult {
    try ParticleModel.validate([leg])
    try requireField("the lithiation at the start of a leg", start, mesh.nodeCount)
    try ParticleModel.require(equalSteps >= 1, "the number of steps", Double(equalSteps), "at least 1")
    let outputs = try leg.outputTimes.map { time throws(ParticleModelError) in
      let steps = time / leg.duration * Double(equalSteps)
      guard abs(steps - steps.rounded()) < 1e-6 else {
        throw .invalidLeg(
          index: index, reason: "the output time \(time) s is no end of one of \(equalSteps) equal steps")
      }
      return Int(steps.rounded())
    }
    let (system, integrator) = try makeIntegrator()
    var records: [TransportIntegrator.Record] = []
    do {
      try integrator.followInEqualSteps(
        from: start, duration: leg.duration, count: equalSteps, outputs: outputs + [equalSteps],
        surface: leg.surfaceLithiation,
        progress: { try progress(ParticleProgress(legIndex: index, time: $0, duration: leg.duration)) },
        output: { records.append($0) })
    } catch let error as CholeskyError {
      throw ParticleModelError.solverFailed(reason: error.description)
    }
    return legResult(
      records, outputCount: outputs.count, index: index, start: start, system: system,
      statistics: integrator.statistics)
  }
}
