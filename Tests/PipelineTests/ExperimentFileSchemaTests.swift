import Foundation
import Pipeline
import TestSupport
import Testing

@Suite struct ExperimentFileSchemaTests {
  /// Reads a schema and instances (one JSON text a line) from the standard input; prints valid or the first error.
  private static let script = """
    import sys, json
    try:
        import jsonschema
    except ImportError:
        print("absent"); sys.exit(0)
    schema, instances = json.load(sys.stdin)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for instance in instances:
        errors = list(validator.iter_errors(instance))
        print("valid" if not errors else "/".join(map(str, errors[0].path)) + ": " + errors[0].message.replace("\\n", " "))
    """

  private func validate(_ instances: [String]) throws -> [String]? {
    let process = Process()
    let own = SharedData.checkout.appending(path: ".tools/bin/python").path
    let isInstalled = FileManager.default.isExecutableFile(atPath: own)
    process.executableURL = URL(filePath: isInstalled ? own : "/usr/bin/env")
    process.arguments = (isInstalled ? [] : ["python3"]) + ["-c", Self.script]
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let schema = DemoExperiment.jsonSchema(title: "demonstration")
    input.fileHandleForWriting.write(Data("[\(schema), [\(instances.joined(separator: ", "))]]".utf8))
    try input.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if text.hasPrefix("absent") || process.terminationStatus == 127 {
      print("skipped: the Python package jsonschema is absent")
      return nil
    }
    #expect(process.terminationStatus == 0)
    return text.split(separator: "\n").map(String.init)
  }

  @Test func acceptsWhatTheProgramReadsAndRefusesWhatItRefuses() throws {
    let cases: [(json: String, isValid: Bool)] = [
      (#"{"title": "x"}"#, true),
      (
        #"{"title": "x", "particle": {"radius": "5 um", "elements": 40, "step": "tanh", "times": ["1 s", "2 h"]}}"#,
        true
      ),
      (#"{"title": "x", "electrochemistry": {"file": "a.mpr", "mass": "4.69(23) ng", "c_rate": "C/40"}}"#, true),
      (#"{"title": "x", "material": {"contraction": -0.051, "density": "2.2 g/cm3"}, "particle": null}"#, true),
      (#"{"title": "x", "claims": {"state_of_charge": "10.3 %", "ratio": 0.5}}"#, true),
      (#"{"title": "x", "electrochemistry": {"file": "a", "views": [{"file": "b", "scale_bar": "5 um"}]}}"#, true),
      (#"{}"#, false), (#"{"title": "x", "zebra": 1}"#, false), (#"{"title": "x", "operando": 2}"#, false),
      (#"{"title": "x", "particle": {"radius": 5}}"#, false),
      (#"{"title": "x", "particle": {"radius": "5"}}"#, false),
      (#"{"title": "x", "particle": {"radius": "um"}}"#, false),
      (#"{"title": "x", "particle": {"elements": 1}}"#, false),
      (#"{"title": "x", "particle": {"elements": 4.5}}"#, false),
      (#"{"title": "x", "particle": {"step": "gaussian"}}"#, false),
      (#"{"title": "x", "particle": {"graded": "yes"}}"#, false),
      (#"{"title": "x", "particle": {"times": "1 s"}}"#, false),
      (#"{"title": "x", "material": {"poissons_ratio": 0.6}}"#, false),
      (#"{"title": "x", "electrochemistry": {"mass": "4.69 ng"}}"#, false),
      (#"{"title": "x", "electrochemistry": {"file": "a", "views": [{"file": "b"}]}}"#, false),
      (#"{"title": "x", "claims": {"state_of_charge": "full"}}"#, false),
    ]
    guard let results = try validate(cases.map(\.json)) else { return }
    #expect(results.count == cases.count)
    for (result, item) in zip(results, cases) {
      #expect((result == "valid") == item.isValid, "\(item.json): \(result)")
    }
    // JSON is YAML: the program must agree with its schema.
    for item in cases {
      let (value, diagnostics) = ExperimentDocument(text: item.json, file: "e.yaml").decode(DemoExperiment.self)
      #expect((value != nil) == item.isValid, "\(item.json): \(diagnostics)")
    }
  }

  @Test func tellsDefaultsHelpAndChoices() {
    let schema = DemoExperiment.jsonSchema(title: "demonstration")
    #expect(schema.contains(#""$schema": "https://json-schema.org/draft/2020-12/schema""#))
    #expect(schema.contains(#""description": "radius of the particle (10 nm to 1 mm)""#))
    #expect(schema.contains(#""default": "10 um""#) && schema.contains(#""default": 40"#))
    #expect(schema.contains(#""default": true"#) && schema.contains(#""logistic""#))
    #expect(schema == DemoExperiment.jsonSchema(title: "demonstration"))
  }

  @Test func theHelpNamesEveryKey() throws {
    let help = DemoExperiment.settingsHelp()
    let radius = try #require(help.first { $0.key == "particle.radius" })
    #expect(radius.description == "particle.radius: 10 um - radius of the particle (default 10 um, 10 nm to 1 mm)")
    #expect(help.first { $0.key == "title" }?.isRequired == true)
    #expect(help.contains { $0.key == "electrochemistry.views[].scale_bar" && $0.isRequired })
    #expect(help.contains { $0.key == "claims.NAME" })
    #expect(help.allSatisfy { !$0.help.isEmpty })
  }
}
