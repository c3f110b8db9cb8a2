import ArgumentParser
import FileFormats
import Foundation

/// `operando doctor`
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look at this machine: is everything there, and if not, what to type.",
    discussion: "Example:  operando doctor")

  func run() throws {
    var healthy = true
    func line(_ passed: Bool, _ text: String, otherwise: String) {
      Terminal.write(passed ? "ok       \(text)" : "missing  \(text): \(otherwise)")
      if !passed { healthy = false }
    }
    let host = ProcessInfo.processInfo
    Terminal.write(
      "operando \(programVersion), \(host.activeProcessorCount) cores, \(host.physicalMemory >> 30) GiB of memory")
    line(true, "HDF5 \(HDF5Library.version)", otherwise: "")
    line(
      find("gnuplot") != nil, "gnuplot, for the figures of the report", otherwise: "apt-get install gnuplot-nox")
    line(
      ShareFolder.plotBundle != nil, "plot bundle, for interactive figures",
      otherwise: "make setup; without it reports show static figures only")
    line(
      FileManager.default.fileExists(atPath: ShareFolder.examples), "examples",
      otherwise: "make build, or set OPERANDO_SHARE")
    let probe = FileManager.default.currentDirectoryPath + "/.operando-doctor-\(host.processIdentifier)"
    let isWritable = FileManager.default.createFile(atPath: probe, contents: Data("x".utf8))
    try? FileManager.default.removeItem(atPath: probe)
    line(isWritable, "this folder can be written", otherwise: "change to another one, or give -o")
    if !healthy { throw ExitStatus.failed }
  }

  private func find(_ program: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
