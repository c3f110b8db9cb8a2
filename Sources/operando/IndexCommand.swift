import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Quantities
import Stages

/// `operando index PATTERNS --phase P.cif -o MAP`
struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Orientations of the crystals that made Kikuchi patterns.",
    discussion: """
      Finds the bands of each pattern, puts them together to an orientation, refines it on
      all pixels and decides between pseudo-symmetric orientations. Writes a map: .ctf or
      .ang for other programs, .nxs with everything, .csv with one row a pattern in
      degrees. Points between pseudo-symmetric orientations are marked undecided.

      Example:
        operando index patterns.h5 --phase NMC811 --sample-tilt "70 deg" -o map.ctf

      Transmission, with the foil at 45 deg and a stated pattern centre:
        operando index patterns.up2 --phase NMC811 --mode transmission \\
          --angle "45 deg" --angle-is foil-tilt --pattern-centre 0.5,0.3,0.6 \\
          --convention bruker -o map.nxs --report map.html

      Exit status: 0 done, 1 failed while writing, 2 wrong input (nothing written),
      130 interrupted (nothing written).
      """)

  @Argument(
    help: "Patterns: kikuchipy, EDAX, Bruker, Oxford HDF5, .up1, .up2, .ebsp, or the folder of NORDIF.",
    completion: .file())
  var patterns: String
  @Option(help: "Phases, comma-separated, the sample first: NMC811, or files NAME.cif.", completion: .file())
  var phase = "NMC811"
  @Option(help: "Edge a of the first phase, such as \"2.819 angstrom\".")
  var a: String?
  @Option(help: "Edge c of the first phase, such as \"14.483 angstrom\".")
  var c: String?
  @OptionGroup(title: "Geometry") var geometry: KikuchiGeometryOptions
  @Option(
    help: "Master pattern: dynamical, or kinematical (quick, but hardly tells pseudo-symmetric orientations apart).")
  var master = "dynamical"
  @Option(help: "Points along an edge of the master pattern, odd.")
  var masterSize = 161
  @Option(help: "Bands that count: bright, or both (inverted ones too).")
  var contrast = "bright"
  @Flag(inversion: .prefixedNo, help: "Divide patterns by the static background that their file holds.")
  var staticBackground = true
  @Option(help: "Degree of a polynomial that is subtracted from each pattern, for transmission; 0 for none.")
  var backgroundPolynomial = 0
  @Option(
    help:
      "What neighbours in the map add to a pattern first: unused, gaussian (by distance) or alike (by how alike their patterns are, NLPAR)."
  )
  var neighbours = "unused"
  @Option(help: "Rows and columns that the neighbours of a pattern reach.")
  var neighbourRadius = 1
  @Flag(inversion: .prefixedNo, help: "Refine orientations on all pixels.")
  var refine = true
  @OptionGroup(title: "Output") var destination: OutputOptions

  func validate() throws {
    try destination.require(endings: ["ctf", "ang", "nxs", "csv"])
  }

  func run() throws {
    let settings = try settings()
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    let result: StageResult<IndexedMap>
    do {
      let context = RunContext(threads: destination.threads, isCancelled: { cancellation.isCancelled })
      result = try settings.index(patterns, context)
    } catch is Interrupted {
      throw ExitStatus.interrupted
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    try write(result, parameters: settings.indexing.canonicalText())
  }

  private func write(_ result: StageResult<IndexedMap>, parameters: String) throws {
    let kind = URL(filePath: destination.output).pathExtension
    do {
      switch kind {
      case "ctf", "ang": try AtomicFile.write(try result.value.text(kind), to: destination.output)
      case "csv": try AtomicFile.write(OrientationMapFile.table(result.value.map), to: destination.output)
      default:
        try AtomicFile.place(destination.output) { try StageDocument.write(result, parameters: parameters, to: $0) }
      }
      Terminal.write(destination.output)
      if let report = destination.report {
        try writeReport(of: result.summary, stage: OrientationIndexingStage.name, to: report)
      }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }

  private func settings() throws -> OrientationSettings {
    var settings = OrientationSettings()
    settings.patterns = FilePath(patterns)
    settings.phases = phase.split(separator: ",").map { FilePath($0.trimmingCharacters(in: .whitespaces)) }
    func edge(_ text: String?, _ option: String) throws -> Length? {
      guard let text else { return nil }
      let length: Length = try quantity(text, of: option, as: "a length such as \"2.819 angstrom\"")
      guard (1e-10...1e-8).contains(length.si) else { throw wrong(option, text, "a length from 1 to 100 angstrom") }
      return length
    }
    (settings.a, settings.c) = (try edge(a, "--a"), try edge(c, "--c"))
    settings.geometry = try geometry.settings()
    settings.master.method = try choice(master, of: "--master")
    settings.master.size = try within(33...1001, masterSize, of: "--master-size")
    settings.indexing.contrast = try choice(contrast, of: "--contrast")
    settings.indexing.staticBackground = staticBackground
    settings.indexing.backgroundPolynomial = try within(0...6, backgroundPolynomial, of: "--background-polynomial")
    settings.indexing.neighbours = try choice(neighbours, of: "--neighbours")
    settings.indexing.neighbourRadius = try within(1...5, neighbourRadius, of: "--neighbour-radius")
    settings.indexing.refine = refine
    try refuse(settings.validate() + settings.master.validate())
    return settings
  }
}

/// Where the screen stands and how the sample is tilted.
struct KikuchiGeometryOptions: ParsableArguments {
  @Option(help: "Electrons that make the patterns: reflection (EBSD) or transmission (TKD, t-EBSD).")
  var mode = "reflection"
  @Option(help: "Energy of the beam.")
  var energy = "20 keV"
  @Option(help: "Tilt of the sample: positive where the entry face leans towards the screen, such as \"70 deg\".")
  var sampleTilt: String?
  @Option(help: "Tilt of the screen's axis below the horizontal.")
  var screenTilt: String?
  @Option(help: "The one stated angle of a transmission set-up, such as \"45 deg\".")
  var angle: String?
  @Option(help: "Which angle that is: foil-tilt, exit-screen or beam-screen.")
  var angleIs: String?
  @Option(help: "Pattern centre as three numbers, such as 0.5,0.3,0.6. Without it, what the file states.")
  var patternCentre: String?
  @Option(help: "Convention of the pattern centre: bruker, tsl, oxford or emsoft.")
  var convention: String?
  @Option(help: "Extent of a pixel of the screen, for EMsoft's convention, such as \"70 um\".")
  var pixel: String?

  func settings() throws -> KikuchiGeometrySettings {
    var settings = KikuchiGeometrySettings()
    settings.mode = try choice(mode, of: "--mode")
    settings.energy = try quantity(energy, of: "--energy", as: "an energy such as \"20 keV\"")
    guard (1...400).contains(settings.energy.si / Energy(1, .kiloelectronVolt).si) else {
      throw wrong("--energy", energy, "an energy from 1 to 400 keV")
    }
    func tilt(_ text: String?, _ option: String, least: Double = -90) throws -> Angle? {
      guard let text else { return nil }
      let angle: Angle = try quantity(text, of: option, as: "an angle such as \"70 deg\"")
      guard (least...90).contains((angle.si * 180 / .pi * 1e9).rounded() / 1e9) else {
        throw wrong(option, text, "an angle from \(least) to 90 deg")
      }
      return angle
    }
    settings.sampleTilt = try tilt(sampleTilt, "--sample-tilt")
    settings.screenTilt = try tilt(screenTilt, "--screen-tilt")
    settings.angle = try tilt(angle, "--angle", least: 0)
    settings.angleIs = try angleIs.map { try choice($0, of: "--angle-is") }
    if let patternCentre {
      let numbers = patternCentre.split(separator: ",").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
      guard numbers.count == 3, patternCentre.split(separator: ",").count == 3 else {
        throw wrong("--pattern-centre", patternCentre, "three numbers such as 0.5,0.3,0.6")
      }
      settings.patternCentre = numbers
    }
    settings.patternCentreConvention = try convention.map { try choice($0, of: "--convention") }
    settings.pixel = try pixel.map { try quantity($0, of: "--pixel", as: "a length such as \"70 um\"") }
    try refuse(settings.validate())
    return settings
  }
}
