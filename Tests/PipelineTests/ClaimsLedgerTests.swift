import Foundation
import Pipeline
import Testing

@Suite struct ClaimsLedgerTests {
  // The seed's arithmetic: what was passed, over what mass, of what capacity.
  let capacity = 30e-12 * 15500 / 3.6 / 4.69e-9  // mAh/g
  var stateOfCharge: Double { capacity / 275.5 }
  var rate: Double { 30e-12 / (275.5 * 3.6 * 4.69e-9) * 3600 }

  func entry(_ text: String, _ value: Double, _ unit: String, _ headline: HeadlineValue, convert: UnitConversion? = nil)
    throws
    -> ClaimEntry
  {
    let claims = [Claim(key: headline.key, statedText: text, value: value, unit: unit, line: 7)]
    let entries =
      convert.map { ledger(claims: claims, headlines: [headline], convert: $0) }
      ?? ledger(claims: claims, headlines: [headline])
    return try #require(entries.first)
  }

  @Test func theSeedsCapacityDiffers() throws {
    let headline = HeadlineValue(key: "capacity", label: "capacity", value: capacity, uncertainty: 0.05, unit: "mAh/g")
    let entry = try entry("28.3 mAh/g", 28.3, "mAh/g", headline)
    #expect(entry.verdict == .differs && entry.line == 7 && entry.label == "capacity")
    #expect(abs((entry.recomputed ?? 0) - 27.54) < 0.005)
    #expect(abs((entry.difference ?? 0) + 0.759) < 0.001)
    #expect(abs((entry.relativeDifference ?? 0) + 0.0268) < 0.0001)
  }

  @Test func theSeedsStateOfChargeAndRateDiffer() throws {
    let percent: UnitConversion = { $1 == "1" && $2 == "%" ? $0 * 100 : $1 == $2 ? $0 : nil }
    let charge = HeadlineValue(
      key: "soc", label: "state of charge", value: stateOfCharge, uncertainty: 0.001, unit: "1")
    let first = try entry("10.3 %", 10.3, "%", charge, convert: percent)
    #expect(first.verdict == .differs && first.unit == "%")
    #expect(abs((first.recomputed ?? 0) - 10.00) < 0.005 && abs((first.uncertainty ?? 0) - 0.1) < 1e-9)

    let second = try entry(
      "0.025 1/h", 0.025, "1/h", HeadlineValue(key: "rate", label: "C-rate", value: rate, unit: "1/h"))
    #expect(second.verdict == .differs && second.uncertainty == nil)
    #expect(abs((second.recomputed ?? 0) - 0.0232) < 0.00005)
    #expect(second.comment == "more than rounding explains; no uncertainty of the recomputed value is known")
  }

  @Test func aLargeUncertaintyMakesThemAgree() throws {
    // Twice the uncertainty of 0.4 mAh/g covers 0.759; twice 0.37 does not, until the rounding of 28.3 is added.
    func verdict(_ uncertainty: Double) throws -> ClaimEntry.Verdict {
      let headline = HeadlineValue(key: "c", label: "c", value: capacity, uncertainty: uncertainty, unit: "mAh/g")
      return try entry("28.3 mAh/g", 28.3, "mAh/g", headline).verdict
    }
    #expect(try verdict(0.4) == .agrees && verdict(0.3794) == .agrees)
    #expect(try verdict(0.377) == .differs && verdict(0) == .differs)
  }

  @Test func roundingToTheStatedDigitsSaysMore() throws {
    func verdict(_ text: String, _ value: Double, _ computed: Double) throws -> ClaimEntry.Verdict {
      try entry(
        text, value, "%", HeadlineValue(key: "k", label: "k", value: computed, uncertainty: 1e-6 * computed, unit: "%")
      )
      .verdict
    }
    #expect(try verdict("17.8 %", 17.8, 17.786) == .roundsToStated)
    #expect(try verdict("17.8 %", 17.8, 17.75) == .roundsToStated)
    #expect(try verdict("17.8 %", 17.8, 17.74) == .differs)
    #expect(try verdict("17.80 %", 17.80, 17.786) == .differs)
    #expect(try verdict("2.13e-15", 2.13e-15, 2.134e-15) == .roundsToStated)
    #expect(try verdict("2.13e-15", 2.13e-15, 2.136e-15) == .differs)
    #expect(try verdict("0 %", 0, 0.4) == .roundsToStated)
  }

