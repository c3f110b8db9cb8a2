import Foundation
import ParticleMechanics
import TestSupport

/// Lines 2 and 3 of the particle model: reference values, identities, and the cost of the default settings.
func particleModelLines() throws -> [AcceptanceLine] {
  try tableLines() + measuredProfileLines() + dischargeLines() + convergenceLines() + [costLine()]
}

private let charge: [Double] = [500, 1000, 2000, 5000, 10000]

private func particle(_ structure: ParticleModel.Structure, _ expansion: ExpansionConvention) -> ParticleModel {
  ParticleModel(structure: structure, expansion: expansion)
}

private let coreShell = ParticleModel.Structure.coreShell(SmoothStep(position: 6e-6, width: 0.1e-6))

/// A charge from u = 1 to 0.2 and, last, the relaxed state.
private func solveCharge(_ model: ParticleModel, times: [Double]) throws -> ParticleSolution {
  let simulation = try ParticleSimulation(model: model)
  let leg = ProtocolLeg(
    direction: .charge, surfaceLithiation: 0.2, duration: times[times.count - 1], outputTimes: times)
  let solution = try simulation.solve(legs: [leg], initialLithiation: 1)
  return ParticleSolution(
    model: model, mesh: solution.mesh, states: solution.states + [try simulation.uniformState(0.2)],
    transportStatistics: solution.transportStatistics, mechanicsUnknowns: solution.mechanicsUnknowns)
}

/// A row of table 5.6: w(R) in nm, then stresses in MPa by place in µm.
private struct Row {
  var time: Double
  var displacement: Double
  var radial: [Double: Double] = [:]
  var hoop: [Double: Double] = [:]
  var axial: [Double: Double] = [:]
}

private let coreShellRows = [
  Row(
    500, -115.290854, [5.9: -1764.5780, 6.1: -1728.0861, 8: -1046.3253],
    [5.9: -1219.3147, 6.1: -49.4923, 8: 2506.6051, 10: 5894.3232], 1473.5808),
  Row(
    1000, -154.485169, [5.9: -1954.6076, 6.1: -1901.3581, 8: -1028.1533],
    [5.9: -1321.8753, 6.1: 698.7041, 8: 2897.2988, 10: 5309.0215], 1327.2554),
  Row(
    2000, -199.447626, [5.9: -1979.0410, 6.1: -1919.3787, 8: -955.4795],
    [5.9: -1576.6626, 6.1: 1293.2729, 8: 2976.7381, 10: 4637.5821], 1159.3955),
  Row(
    5000, -245.213430, [5.9: -1951.6678, 6.1: -1889.2525, 8: -868.4770],
    [5.9: -1879.9098, 6.1: 1815.0633, 8: 2962.3778, 10: 3954.1461], 988.5365),
  Row(
    10000, -254.456966, [5.9: -1945.5994, 6.1: -1882.6673, 8: -850.7708],
    [5.9: -1941.6177, 6.1: 1919.5796, 8: 2958.4974, 10: 3816.1093], 954.0273),
  Row(
    .infinity, -255, [5.9: -1945.2429, 6.1: -1882.2804, 8: -849.7306],
    [5.9: -1945.2429, 6.1: 1925.7196, 8: 2958.2694, 10: 3808], 952),
]

private let randomRows = [
  Row(500, -115.290854, [4: -768.3901, 8: -376.4041], [4: -594.9337, 8: 915.6268, 10: 2086.3232], 521.5808),
  Row(1000, -154.485169, [4: -721.4562, 8: -290.8076], [4: -430.9247, 8: 809.2368, 10: 1501.0215], 375.2554),
  Row(2000, -199.447626, [4: -435.5431, 8: -164.5815], [4: -233.8602, 8: 476.8998, 10: 829.5821], 207.3955),
  Row(5000, -245.213430, [4: -77.3379, 8: -29.0571], [4: -41.1199, 8: 84.5004, 10: 146.1461], 36.5365),
  Row(10000, -254.456966, [4: -4.2913, 8: -1.6123], [4: -2.2816, 8: 4.6888, 10: 8.1093], 2.0273),
]

extension Row {
  fileprivate init(
    _ time: Double, _ displacement: Double, _ radial: [Double: Double], _ hoop: [Double: Double], _ surfaceAxial: Double
  ) {
    self.init(time: time, displacement: displacement, radial: radial, hoop: hoop, axial: [10: surfaceAxial])
  }
}

