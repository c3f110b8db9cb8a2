import ArgumentParser
import Foundation

/// `operando example [NAME] [DIR]`
struct ExampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "example", abstract: "List the examples, or copy one into a folder.",
    discussion: "Example:  operando example nmc811-particle my-experiment")

  @Argument(help: "Name of the example; without it the examples are listed.")
  var name: String?
  @Argument(help: "Folder to copy it to; it must not exist yet. Without it, a folder of the example's name.")
  var directory: String?

  func run() throws {
    let files = FileManager.default
    let available = ((try? files.contentsOfDirectory(atPath: ShareFolder.examples)) ?? []).sorted()
    guard !available.isEmpty else {
      Terminal.error(
        "no examples in \(ShareFolder.examples): run `make build`, or set OPERANDO_SHARE to the folder that has them")
      throw ExitStatus.failed
    }
    guard let name else {
      for example in available { Terminal.write("\(example)  \(title(of: example))") }
      return
    }
    guard available.contains(name) else {
      Terminal.error("no example named \(name); there are: \(available.joined(separator: ", "))")
      throw ExitStatus.wrongInput
    }
    let target = directory ?? name
    guard !files.fileExists(atPath: target) else {
      Terminal.error("\(target) exists already: give another folder")
      throw ExitStatus.wrongInput
    }
    do {
      let parent = URL(filePath: target).deletingLastPathComponent().path
      try files.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try files.copyItem(atPath: ShareFolder.examples + "/" + name, toPath: target)
    } catch {
      Terminal.error("cannot copy the example to \(target): \(error.localizedDescription)")
      throw ExitStatus.failed
    }
    Terminal.write("\(target)/experiment.yaml")
    Terminal.note("next:  operando check \(target)/experiment.yaml")
  }

  /// The first comment line of the example's experiment file.
  private func title(of example: String) -> String {
    let path = "\(ShareFolder.examples)/\(example)/experiment.yaml"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let comment = text.split(separator: "\n").first { $0.hasPrefix("#") } ?? ""
    return String(comment.drop { $0 == "#" || $0 == " " })
  }
}