  @Test(arguments: [
    ("30 pA", 1), ("15500 s", 1), ("28.3 mAh/g", 0.1), ("0.025 1/h", 0.001), ("2.13e-15 m3", 1e-17),
    ("4.69E-12 kg", 1e-14),
    ("-0.50 V", 0.01), (" 10. %", 1), ("3 eV", 1), ("1e3", 1000),
  ])
  func readsTheLastDigit(text: String, expected: Double) throws {
    let claim = Claim(key: "k", statedText: text, value: 1, unit: "")
    #expect(abs(try #require(claim.lastDigit) / expected - 1) < 1e-12)
  }

  @Test func aTextWithoutANumberHasNoLastDigit() throws {
    #expect(Claim(key: "k", statedText: "about 3 %", value: 3, unit: "%").lastDigit == nil)
    #expect(Claim(key: "k", statedText: "", value: 3, unit: "%").lastDigit == nil)
    let same = HeadlineValue(key: "k", label: "k", value: 3, unit: "%")
    #expect(try entry("about 3 %", 3, "%", same).verdict == .roundsToStated)
    let other = HeadlineValue(key: "k", label: "k", value: 3.1, uncertainty: 0.01, unit: "%")
    #expect(try entry("about 3 %", 3, "%", other).verdict == .differs)
  }

  @Test func whatIsNotComputedSaysWhy() throws {
    let headline = HeadlineValue(key: "mass", label: "mass", value: 4.69e-12, unit: "kg")
    let entries = ledger(
      claims: [
        Claim(key: "density", statedText: "2.2 g/cm3", value: 2.2, unit: "g/cm3"),
        Claim(key: "mass", statedText: "4.69 pA", value: 4.69, unit: "pA"),
      ], headlines: [headline])
    #expect(entries.map(\.verdict) == [.notComputed, .notComputed])
    #expect(
      entries.map(\.comment) == [
        "no stage of this run gives this value", "computed as 4.69e-12 kg, which cannot be given in pA",
      ])
    #expect(entries.map(\.label) == ["density", "mass"] && entries.allSatisfy { $0.recomputed == nil })
    let broken = HeadlineValue(key: "k", label: "k", value: .nan, unit: "%")
    #expect(try entry("3 %", 3, "%", broken).verdict == .notComputed)
  }

  @Test func anOffsetOfUnitsDoesNotReachTheUncertainty() throws {
    let celsius: UnitConversion = { value, _, _ in value - 273.15 }
    let headline = HeadlineValue(key: "t", label: "temperature", value: 298.15, uncertainty: 0.5, unit: "K")
    let entry = try entry("25 degC", 25, "degC", headline, convert: celsius)
    #expect(entry.verdict == .roundsToStated && abs((entry.uncertainty ?? 0) - 0.5) < 1e-9)
  }

  @Test func aRunSummarySurvivesCoding() throws {
    let headline = HeadlineValue(key: "soc", label: "state of charge", value: 0.1, unit: "1")
    let citation = Citation(key: "a", text: "A")
    let provenance = Provenance(
      programVersion: "1", stage: "charge", stageVersion: 1,
      key: ContentKey(stage: "charge", version: 1, canonicalParameters: "", inputs: [], upstream: []), parameters: "",
      inputs: [], upstream: [:], host: HostFacts(system: "s", processor: "p", cores: 1, memory: 1), threads: 1,
      started: "", finished: "", seconds: 1, processorSeconds: 1, peakMemory: 1, resumedItems: 0)
    let stage = RunSummary.Stage(
      name: "charge", key: provenance.key,
      summary: StageSummary(
        title: "Charge", headlines: [headline], citations: [citation, Citation(key: "b", text: "B")]),
      provenance: provenance)
    let summary = RunSummary(
      title: "T", experimentText: "e", resolvedText: "r", stages: [stage, stage],
      claims: ledger(claims: [Claim(key: "soc", statedText: "0.1", value: 0.1, unit: "1")], headlines: [headline]))
    #expect(try JSONDecoder().decode(RunSummary.self, from: JSONEncoder().encode(summary)) == summary)
    #expect(summary.headlines == [headline, headline] && summary.citations.map(\.key) == ["a", "b"])
    #expect(summary.claims.map(\.verdict) == [.roundsToStated])
  }
}
