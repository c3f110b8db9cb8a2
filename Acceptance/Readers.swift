import Electrochemistry
import FileFormats
import Foundation
import Pipeline
import Stages
import TestSupport

/// Line 4, the charges of measured files, and line 6, damaged input, for every reader.
func readersLines() throws -> [AcceptanceLine] {
  var lines = try chargeLines()
  let folder = FileManager.default.temporaryDirectory.appending(path: "operando-readers-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  func bytes(_ path: String) throws -> [UInt8] {
    guard let file = SharedData.path(path) else { return [] }
    return try [UInt8](Data(contentsOf: URL(filePath: file)))
  }
  let pairs = ["diffraction/yadg/bcd.issue_241", "diffraction/yadg/gcpl.issue_149"]
  let binaries = try pairs.map { try bytes($0 + ".mpr") }
  let texts = try pairs.map { try bytes($0 + ".mpt") }
  let tables = try binaries.map { Array(BatteryDataFormat.write(try PotentiostatFile.read($0, named: "run.mpr")).utf8) }
  let example = SharedData.checkout.appending(path: "Examples/nmc811-particle/experiment.yaml")
  let experiment = try [UInt8](Data(contentsOf: example))
  let nexusPath = folder.appending(path: "stage.nxs").path
  let group = NeXusGroup.root(
    entry: .entry(
      title: "sample", defaultPlot: "plot",
      children: [
        "plot": .group(
          .data(
            signal: "y", axes: ["x"],
            datasets: [
              "x": NeXusDataset((0..<2000).map { Double($0) }, units: "s"),
              "y": NeXusDataset((0..<2000).map { Double($0 * $0) }, units: "V"),
            ]))
      ]), creator: "operando")
  try NeXusFile.write(group, to: nexusPath)
  let nexus = try [UInt8](Data(contentsOf: URL(filePath: nexusPath)))

  func line(_ name: String, _ inputs: [[UInt8]], _ read: ([UInt8]) throws -> Void) {
    let result = MutatedReads(of: inputs, count: 500, read: read)
    lines.append(
      AcceptanceLine(
        "6", "\(name), 500 damaged inputs",
        figure: "\(result.errors) errors (\(result.silentErrors) silent), \(result.reads) reads, slowest "
          + String(format: "%.2f s", result.slowest),
        limit: "no crash, none silent, none above 10 s", passed: result.silentErrors == 0 && result.slowest < 10))
  }
  line("mpr", binaries) { _ = try PotentiostatFile.read($0, named: "run.mpr") }
  line("mpt", texts) { _ = try PotentiostatFile.read($0, named: "run.mpt") }
  line("csv", tables) { _ = try PotentiostatFile.read($0, named: "run.csv") }
  // One of our own, where checksums find the damage, and one of another program, on which libhdf5 itself can crash.
  let foreign = SharedData.checkout.appending(path: "Tests/Golden/h5py-earliest.nxs")
  let foreignBytes = try [UInt8](Data(contentsOf: foreign))
  line("NeXus", [nexus, foreignBytes]) { _ = try NeXusFile.read(bytes: $0, named: "stage.nxs") }
  line("yaml", [experiment]) { bytes in
    let document = ExperimentDocument(bytes: bytes, file: "experiment.yaml")
    let (settings, diagnostics) = document.decode(ExperimentSettings.self)
    if settings == nil {
      guard let first = diagnostics.first else { return }
      throw first
    }
  }
  return lines
}

/// The charges that `operando charge` prints and writes, against the known answers of the measured files.
private func chargeLines() throws -> [AcceptanceLine] {
  var lines: [AcceptanceLine] = []
  let folder = FileManager.default.temporaryDirectory.appending(path: "operando-charge-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  func table(_ path: String) throws -> [[Double]] {
    guard let file = SharedData.path(path) else { return [] }
    let output = folder.appending(path: "charge.csv").path
    let result = try ChildProcess.run(
      ChildProcess.operando, ["charge", file, "--mass", "7.0 mg", "--capacity", "275.5 mAh/g", "-o", output])
    guard result.status == 0 else { throw FingerprintError(message: result.errors) }
    let rows = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").dropFirst()
    return rows.map { $0.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan } }
  }
  func check(_ name: String, _ value: Double, _ known: Double) {
    lines.append(
      AcceptanceLine(
        "4", name, figure: String(format: "%.8g mAh (%.1e)", value, abs(value / known - 1)),
        limit: String(format: "%.8g mAh to 1e-4", known), passed: abs(value / known - 1) <= 1e-4))
  }
  // Columns of the table: 4 half cycle, 5 charge, 7 counter charge.
  let datalab = try table("diffraction/datalab/jdb11-1_c3_gcpl_5cycles_2V-3p8V_C-24_data_C09.mpr")
  if let first = datalab.first, let last = datalab.last {
    check("datalab, charge by the counter", last[7], 0.27616864)
    check("datalab, charge by integration", last[5], 0.27616832)
    var largest = 0.0, start = first[5], half = first[4]
    for (row, next) in zip(datalab, datalab.dropFirst() + [last]) where next[4] != half || row == last {
      largest = max(largest, abs(row[5] - start))
      (start, half) = (row[5], next[4])
    }
    check("datalab, largest half cycle", largest, 0.98678)
  }
  let bcd = try table("diffraction/yadg/bcd.issue_241.mpr")
  if let half = bcd.first?[4], let last = bcd.last(where: { $0[4] == half }) {
    check("bcd, first half cycle by integration", last[5], -5.46458)
    check("bcd, first half cycle by the counter", last[7], -5.46461)
  }
  for pair in ["diffraction/yadg/bcd.issue_241", "diffraction/yadg/gcpl.issue_149"] {
    guard let binary = SharedData.path(pair + ".mpr"), let text = SharedData.path(pair + ".mpt") else { continue }
    let comparison = try BioLogicComparison(
      binary: [UInt8](Data(contentsOf: URL(filePath: binary))), text: [UInt8](Data(contentsOf: URL(filePath: text))))
    lines.append(
      AcceptanceLine(
        "4",
        "\(pair.split(separator: "/").last ?? ""): .mpr and .mpt in \(comparison.columns.count) shared columns, largest deviation",
        comparison.worstDeviation, atMost: 1, unit: "half units of the last printed digit"))
  }
  return lines
}
