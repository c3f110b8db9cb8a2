import Electrochemistry
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite struct BioLogicTests {
  static let pairs = ["diffraction/yadg/bcd.issue_241", "diffraction/yadg/gcpl.issue_149"]
  static let datalab = "diffraction/datalab/jdb11-1_c3_gcpl_5cycles_2V-3p8V_C-24_data_C09.mpr"

  static func bytes(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(filePath: path))) }

  /// Counts, ends and sums of every column as galvani and yadg read them (Tests/Golden/potentiostat-columns.tsv).
  @Test func columnsAgreeWithIndependentReaders() throws {
    guard SharedData.path(Self.datalab) != nil else { return }
    let golden = SharedData.checkout.appending(path: "Tests/Golden/potentiostat-columns.tsv")
    var tables: [String: BioLogicTable] = [:]
    var compared = 0
    for line in try String(contentsOf: golden, encoding: .utf8).split(separator: "\n") where !line.hasPrefix("#") {
      let fields = line.split(separator: "\t").map(String.init)
      let path = try #require(SharedData.path("diffraction/" + fields[1]))
      let table = try tables[path] ?? BioLogicBinary.table(Self.bytes(path), named: path)
      tables[path] = table
      let column = table.columns.first { ($0.unit.isEmpty ? $0.name : "\($0.name)/\($0.unit)") == fields[2] }
      let values = try #require(column, "column \(fields[2])").values
      #expect(values.count == Int(fields[3]))
      #expect(values.first == Double(fields[4]) && values.last == Double(fields[5]), "\(fields[2])")
      let sum = try #require(Double(fields[6]))
      #expect(abs(values.reduce(0, +) - sum) <= 1e-11 * max(values.reduce(0) { $0 + abs($1) }, 1e-12), "\(fields[2])")
      compared += 1
    }
    #expect(compared > 60)
  }

  @Test func binaryAndTextOfOneRunAgree() throws {
    // Every column of the binary files is in the text: what galvani lists, its flags split.
    for (pair, columns) in zip(Self.pairs, [13, 16]) {
      guard let binary = SharedData.path(pair + ".mpr"), let text = SharedData.path(pair + ".mpt") else { return }
      let comparison = try BioLogicComparison(binary: Self.bytes(binary), text: Self.bytes(text))
      #expect(comparison.columns.count == columns, "\(comparison.columns)")
      #expect(comparison.worstDeviation <= 1, "\(comparison.worstColumn): \(comparison.worstDeviation) of a last digit")
      let fromBinary = try BioLogicBinary.read(Self.bytes(binary), named: binary)
      let fromText = try BioLogicText.read(Self.bytes(text), named: text)
      #expect(fromBinary.technique == fromText.technique && fromBinary.startDate == fromText.startDate)
      #expect(fromBinary.recordedMass == fromText.recordedMass)
      #expect(fromBinary.step == fromText.step && fromBinary.halfCycle == fromText.halfCycle)
      #expect(fromBinary.mode == fromText.mode && fromBinary.currentIsAverage == fromText.currentIsAverage)
      let largest = fromBinary.current.map { abs($0) }.max() ?? 0
      let worst = zip(fromBinary.current, fromText.current).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst <= 1e-7 * largest)
    }
  }

  @Test func chargesAreThoseOfTheFiles() throws {
    guard let datalab = SharedData.path(Self.datalab), let bcd = SharedData.path(Self.pairs[0] + ".mpr") else { return }
    let run = try PotentiostatFile.read(datalab)
    #expect(run.technique == "GCPL" && run.count == 46102 && run.currentIsAverage)
    #expect(run.startDate == "2020-10-26T12:49:58.000")
    #expect(abs(run.instrumentCounterCharge!.last! / 3.6 - 0.27616864) < 1e-4 * 0.27616864)
    #expect(abs(run.charge() / 3.6 - 0.27616832) < 1e-6)
    let halves = run.chargePerHalfCycle()
    #expect(abs(halves.map { abs($0) }.max()! / 3.6 - 0.98678) < 1e-4 * 0.98678)
    let capacity = try PotentiostatFile.read(bcd)
    #expect(capacity.technique == "BCD" && !capacity.currentIsAverage && capacity.recordedMass == 7000e-6)
    let discharge = capacity.chargePerHalfCycle()[0]
    #expect(abs(discharge / 3.6 + 5.46458) < 1e-4 * 5.46458, "\(discharge / 3.6)")
  }

  @Test func anUnknownColumnIsSkippedNotFatal() throws {
    let series = PotentiostatSamples.cycle
    let original = BioLogicBinary.write(series)
    // Identifier 131 (Ns, two bytes, before the time) becomes one that nobody knows.
    let start = try #require(original.firstRange(of: Array("VMP data  ".utf8)))
    let identifiers = start.lowerBound - 6 + 57 + 5
    var unknown = original
    #expect(unknown[identifiers + 12] == 131)
    unknown[identifiers + 12] = 0xE7
    unknown[identifiers + 13] = 0x03
    let read = try BioLogicBinary.read(unknown, named: "unknown.mpr")
    #expect(read.time == series.time)
    #expect(read.warnings.contains { $0.contains("999") && $0.contains("2 bytes") }, "\(read.warnings)")
    // Two unknown columns: half cycle, the last, stays readable by its distance, or is given up with a warning.
    var two = unknown
    let last = identifiers + 2 * 12
    two[last] = 0xE8
    two[last + 1] = 0x03
    let readTwo = try? BioLogicBinary.read(two, named: "unknown.mpr")
    #expect(readTwo == nil || readTwo?.time == series.time)
  }

  @Test func aColumnThatComesAfterTheNeededOnesMayBeAmbiguous() throws {
    let series = PotentiostatSamples.cycle
    var bytes = BioLogicBinary.write(series)
    let start = try #require(bytes.firstRange(of: Array("VMP data  ".utf8)))
    let identifiers = start.lowerBound - 6 + 57 + 5
    // The last two columns, current (single) and half cycle (four bytes each), become unknown; dq gives the current.
    for index in [11, 12] {
      bytes[identifiers + 2 * index] = 0xE7
      bytes[identifiers + 2 * index + 1] = 0x03
    }
    let read = try BioLogicBinary.read(bytes, named: "unknown.mpr")
    #expect(read.time == series.time && read.currentIsAverage)
    #expect(read.warnings.count == 2)
  }

  @Test func aFileCutShortKeepsItsCompleteSamples() throws {
    let series = PotentiostatSamples.cycle
    let bytes = BioLogicBinary.write(series)
    let start = try #require(bytes.firstRange(of: Array("VMP LOG".utf8)))
    let cut = try BioLogicBinary.read(Array(bytes[..<(start.lowerBound - 6 - 100)]), named: "cut.mpr")
    #expect(cut.count < series.count && cut.count > series.count - 10)
    #expect(cut.time == Array(series.time.prefix(cut.count)))
    #expect(cut.warnings.contains { $0.contains("of \(series.count) samples") })
    for length in stride(from: 0, to: bytes.count, by: 997) {
      if let partial = try? BioLogicBinary.read(Array(bytes[..<length]), named: "cut.mpr") {
        #expect(partial.time == Array(series.time.prefix(partial.count)))
      }
    }
  }

  @Test func theWriterIsReadBack() throws {
    for series in [PotentiostatSamples.cycle, PotentiostatSamples.averages] {
      for read in [
        try PotentiostatFile.read(BioLogicBinary.write(series), named: "a.mpr"),
        try PotentiostatFile.read(BioLogicText.write(series), named: "a.mpt"),
      ] {
        #expect(read.technique == "GCPL" && read.startDate == series.startDate)
        #expect(read.time == series.time && read.step == series.step && read.halfCycle == series.halfCycle)
        #expect(read.mode == series.mode && read.currentIsAverage == series.currentIsAverage)
        #expect(zip(read.current, series.current).allSatisfy { abs($0 - $1) <= 1e-7 * abs($1) })
        #expect(zip(read.voltage, series.voltage).allSatisfy { abs($0 - $1) <= 1e-7 * abs($1) })
        #expect((read.instrumentCounterCharge == nil) == (series.instrumentCounterCharge == nil))
        #expect(
          zip(read.instrumentCounterCharge ?? [], series.instrumentCounterCharge ?? [])
            .allSatisfy { abs($0 - $1) <= 1e-15 * abs($1) })
        #expect(abs((read.recordedMass ?? 0) - (series.recordedMass ?? 0)) < 1e-6 * 4.69e-12)
      }
      #expect(BioLogicBinary.write(series) == BioLogicBinary.write(series))
    }
  }

  @Test func independentReadersReadTheWriter() throws {
    guard let python = Tools.path("python3"), Tools.path("yadg") != nil else { return }
    let script = """
      import sys, logging
      logging.disable(logging.CRITICAL)
      from galvani import BioLogic
      import yadg
      data = BioLogic.MPRfile(sys.argv[1])
      print(len(data.data), float(data.data["time/s"][-1]), "%.6e" % data.data["I/mA"][1], data.timestamp.isoformat())
      tree = yadg.extractors.extract("eclab.mpr", sys.argv[1], timezone="UTC")
      data = tree.to_dataset() if hasattr(tree, "to_dataset") else tree
      print(len(data["time"]), float(data["time"][-1]), "%.6e" % float(data["I"][1]))
      """
    try withTemporaryFolder { folder in
      let file = folder + "/run.mpr"
      try Data(BioLogicBinary.write(PotentiostatSamples.cycle)).write(to: URL(filePath: file))
      let output = try Tools.run(python, ["-c", script, file])
      #expect(output == "400 399.0 3.000000e-08 2026-02-03T04:05:06\n400 399.0 3.000000e-08\n")
    }
  }

  @Test func textErrorsNameTheLine() throws {
    let good = String(decoding: BioLogicText.write(PotentiostatSamples.cycle), as: UTF8.self)
    func error(_ change: (String) -> String) -> String {
      do {
        _ = try BioLogicText.read(Array(change(good).utf8), named: "run.mpt")
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      error { $0.replacing("Nb header lines : ", with: "Nb header lines : 9999") }.contains("line 2: claims 9999"))
    #expect(error { $0.replacing("time/s", with: "time/min") }.contains("time/s"))
    #expect(error { $0.replacing("Ewe/V", with: "Ece/V") }.contains("voltage"))
    #expect(error { $0.replacing("5.000000000000000E+00\t", with: "x\t") }.contains("\"x\" in column time/s is not"))
    #expect(error { _ in "" }.contains("line 1"))
    #expect(
      error { $0.replacing("5.000000000000000E+00\t", with: "") }.contains("has 12 fields; the titles announce 13"))
  }

  @Test func aDecimalCommaIsReadLikeAPoint() throws {
    let text = String(decoding: BioLogicText.write(PotentiostatSamples.cycle), as: UTF8.self)
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    let header = try #require(lines.firstIndex { $0.hasPrefix("mode\t") })
    let german = lines.enumerated().map {
      $0.offset > header ? String($0.element.replacing(".", with: ",")) : String($0.element)
    }
    let read = try BioLogicText.read(Array(german.joined(separator: "\n").utf8), named: "german.mpt")
    #expect(read == (try BioLogicText.read(Array(text.utf8), named: "english.mpt")))
  }
}

