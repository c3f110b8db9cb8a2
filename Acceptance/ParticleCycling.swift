import Foundation
import ParticleMechanics
import TestSupport

/// Issue 8, lines 1 and 2: the crystal's expansion, and a particle in an electrolyte along its radius.
func particleCyclingLines() throws -> [AcceptanceLine] {
  try crystalExpansionLines() + galvanostaticLines() + [chengVerbruggeLine()] + wellMixedLines() + balanceLines()
    + couplingLines() + peerLines()
}

private func cpuSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

private func relative(_ seen: Double, _ expected: Double) -> Double { abs(seen / expected - 1) }

// MARK: - Mode X

/// The surface's hoop stress by the identity of section 5.2, and by the radial mechanics.
private func crystalExpansionLines() throws -> [AcceptanceLine] {
  let (a, c) = (-0.01385, 0.01680)
  let lattice = CrystalExpansion.linear(aStrainPerLithiation: -a, cStrainPerLithiation: -c)
  let core = (2 * a + c) / 3
  let turned = (a + c) / 2
  let plane = 140e9 / (1 - 0.25 * 0.25)
  var lines: [AcceptanceLine] = []
  let cases: [(TexturedMaterial.ShellTexture, Double, Double, Double)] = [
    (.hoop, c, a, -2425.8), (.tangentialPlane, turned, turned, -1075.6),
  ]
  for (texture, hoop, axis, figure) in cases {
    let inPlane = 0.36 * 2 * core + 0.64 * (a + hoop)
    let axial = 0.36 * core + 0.64 * axis
    let derived = plane * (inPlane / 2 - hoop + 0.25 * (axial - axis)) * 1e-6
    let model = ParticleModel(
      structure: .coreShell(SmoothStep(position: 6e-6, width: 0)), axialCondition: .generalisedPlaneStrain)
    let material = try TexturedMaterial(model: model, expansion: .crystal(lattice, shell: texture))
    let profile = try RadialParticle(material: material).uniformProfile(lithiation: 0, radii: [10e-6])
    let solved = profile.hoopStress[0] * 1e-6
    let name = texture == .hoop ? "c along the hoop" : "c random in the tangential plane"
    lines.append(
      AcceptanceLine(
        "1", "\(name): derived \(String(format: "%.2f", derived)), solved \(String(format: "%.2f", solved)) MPa, off",
        max(abs(derived - figure), abs(solved - figure)), atMost: 0.05, unit: "MPa"))
  }
  return lines
}

// MARK: - Closed forms

private func isotropic(
  _ geometry: RadialGeometry, diffusivity: Double = 1e-14, radius: Double = 10e-6, factor: MaterialFunction? = nil,
  strain: Double = 0.06375
) throws -> TexturedMaterial {
  let model = ParticleModel(
    radius: radius, structure: .random, coreDiffusivity: diffusivity, expansion: .isotropicCore,
    volumetricStrainPerLithiation: strain)
  return try TexturedMaterial(model: model, geometry: geometry, diffusivityFactor: factor)
}

private func galvanostaticLines() throws -> [AcceptanceLine] {
  var lines: [AcceptanceLine] = []
  for geometry in RadialGeometry.allCases {
    let cell = try RadialCell(material: isotropic(geometry))
    let rate = -0.072 / 3600
    let cycling = CyclingProtocol(steps: [CyclingStep(.current(.rate(0.072)), until: [.duration(16_000)])])
    let result = try CyclingDriver(protocol: cycling, tolerance: 1e-7).run(cell, initialLithiation: 0.9)
    let profile = try cell.profile(of: result.kept[result.kept.count - 1].state, time: 16_000, radii: [0, 10e-6])
    let unit = rate * 1e-10 / 1e-14
    let difference = profile.lithiation[1] - profile.lithiation[0]
    let excess = profile.lithiation[1] - profile.meanLithiation
    let scale = 140e9 * 0.06375 / 0.75 * unit
    let errors =
      geometry == .sphere
      ? [
        relative(difference, unit / 6), relative(excess, unit / 15), relative(profile.hoopStress[1], -scale / 45),
        relative(profile.radialStress[0], scale / 45),
      ]
      : [
        relative(difference, unit / 4), relative(excess, unit / 8), relative(profile.hoopStress[1], -scale / 24),
        relative(profile.radialStress[0], scale / 48),
      ]
    lines.append(
      AcceptanceLine(
        "2", "\(geometry) at constant current: u_s - u_c, u_s - mean, surface hoop and central stress, largest error",
        100 * (errors.max() ?? 1), atMost: 0.1, unit: "%"))
  }
  return lines
}

