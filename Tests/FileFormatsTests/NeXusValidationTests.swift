import FileFormats
import Foundation
import Testing

/// Independent readers of what was written; they live in `.tools` at the root of the checkout.
@Suite struct NeXusValidationTests {
  @Test func nxvalidateFindsNoError() throws {
    guard let tool = Tools.path("nxvalidate") else { return }
    try withTemporaryFolder { folder in
      try NeXusFile.write(NeXusSamples.stage, to: folder + "/stage.nxs")
      // The status of nxvalidate is always 0; what counts is the number it prints.
      let definition = Tools.root.appending(path: "Documentation/nexus/NXoperando_stage.nxdl.xml").path
      let output = try Tools.run(tool, ["-a", definition, folder + "/stage.nxs"])
      #expect(output.contains("Total number of errors: 0"), "\(output)")
    }
  }

  @Test func h5pyFollowsTheDefaultPlotToItsAxes() throws {
    guard let python = Tools.path("python3"), Tools.path("nxvalidate") != nil else { return }
    let script = """
      import h5py, sys
      text = lambda value: value.decode() if isinstance(value, bytes) else str(value)
      with h5py.File(sys.argv[1]) as file:
          entry = file[text(file.attrs["default"])]
          data = entry[text(entry.attrs["default"])]
          signal = data[text(data.attrs["signal"])]
          axis = data[text(data.attrs["axes"])]
          print(text(data.attrs["NX_class"]), list(signal[()]), text(signal.attrs["units"]), list(axis[()]))
      """
    try withTemporaryFolder { folder in
      try NeXusFile.write(NeXusSamples.stage, to: folder + "/stage.nxs")
      let output = try Tools.run(python, ["-c", script, folder + "/stage.nxs"])
      let plain = output.replacing("np.float64(", with: "").replacing(")", with: "")
      #expect(plain == "NXdata [3.0, 3.5, 4.0] V [0.0, 1.0, 2.0]\n")
    }
  }
}

/// Python tools that tests run where they are installed.
enum Tools {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The path of a tool, or nil, with a printed skip, where it is absent; with `CI=true` its absence is a failure.
  static func path(_ name: String) -> String? {
    let file = root.appending(path: ".tools/bin/" + name).path
    if FileManager.default.isExecutableFile(atPath: file) { return file }
    if ProcessInfo.processInfo.environment["CI"] == "true" {
      Issue.record("\(name) is not installed in .tools")
    } else {
      print("skipped: \(name) is not installed in .tools")
    }
    return nil
  }

  /// Runs a tool and gives back what it printed.
  static func run(_ tool: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: tool)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }
}