enum PotentiostatSamples {
  /// A charge and a rest with instantaneous currents.
  static let cycle = make(isAverage: false)
  /// The same with average currents and no counter.
  static let averages = make(isAverage: true)

  private static func make(isAverage: Bool) -> PotentiostatSeries {
    let count = 400
    let charging = (0..<count).map { $0 > 0 && $0 < 300 }
    let current = charging.map { $0 ? 30e-12 : 0 }
    var sum = 0.0
    let counter = current.map { value in
      sum += value
      return sum
    }
    return PotentiostatSeries(
      technique: "GCPL", startDate: "2026-02-03T04:05:06.000", time: (0..<count).map(Double.init), current: current,
      voltage: (0..<count).map { 3 + Double(min($0, 300)) / 200 }, step: (0..<count).map { $0 < 300 ? 0 : 1 },
      halfCycle: (0..<count).map { $0 < 300 ? 0 : 1 },
      mode: (0..<count).map { $0 < 300 ? .galvanostatic : .rest }, instrumentCounterCharge: isAverage ? nil : counter,
      recordedMass: 4.69e-12, currentIsAverage: isAverage)
  }
}

extension PotentiostatSeries {
  /// The charge from sample `range.lowerBound` to `range.upperBound`, in coulombs, by the rule that fits the currents.
  func charge(_ range: ClosedRange<Int>? = nil) -> Double {
    let range = range ?? 0...(count - 1)
    return range.dropFirst().reduce(0) { sum, sample in
      let interval = time[sample] - time[sample - 1]
      return sum + interval * (currentIsAverage ? current[sample] : (current[sample] + current[sample - 1]) / 2)
    }
  }

  /// The charge of each half cycle of the instrument's count. An average current belongs to the interval before its
  /// sample, so the interval into a half cycle counts; instantaneous currents are joined inside a half cycle only.
  func chargePerHalfCycle() -> [Double] {
    guard let halfCycle else { return [] }
    var result: [Double] = []
    var start = 0
    for sample in 1...count where sample == count || halfCycle[sample] != halfCycle[start] {
      result.append(charge((currentIsAverage ? max(start - 1, 0) : start)...(sample - 1)))
      start = sample
    }
    return result
  }
}