private func tableLines() throws -> [AcceptanceLine] {
  let cases: [(name: String, model: ParticleModel, rows: [Row])] = [
    ("core-shell, A", particle(coreShell, .equalArea), coreShellRows),
    ("random, A", particle(.random, .equalArea), randomRows),
    (
      "core-shell, B", particle(coreShell, .isotropicCore),
      [
        Row(1000, -149.549390, [:], [6.1: 834.6007, 8: 2991.7367, 10: 5382.7291], 1345.6823),
        Row(.infinity, -239.699848, [:], [6.1: 2346.9780, 8: 3251.0123, 10: 4036.4823], 1009.1206),
      ]
    ),
    (
      "core-shell, C", particle(coreShell, .equalLinear),
      [
        Row(1000, -61.366615, [:], [6.1: -38.8918, 8: 776.8905, 10: 1622.2586], 405.5646),
        Row(.infinity, -115.600304, [:], [6.1: -200.6103, 8: 400.6040, 10: 812.3688], 203.0922),
      ]
    ),
  ]
  var lines: [AcceptanceLine] = []
  for (name, model, rows) in cases {
    let solution = try solveCharge(model, times: charge)
    var (stressError, displacementError) = (0.0, 0.0)
    for row in rows {
      guard let state = solution.states.first(where: { $0.time == row.time }) else { continue }
      let largest = (Array(row.radial.values) + Array(row.hoop.values)).reduce(0) { max($0, $1.magnitude) }
      for angle in [0, 0.3, 0.8, 1.2, Double.pi / 2] {
        for (component, places) in [(0, row.radial), (1, row.hoop), (2, row.axial)] {
          for (place, expected) in places {
            let profile = solution.radialProfile(state, angle: angle, radii: [place * 1e-6])
            let seen = [profile.radialStress[0], profile.hoopStress[0], profile.axialStress[0]][component] * 1e-6
            stressError = max(stressError, abs(seen - expected) / largest)
          }
        }
        let surface = solution.radialProfile(state, angle: angle, radii: [model.radius]).radialDisplacement[0]
        displacementError = max(displacementError, abs(surface * 1e9 / row.displacement - 1))
      }
    }
    lines.append(
      AcceptanceLine(
        "2", "\(name): largest error of stress over the largest stress of its time", 100 * stressError, atMost: 0.2,
        unit: "%"))
    lines.append(
      AcceptanceLine("2", "\(name): largest error of w(R)", 100 * displacementError, atMost: 0.01, unit: "%"))
    lines.append(lithiationLine(name, solution))
    lines.append(balanceLine(name, solution))
  }
  return lines
}

/// Section 5.1: u at the centre and at half the radius, and its mean.
private func lithiationLine(_ name: String, _ solution: ParticleSolution) -> AcceptanceLine {
  let expected: [(time: Double, centre: Double, half: Double, mean: Double)] = [
    (500, 0.98967938, 0.86843390, 0.63830320), (1000, 0.87868409, 0.68819743, 0.51534064),
    (2000, 0.60118949, 0.47037947, 0.37428196), (5000, 0.27111177, 0.24764006, 0.23070296),
    (10000, 0.20394584, 0.20264344, 0.20170364),
  ]
  var error = 0.0
  for row in expected {
    guard let state = solution.states.first(where: { $0.time == row.time }) else { continue }
    for angle in [0, 0.5, Double.pi / 2] {
      let profile = solution.radialProfile(state, angle: angle, radii: [0, 0.5 * solution.model.radius])
      error = max(error, abs(profile.lithiation[0] - row.centre), abs(profile.lithiation[1] - row.half))
    }
    error = max(error, abs(state.meanLithiation - row.mean))
  }
  return AcceptanceLine("2", "\(name): largest error of u", error, atMost: 1e-4)
}

private func balanceLine(_ name: String, _ solution: ParticleSolution) -> AcceptanceLine {
  let area = Double.pi / 4 * solution.model.radius * solution.model.radius
  let error = solution.states.filter(\.time.isFinite).reduce(0.0) { largest, state in
    max(largest, abs(state.lithiumContentChange - state.boundaryFluxIntegral) / (area * state.meanLithiation))
  }
  return AcceptanceLine("2", "\(name): lithium balance over the content", error, atMost: 1e-10)
}

/// The profiles of an independent radial finite-volume code in the data folder.
private func measuredProfileLines() throws -> [AcceptanceLine] {
  let times: [Double] = [50, 250, 500, 1000, 2500, 5000]
  let step = SmoothStep(position: 6e-6, width: 0.1e-6)
  let cases: [(file: String, structure: ParticleModel.Structure, core: Double, transition: Double?)] = [
    ("ref1d_RT0_allshell", .allShell, 1, nil), ("ref1d_RT6_coreshell", .coreShell(step), 1, 6),
    ("ref1d_RT10_allcore_random", .random, 1, nil), ("ref1d_RT6_coreshell_kappa05", .coreShell(step), 0.5, 6),
    ("ref1d_RT10_random_kappa05", .random, 0.5, nil),
  ]
  return try cases.compactMap { file, structure, core, transition in
    guard let path = SharedData.path("particle/\(file).csv") else { return nil }
    let model = ParticleModel(
      structure: structure, coreDiffusivity: core * 1e-14, poissonRatio: 0.3, expansion: .isotropicCore,
      volumetricStrainPerLithiation: 0.05 / 0.8)
    let solution = try solveCharge(model, times: times)
    let rows = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    var error = 0.0
    for (time, group) in Dictionary(grouping: rows, by: { $0[0] }) {
      guard let state = solution.states.first(where: { $0.time == time || (time > 1e90 && $0.time == .infinity) })
      else { continue }
      // Nearer than a tenth of the radius an all-shell particle is singular; inside a transition nothing is smooth.
      let used = group.filter { row in
        row[1] >= 1 && transition.map { abs(row[1] - $0) > 0.05 } ?? true
      }
      let largest = used.reduce(0.0) { max($0, $1[3].magnitude, $1[4].magnitude, $1[5].magnitude) }
      let profile = solution.radialProfile(state, angle: 0.7, radii: used.map { $0[1] * 1e-6 })
      for (index, row) in used.enumerated() {
        for (seen, expected) in [
          (profile.radialStress[index], row[3]), (profile.hoopStress[index], row[4]),
          (profile.axialStress[index], row[5]),
        ] {
          error = max(error, abs(seen * 1e-6 - expected) / largest)
        }
      }
    }
    return AcceptanceLine("2", "\(file): largest error of stress", 100 * error, atMost: 0.5, unit: "%")
  }
}

