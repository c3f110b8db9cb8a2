import FileFormats
import Foundation
import ParticleMechanics
import Ptychography

// benchmark particle REFINEMENT REFERENCE | particle-steps RADII | radial REFERENCE | biologic FILE | integrate-KIND |
// index SIZE | simulate-scan FOLDER | reconstruct FOLDER epie|rpie PROJECTIONS | tomogram SLICES: one line of figures, the median of five (of six passes
// of a reconstruction, the least).

/// CPU seconds of this process so far, and the most memory it held in MB.
func usage() -> (seconds: Double, megabytes: Double) {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  let seconds =
    Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    + 1e-6 * Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  return (seconds, Double(usage.ru_maxrss) / 1024)
}

func median(_ work: () throws -> Void) rethrows -> Double {
  var seconds: [Double] = []
  for _ in 0..<5 {
    let start = usage().seconds
    try work()
    seconds.append(usage().seconds - start)
  }
  return seconds.sorted()[2]
}

/// Rows of time in s, radius in µm, lithiation and the three stresses in MPa.
func reference(_ path: String) throws -> [Double: [[Double]]] {
  let rows = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
    $0.split(separator: ",").compactMap { Double($0) }
  }
  // Outside the centre and the transition, and once a first-order step of 50 s has had time to recover from the jump.
  let used = rows.filter { $0[0] >= 500 && $0[0] <= 5000 && $0[1] >= 1 && abs($0[1] - 6) > 0.05 }
  return Dictionary(grouping: used) { $0[0] }
}

let model = ParticleModel(
  structure: .coreShell(SmoothStep(position: 6e-6, width: 0.1e-6)), poissonRatio: 0.3, expansion: .isotropicCore,
  volumetricStrainPerLithiation: 0.05 / 0.8)
let leg = ProtocolLeg(
  direction: .charge, surfaceLithiation: 0.2, duration: 5000, outputTimes: (1...20).map { 250 * Double($0) })

func report(_ seconds: Double, _ fields: [(String, String)]) {
  let all = [("cpu_s", String(seconds)), ("peak_MB", String(usage().megabytes))] + fields
  print("{" + all.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}")
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "particle" where arguments.count == 4:
  let resolution = MeshResolution().refined(by: Int(arguments[2]) ?? 1)
  var last: ParticleSolution?
  let seconds = try median {
    let mesh = try SectorMesh(model: model, resolution: resolution)
    let solution = try ParticleSimulation(model: model, mesh: mesh).solve(legs: [leg], initialLithiation: 1)
    for state in solution.states { _ = solution.stressField(state) }
    last = solution
  }
  guard let last else { break }
  var (lithiation, stress) = (0.0, 0.0)
  for (time, rows) in try reference(arguments[3]) {
    guard let state = last.states.first(where: { abs($0.time - time) < 1e-6 }) else { continue }
    let profile = last.radialProfile(state, angle: 0.7, radii: rows.map { $0[1] * 1e-6 })
    let largest = rows.reduce(0) { max($0, abs($1[3]), abs($1[4])) }
    for (index, row) in rows.enumerated() {
      lithiation = max(lithiation, abs(profile.lithiation[index] - row[2]))
      stress = max(
        stress, abs(profile.radialStress[index] * 1e-6 - row[3]) / largest,
        abs(profile.hoopStress[index] * 1e-6 - row[4]) / largest)
    }
  }
  let statistics = last.transportStatistics
  report(
    seconds,
    [
      ("unknowns", "\(statistics.unknowns)"), ("steps", "\(statistics.steps)"), ("error_u", "\(lithiation)"),
      ("error_stress", "\(stress)"),
    ])
case "particle-steps" where arguments.count == 3:
  let seen = try secondsOfParticleSteps(radiiPath: arguments[2])
  report(
    seen.seconds,
    [
      ("unknowns", "\(seen.unknowns)"), ("steps", "100"), ("centre", "\(seen.centre)"),
      ("surface_displacement_um", "\(seen.surfaceDisplacement)"),
    ])
case "radial" where arguments.count == 3:
  let rows = try reference(arguments[2])
  let radii = (rows[5000] ?? []).map { $0[1] * 1e-6 }
  var profiles: [RadialProfile] = []
  let seconds = try median {
    profiles = try RadialParticle(model: model).solve(legs: [leg], initialLithiation: 1, radii: radii)
  }
  var lithiation = 0.0
  for (time, group) in rows {
    guard let profile = profiles.first(where: { abs($0.time - time) < 1e-6 }) else { continue }
    for (index, row) in group.enumerated() { lithiation = max(lithiation, abs(profile.lithiation[index] - row[2])) }
  }
  report(seconds, [("error_u", "\(lithiation)")])
case "biologic" where arguments.count == 3:
  let seconds = try median { _ = try PotentiostatFile.read(arguments[2]) }
  report(seconds, [])
case let name? where name.hasPrefix("integrate-"):
  guard let kind = IntegrationKind(rawValue: String(name.dropFirst("integrate-".count))) else {
    print("integrate-" + IntegrationKind.allCases.map(\.rawValue).joined(separator: "|"))
    exit(2)
  }
  report(try secondsOfIntegration(kind), [])
case "index" where arguments.count == 3:
  let (rate, error) = try indexing(size: Int(arguments[2]) ?? 60)
  report(1 / rate, [("patterns_per_s", String(rate)), ("mean_error_deg", String(error))])
case "simulate-scan" where arguments.count == 3:
  try ReconstructionScan.write(to: arguments[2])
case "reconstruct" where arguments.count == 5:
  guard let algorithm = EngineSettings.Algorithm(rawValue: arguments[3]), let projections = Int(arguments[4]),
    projections > 0
  else { fallthrough }
  let seen = try reconstruction(arguments[2], algorithm: algorithm, projections: projections)
  report(
    seen.seconds,
    [
      ("ms_per_update", String(seen.seconds / 0.256)), ("updates_per_s", String(seen.updatesPerSecond)),
      ("E", String(seen.errors[seen.errors.count - 1])),
    ])
case "tomogram" where arguments.count == 3:
  let seen = try secondsOfTomogram(slices: max(Int(arguments[2]) ?? 64, 1))
  report(seen.seconds, [("error", String(seen.error)), ("slope", String(seen.slope))])
default:
  print("benchmark particle REFINEMENT REFERENCE | particle-steps RADII | radial REFERENCE | biologic FILE")
  print("benchmark integrate-KIND | index SIZE")
  print("benchmark simulate-scan FOLDER | reconstruct FOLDER epie|rpie PROJECTIONS | tomogram SLICES")
  exit(2)
}
