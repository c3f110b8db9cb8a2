import ArgumentParser
import Foundation
import Pipeline
import Quantities
import Stages

/// Where a verb that runs a single stage writes, and on how many threads.
struct OutputOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The output; its ending says in which format, see above.")
  var output: String
  @Option(help: "A report with figures, as HTML.")
  var report: String?
  @Option(help: "Number of threads; results do not depend on it.")
  var threads = 1

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads takes a number of at least 1") }
  }

  /// - Throws: `ValidationError` for an output whose ending is none of those that the verb writes.
  func require(endings: [String]) throws {
    guard endings.contains(URL(filePath: output).pathExtension) else {
      let list = endings.map { ".\($0)" }
      let text = list.dropLast().joined(separator: ", ") + (list.count > 1 ? " or " : "") + (list.last ?? "")
      throw ValidationError("\(output): an output ends in \(text)")
    }
  }

  /// Writes the value of a stage as its own file or as CSV, and its report.
  ///
  /// - Throws: `ExitStatus.failed` after telling what could not be written.
  func write(
    _ result: StageResult<some NeXusRepresentable>, csv: @autoclosure () -> String, parameters: String, stage: String
  ) throws {
    do {
      if output.hasSuffix(".csv") {
        try AtomicFile.write(csv(), to: output)
      } else {
        try AtomicFile.place(output) { try StageDocument.write(result, parameters: parameters, to: $0) }
      }
      Terminal.write(output)
      if let report { try writeReport(of: result.summary, stage: stage, to: report) }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }
}

/// The wavelength of patterns that do not state theirs.
struct WavelengthOptions: ParsableArguments {
  @Option(help: "Wavelength, such as \"0.6525 angstrom\", where the patterns do not state it.")
  var wavelength: String?
  @Option(help: "Photon energy, such as \"19 keV\", instead of the wavelength.")
  var energy: String?

  /// In metres; nil for neither.
  ///
  /// - Throws: `ExitStatus.wrongInput` after telling what is wrong with it.
  func stated() throws -> Double? {
    if let wavelength {
      let length: Length = try quantity(wavelength, of: "--wavelength", as: "a length such as \"0.6525 angstrom\"")
      guard length.si > 0 else { throw wrong("--wavelength", wavelength, "a positive length") }
      return length.si
    }
    guard let energy else { return nil }
    let photon: Energy = try quantity(energy, of: "--energy", as: "an energy such as \"19 keV\"")
    guard photon.si > 0 else { throw wrong("--energy", energy, "a positive energy") }
    return DiffractionInput.photonWavelength(photon)
  }
}
