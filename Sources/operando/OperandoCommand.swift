import ArgumentParser
import Foundation

/// The program: one verb a task, each with its own help.
@main
struct OperandoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operando",
    abstract: "From raw files of one battery particle to one answer with an uncertainty.",
    discussion: """
      Start here:
        operando example nmc811-particle DIR     copy an example
        operando check DIR/experiment.yaml       is it runnable, and if not, why
        operando run DIR/experiment.yaml         run it; the report is in runs/

      Exit status:
        0 done, 1 failed while running, 2 wrong input (nothing written),
        130 interrupted (the same command goes on).
      """,
    version: programVersion,
    subcommands: [
      RunCommand.self, CheckCommand.self, EstimateCommand.self, SimulateCommand.self, ExampleCommand.self,
      StatusCommand.self, ReportCommand.self, CompareCommand.self, CleanCommand.self, InspectCommand.self,
      ConvertCommand.self, SchemaCommand.self, DoctorCommand.self, ChargeCommand.self, CalibrateCommand.self,
      IntegrateCommand.self, PeaksCommand.self, SpotsCommand.self, LatticeCommand.self, IndexCommand.self,
      TextureCommand.self, PtychoCommand.self, TomogramCommand.self, VolumeCommand.self, ParticleCommand.self,
    ])

  /// Runs the verb and maps what went wrong to the exit status of the contract.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let status as ExitStatus {
      Foundation.exit(status.code)
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code == .success {
        print(message)
        Foundation.exit(0)
      }
      Terminal.error(message)
      Foundation.exit(code == .validationFailure ? ExitStatus.wrongInput.code : ExitStatus.failed.code)
    }
  }
}

/// How the program ended, where that is not success. The message has been written already.
enum ExitStatus: Error {
  case failed
  case wrongInput
  case interrupted

  var code: Int32 {
    switch self {
    case .failed: 1
    case .wrongInput: 2
    case .interrupted: 130
    }
  }
}
