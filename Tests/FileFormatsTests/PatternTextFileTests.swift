import FileFormats
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct PatternTextFileTests {
  func read(_ text: String, _ name: String = "pattern.xye", axis: PatternAxis = .twoTheta) throws -> PowderPattern {
    try PatternTextFile.read(Array(text.utf8), named: name, axis: axis)
  }

  @Test func whatIsWrittenReadsBack() throws {
    let pattern = try DiffractionSamples.pattern()
    for axis in PatternAxis.allCases {
      let original = try pattern.converted(to: axis)
      let back = try read(PatternTextFile.write(original, comments: ["quartz, q", "two\nlines"]))
      #expect(back.axis == axis && back.intensities == original.intensities && back.sigmas == original.sigmas)
      #expect(back.wavelength == original.wavelength)
      for (a, b) in zip(back.positions, original.positions) { #expect(abs(a - b) <= 4 * b.ulp) }
    }
    let plain = try PowderPattern(axis: .twoTheta, positions: [0.1, 0.2], intensities: [1, 2])
    #expect(try read(PatternTextFile.write(plain)).sigmas == nil)
  }

  @Test func otherProgramsFindWhatTheyNeed() throws {
    let pattern = try DiffractionSamples.pattern()
    let angles = PatternTextFile.write(pattern, comments: ["quartz"]).split(separator: "\n")
    // GSAS-II takes a small q in a comment for a pattern against q, and needs two or three columns.
    #expect(angles.filter { $0.hasPrefix("#") }.allSatisfy { !$0.contains("q") })
    #expect(angles.drop { $0.hasPrefix("#") }.allSatisfy { $0.split(separator: " ").count == 3 })
    let vectors = PatternTextFile.write(try pattern.converted(to: .scatteringVector)).split(separator: "\n")
    let first = try #require(vectors.first { $0.contains("q") })
    #expect(abs((Double(first.split(separator: " ")[1]) ?? 0) - 0.6525484) < 1e-12)
  }

  @Test func binsThatCannotBeWeightedAreLeftOut() throws {
    let pattern = try PowderPattern(
      axis: .twoTheta, positions: [1, 2, 3, 4], intensities: [1, .nan, 3, 4], sigmas: [1, .nan, 0, 2])
    #expect(try read(PatternTextFile.write(pattern)).intensities == [1, 4])
  }

  @Test func chiFilesHaveFourLines() throws {
    let pattern = try read(DiffractionSamples.chi, "a.chi")
    #expect(pattern.count == 3 && pattern.intensities == [0, 1.5, 2])
    #expect(abs(pattern.positions[0] - 5.75e-3 * .pi / 180) < 1e-18)
    let q = DiffractionSamples.chi.replacing("2-Theta Angle (Degrees)", with: "Q (Inverse Nanometres)")
    let vector = try read(q, "a.chi")
    #expect(vector.axis == .scatteringVector && abs(vector.positions[0] - 5.75e6) < 1e-6)
  }

  @Test func labelsTellTheAxis() throws {
    for (label, axis, first) in [
      ("2th_deg I", PatternAxis.twoTheta, Double.pi / 180), ("2th_rad I sigma", .twoTheta, 1),
      ("q_nm^-1 I", .scatteringVector, 1e9), ("q_A^-1 I", .scatteringVector, 1e10), ("d_A I", .latticeSpacing, 1e-10),
    ] {
      let pattern = try read("# \(label)\n1 5\n2 6\n")
      #expect(pattern.axis == axis && abs(pattern.positions[0] / first - 1) < 1e-15, "\(label)")
    }
    #expect(throws: FormatError.self) { try read("# r_mm I\n1 5\n2 6\n") }
  }

  @Test func commentsSeparatorsAndFallingPositions() throws {
    let text = "XYDATA\n/* a\nb */\n! c\n' d\n# Wavelength: 8.856e-11 m\n3, 5, 1\r\n2;6;2\n\n1\t7 nan\n# end\n"
    let pattern = try read(text)
    #expect(pattern.intensities == [7, 6, 5] && pattern.wavelength == 8.856e-11)
    #expect(pattern.sigmas?.first?.isNaN == true)
    #expect(try read("1 5\n2 6\n", axis: .latticeSpacing).positions == [1e-10, 2e-10])
  }

  @Test(arguments: [
    "", "# only a comment\n", "1\n", "1 2 3 4\n", "1 2\n2 3 4\n", "1 2\n1 3\n", "1 2\n3 4\n2 5\n", "nan 1\n", "a b\n",
    "1 2\n2 inf\n", "1 2\n2 1e999\n", "1 2 -3\n", "1 1,5 2 3\n", "1e999 2\n", "1 2\nTITLE\n", "\u{0}\u{1}\u{2}\n",
    "/* never ends\n1 2\n",
  ])
  func badTablesAreRefusedInWords(text: String) {
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect((error?.description.count ?? 0) > 20)
  }

  @Test(arguments: [
    "a\nb\n", "a\n2-Theta\nI\nmany\n1 2\n", "a\n2-Theta\nI\n2\n1 2\n", "a\nRadial Distance (mm)\nI\n1\n1 2\n",
    "a\n2-Theta\nI\n-1\n1 2\n", "a\n2-Theta\nI\n0\n",
  ])
  func badChiFilesAreRefusedInWords(text: String) {
    #expect(throws: FormatError.self) { try read(text, "bad.chi") }
  }

  @Test func measuredPatterns() throws {
    if let path = SharedData.path("diffraction/dioptas/CeO2_Pilatus1M.xy") {
      let pattern = try PatternTextFile.read([UInt8](Data(contentsOf: URL(filePath: path))), named: path)
      #expect(pattern.axis == .twoTheta && pattern.wavelength == 4.066e-11 && pattern.count > 1000)
    }
    if let path = SharedData.path("diffraction/ssrl_lab6/b_toney_lab6_th3_scan1_0008.xy") {
      let pattern = try PatternTextFile.read([UInt8](Data(contentsOf: URL(filePath: path))), named: path)
      #expect(pattern.wavelength == 8.856e-11 && abs(pattern.positions[0] * 180 / .pi - 9.967115) < 1e-12)
    }
    if let path = SharedData.path("diffraction/scimap/34-ID-E/Data_0001.chi") {
      let pattern = try PatternTextFile.read([UInt8](Data(contentsOf: URL(filePath: path))), named: path)
      #expect(pattern.count == 2000 && pattern.axis == .twoTheta)
    }
  }

  @Test func damagedFilesAreRefusedOrRead() throws {
    let inputs = [Array(PatternTextFile.write(try DiffractionSamples.pattern()).utf8)]
    let xye = MutatedReads(of: inputs, count: 100) { _ = try PatternTextFile.read($0, named: "damaged.xye") }
    #expect(xye.silentErrors == 0 && xye.errors > 10 && xye.slowest < 1)
    let chi = MutatedReads(of: [Array(DiffractionSamples.chi.utf8)], count: 100) {
      _ = try PatternTextFile.read($0, named: "damaged.chi")
    }
    #expect(chi.silentErrors == 0 && chi.errors > 10 && chi.slowest < 1)
  }
}
