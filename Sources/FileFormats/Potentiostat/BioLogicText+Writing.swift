public import Electrochemistry
import Foundation

extension BioLogicText {
  /// Writes a run as an `.mpt` file, with a decimal point.
  ///
  /// Numbers have the digits of EC-Lab: 16 for double precision (time, charges), 8 for single (voltage, current).
  /// Other columns are left out.
  public static func write(_ series: PotentiostatSeries) -> [UInt8] {
    let technique = BioLogicColumns.title(ofTechnique: series.technique)
    var header = ["", technique, ""]
    if let start = series.startDate, let days = CalendarDate.daysSince1899(start) {
      let text = CalendarDate.text(daysSince1899: days)
      let numbers = text.prefix(10).split(separator: "-")
      header.append("Acquisition started on : \(numbers[1])/\(numbers[2])/\(numbers[0]) \(text.dropFirst(11))")
    }
    if let mass = series.recordedMass { header.append("Mass of active material : \(mass * 1e6) mg") }
    header.append("")
    let counter = series.instrumentCounterCharge
    var titles = ["mode", "ox/red", "error", "control changes", "Ns changes", "counter inc.", "Ns", "time/s"]
    if counter != nil { titles += ["dq/mA.h", "(Q-Qo)/mA.h"] }
    titles += ["Ewe/V", series.currentIsAverage ? "<I>/mA" : "I/mA"]
    if series.halfCycle != nil { titles.append("half cycle") }
    var lines = ["EC-Lab ASCII FILE", "Nb header lines : \(header.count + 3)"] + header
    lines.append(titles.joined(separator: "\t") + "\t")
    for sample in 0..<series.count {
      let stepChanges = sample > 0 && series.step[sample] != series.step[sample - 1]
      var fields = [
        String(series.mode?[sample].rawValue ?? 1), series.current[sample] >= 0 ? "1" : "0", "0", "0",
        stepChanges ? "1" : "0", "0", String(series.step[sample]), long(series.time[sample]),
      ]
      if let counter {
        fields.append(long((counter[sample] - (sample == 0 ? 0 : counter[sample - 1])) / 3.6))
        fields.append(long(counter[sample] / 3.6))
      }
      fields.append(short(series.voltage[sample]))
      let current = series.current[sample] * 1e3
      fields.append(series.currentIsAverage ? long(current) : short(current))
      if let halfCycle = series.halfCycle { fields.append(String(halfCycle[sample])) }
      lines.append(fields.joined(separator: "\t"))
    }
    return Latin1.bytes(lines.joined(separator: "\r\n") + "\r\n")
  }

  private static func long(_ value: Double) -> String { String(format: "%.15E", value) }
  private static func short(_ value: Double) -> String { String(format: "%.7E", Double(Float(value))) }
}
