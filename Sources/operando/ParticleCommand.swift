import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Stages

/// `operando particle MODEL.yaml -o OUT`
struct ParticleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "particle", abstract: "Solve the particle model of an experiment file alone.",
    discussion: """
      The file needs a section particle_model or particle_cycling; everything else in it is left out, so that a protocol
      or a lattice that another measurement tells is for `operando run`. Writes the fields as NeXus (.nxs), as VTKHDF
      (.vtkhdf, one file for each structure) or as a series for every ParaView (.pvd, of particle_cycling), and the
      profiles along the radius as CSV.

      Example:  operando particle model.yaml -o particle.vtkhdf --profile profile.csv
      Example:  operando particle cycle.yaml -o cycle.pvd --map map.ctf --course course.csv --report cycle.html
      """)

  @Argument(help: "The experiment file.", completion: .file(extensions: ["yaml", "yml"]))
  var model: String
  @Option(name: .shortAndLong, help: "The output: .vtkhdf, .pvd or .nxs.")
  var output: String
  @Option(help: "Profiles along the radius as CSV.")
  var profile: String?
  @Option(help: "Voltage, current and lithiation through the protocol as CSV (particle_cycling).")
  var course: String?
  @Option(help: "Orientation map whose grains are taken, with `grains: { source: orientation }` (particle_cycling).")
  var map: String?
  @Option(help: "The report as one HTML file.")
  var report: String?
  @Option(help: "Number of threads; results do not depend on it.")
  var threads = 1

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads takes a number of at least 1") }
    guard ["vtkhdf", "pvd", "nxs"].contains(URL(filePath: output).pathExtension) else {
      throw ValidationError("\(output): an output ends in .vtkhdf, .pvd or .nxs")
    }
  }

  func run() throws {
    let loaded = try loadExperiment(model, requiringFiles: false)
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    let context = RunContext(threads: threads, isCancelled: { cancellation.isCancelled })
    switch (loaded.settings.particleModel, loaded.settings.particleCycling) {
    case (let parameters?, nil): try finish { try runModel(parameters, context) }
    case (nil, let parameters?): try finish { try runCycling(parameters, loaded.settings.material, context) }
    case (.some, .some):
      Terminal.error("\(model): there are both particle_model and particle_cycling; keep one of them")
      throw ExitStatus.wrongInput
    case (nil, nil):
      Terminal.error("\(model): there is no section particle_model or particle_cycling")
      throw ExitStatus.wrongInput
    }
  }

  /// Turns what goes wrong into an exit status.
  private func finish(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch is Interrupted {
      throw ExitStatus.interrupted
    } catch let status as ExitStatus {
      throw status
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }

  private func wrongInput(_ problem: String) -> ExitStatus {
    Terminal.error("\(model): \(problem)")
    return .wrongInput
  }

  private func tell(_ headlines: [HeadlineValue]) {
    for headline in headlines {
      let uncertainty = headline.uncertainty.map { String(format: " +- %.2g", $0) } ?? ""
      Terminal.write("\(headline.label): \(String(format: "%.6g", headline.value))\(uncertainty) \(headline.unit)")
    }
  }

  private func runModel(_ parameters: ParticleModelStage.Parameters, _ context: RunContext) throws {
    if output.hasSuffix(".pvd") || course != nil || map != nil {
      throw wrongInput(".pvd, --course and --map are for particle_cycling; this file has particle_model")
    }
    let result = try ParticleModelStage.run((), parameters, context)
    tell(result.summary.headlines)
    if output.hasSuffix(".nxs") {
      try AtomicFile.place(output) { try StageDocument.write(result, parameters: parameters.canonicalText(), to: $0) }
      Terminal.write(output)
    } else {
      for (path, fields) in result.value.vtkPaths(for: output) {
        try AtomicFile.place(path) { try fields.writeVTK(to: $0) }
        Terminal.write(path)
      }
    }
    if let profile {
      try AtomicFile.write(result.value.profileCSV, to: profile)
      Terminal.write(profile)
    }
    if let report { try writeReport(of: result.summary, stage: ParticleModelStage.name, to: report) }
  }

  private func runCycling(
    _ parameters: ParticleCyclingStage.Parameters, _ material: MaterialSettings, _ context: RunContext
  ) throws {
    if let name = parameters.protocol.from ?? parameters.expansion.from {
      throw wrongInput("particle_cycling takes something from the measurement \(name), which only `operando run` has")
    }
    if parameters.grains?.source == .orientation, map == nil {
      throw wrongInput(
        "the grains are those of a map; give it with --map, or run the whole experiment with `operando run`")
    }
    let hasElements = parameters.shape == .section || parameters.shape == .mesh
    if !hasElements, !output.hasSuffix(".nxs") {
      throw wrongInput(
        "a \(parameters.shape.rawValue) has profiles and no elements; write it as .nxs, or use `shape: section`")
    }
    if hasElements, profile != nil {
      throw wrongInput("a \(parameters.shape.rawValue) has no profile along the radius")
    }
    let input: ParticleCyclingStage.Input
    do {
      input = try ParticleCyclingStage.Input(map: map, material: material)
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    let progress = VerbProgress(stage: ParticleCyclingStage.name)
    var context = context
    context.progress = { progress.show(done: $0, total: $1) }
    let result = try ParticleCyclingStage.run(input, parameters, context)
    progress.finish()
    tell(result.summary.headlines)
    if output.hasSuffix(".nxs") {
      try AtomicFile.place(output) { try StageDocument.write(result, parameters: parameters.canonicalText(), to: $0) }
    } else if let fields = result.value.fields {
      if output.hasSuffix(".pvd") {
        try fields.writePVD(to: output)
      } else {
        try AtomicFile.place(output) { try fields.writeVTK(to: $0) }
      }
    }
    Terminal.write(output)
    if let course {
      try AtomicFile.write(result.value.courseCSV, to: course)
      Terminal.write(course)
    }
    if let profile, let text = result.value.profileCSV {
      try AtomicFile.write(text, to: profile)
      Terminal.write(profile)
    }
    if let report { try writeReport(of: result.summary, stage: ParticleCyclingStage.name, to: report) }
  }
}
