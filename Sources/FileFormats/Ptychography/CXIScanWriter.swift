import ArrayMath
import HDF5
public import Ptychography

/// Writes a scan as NXcxi_ptycho, which is CXI 1.6 as well: everything in SI units, the energy too.
///
/// Positions are written as the sample's translations (x, y, 0), with basis vectors of the detector by which rows are +y
/// and columns +x, so that they read back as they are.
public enum CXIScanWriter {
  /// What a scan does not know about itself.
  public struct Circumstances: Sendable, Hashable {
    /// The name of the source.
    public var sourceName: String
    /// The energy of the machine in joules for `source_1/energy`; where it is not given that field holds the photons'
    /// energy, which readers of CXI expect there.
    public var machineEnergy: Double?
    /// The spread of the photons' energies, in joules.
    public var energySpread: Double
    /// The name of the sample.
    public var sampleName: String
    /// The program that writes and its version.
    public var creator: String

    public init(
      sourceName: String = "unknown", machineEnergy: Double? = nil, energySpread: Double = 0,
      sampleName: String = "sample", creator: String = "operando"
    ) {
      self.sourceName = sourceName
      self.machineEnergy = machineEnergy
      self.energySpread = energySpread
      self.sampleName = sampleName
      self.creator = creator
    }
  }

  /// Writes a file, replacing one of that name; a chunk is one pattern.
  ///
  /// - Throws: `HDF5Error` when the file cannot be written or a pattern cannot be stored, ``FormatError`` when patterns
  ///   and positions differ in number, what the source throws when it cannot be read.
  public static func write(
    _ scan: PtychographyScan, to path: String, _ circumstances: Circumstances = Circumstances(),
    compression: NeXusFrameWriter.Compression = .bitshuffleLZ4
  ) throws {
    guard scan.frames.count == scan.positions.count else {
      throw FormatError(path, "cannot hold \(scan.positions.count) positions for \(scan.frames.count) patterns")
    }
    var facts = CXITree.Facts(
      title: scan.name, geometry: scan.geometry, positions: scan.positions, exposure: scan.exposure, angle: scan.angle)
    facts.centre = scan.centre
    facts.sourceName = circumstances.sourceName
    facts.machineEnergy = circumstances.machineEnergy
    facts.energySpread = circumstances.energySpread
    facts.sampleName = circumstances.sampleName
    facts.mask = scan.mask
    facts.probe = scan.probe
    var entry = CXITree.entry(facts, patterns: nil, writesPatterns: true)
    if scan.isCornerCentred {
      entry[group: "instrument_1"]?[group: "detector_1"]?[dataset: "is_fft_shifted"] = NeXusDataset(.integer(1))
    }
    let tree = CXITree.root(entry, creator: (circumstances.creator, ""))
    try HDF5File.create(path) { root in
      try NeXusFile.write(tree, into: root)
      let detector = try root.group("entry_1").group("instrument_1").group("detector_1")
      try NeXusFrameWriter.write(scan.frames, named: "data", into: detector, compression: compression)
    }
  }
}
