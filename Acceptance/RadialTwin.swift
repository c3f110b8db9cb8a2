import Foundation
import ParticleMechanics
import TestSupport

/// Issue 2, line 2: the 1-D twin against the tables of the reference page, the sphere and the stored profiles.
func radialTwinLines() throws -> [AcceptanceLine] {
  try radialTableLines() + radialSphereLines() + radialDischargeLines() + radialProfileLines() + [radialTimeLine()]
}

private func radialStructure(_ name: String) -> ParticleModel.Structure {
  switch name {
  case "random": .random
  case "all-shell": .allShell
  default: .coreShell(SmoothStep(position: 6e-6, width: 0.1e-6))
  }
}

private func radialCharge(_ times: [Double]) -> ProtocolLeg {
  ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: times.max() ?? 1, outputTimes: times)
}

private func rows(of path: String) throws -> [[Substring]] {
  try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }.dropFirst().map
  {
    $0.split(separator: ",")
  }
}

private func radialTableLines() throws -> [AcceptanceLine] {
  let path = SharedData.checkout.appending(path: "Tests/Golden/particle-radial-tables.csv").path
  let cases = Dictionary(grouping: try rows(of: path)) { $0[0...2].joined(separator: " ") }
  var worst: [String: Double] = [:]
  var displacement = 0.0
  for (name, rows) in cases {
    let words = name.split(separator: " ").map(String.init)
    guard let convention = ExpansionConvention(rawValue: words[0]), let time = Double(words[2]) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    let particle = try RadialParticle(model: ParticleModel(structure: radialStructure(words[1]), expansion: convention))
    let radii = rows.map { min((Double($0[4]) ?? .nan) * 1e-6, 10e-6) }
    let profile =
      time.isFinite
      ? try particle.solve(legs: [radialCharge([time])], initialLithiation: 1, radii: radii)[0]
      : try particle.uniformProfile(lithiation: 0.2, radii: radii)
    let values = rows.map { Double($0[5]) ?? .nan }
    let largest = zip(rows, values).filter { $0.0[3] != "displacement_nm" }.reduce(0) { max($0, abs($1.1)) }
    for (n, value) in values.enumerated() {
      switch rows[n][3] {
      case "displacement_nm": displacement = max(displacement, abs(profile.displacement[n] * 1e9 / value - 1))
      case "radial_MPa":
        worst[words[0] + ", " + words[1], default: 0].raise(to: profile.radialStress[n] * 1e-6, value, largest)
      case "hoop_MPa":
        worst[words[0] + ", " + words[1], default: 0].raise(to: profile.hoopStress[n] * 1e-6, value, largest)
      default: worst[words[0] + ", " + words[1], default: 0].raise(to: profile.axialStress[n] * 1e-6, value, largest)
      }
    }
  }
  // The series of section 5.1: u(0), u(R/2) and the mean of the cylinder.
  let series: [(Double, [Double])] = [
    (500, [0.98967938, 0.86843390, 0.63830320]), (1000, [0.87868409, 0.68819743, 0.51534064]),
    (2000, [0.60118949, 0.47037947, 0.37428196]), (5000, [0.27111177, 0.24764006, 0.23070296]),
    (10_000, [0.20394584, 0.20264344, 0.20170364]),
  ]
  let profiles = try RadialParticle(model: ParticleModel(structure: radialStructure("core-shell"))).solve(
    legs: [radialCharge(series.map(\.0))], initialLithiation: 1, radii: [0, 5e-6])
  var lithiation = 0.0
  var balance = 0.0
  for (profile, (_, expected)) in zip(profiles, series) {
    let seen = profile.lithiation + [profile.meanLithiation]
    lithiation = zip(seen, expected).reduce(lithiation) { max($0, abs($1.0 - $1.1)) }
    balance = max(balance, abs(profile.lithiumBalanceDefect))
  }
  return worst.sorted { $0.key < $1.key }.map {
    AcceptanceLine("2", "1-D cylinder, tables 5.6, \($0.key): stress per largest stress", $0.value, atMost: 1e-5)
  } + [
    AcceptanceLine("2", "1-D cylinder, tables 5.6: w(R), relative", displacement, atMost: 1e-5),
    AcceptanceLine("2", "1-D cylinder, table 5.1: u(0), u(R/2), mean", lithiation, atMost: 1e-6),
    AcceptanceLine("2", "1-D cylinder: lithium balance per content", balance, atMost: 1e-10),
  ]
}

extension Double {
  /// Raises a worst deviation to that of a value from the expected one, per largest; NaN counts as worst.
  fileprivate mutating func raise(to value: Double, _ expected: Double, _ largest: Double) {
    let deviation = abs(value - expected) / largest
    self = deviation.isNaN ? .infinity : Swift.max(self, deviation)
  }
}

