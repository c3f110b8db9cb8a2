import ParticleMechanics
import Pipeline

/// The finished items of the particle model as arrays.
enum ParticleShard {
  static func encode(_ result: TransportLegResult) -> [UInt8] {
    let statistics = result.statistics
    var arrays: [[Double]] = [
      [
        Double(statistics.unknowns), Double(statistics.steps), Double(statistics.rejectedSteps),
        Double(statistics.factorisations), Double(statistics.solves), statistics.smallestLithiation,
        statistics.largestLithiation,
      ], result.finalLithiation,
    ]
    for state in result.states {
      arrays.append([
        Double(state.legIndex), state.time, state.meanLithiation, state.lithiumContentChange,
        state.boundaryFluxIntegral,
      ])
      arrays.append(state.lithiation)
    }
    return ArrayShard.encode(arrays)
  }

  static func leg(_ bytes: [UInt8]) throws -> TransportLegResult {
    let arrays = try ArrayShard.decode(bytes, of: "particle-model")
    guard arrays.count >= 2, arrays[0].count == 7, arrays.count.isMultiple(of: 2) else { throw damaged }
    var statistics = TransportStatistics(unknowns: Int(arrays[0][0]))
    statistics.steps = Int(arrays[0][1])
    statistics.rejectedSteps = Int(arrays[0][2])
    statistics.factorisations = Int(arrays[0][3])
    statistics.solves = Int(arrays[0][4])
    statistics.smallestLithiation = arrays[0][5]
    statistics.largestLithiation = arrays[0][6]
    let states = try stride(from: 2, to: arrays.count, by: 2).map { place in
      let head = arrays[place]
      guard head.count == 5 else { throw damaged }
      return ParticleState(
        legIndex: Int(head[0]), time: head[1], lithiation: arrays[place + 1], meanLithiation: head[2],
        lithiumContentChange: head[3], boundaryFluxIntegral: head[4])
    }
    return TransportLegResult(states: states, finalLithiation: arrays[1], statistics: statistics)
  }

  static func encode(displacementsOf states: [ParticleState]) -> [UInt8] {
    ArrayShard.encode(states.flatMap { [[$0.axialStrain], $0.displacement] })
  }

  /// The states with the displacements of an item.
  static func withDisplacements(_ bytes: [UInt8], _ states: [ParticleState]) throws -> [ParticleState] {
    let arrays = try ArrayShard.decode(bytes, of: "particle-model")
    guard arrays.count == 2 * states.count else { throw damaged }
    return try states.enumerated().map { place, state in
      guard arrays[2 * place].count == 1 else { throw damaged }
      var state = state
      state.axialStrain = arrays[2 * place][0]
      state.displacement = arrays[2 * place + 1]
      return state
    }
  }

  private static var damaged: StageDocumentError {
    ArrayShard.damaged("particle-model")
  }
}
