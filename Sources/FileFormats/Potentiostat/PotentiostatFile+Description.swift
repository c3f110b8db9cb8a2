import Electrochemistry
import Foundation

extension PotentiostatFile {
  /// What a record holds, in words: technique, start, columns with their ranges, and what is odd about it.
  ///
  /// - Throws: ``FormatError`` when the file cannot be read.
  public static func description(of path: String) throws -> String {
    let series = try read(path)
    var lines = [
      "technique: \(series.technique.isEmpty ? "not stated" : series.technique)",
      "started: \(series.startDate ?? "not stated")", "samples: \(series.count)",
    ]
    if let mass = series.recordedMass { lines.append("mass typed in by the operator: \(mass * 1e6) mg") }
    func add(_ name: String, _ unit: String, _ values: [Double]) {
      let known = values.filter(\.isFinite)
      guard let low = known.min(), let high = known.max() else { return }
      lines.append(String(format: "%@ / %@: %.6g to %.6g", name, unit, low, high))
    }
    add("time", "s", series.time)
    add("current", "A", series.current)
    add("voltage", "V", series.voltage)
    if let charge = series.instrumentCounterCharge { add("counter charge", "mAh", charge.map { $0 / 3.6 }) }
    for column in series.otherColumns { add(column.name, column.unit.isEmpty ? "1" : column.unit, column.values) }
    lines.append(contentsOf: series.warnings.map { "warning: \($0)" })
    return lines.joined(separator: "\n")
  }
}
