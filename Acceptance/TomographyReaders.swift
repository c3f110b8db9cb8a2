import FileFormats
import Foundation
import TestSupport
import Tomography

/// Damaged input for every reader of projections, volumes, surfaces and outlines.
func tomographyReadersLines() throws -> [AcceptanceLine] {
  let damage = try DamagedInput("tomography-readers")
  func projections(_ path: String) throws { try TomographySamples.exercise(ProjectionFile.read(path)) }
  func volume(_ path: String) throws { _ = try VolumeFile.read(path) }
  let nxTomo = try damage.made("scan.nxs") { try TomographySamples.writeNXtomo(to: $0) }
  let diamond = try damage.made("diamond.nxs") { try TomographySamples.writeDiamondNXtomo(to: $0) }
  damage.checkFiles(
    "NXtomo", [nxTomo, diamond] + (try DamagedInput.golden(["tomography/nxtomo-h5py.nxs"])), projections)
  let exchange = try damage.made("scan.h5") { try TomographySamples.writeDXchange(to: $0) }
  damage.checkFiles("DXchange", [exchange] + (try DamagedInput.measured(["tomography/tooth/tooth.h5"])), projections)
  damage.checkFiles(
    "series of qpimage",
    [try damage.made("series.h5") { try TomographySamples.writePhaseImages(to: $0, hasBackground: true) }], projections)
  let tiff = try damage.made("stack.tif") { try TomographySamples.volume().write(to: $0) }
  damage.checkFiles("stack of TIFF", [tiff], file: "damaged.tif", projections)
  let mrc = try DamagedInput.golden(
    ["mode0-le", "mode1-be", "mode2-le", "mode2-be", "mode6-le"].map { "tomography/\($0).mrc" })
  damage.checkFiles("projections of MRC", mrc, file: "damaged.mrc", projections)
  let angles = "# angles / deg\n" + (0..<200).map { "\(Double($0) / 7)\n" }.joined()
  damage.checkFiles("text of angles", [Array(angles.utf8)], file: "angles.txt") { path in
    var options = ProjectionReadOptions()
    options.anglesFile = path
    options.angleLines = 3...7
    _ = try ProjectionFile.read(damage.path("scan.nxs"), options: options)
  }
  let reconstruction = PtychographySamples.reconstruction()
  let results = try ["result.cxi", "result.h5"].map { name in
    try damage.made(name) { try reconstruction.write(to: $0) }
  }
  damage.checkFiles("reconstructions of ptychography", results) { path in _ = try TransmissionSeriesFile.read([path]) }

  let nexus = try damage.made("volume.nxs") { try TomographySamples.volume().write(to: $0) }
  // One of our own, whose every byte carries a checksum, and one of another program.
  damage.checkFiles("volume of NeXus", [nexus] + (try DamagedInput.golden(["tomography/volume-h5py.nxs"])), volume)
  damage.checkFiles("volume of TIFF", [tiff], file: "damaged.tif", volume)
  damage.checkFiles("volume of MRC", mrc, file: "damaged.mrc", volume)

  let mesh = TomographySamples.tetrahedron
  damage.check("STL", [STLFile.write(mesh)]) { bytes in _ = try STLFile.read(bytes, named: "a.stl") }
  damage.check("surface of Gmsh", [Array(GmshFile.write(mesh).utf8)]) { bytes in
    _ = try GmshFile.readSurface(bytes, named: "a.msh")
  }
  damage.check("outline of Gmsh", [Array(GmshFile.write(TomographySamples.outline).utf8)]) { bytes in
    _ = try GmshFile.readOutline(bytes, named: "a.msh")
  }
  // All inputs are small: what damage makes a reader claim must not be taken from the machine.
  damage.add(
    AcceptanceLine(
      "tomography-readers", "memory of the process at its peak", peakMemory(), atMost: 1000, unit: "MB"))
  return damage.lines
}

/// The largest memory that the process has had so far, in MB.
private func peakMemory() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_maxrss) / 1000
}