private func radialSphereLines() throws -> [AcceptanceLine] {
  let model = ParticleModel(structure: .coreShell(SmoothStep(position: 6e-6, width: 0)))
  let profile = try RadialParticle(model: model, geometry: .sphere).uniformProfile(
    lithiation: 0.2, radii: [0, 3e-6, 10e-6])
  let figures: [(String, Double, Double, Double, String)] = [
    ("core stress", profile.radialStress[1] * 1e-6, -1621.02, 0.005, "MPa"),
    ("surface hoop stress", profile.hoopStress[2] * 1e-6, 1586.67, 0.005, "MPa"),
    ("w(R)", profile.surfaceDisplacement * 1e9, -170, 0.005, "nm"),
  ]
  return figures.map { name, seen, expected, limit, unit in
    AcceptanceLine(
      "2", "1-D sphere, section 5.3, \(name)", figure: String(format: "%.4f %@", seen, unit),
      limit: String(format: "%.2f %@ within %.3f", expected, unit, limit), passed: abs(seen - expected) <= limit)
  }
}

private func radialDischargeLines() throws -> [AcceptanceLine] {
  let particle = try RadialParticle(model: ParticleModel(structure: radialStructure("core-shell")))
  let radii = (0...100).map { min(1e-7 * Double($0), 10e-6) }
  let times = [500.0, 1000, 2000, 5000, 10_000]
  let end = try particle.uniformProfile(lithiation: 0.2, radii: radii)
  let charge = try particle.solve(legs: [radialCharge(times)], initialLithiation: 1, radii: radii)
  let leg = ProtocolLeg(direction: .discharge, surfaceLithiation: 1, duration: 10_000, outputTimes: times)
  let discharge = try particle.solve(legs: [leg], initialLithiation: 0.2, radii: radii)
  var (lithiation, stress, largest) = (0.0, 0.0, 0.0)
  for (one, other) in zip(charge, discharge) {
    for n in radii.indices {
      lithiation = max(lithiation, abs(one.lithiation[n] + other.lithiation[n] - 1.2))
      stress = max(stress, abs(other.radialStress[n] - end.radialStress[n] + one.radialStress[n]))
      stress = max(stress, abs(other.hoopStress[n] - end.hoopStress[n] + one.hoopStress[n]))
      largest = max(largest, abs(one.hoopStress[n]))
    }
  }
  return [
    AcceptanceLine("2", "1-D cylinder, discharge: u = 1.2 - u_charge", lithiation, atMost: 1e-6),
    AcceptanceLine(
      "2", "1-D cylinder, discharge: stress against its identity, per largest", stress / largest, atMost: 1e-6),
  ]
}

/// The stored profiles: ν = 0.3, convention B, 5 % over Δu = 0.8. The singular centre of the all-shell particle is
/// compared from a hundredth of the radius on.
private func radialProfileLines() throws -> [AcceptanceLine] {
  let names = [
    "RT0_allshell", "RT6_coreshell", "RT6_coreshell_kappa05", "RT10_allcore_random", "RT10_random_kappa05",
  ]
  return try names.compactMap { name -> AcceptanceLine? in
    guard let path = SharedData.path("particle/ref1d_\(name).csv") else { return nil }
    let rows = try rows(of: path).map { $0.map { Double($0) ?? .nan } }
    let structure = radialStructure(
      name.contains("RT6") ? "core-shell" : name.contains("random") ? "random" : "all-shell")
    let particle = try RadialParticle(
      model: ParticleModel(
        structure: structure, coreDiffusivity: name.hasSuffix("kappa05") ? 5e-15 : 1e-14, poissonRatio: 0.3,
        expansion: .isotropicCore, volumetricStrainPerLithiation: 0.05 / 0.8))
    let times = Set(rows.map { $0[0] }).sorted()
    let radii = rows.filter { $0[0] == times[0] }.map { min($0[1] * 1e-6, 10e-6) }
    let profiles =
      try particle.solve(legs: [radialCharge(times.filter { $0 < 1e9 })], initialLithiation: 1, radii: radii)
      + [particle.uniformProfile(lithiation: 0.2, radii: radii)]
    var worst = 0.0
    for (time, profile) in zip(times, profiles) {
      let expected = rows.filter { $0[0] == time }
      let kept = expected.indices.filter { structure != .allShell || radii[$0] >= 0.1e-6 }
      let largest = kept.flatMap { expected[$0][3...] }.reduce(0) { max($0, abs($1)) }
      for n in kept {
        worst.raise(to: profile.radialStress[n] * 1e-6, expected[n][3], largest)
        worst.raise(to: profile.hoopStress[n] * 1e-6, expected[n][4], largest)
        worst.raise(to: profile.axialStress[n] * 1e-6, expected[n][5], largest)
      }
    }
    return AcceptanceLine("2", "1-D cylinder, ref1d_\(name).csv: stress per largest stress", worst, atMost: 5e-3)
  }
}

/// One default solve of the core-shell cylinder, with the profiles of five times.
private func radialTimeLine() throws -> AcceptanceLine {
  let start = clock()
  let particle = try RadialParticle(model: ParticleModel(structure: radialStructure("core-shell")))
  let leg = radialCharge([500, 1000, 2000, 5000, 10_000])
  _ = try particle.solve(legs: [leg], initialLithiation: 1, radii: particle.defaultRadii)
  let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
  return AcceptanceLine("3", "1-D cylinder: CPU time of one default solve", seconds, atMost: 1, unit: "s")
}
