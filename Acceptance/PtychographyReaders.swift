import FileFormats
import Foundation
import Ptychography
import TestSupport

/// Damaged input for every reader of scans and reconstructions of ptychography.
func ptychographyReadersLines() throws -> [AcceptanceLine] {
  let damage = try DamagedInput("ptychography-readers")
  func scan(_ path: String) throws { try PtychographySamples.exercise(PtychographyFile.read(path)) }
  func result(_ path: String) throws { _ = try PtychographyReconstructionFile.read(path) }
  let sample = PtychographySamples.scan()
  let reconstruction = PtychographySamples.reconstruction()
  let petra = "ptychography/petra-p25-nearfield-cdtools/PETRAIII_P25_Near_Field_Ptycho.cxi"
  let scans = try [damage.made("scan.cxi") { try CXIScanWriter.write(sample, to: $0) }] + DamagedInput.measured([petra])
  damage.checkFiles("NXcxi_ptycho and CXI", scans, scan)
  damage.checkFiles(
    "NeXus of Diamond", [try damage.made("scan.nxs") { try PtychographySamples.writeDiamond(to: $0) }], scan)
  damage.checkFiles(
    "reconstruction in CXI", [try damage.made("result.cxi") { try reconstruction.write(to: $0) }], result)
  damage.checkFiles("product of Ptychodus", [try damage.made("result.h5") { try reconstruction.write(to: $0) }], result)
  let stack = try damage.made("stack.h5") { try PtychographySamples.writeStack(to: $0) }
  damage.checkFiles("described stack", [stack]) { path in
    try PtychographySamples.exercise(PtychographySamples.stack(path).read())
  }
  let table = "y / um,x / um\n" + (0..<200).map { "\(Double($0) / 7),\(-Double($0))\n" }.joined()
  damage.check("table of positions", [Array(table.utf8)]) { bytes in
    _ = try PtychographyStackDescription.positions(ofTable: bytes, named: "a.csv", y: .name("y"), x: .name("x"))
  }
  return damage.lines
}
