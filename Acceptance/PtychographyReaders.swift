import FileFormats
import Foundation
import Ptychography
import TestSupport

/// Damaged input for every reader of scans and reconstructions of ptychography.
func ptychographyReadersLines() throws -> [AcceptanceLine] {
  var lines: [AcceptanceLine] = []
  let folder = FileManager.default.temporaryDirectory.appending(path: "operando-ptychography-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let damaged = folder.appending(path: "damaged.h5")
  func line(_ name: String, _ inputs: [[UInt8]], _ read: ([UInt8]) throws -> Void) {
    guard !inputs.isEmpty else { return }
    let result = MutatedReads(of: inputs, count: 500, read: read)
    lines.append(
      AcceptanceLine(
        "ptychography-readers", "\(name), 500 damaged inputs",
        figure: "\(result.errors) errors (\(result.silentErrors) silent), \(result.reads) reads, slowest "
          + String(format: "%.2f s", result.slowest),
        limit: "no crash, none silent, none above 10 s", passed: result.silentErrors == 0 && result.slowest < 10))
  }
  func made(_ name: String, _ write: (String) throws -> Void) throws -> [UInt8] {
    let file = folder.appending(path: name)
    try write(file.path)
    return try [UInt8](Data(contentsOf: file))
  }
  func scan(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: damaged)
    try PtychographySamples.exercise(PtychographyFile.read(damaged.path))
  }
  func result(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: damaged)
    _ = try PtychographyReconstructionFile.read(damaged.path)
  }
  let sample = PtychographySamples.scan()
  let reconstruction = PtychographySamples.reconstruction()
  var scans = [try made("scan.cxi") { try CXIScanWriter.write(sample, to: $0) }]
  if let measured = SharedData.path("ptychography/petra-p25-nearfield-cdtools/PETRAIII_P25_Near_Field_Ptycho.cxi") {
    scans.append(try [UInt8](Data(contentsOf: URL(filePath: measured))))
  }
  line("NXcxi_ptycho and CXI", scans, scan)
  line("NeXus of Diamond", [try made("scan.nxs") { try PtychographySamples.writeDiamond(to: $0) }], scan)
  line("reconstruction in CXI", [try made("result.cxi") { try reconstruction.write(to: $0) }], result)
  line("product of Ptychodus", [try made("result.h5") { try reconstruction.write(to: $0) }], result)
  let stack = try made("stack.h5") { try PtychographySamples.writeStack(to: $0) }
  line("described stack", [stack]) { bytes in
    try Data(bytes).write(to: damaged)
    try PtychographySamples.exercise(PtychographySamples.stack(damaged.path).read())
  }
  let table = "y / um,x / um\n" + (0..<200).map { "\(Double($0) / 7),\(-Double($0))\n" }.joined()
  line("table of positions", [Array(table.utf8)]) {
    _ = try PtychographyStackDescription.positions(ofTable: $0, named: "a.csv", y: .name("y"), x: .name("x"))
  }
  return lines
}