private func chengVerbruggeLine() throws -> AcceptanceLine {
  let cell = try RadialCell(material: isotropic(.sphere))
  let times = (0...16).map { 566 + Double($0) }
  let cycling = CyclingProtocol(steps: [CyclingStep(.lithiation(0.2), until: [.duration(600)])])
  let driver = CyclingDriver(protocol: cycling, outputTimes: times, tolerance: 1e-7)
  let kept = try driver.run(cell, initialLithiation: 1).kept.filter { times.contains($0.time) }
  let unit = 140e9 * 0.06375 * 0.8 / (3 * 0.75)
  var (largest, instant) = (0.0, 0.0)
  for entry in kept {
    let stress = try cell.profile(of: entry.state, time: entry.time, radii: [0]).radialStress[0].magnitude / unit
    if stress > largest { (largest, instant) = (stress, entry.time * 1e-4) }
  }
  let text = String(format: "%.6f at tau %.5f", largest, instant)
  let error = max(relative(largest, 0.385574), relative(instant, 0.057420))
  return AcceptanceLine(
    "2", "Cheng and Verbrugge's peak, a held surface: \(text), error", 100 * error, atMost: 0.1, unit: "%")
}

private func wellMixedLines() throws -> [AcceptanceLine] {
  let set = CathodeMaterial.chen2020
  let kinetics = set.kinetics(filmResistance: 0.02)
  let cell = try RadialCell(material: isotropic(.sphere, diffusivity: 1e-8, radius: 5e-6), kinetics: kinetics)
  let cycling = CyclingProtocol(steps: [
    CyclingStep(.current(.rate(1)), until: [.duration(2200)]),
    CyclingStep(.current(.rate(-2)), until: [.duration(900)]),
  ])
  let result = try CyclingDriver(protocol: cycling).run(cell, initialLithiation: 0.9)
  var worst = 0.0
  for sample in result.samples {
    let rate = sample.reading.rate
    let u = sample.step == 0 ? 0.9 + rate * sample.time : 0.9 - 2200.0 / 3600 + rate * (sample.time - 2200)
    let current = -rate * PhysicalConstants.faraday * kinetics.maximumConcentration * 5e-6 / 3
    let expected = kinetics.voltage(currentDensity: current, surfaceLithiation: u).value
    worst = max(worst, abs(sample.reading.voltage - expected))
  }
  return [
    AcceptanceLine(
      "2", "Butler-Volmer with fast diffusion against the 0-D voltage, \(result.samples.count) samples", 1e3 * worst,
      atMost: 0.1, unit: "mV")
  ]
}

// MARK: - Balance

private func balanceLines() throws -> [AcceptanceLine] {
  let set = CathodeMaterial.oregan2022
  let material = try isotropic(.sphere, diffusivity: 4e-15, radius: 4e-6, factor: set.diffusivity.scaled(by: 1 / 4e-15))
  let cell = try RadialCell(material: material, kinetics: set.kinetics(filmResistance: 0.005))
  let cycling = try CyclingProtocol(
    words: "charge at 0.5 C until 4.2 V, hold until C/20, discharge at 0.5 C until 3.6 V, repeat 3 times")
  let start = cpuSeconds()
  let result = try CyclingDriver(protocol: cycling).run(cell, initialLithiation: 0.85)
  let spent = cpuSeconds() - start
  var worst = 0.0
  for sample in result.samples {
    worst = max(worst, abs(sample.reading.passedLithiation - (sample.reading.meanLithiation - 0.85)))
  }
  for step in result.steps {
    guard case .current = step.step.control else { continue }
    let change = step.lastReading.meanLithiation - step.firstReading.meanLithiation
    worst = max(worst, abs(change - step.firstReading.rate * (step.end - step.start)))
  }
  let limits = result.steps.compactMap { step -> Double? in
    guard case .reached(.voltage(let limit)) = step.reason else { return nil }
    return abs(step.lastReading.voltage - limit)
  }
  return [
    AcceptanceLine(
      "2",
      "charge counted against lithium lost, 3 cycles, \(result.statistics.accepted) steps in time, "
        + String(format: "%.2f CPU s", spent), worst, atMost: 1e-9),
    AcceptanceLine("2", "voltage limits of \(limits.count) steps met", limits.max() ?? 1, atMost: 1e-6, unit: "V"),
  ]
}

// MARK: - Stress that acts back