/// Discharge mirrors charge: u = 1.2 − u_charge, σ = σ_charge(∞) − σ_charge(t) where u = 1 is free of stress.
private func dischargeLines() throws -> [AcceptanceLine] {
  let model = particle(coreShell, .equalArea)
  let charged = try solveCharge(model, times: charge)
  let simulation = try ParticleSimulation(model: model)
  let leg = ProtocolLeg(direction: .discharge, surfaceLithiation: 1, duration: 10000, outputTimes: charge)
  let discharged = try simulation.solve(legs: [leg], initialLithiation: 0.2)
  let final = charged.stressField(charged.states[charge.count]).values
  var (lithiationError, stressError) = (0.0, 0.0)
  for index in charge.indices {
    for (a, b) in zip(charged.states[index].lithiation, discharged.states[index].lithiation) {
      lithiationError = max(lithiationError, abs(a + b - 1.2))
    }
    let first = charged.stressField(charged.states[index]).values
    let second = discharged.stressField(discharged.states[index]).values
    let largest = first.reduce(0) { max($0, $1.magnitude) }
    for point in final.indices {
      stressError = max(stressError, abs(second[point] - (final[point] - first[point])) / largest)
    }
  }
  return [
    AcceptanceLine("2", "discharge: |u + u_charge - 1.2|", lithiationError, atMost: 1e-6),
    AcceptanceLine("2", "discharge: stress against the identity, over the largest", stressError, atMost: 1e-6),
  ]
}

/// Orders of convergence on a manufactured solution with the full tensor.
private func convergenceLines() throws -> [AcceptanceLine] {
  let problem = ManufacturedParticle()
  let meshes = [6, 12, 24]
  let errors = try meshes.map { try problem.errors(elements: $0) }
  var lines: [AcceptanceLine] = []
  for index in 1..<meshes.count {
    let orders = ManufacturedParticle.orders(errors[index - 1], errors[index])
    let pair = "\(meshes[index - 1]) to \(meshes[index]) elements"
    lines.append(AcceptanceLine("2", "order of u in L2, \(pair)", orders.lithiation, atLeast: 2.8))
    lines.append(AcceptanceLine("2", "order of stress in L2, \(pair)", orders.stress, atLeast: 1.8))
  }
  return lines
}

/// Mesh, transport, elasticity and stress at t = 1000 s with the default settings.
private func costLine() throws -> AcceptanceLine {
  func seconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + 1e-6 * Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  }
  let start = seconds()
  let simulation = try ParticleSimulation(model: particle(coreShell, .equalArea))
  let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 1000, outputTimes: [1000])
  let solution = try simulation.solve(legs: [leg], initialLithiation: 1)
  let field = solution.stressField(solution.states[0])
  let spent = seconds() - start
  var error = 0.0
  for (place, expected) in coreShellRows[1].hoop {
    error = max(error, abs(field.polar(radius: place * 1e-6, angle: 0.5).hoop * 1e-6 - expected) / 5309.0215)
  }
  for (place, expected) in coreShellRows[1].radial {
    error = max(error, abs(field.polar(radius: place * 1e-6, angle: 0.5).radial * 1e-6 - expected) / 5309.0215)
  }
  let statistics = solution.transportStatistics
  return AcceptanceLine(
    "3",
    """
    core-shell at 1000 s, error of stress \(String(format: "%.4f", 100 * error)) % (\(statistics.unknowns) + \
    \(solution.mechanicsUnknowns) unknowns, \(statistics.steps) steps, \(statistics.rejectedSteps) rejected, \
    \(statistics.factorisations) factors, u \(statistics.smallestLithiation) to \(statistics.largestLithiation))
    """,
    figure: String(format: "%.3f CPU s", spent), limit: "at most 1 CPU s, 0.5 %", passed: spent <= 1 && error <= 0.005)
}
