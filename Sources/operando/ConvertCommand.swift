import ArgumentParser
import Electrochemistry
import FileFormats
import Foundation
import Pipeline

/// `operando convert IN OUT`
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Convert a potentiostat's record: .mpr, .mpt and .csv into .csv, .mpt or .mpr.",
    discussion: """
      CSV is written in the Battery Data Format: SI units, positive current on charge.

      Example:  operando convert cell.mpr cell.bdf.csv
      """)

  @Argument(help: "The record: .mpr, .mpt or .csv.", completion: .file())
  var input: String
  @Argument(help: "What to write: .csv, .mpt or .mpr.")
  var output: String

  func run() throws {
    let bytes: [UInt8]
    do {
      let series = try PotentiostatFile.read(input)
      for warning in series.warnings { Terminal.note("warning: \(warning)") }
      switch URL(filePath: output).pathExtension.lowercased() {
      case "csv": bytes = Array(BatteryDataFormat.write(series).utf8)
      case "mpt": bytes = BioLogicText.write(series)
      case "mpr": bytes = BioLogicBinary.write(series)
      default:
        Terminal.error("\(output): an output ends in .csv, .mpt or .mpr")
        throw ExitStatus.wrongInput
      }
    } catch let status as ExitStatus {
      throw status
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    do { try AtomicFile.write(bytes, to: output) } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
    Terminal.write(output)
  }
}
