import Foundation
import ParticleMechanics
import TestSupport

/// Line 6 of the complete particle model: flaws, the energy release of a crack, and cracks that grow.
func particleFractureLines() throws -> [AcceptanceLine] {
  try flawLines() + [survivalLine()] + edgeCrackLines() + barLines() + growingCrackLines() + [coarseMeshLine()]
}

/// Edge cracks under σ (x/a)^n, against a collocation of the integral equation of Gupta and Erdogan at 400 points.
private func flawLines() throws -> [AcceptanceLine] {
  let driver = try FlawDriver(youngsModulus: 140e9, poissonRatio: 0.25)
  let expected = [1.12152, 0.682863, 0.525488, 0.440977, 0.386824, 0.348499]
  let depths = (0...400).map { Double($0) / 400 }
  var error = 0.0
  for (power, factor) in expected.enumerated() {
    let stress = try StressAlongLine(positions: depths, values: depths.map { pow($0, Double(power)) })
    let seen = try driver.surfaceFlaw(depth: 1, stress: stress).modeI / Double.pi.squareRoot()
    error = max(error, abs(seen / factor - 1))
  }
  return [
    AcceptanceLine(
      "6", "edge flaw under stress of degree 0 to 5: largest error of K_I", 100 * error, atMost: 1, unit: "%")
  ]
}

/// Weibull's survival of a uniform tension.
private func survivalLine() throws -> AcceptanceLine {
  let law = try WeibullSurvival(modulus: 7, characteristicStrength: 150e6, referenceVolume: 1e-18)
  let outcome = try law.outcome(stresses: [SymmetricTensor3(xx: 120e6)], volumes: [2e-18])
  let expected = exp(-2 * pow(0.8, 7.0))
  return AcceptanceLine(
    "6", "Weibull survival of a uniform tension, error", abs(outcome.survival - expected), atMost: 1e-12)
}

/// J of single-edge cracks in finite plates against Tada's polynomial.
private func edgeCrackLines() throws -> [AcceptanceLine] {
  var lines: [AcceptanceLine] = []
  var spread = 0.0
  for part in [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] {
    let plate = try SingleEdgePlate(
      width: 10e-6, halfHeight: 25e-6, crackLength: part * 10e-6, youngsModulus: 140e9, poissonRatio: 0.25)
    let displacement = try plate.displacement(tension: 100e6)
    let intensity = plate.closedFormIntensity(tension: 100e6)
    let expected = intensity * intensity * (1 - 0.25 * 0.25) / 140e9
    let release = try plate.energyRelease(tension: 100e6, displacement: displacement)
    let narrow = try plate.energyRelease(tension: 100e6, displacement: displacement, ring: 0.05...0.2)
    spread = max(spread, abs(narrow / release - 1))
    lines.append(
      AcceptanceLine(
        "6", "single-edge crack, a/W = \(part), \(plate.mesh.nodeCount) nodes: J against the closed form",
        100 * abs(release / expected - 1), atMost: 2, unit: "%"))
  }
  lines.append(
    AcceptanceLine("6", "J over two rings: largest difference", 100 * spread, atMost: 0.1, unit: "%"))
  return lines
}

