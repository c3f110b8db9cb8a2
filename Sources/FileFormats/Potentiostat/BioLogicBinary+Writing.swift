public import Electrochemistry

extension BioLogicBinary {
  /// Writes a run as an `.mpr` file with the modules settings, data (version 3) and log.
  ///
  /// Time, charge and counter keep double precision; current (unless it is an average) and voltage are single, as the
  /// instrument writes them. Other columns are left out.
  ///
  /// - Parameter series: a run; without a start date it gets the 1st of January 2020.
  /// - Returns: the bytes of the file, the same for the same series.
  public static func write(_ series: PotentiostatSeries) -> [UInt8] {
    let days = series.startDate.flatMap(CalendarDate.daysSince1899) ?? 43_831
    let text = CalendarDate.text(daysSince1899: days)
    let numbers = text.prefix(10).split(separator: "-")
    let date = "\(numbers[1])/\(numbers[2])/\(numbers[0].suffix(2))"
    var writer = ByteWriter()
    writer.append(magic)
    while writer.bytes.count < 48 { writer.append(UInt8(ascii: " ")) }
    writer.append(UInt32(0))
    append("VMP Set", "VMP settings", version: 0, date, settings(series), to: &writer)
    append("VMP data", "VMP data", version: 3, date, data(series), to: &writer)
    append("VMP LOG", "VMP LOG", version: 0, date, log(days), to: &writer)
    return writer.bytes
  }

  private static func append(
    _ name: String, _ longName: String, version: UInt32, _ date: String, _ data: [UInt8], to writer: inout ByteWriter
  ) {
    writer.append(Array("MODULE".utf8))
    writer.append(name, length: 10)
    writer.append(longName, length: 25)
    writer.append(UInt32(data.count))
    writer.append(version)
    writer.append(date, length: 8)
    writer.append(data)
  }

  private static func settings(_ series: PotentiostatSeries) -> [UInt8] {
    var writer = ByteWriter()
    // Number of the technique; GCPL for everything that has no number here.
    writer.append(series.technique == "OCV" ? UInt8(0x0B) : UInt8(0x04))
    writer.pad(to: 0x107)
    writer.append(Float((series.recordedMass ?? 1e-9) * 1e6))
    writer.pad(to: 0x572)
    // No sequence of parameters, and the number of parameters that the technique has.
    writer.append(UInt16(0))
    writer.append(series.technique == "OCV" ? UInt16(5) : UInt16(32))
    writer.pad(to: 6721)
    return writer.bytes
  }

  private static func data(_ series: PotentiostatSeries) -> [UInt8] {
    let counter = series.instrumentCounterCharge
    var identifiers: [UInt16] = [1, 2, 3, 21, 31, 65, 131, 4]
    if counter != nil { identifiers += [7, 13] }
    identifiers += [6, series.currentIsAverage ? 11 : 8]
    if series.halfCycle != nil { identifiers.append(468) }
    var writer = ByteWriter()
    writer.append(UInt32(series.count))
    writer.append(UInt8(identifiers.count))
    for identifier in identifiers { writer.append(identifier) }
    writer.pad(to: 405)
    writer.append(UInt8(1))
    for sample in 0..<series.count {
      let isOxidation: UInt8 = series.current[sample] >= 0 ? 0x04 : 0
      let stepChanges: UInt8 = sample > 0 && series.step[sample] != series.step[sample - 1] ? 0x20 : 0
      writer.append(UInt8(series.mode?[sample].rawValue ?? 1) | isOxidation | stepChanges)
      writer.append(UInt16(clamping: series.step[sample]))
      writer.append(series.time[sample])
      if let counter {
        writer.append((counter[sample] - (sample == 0 ? 0 : counter[sample - 1])) / 3.6)
        writer.append(counter[sample] / 3.6)
      }
      writer.append(Float(series.voltage[sample]))
      if series.currentIsAverage {
        writer.append(series.current[sample] * 1e3)
      } else {
        writer.append(Float(series.current[sample] * 1e3))
      }
      if let halfCycle = series.halfCycle { writer.append(UInt32(clamping: halfCycle[sample])) }
    }
    return writer.bytes
  }

  private static func log(_ days: Double) -> [UInt8] {
    var writer = ByteWriter()
    writer.pad(to: 0x249)
    writer.append(days)
    writer.pad(to: 0x923)
    return writer.bytes
  }
}