private func couplingLines() throws -> [AcceptanceLine] {
  let maximum = 49195.0
  let strain = 0.06375
  let omega = strain / maximum
  let energy = 2 * omega * omega * 140e9 * maximum / (9 * 0.75)
  let ideal = energy / (PhysicalConstants.gasConstant * 298.15)
  let voltage = CathodeMaterial.chen2020.openCircuitVoltage
  // A discharge along a line of the voltage, so that the effective diffusivity has a formula too.
  let line = try MaterialFunction.formula("4.4 - 0.8*u")
  let cases: [(String, RadialStressCoupling.Potential, MaterialFunction)] = [
    ("ideal solution", .idealSolution(temperature: 298.15), try .formula("1 + \(ideal)*u")),
    ("measured potential", .openCircuitVoltage(line), .constant(1 + energy / (PhysicalConstants.faraday * 0.8))),
  ]
  var lines: [AcceptanceLine] = []
  let cycling = CyclingProtocol(steps: [CyclingStep(.current(.rate(0.5)), until: [.duration(2000)])])
  let driver = CyclingDriver(protocol: cycling, tolerance: 1e-6)
  func surface(_ cell: RadialCell) throws -> Double {
    try driver.run(cell, initialLithiation: 0.9).samples.last?.reading.surfaceLithiation ?? .nan
  }
  for geometry in RadialGeometry.allCases {
    for (name, potential, factor) in cases {
      let coupling = RadialStressCoupling(potential: potential, maximumConcentration: maximum)
      let coupled = try surface(RadialCell(material: isotropic(geometry), coupling: coupling))
      let effective = try surface(RadialCell(material: isotropic(geometry, factor: factor)))
      lines.append(
        AcceptanceLine(
          "2", "stress acts back, \(geometry), \(name): surface against D (1 + theta c)", abs(coupled - effective),
          atMost: 1e-7))
    }
  }
  let plain = try surface(RadialCell(material: isotropic(.sphere)))
  let real = try surface(
    RadialCell(
      material: isotropic(.sphere),
      coupling: RadialStressCoupling(potential: .openCircuitVoltage(voltage), maximumConcentration: maximum)))
  lines.append(
    AcceptanceLine(
      "2", "stress acts back with the measured potential of chen2020: surface moves by", abs(real - plain),
      atLeast: 1e-5)
  )
  return lines
}

// MARK: - PyBaMM

private func peerLines() throws -> [AcceptanceLine] {
  let path = SharedData.checkout.appending(path: "Tests/Golden/single-particle-pybamm.csv").path
  let text = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
  let version = text[0].dropFirst(2).prefix { $0 != "," }
  var lines: [AcceptanceLine] = []
  for (title, set) in [("Chen2020", CathodeMaterial.chen2020), ("ORegan2022", .oregan2022)] {
    let rows = text.compactMap { line -> [Double]? in
      let cells = line.split(separator: ",")
      return cells[0] == title ? cells.dropFirst().compactMap { Double($0) } : nil
    }
    let turn = rows.first { $0[0] > 0 }?[1] ?? 0
    let end = rows[rows.count - 1][1]
    let cycling = CyclingProtocol(steps: [
      CyclingStep(.current(.rate(1)), until: [.duration(turn)]),
      CyclingStep(.current(.rate(-1)), until: [.duration(end - turn)]),
    ])
    let material = try isotropic(
      .sphere, diffusivity: 4e-15, radius: 5.22e-6, factor: set.diffusivity.scaled(by: 1 / 4e-15))
    let cell = try RadialCell(material: material, kinetics: set.kinetics())
    let start = cpuSeconds()
    let result = try CyclingDriver(protocol: cycling, interval: 60, tolerance: 1e-6).run(cell, initialLithiation: 0.9)
    let spent = cpuSeconds() - start
    var (surface, voltage, count) = (0.0, 0.0, 0)
    for row in rows {
      let step = row[0] < 0 ? 0 : 1
      guard let sample = result.samples.first(where: { $0.time == row[1] && $0.step == step }) else { continue }
      surface = max(surface, abs(sample.reading.surfaceLithiation - row[3]))
      voltage = max(voltage, abs(sample.reading.voltage - row[4]))
      count += 1
    }
    let all = "\(count) of \(rows.count) times, \(String(format: "%.2f CPU s", spent))"
    lines.append(
      AcceptanceLine("2", "1 C beside \(version), \(title): voltage, \(all)", 1e3 * voltage, atMost: 1, unit: "mV"))
    lines.append(AcceptanceLine("2", "1 C beside \(version), \(title): surface stoichiometry", surface, atMost: 1e-4))
    if count != rows.count {
      lines.append(
        AcceptanceLine("2", "\(title): times compared", Double(count), atLeast: Double(rows.count)))
    }
  }
  return lines
}
