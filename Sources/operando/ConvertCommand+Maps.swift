import FileFormats
import Foundation
import Pipeline

extension ConvertCommand {
  func convertMap() throws {
    let frame = try eulerFrame.map { name in
      guard let frame = EulerFrame(rawValue: name) else {
        Terminal.error(
          "--euler-frame: \"\(name)\" is none; \(EulerFrame.allCases.map(\.rawValue).joined(separator: ", ")) are")
        throw ExitStatus.wrongInput
      }
      return frame
    }
    let source = URL(filePath: input).lastPathComponent
    let (file, text) = try reading { () -> (OrientationMapFile, String?) in
      let file = try OrientationMapFile.open(path: input, eulerFrame: frame)
      switch ending(output) {
      case "ctf":
        return (
          file,
          OrientationMapFile.channelText(
            file.map, accelerationVoltage: file.accelerationVoltage, sampleTilt: file.sampleTilt)
        )
      case "ang": return (file, try OrientationMapFile.edaxText(file.map))
      case "csv": return (file, OrientationMapFile.table(file.map))
      default: return (file, nil)
      }
    }
    Terminal.note("Euler angles of \(source) are taken in the frame \(file.eulerFrame.rawValue)")
    for note in file.notes { Terminal.note("note: \(note)") }
    try writing {
      if let text {
        try AtomicFile.write(Array(text.utf8), to: output)
      } else {
        let tree = OrientationMapNeXus.tree(
          file.map, title: "orientations of \(source)", creator: "operando \(programVersion)")
        try AtomicFile.place(output) { try NeXusFile.write(tree, to: $0) }
      }
    }
    Terminal.write(output)
  }
}