/// The homogeneous and the broken bar.
private func barLines() throws -> [AcceptanceLine] {
  let (length, toughness, modulus) = (0.1e-6, 2.0, 140e9)
  func bar(_ elements: Int, size: Double, settings: FractureSettings, broken: Int?) throws
    -> PhaseFieldFracture<LinearSolid>
  {
    let mesh = SampleMeshes.triangles(x: (0...elements).map { Double($0) * size }, y: [0, size])
    var damage = [Double](repeating: 0, count: mesh.nodeCount)
    if let broken { for row in 0...1 { damage[row * (elements + 1) + broken] = 1 } }
    let ends = [0, elements, elements + 1, 2 * elements + 1]
    return try PhaseFieldFracture(
      mesh: mesh, material: LinearSolid(youngsModulus: modulus, poissonRatio: 0), settings: settings,
      fractureEnergy: { _ in toughness },
      prescribed: ends.map { PrescribedDisplacement(node: $0, axis: 0) } + [PrescribedDisplacement(node: 0, axis: 1)],
      initialDamage: damage)
  }
  var lines: [AcceptanceLine] = []
  let uniform = try bar(
    8, size: 0.25 * length, settings: FractureSettings(lengthScale: length, tolerance: 1e-9, allowsForOpenRow: false),
    broken: nil)
  let peak = (toughness / (3 * length * modulus)).squareRoot()
  var error = 0.0
  for step in 1...15 {
    let strain = 0.1 * Double(step) * peak
    let state = try uniform.advance(prescribed: [0, strain * 2 * length, 0, strain * 2 * length, 0])
    let energy = 0.5 * modulus * strain * strain
    let damage = 2 * energy * length / (toughness + 2 * energy * length)
    let whole = (1 - damage) * (1 - damage) * energy + 0.5 * toughness * damage * damage / length
    let seen = (state.elasticEnergy + state.surfaceEnergy) / (2 * length * 0.25 * length)
    error = max(error, abs(seen / whole - 1))
  }
  lines.append(AcceptanceLine("6", "AT2 bar in tension: energy against the closed form", error, atMost: 1e-5))
  for dissipation in FractureSettings.Dissipation.allCases {
    var errors: [Double] = []
    for fineness in [4, 8, 16, 32] {
      let size = length / Double(fineness)
      let settings = FractureSettings(dissipation: dissipation, lengthScale: length, allowsForOpenRow: false)
      let broken = try bar(8 * fineness, size: size, settings: settings, broken: 4 * fineness)
      let state = try broken.advance()
      let expected = toughness * size * (dissipation == .at2 ? tanh(4) : 1)
      errors.append(abs(state.surfaceEnergy / expected - 1))
    }
    let name = dissipation.rawValue
    lines.append(
      AcceptanceLine(
        "6", "\(name) broken bar, h = l/4: surface energy against G_c", 100 * errors[0], atMost: 2, unit: "%"))
    lines.append(
      AcceptanceLine(
        "6", "\(name) broken bar: order of the surface energy, h = l/16 to l/32", log2(errors[2] / errors[3]),
        atLeast: 1.8))
  }
  return lines
}

/// Single-edge cracks drawn through a section: what they release for each metre of advance, in the steady half.
private func growingCrackLines() throws -> [AcceptanceLine] {
  let cases: [(FractureSettings.Dissipation, Double, Int)] = [
    (.at2, 0.06e-6, 4), (.at2, 0.06e-6, 6), (.at2, 0.06e-6, 8), (.at2, 0.03e-6, 4), (.at1, 0.03e-6, 4),
  ]
  var lines: [AcceptanceLine] = []
  var healed = 0.0
  for (dissipation, lengthScale, fineness) in cases {
    var crack = SurfingCrack(lengthScale: lengthScale, elementsPerLengthScale: fineness)
    crack.dissipation = dissipation
    let rows = try crack.run(steps: 12)
    let (first, last) = (rows[6], rows[12])
    let moved = last.moved - first.moved
    let released = (last.released - first.released) / moved / crack.toughness
    healed = rows.reduce(healed) { max($0, $1.healed) }
    let name = "\(dissipation.rawValue), l = \(Int((lengthScale * 1e9).rounded())) nm, h = l/\(fineness)"
    lines.append(
      AcceptanceLine(
        "6", "growing crack, \(name): energy released against G_c", 100 * abs(released - 1), atMost: 5, unit: "%"))
    lines.append(
      AcceptanceLine(
        "6", "growing crack, \(name): surface energy gained against energy released",
        100 * abs((last.surface - first.surface) / (last.released - first.released) - 1), atMost: 3, unit: "%"))
  }
  lines.append(AcceptanceLine("6", "growing cracks: largest fall of damage at a node", healed, atMost: 0))
  return lines
}

private func coarseMeshLine() -> AcceptanceLine {
  let mesh = SampleMeshes.triangles(x: [0, 1, 2], y: [0, 1, 2])
  var message = "accepted"
  do {
    _ = try PhaseFieldFracture(
      mesh: mesh, material: LinearSolid(youngsModulus: 1, poissonRatio: 0.2),
      settings: FractureSettings(lengthScale: 3.9), fractureEnergy: { _ in 1 })
  } catch {
    message = "\(error)"
  }
  return AcceptanceLine(
    "6", "elements above l/4 are refused", figure: message, limit: "an error that names both sizes",
    passed: message.contains("1.0 m") && message.contains("3.9 m"))
}
