import Foundation
import Pipeline
import Quantities
import Testing

/// Every setting with a unit of the demonstration refuses a value of every other dimension, and says which is which.
@Suite struct ExperimentFileDimensionTests {
  static let settings = [
    "electrochemistry.mass", "electrochemistry.current", "electrochemistry.c_rate", "electrochemistry.duration",
    "material.density", "material.specific_capacity", "material.youngs_modulus", "material.contraction",
    "material.beam_energy", "material.temperature", "particle.radius", "particle.volume", "particle.transport.core",
    "particle.transport.limit",
  ]

  static let values: [(text: String, words: String)] = [
    ("5 um", "a length"), ("4.69 ng", "a mass"), ("3 min", "a time"), ("30 pA", "a current"), ("4.5 V", "a voltage"),
    ("1 mAh", "a charge"), ("275.5 mAh/g", "a specific capacity"), ("2.2 g/cm3", "a density"),
    ("140 GPa", "a pressure"),
    ("1e-14 m2/s", "a diffusivity"), ("45 deg", "an angle"), ("19 keV", "an energy"), ("5 Hz", "a rate"),
    ("300 K", "a temperature"), ("10 %", "a pure number"), ("2130 um3", "a volume"), ("5 N", "a force"),
    ("1.2 MPa*m^0.5", "a fracture toughness"), ("2.5 J/m2", "a surface energy"), ("3 mol/m3", "a concentration"),
  ]

  @Test(arguments: settings)
  func aWrongDimensionNamesBoth(setting: String) throws {
    let help = try #require(DemoExperiment.settingsHelp().first { $0.key == setting })
    var accepted = 0
    for value in Self.values {
      var text = "title: x\n"
      let keys = setting.split(separator: ".")
      for (depth, key) in keys.enumerated() {
        let isLast = depth == keys.count - 1
        if isLast, depth == 1, keys[0] == "electrochemistry" { text += "  file: a.mpr\n" }
        text += String(repeating: "  ", count: depth) + "\(key):" + (isLast ? " \(value.text)\n" : "\n")
      }
      let (decoded, diagnostics) = ExperimentDocument(text: text, file: "e.yaml").decode(DemoExperiment.self)
      let isSame =
        help.expectation.hasPrefix(value.words + " ") || (setting.hasSuffix("c_rate") && value.words == "a rate")
      if isSame {
        accepted += 1
        #expect(diagnostics.allSatisfy { $0.message.hasSuffix("out of range") }, "\(text)\(diagnostics)")
      } else {
        #expect(decoded == nil)
        let diagnostic = try #require(diagnostics.first)
        #expect(
          diagnostics.count == 1 && diagnostic.message.hasSuffix("has the wrong dimension"), "\(text)\(diagnostic)")
        #expect(diagnostic.detail == "\(value.words); expected \(help.expectation)")
        #expect(diagnostic.line == text.split(separator: "\n").count)
        #expect(diagnostic.length == value.text.count)
      }
    }
    #expect(accepted == 1, "\(setting): \(accepted)")
  }
}
