import Foundation
import ParticleMechanics
import Pipeline
import Quantities

/// Spheres and long cylinders, along their radius.
extension CyclingModel {
  /// - Throws: `RadialCellError`, `CyclingError`, `CrackingError`, and `Interrupted`.
  func radialOutcome(_ context: RunContext) throws -> CyclingOutcome {
    let geometry: RadialGeometry = parameters.shape == .sphere ? .sphere : .cylinder
    let cell = try RadialCell(
      material: try texturedMaterial(geometry), kinetics: kinetics, coupling: stressCoupling,
      elements: parameters.mesh.radialElements)
    let result = try follow(cell, context)
    var outcome = outcome(of: result)
    let kept = shown(result)
    // The edges of the elements and two places between them; the centre of an all-shell particle is singular.
    let edges = cell.defaultRadii
    var radii: [Double] = []
    for (inner, outer) in zip(edges, edges.dropFirst()) {
      radii += [inner, inner + (outer - inner) / 3, inner + (outer - inner) * 2 / 3]
    }
    radii.append(edges[edges.count - 1])
    if parameters.structure == .allShell { radii.removeAll { $0 < 0.1 * edges[edges.count - 1] } }
    outcome.profiles = try kept.map { state in
      let profile = try cell.profile(of: state.state, time: state.time, step: state.step, radii: radii)
      return CyclingProfile(
        time: state.time, radius: profile.radius, lithiation: profile.lithiation,
        radialStress: profile.radialStress, hoopStress: profile.hoopStress, axialStress: profile.axialStress,
        surfaceDisplacement: profile.surfaceDisplacement)
    }
    outcome.drivers = try CyclingCracking(parameters).drivers(outcome.profiles, isSphere: geometry == .sphere)
    outcome.statistics = [
      Double(edges.count * 4 - 3), Double(edges.count - 1), Double(result.statistics.accepted),
      Double(result.statistics.rejected), balanceDefect(outcome.course), Double(kept.count),
    ]
    outcome.settleHeadlines()
    return outcome
  }

  /// How stress acts back on lithium; nil where it does not.
  var stressCoupling: RadialStressCoupling? {
    guard parameters.elasticity.coupling else { return nil }
    let potential: RadialStressCoupling.Potential =
      kinetics.map { .openCircuitVoltage($0.openCircuitVoltage) }
      ?? .idealSolution(temperature: parameters.material.temperature.si)
    return RadialStressCoupling(potential: potential, maximumConcentration: maximumConcentration)
  }
}
