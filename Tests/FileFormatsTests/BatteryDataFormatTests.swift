import Electrochemistry
import FileFormats
import Testing

@Suite struct BatteryDataFormatTests {
  func read(_ text: String) throws -> PotentiostatSeries {
    try BatteryDataFormat.read(Array(text.utf8), named: "run.csv")
  }

  func error(_ text: String) -> String {
    do {
      _ = try read(text)
      return ""
    } catch { return "\(error)" }
  }

  @Test func whatIsWrittenReadsBackEqual() throws {
    var series = PotentiostatSamples.cycle
    series.technique = ""
    series.startDate = nil
    series.recordedMass = nil
    series.otherColumns = [
      .init(name: "Q charge/discharge", unit: "mA.h", values: series.time.map { $0 / 3 }),
      .init(name: "a, \tb", unit: "", values: series.time),
    ]
    var expected = series
    expected.otherColumns[1].name = "a, \tb"
    #expect(try read(BatteryDataFormat.write(series)) == expected)
  }

  @Test func convertsUnits() throws {
    let series = try read(
      """
      Test Time / h,Voltage / mV,Current / pA,Counter Charge / mAh
      0,3000,30,0
      1,4500,-30,1

      """)
    #expect(series.time == [0, 3600] && series.voltage == [3, 4.5])
    #expect(series.current == [30 * 1e-12, -30 * 1e-12])
    #expect(series.instrumentCounterCharge == [0, 3.6])
    let micro = try read("Test Time / s,Current / \u{b5}A,Voltage / V\n1,2,3\n")
    #expect(micro.current == [2 * 1e-6])
  }

  @Test func readsOtherSeparatorsAndNames() throws {
    let german = try read("\u{feff}Test Time / s;Current / A;Voltage / V\r\n0;0,5;3,25\r\n1;-0,5;3,5\r\n")
    #expect(german.current == [0.5, -0.5] && german.voltage == [3.25, 3.5])
    let quoted = try read("\"Test Time / s\",\"Current / A\",\"Voltage / V\",\"Note, with comma / 1\"\n1,2,3,\n")
    #expect(quoted.otherColumns.first?.name == "Note, with comma" && quoted.otherColumns[0].values[0].isNaN)
    let machine = try read("test_time_second\tcurrent_ampere\tvoltage_volt\n1\t2\t3\n")
    #expect(machine.current == [2])
    let latin1 = Array("Test Time / s,Current / ".utf8) + [0xB5] + Array("A,Voltage / V\n1,2,3\n".utf8)
    #expect(try BatteryDataFormat.read(latin1, named: "latin.csv").current == [2 * 1e-6])
  }

  @Test func errorsNameLineColumnAndRemedy() {
    #expect(error("").contains("is empty"))
    #expect(error("a,b\n1,2\n").contains("line 1: has no column \"Test Time / s\"; it has \"a\", \"b\""))
    #expect(error("Test Time / s,Current / K,Voltage / V\n1,2,3\n").contains("\"Current / A\""))
    #expect(error("Test Time / s,Current / A,Voltage / V\n").contains("no samples"))
    #expect(error("Test Time / s,Current / A,Voltage / V\n1,2\n").contains("line 2: has 2 fields"))
    #expect(error("Test Time / s,Current / A,Voltage / V\n1,2,nan\n").contains("\"nan\" in column \"Voltage / V\""))
    #expect(error("Test Time / s,Current / A,Voltage / V\n1,2,1e999\n").contains("not a finite number"))
    #expect(error("Test Time / s,Current / A,Current / mA,Voltage / V\n1,2,3,4\n").contains("keep one"))
    #expect(error("Test Time / s,Current / A,Voltage / V,Step Count / 1\n1,2,3,1.5\n").contains("is no integer"))
  }
}
