import FileFormats
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct GSASPatternFileTests {
  let degree = Double.pi / 180

  func read(_ text: String, bank: Int? = nil) throws -> PowderPattern {
    try GSASPatternFile.read(Array(text.utf8), named: "a.gsas", bank: bank)
  }

  @Test func standardRecordsAreCountsAveragedOverCounters() throws {
    let first =
      " 4  1001"
      + [250, 30, 40, 50, 60, 70, 80, 90, 100].map { String(repeating: " ", count: 8 - "\($0)".count) + "\($0)" }
      .joined()
    let pattern = try read("a title\nBANK 1 12 2 CONST 1500.0 2.5 0 0 STD\n\(first)\n       0      12\n")
    #expect(pattern.count == 12 && pattern.axis == .twoTheta && pattern.wavelength == nil)
    #expect(abs(pattern.positions[1] - 15.025 * degree) < 1e-12)
    #expect(pattern.intensities[0] == 1001 && pattern.intensities[1] == 250 && pattern.intensities[11] == 12)
    let sigmas = try #require(pattern.sigmas)
    #expect(abs(sigmas[0] - (1001.0 / 4).squareRoot()) < 1e-12)
    #expect(abs(sigmas[11] - 12.0.squareRoot()) < 1e-12)
    #expect(sigmas[10] == 1)
  }

  @Test func pairsOfIntensityAndUncertainty() throws {
    let pattern = try read("t\nBANK 1 3 1 CONS 1000 1 0 0 ESD\n    10.5     1.5   20.25     2.5     -30      3.\n")
    #expect(pattern.intensities == [10.5, 20.25, -30] && pattern.sigmas == [1.5, 2.5, 3])
    #expect(abs(pattern.positions[2] - 10.02 * degree) < 1e-12)
  }

  @Test func columnsAndImpliedDecimals() throws {
    let columns = try read(
      "t\n# made elsewhere\nBANK 1 2 2 CONS 500 2 0 0 FXYE\n 500.0 100. 10.\n 502.5 121. 11.\nBANK 2 1 1 CONS 1 1 0 0 FXY\n7 8\n"
    )
    #expect(columns.intensities == [100, 121] && columns.sigmas == [10, 11])
    #expect(abs(columns.positions[1] - 5.025 * degree) < 1e-12)
    let second = try GSASPatternFile.read(
      Array("t\nBANK 1 1 1 CONS 1 1 0 0 FXY\n1 2\nBANK 2 1 1 CONS 1 1 0 0 FXY\n7 8\n".utf8), named: "a", bank: 2)
    #expect(second.intensities == [8] && second.sigmas == nil)
    // 4(F8.0,F7.4,F5.4): an integer has four implied decimals, a point overrides them.
    let alternate = try read("t\nBANK 1 2 1 RALF 16000 32 0 0 ALT\n   16000  15000  500   16032   2.25  .10\n")
    #expect(alternate.intensities == [1.5, 2.25])
    #expect(alternate.sigmas == [0.05, 0.10])
    #expect(abs(alternate.positions[0] - 5 * degree) < 1e-12)
  }

  @Test func refusals() {
    for (text, words) in [
      ("no bank here\n1 2 3\n", "BANK"),
      ("t\nBANK 1 3 1 SLOG 1000 1 0 0 FXYE\n1 2 3\n", "wavelength"),
      ("t\nBANK 1 3 1 CONS 1000 1 0 0 XYZ\n1 2 3\n", "XYZ"),
      ("t\nBANK 1 3 1 CONS 1000 0 0 0 ESD\n      10       1\n", "step"),
      ("t\nBANK 1 3 1 CONS 1000 1 0 0 ESD\n      10       1\n", "3 channels are announced, 1 are there"),
      ("t\nBANK 1 1 1 CONS 1000 1 0 0 ESD\n      1x       1\n", "not a number"),
      ("t\nBANK 1 2 2 CONS 1000 1 0 0 FXYE\n500 1 1\n400 1 1\n", "positions are finite and rise"),
      ("t\nBANK 1 1 1 CONS 1000 1 0 0 FXYE\n500 1\n", "2 columns"),
      ("t\nBANK 1 1 1 CONS 1000 1 0 0 ESD\n      10      -1\n", "-1"),
    ] {
      do {
        _ = try read(text)
        Issue.record("\(text) was read")
      } catch { #expect("\(error)".contains(words), "\(error)") }
    }
    #expect(throws: FormatError.self) { try read("t\nBANK 1 1 1 CONS 1 1 0 0 FXY\n1 2\n", bank: 7) }
  }

  @Test func measuredPatternOfLanthanumHexaboride() throws {
    guard let path = SharedData.path("diffraction/gsas2/NIST660CBI.gsas") else { return }
    let pattern = try GSASPatternFile.read([UInt8](Data(contentsOf: URL(filePath: path))), named: path)
    #expect(pattern.count == 8378)
    #expect(abs(pattern.positions[0] / degree - 15.0066) < 1e-9)
    #expect(abs(pattern.positions[8377] / degree - 124.9991231) < 1e-6)
    #expect(pattern.intensities.max() == 37133 && pattern.intensities.min() == 230)
    #expect(pattern.intensities.last == 298 || pattern.intensities.last == 370)
  }

  @Test func damagedFilesAreRefusedInWordsOrRead() {
    let inputs = [
      "a title\nBANK 1 12 2 CONST 1500.0 2.5 0 0 STD\n"
        + " 4  1001    25    30    40    50    60    70    80    90   100\n     110    12\n",
      "t\nBANK 1 3 1 CONS 1000 1 0 0 ESD\n    10.5     1.5   20.25     2.5     -30      3.\n",
      "t\nBANK 1 2 2 CONS 500 2 0 0 FXYE\n 500.0 100. 10.\n 502.5 121. 11.\n",
      "t\nBANK 1 2 1 RALF 16000 32 0 0 ALT\n   16000  15000  500   16032   2.25  .10\n",
    ].map { Array($0.utf8) }
    let result = MutatedReads(of: inputs, count: 500) { _ = try GSASPatternFile.read($0, named: "damaged.gsas") }
    #expect(result.silentErrors == 0)
    #expect(result.errors > 50, "damage that no reader notices is no damage")
    #expect(result.slowest < 1)
  }
}
