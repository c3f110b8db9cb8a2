import Foundation
import Testing

/// Reads every `import` of the sources and holds it against the floors of the design: a target imports targets on
/// floors below its own, and none beside or above it.
@Suite struct ImportTests {
  /// From the ground up. Two exceptions to the rule are named in `exceptions`.
  static let floors: [[String]] = [
    [
      "CHDF5System", "CCHOLMODSystem", "COpenBLASSystem", "CFFTWSystem", "CPNGSystem", "COpenSSLSystem",
      "CXraylibSystem",
      "CSpglibSystem", "CTIFFSystem", "CCompressionSystem",
    ],
    ["CHDF5", "CTIFF", "CGmsh", "CKernels"],
    ["Quantities", "ArrayMath", "Figures", "HDF5", "Crystallography", "ImageAnalysis"],
    [
      "Electrochemistry", "ElectronDiffraction", "ParticleMechanics", "PowderDiffraction", "Ptychography", "Tomography",
    ],
    ["FileFormats", "Pipeline"],
    ["Stages", "VirtualExperiment"],
    ["Report"],
    ["operando"],
  ]
  /// Figures and the other foundations may build on quantities and arrays; stages use the virtual experiment.
  static let exceptions: [String: Set<String>] = [
    "Figures": ["Quantities", "ArrayMath"], "ArrayMath": ["Quantities"],
    "Crystallography": ["Quantities", "ArrayMath"], "ImageAnalysis": ["Quantities", "ArrayMath"],
    "Stages": ["VirtualExperiment"],
  ]
  /// Modules that only some targets may use: whoever is not named here does without.
  static let thirdParty: [String: Set<String>] = [
    "Yams": ["Pipeline"], "ArgumentParser": ["operando"],
  ]
  static let techniques: Set<String> = [
    "Electrochemistry", "ElectronDiffraction", "ParticleMechanics", "PowderDiffraction", "Ptychography",
    "Tomography",
    "ImageAnalysis",
    "Crystallography", "ArrayMath", "Quantities",
  ]

  static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources")

  struct SourceFile {
    var target: String
    var path: String
    var text: String
  }

  static func swiftFiles() throws -> [SourceFile] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: sources.path).filter { $0.hasSuffix(".swift") }
    return try names.sorted().map { name in
      let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
      return SourceFile(target: String(name.prefix { $0 != "/" }), path: name, text: text)
    }
  }

  static func imports(of text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      var words = line.split(separator: " ").map(String.init)
      while let first = words.first,
        first.hasPrefix("@") || ["public", "package", "internal", "private"].contains(first)
      {
        words.removeFirst()
      }
      guard words.first == "import", words.count > 1 else { return nil }
      let kinds: Set<String> = ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"]
      let module = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
      return String(module.prefix { $0 != "." })
    }
  }

  static func floor(of module: String) -> Int? { floors.firstIndex { $0.contains(module) } }

  @Test func everyArrowGoesDown() throws {
    let files = try Self.swiftFiles()
    #expect(files.count > 20)
    for file in files {
      let own = try #require(Self.floor(of: file.target), "\(file.target) stands on no floor")
      for module in Self.imports(of: file.text) {
        if let allowed = Self.thirdParty[module] {
          #expect(allowed.contains(file.target), "\(file.path) imports \(module)")
        }
        guard let floor = Self.floor(of: module) else { continue }
        let isException = Self.exceptions[file.target]?.contains(module) == true
        #expect(floor < own || isException, "\(file.path) imports \(module), which is not below it")
      }
    }
  }

  @Test func theReaderOfImportsSeesEveryForm() {
    let text = """
      public import Figures
      @testable import Pipeline
      import struct Foundation.URL
      internal import HDF5
      // import Commented
      """
    #expect(Self.imports(of: text) == ["Figures", "Pipeline", "Foundation", "HDF5"])
  }

  @Test func techniquesDoNoInputAndOutput() throws {
    let forbidden = [
      "print(", "FileManager", "FileHandle", "ProcessInfo", "getenv", "Date()", "SystemRandomNumberGenerator",
      ".random(in:", "URLSession", "fopen(", "ContinuousClock",
    ]
    for file in try Self.swiftFiles() where Self.techniques.contains(file.target) {
      for word in forbidden {
        // A generator handed in reads `.random(in: range, using: &generator)` and is allowed.
        let lines = file.text.split(separator: "\n").filter {
          $0.contains(word) && !$0.contains("using:") && !$0.drop { $0 == " " }.hasPrefix("//")
        }
        #expect(lines.isEmpty, "\(file.path) uses \(word)")
      }
    }
  }

  @Test func thereIsNoMutableGlobalState() throws {
    for file in try Self.swiftFiles() {
      let lines = file.text.split(separator: "\n").filter { line in
        let text = line.drop { $0 == " " }
        let isStored = !text.contains("{") && text.contains("=")
        return isStored
          && (text.contains("nonisolated(unsafe) static var") || text.contains("nonisolated(unsafe) var")
            || text.hasPrefix("static var") || text.hasPrefix("public static var"))
      }
      #expect(lines.isEmpty, "\(file.path): \(lines)")
    }
  }

  @Test func onlyTheExecutableWritesToTheTerminal() throws {
    for file in try Self.swiftFiles() where file.target != "operando" {
      let lines = file.text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter {
        $0.hasPrefix("print(") || $0.contains("FileHandle.standardError") || $0.contains("FileHandle.standardOutput")
      }
      #expect(lines.isEmpty, "\(file.path): \(lines)")
    }
  }
}
