import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Quantities
import Stages

/// `operando volume VOLUME -o OUT`
struct VolumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "volume", abstract: "The particle in a volume: extent, density, mass, state of charge.",
    discussion: """
      Tells the particle from what surrounds it, cuts off what holds it, and gives its
      volume with and without pores, porosity, radius, cracks, and its mass in two ways:
      volume times density, and the number of its electrons; each with its uncertainty.
      Reads the .nxs of operando tomogram; a TIFF, MRC or other volume needs --voxel,
      --energy and --quantity. Writes .csv (Quantity, Value, Uncertainty, Unit) or .nxs
      (also what each voxel is, and the surface).

      Examples:
        operando volume volume.nxs --medium vacuum --density "4.77 g/cm3" -o particle.csv
        operando volume volume.nxs --medium "0.44 1/angstrom3" --mount neck \\
          --charge "0.256 nAh" -o particle.nxs --mesh particle.stl --report particle.html

      The medium is needed because a volume shows the contrast to it: an ionic liquid hides
      a third of the mass of NMC811.

      Exit status: 0 done, 1 failed while running, 2 wrong input (nothing written),
      130 interrupted (nothing written).
      """)

  @Argument(help: "The volume: .nxs of operando tomogram, or TIFF, MRC, FILE.h5::/dataset.", completion: .file())
  var volume: String
  @Option(help: "What surrounds the particle: vacuum, air, or its electron density such as \"0.44 1/angstrom3\".")
  var medium: String
  @Option(help: "Formula of the particle's matter.")
  var composition: String?
  @Option(help: "Density of the particle's matter, such as \"4.77 g/cm3\" or \"4.77 g/cm3 +- 1 %\".")
  var density: String?
  @Option(help: "What that density is of: solid (without pores) or envelope (pores included).")
  var densityOf = "solid"
  @Option(
    help: "How what holds the particle is cut off: neck (where matter reaches a face), plane or none (nothing is cut).")
  var mount = "neck"
  @Option(help: "Height of that plane from the middle of the volume, upwards positive, such as \"-6.2 um\".")
  var mountHeight: String?
  @Option(help: "Charge that the particle took, such as \"0.256 nAh\", for its state of charge.")
  var charge: String?
  @Option(help: "Specific capacity of a state of charge of 100 %.")
  var capacity = "275.5 mAh/g"
  @Option(help: "Edge of a voxel, such as \"43 nm\", where the file does not state it.")
  var voxel: String?
  @Option(help: "Photon energy, such as \"9.7 keV\", where the file does not state it.")
  var energy: String?
  @Option(
    name: .customLong("quantity"),
    help: "What a voxel holds where the file does not state it: delta, attenuation (1/m) or phase (radians a voxel).")
  var held: String?
  @Option(name: .customLong("mesh"), help: "The surface of the particle: .stl, or .msh of Gmsh.", completion: .file())
  var mesh: String?
  @OptionGroup(title: "Output") var destination: OutputOptions

  func validate() throws {
    try destination.require(endings: ["nxs", "csv"])
    if let mesh, !["stl", "msh"].contains(URL(filePath: mesh).pathExtension) {
      throw ValidationError("\(mesh): a surface ends in .stl or .msh")
    }
  }

  func run() throws {
    let parameters = try parameters()
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    let result: StageResult<TomographicParticle>
    do {
      let full: UncertainQuantity<SpecificCapacityKind> = try uncertain(
        capacity, of: "--capacity", as: "a specific capacity such as \"275.5 mAh/g\"")
      var input = ParticleVolumeStage.Input(
        try tomogram(),
        specificCapacity: UncertainValue(full.value.si, uncertainty: full.standardUncertainty?.si ?? 0))
      input.charge = parameters.statedCharge
      let context = RunContext(
        threads: destination.threads, warn: { Terminal.note("warning: \($0)") },
        isCancelled: { cancellation.isCancelled })
      result = try ParticleVolumeStage.run(input, parameters, context)
    } catch is Interrupted {
      throw ExitStatus.interrupted
    } catch let status as ExitStatus {
      throw status
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    try destination.write(
      result, csv: result.value.csv, parameters: parameters.canonicalText(), stage: ParticleVolumeStage.name)
    guard let mesh else { return }
    do {
      try AtomicFile.write(result.value.surfaceFile(ending: URL(filePath: mesh).pathExtension), to: mesh)
      Terminal.write(mesh)
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }

  private func tomogram() throws -> TomogramResult {
    let edge: Length? = try voxel.map { try quantity($0, of: "--voxel", as: "a length such as \"43 nm\"") }
    if let edge, !(edge.si > 0) { throw wrong("--voxel", "\(edge)", "a positive length") }
    let photon: Energy? = try energy.map { try quantity($0, of: "--energy", as: "an energy such as \"9.7 keV\"") }
    if let photon, !(photon.si > 0) { throw wrong("--energy", "\(photon)", "a positive energy") }
    var content: TomogramResult.Content?
    if let text = held {
      guard let known = TomogramResult.Content(rawValue: text) else {
        throw wrong("--quantity", text, TomogramResult.Content.allCases.map(\.rawValue).joined(separator: ", "))
      }
      content = known
    }
    return try TomogramResult.read(volume, voxel: edge, energy: photon, content: content)
  }

  private func parameters() throws -> ParticleVolumeStage.Parameters {
    var parameters = ParticleVolumeStage.Parameters()
    parameters.medium = medium
    if let composition { parameters.composition = composition }
    if let density {
      parameters.density = try uncertain(density, of: "--density", as: "a density such as \"4.77 g/cm3\"")
    }
    parameters.densityOf = try choice(densityOf, of: "--density-of")
    parameters.mount = try choice(mount, of: "--mount")
    parameters.mountHeight = try mountHeight.map {
      try quantity($0, of: "--mount-height", as: "a length such as \"-6.2 um\"")
    }
    parameters.transferredCharge = try charge.map {
      try uncertain($0, of: "--charge", as: "a charge such as \"0.256 nAh\"")
    }
    try refuse(parameters.validate())
    return parameters
  }

  private func uncertain<Kind>(
    _ text: String, of option: String, as expected: String
  ) throws -> UncertainQuantity<Kind> {
    do { return try UncertainQuantity(parsing: text) } catch {
      Terminal.error("error: \(option) \"\(text)\": \(error); expected \(expected)")
      throw ExitStatus.wrongInput
    }
  }
}
