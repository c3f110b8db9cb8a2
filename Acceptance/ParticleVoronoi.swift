import Figures
import FileFormats
import Foundation
import Pipeline
import Stages
import TestSupport

/// Line 5 of the complete particle model: a particle of Voronoi grains with tensors from a map runs from the experiment file
/// to maps of lithiation, stress and cracking drivers.
func particleVoronoiLines() throws -> [AcceptanceLine] {
  let example = SharedData.checkout.appending(path: "Examples/voronoi-particle/experiment.yaml").path
  let folder = FileManager.default.temporaryDirectory.appending(path: "voronoi-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: folder) }
  let virtual = folder.appending(path: "virtual").path, run = folder.appending(path: "run").path
  let simulated = try ChildProcess.run(ChildProcess.operando, ["simulate", example, "-o", virtual])
  let result = try ChildProcess.run(ChildProcess.operando, ["run", virtual + "/experiment.yaml", "-o", run])
  var lines = [
    AcceptanceLine(
      "5", "a section of Voronoi grains runs from the experiment file",
      figure: "exit status \(simulated.status) and \(result.status)", limit: "0 and 0",
      passed: simulated.status == 0 && result.status == 0)
  ]
  guard result.status == 0 else { return lines }
  let stages = try FileManager.default.contentsOfDirectory(atPath: run + "/stages")
  guard let name = stages.first(where: { $0.contains("particle-cycling") && $0.hasSuffix(".nxs") }) else {
    return lines + [
      AcceptanceLine("5", "the stage's file", figure: "missing", limit: "there", passed: false)
    ]
  }
  let path = run + "/stages/" + name
  let value = try StageDocument.value(ParticleCyclingResult.self, from: path)
  let summary = try StageDocument.summary(from: path)
  let grains = Set(value.fields?.regions ?? []).count
  lines.append(AcceptanceLine("5", "grains with a crystal frame of their own", Double(grains), atLeast: 50))
  let maps = ["cycling-grains", "cycling-lithiation-map", "cycling-tension-map", "cycling-boundaries"]
  let found = maps.filter { map in summary.figures.contains { $0.identifier == map } }
  lines.append(
    AcceptanceLine(
      "5", "maps of grains, lithiation, stress and cracking drivers", figure: "\(found.count)",
      limit: "\(maps.count)", passed: found.count == maps.count))
  let lithiation = value.course.numbers("Lithiation") ?? []
  let capacity = value.course.numbers("Capacity") ?? []
  let lost = (lithiation.first ?? 0) - (lithiation.last ?? 0)
  let counted = (capacity.last ?? 0) / 275.5
  lines.append(
    AcceptanceLine(
      "5", "lithium lost against the charge that was counted, in lithiation", abs(lost - counted), atMost: 1e-9))
  let uncertain = summary.headlines.count { ($0.uncertainty ?? 0) > 0 }
  lines.append(
    AcceptanceLine("5", "headline values with an uncertainty", Double(uncertain), atLeast: 8))
  let definition = SharedData.checkout.appending(path: "Documentation/nexus/NXoperando_stage.nxdl.xml").path
  let validator = SharedData.checkout.appending(path: ".tools/bin/nxvalidate").path
  let checked = try ChildProcess.run(validator, ["-a", definition, path])
  let isValid = (checked.output + checked.errors).contains("Total number of errors: 0")
  lines.append(
    AcceptanceLine(
      "5", "errors of nxvalidate in the stage's file", figure: isValid ? "0" : "some", limit: "0", passed: isValid))
  return lines
}
