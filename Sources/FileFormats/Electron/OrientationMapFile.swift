import Crystallography
public import ElectronDiffraction
import Foundation

/// The formats of orientation maps that are read.
public enum OrientationMapFormat: String, Sendable, Hashable, CaseIterable {
  /// Text of HKL Channel 5 and Oxford AZtec.
  case channelText = "ctf"
  /// Text of EDAX TSL OIM.
  case edaxText = "ang"
  /// The pair .cpr and .crc of HKL Channel 5.
  case channelProject = "cpr"
  /// HDF5 of Oxford AZtec.
  case oxfordHDF5 = "h5oina"
  /// HDF5 of EDAX OIM.
  case edaxHDF5 = "edax-h5"
  /// What ``OrientationMapNeXus`` writes.
  case nexus = "nxs"
}

/// An orientation map of a file, and what the file states about it.
public struct OrientationMapFile: Sendable, Hashable {
  public var map: OrientationMap
  public var format: OrientationMapFormat
  /// The frame of the Euler angles that ``OrientationMap/mapToSample`` stands for.
  public var eulerFrame: EulerFrame
  /// The axis along x in the file; orientations in ``map`` always have x along a.
  public var crystalFrame: CrystalFrame
  /// In volts, where the file states it.
  public var accelerationVoltage: Double?
  /// Tilt of the sample, in radians, where the file states it.
  public var sampleTilt: Double?
  /// Statements of the file by its own names.
  public var facts: [String: String]
  /// What was assumed, repaired or left out, a sentence each.
  public var notes: [String]

  public init(
    map: OrientationMap, format: OrientationMapFormat, eulerFrame: EulerFrame, crystalFrame: CrystalFrame = .alongA,
    accelerationVoltage: Double? = nil, sampleTilt: Double? = nil, facts: [String: String] = [:], notes: [String] = []
  ) {
    (self.map, self.format, self.eulerFrame, self.crystalFrame) = (map, format, eulerFrame, crystalFrame)
    (self.accelerationVoltage, self.sampleTilt) = (accelerationVoltage, sampleTilt)
    (self.facts, self.notes) = (facts, notes)
  }

  /// More points than this are damage or not for this program.
  static let largestPointCount = 200_000_000

  /// Opens a map; its format is recognised by its content.
  ///
  /// - Parameters:
  ///   - path: a file.
  ///   - eulerFrame: the frame of the file's Euler angles where it is not that of its format.
  /// - Throws: ``FormatError`` or `HDF5Error` when there is no such file, when it is no map, damaged or cut short.
  public static func open(path: String, eulerFrame: EulerFrame? = nil) throws -> OrientationMapFile {
    if ChannelProjectFile.recognises(path) {
      return try ChannelProjectFile.open(path, eulerFrame: eulerFrame ?? .oxford)
    }
    let bytes = try FrameBytes(path: path)
    if FrameFile.isHDF5(bytes) { return try openHDF5(path, eulerFrame: eulerFrame) }
    return try read(bytes.bytes(at: 0, atMost: bytes.count), named: path, eulerFrame: eulerFrame)
  }

  /// Reads a map of text from the bytes of a file.
  ///
  /// - Parameter name: for messages.
  /// - Throws: ``FormatError``.
  public static func read(
    _ bytes: [UInt8], named name: String, eulerFrame: EulerFrame? = nil
  ) throws -> OrientationMapFile {
    guard !bytes.isEmpty else { throw FormatError(name, "is empty") }
    if ChannelTextFile.recognises(bytes) {
      return try ChannelTextFile.read(bytes, named: name, eulerFrame: eulerFrame ?? .oxford)
    }
    if AngFile.recognises(bytes) { return try AngFile.read(bytes, named: name, eulerFrame: eulerFrame ?? .edax1) }
    throw FormatError(name, "is no orientation map: neither .ctf, .ang, .cpr nor HDF5")
  }

  /// Reads the pair of files of HKL Channel 5.
  ///
  /// - Parameters:
  ///   - project: the bytes of the `.cpr`.
  ///   - points: the bytes of the `.crc`.
  ///   - name: for messages.
  /// - Throws: ``FormatError``.
  public static func read(
    project: [UInt8], points: [UInt8], named name: String, eulerFrame: EulerFrame? = nil
  ) throws -> OrientationMapFile {
    try ChannelProjectFile.read(project: project, points: points, named: name, eulerFrame: eulerFrame ?? .oxford)
  }

  private static func openHDF5(_ path: String, eulerFrame: EulerFrame?) throws -> OrientationMapFile {
    let file = try HDF5Statements(path)
    if file.has("entry/orientations/layout") {
      let map = try OrientationMapNeXus.map(in: NeXusFile.read(path), named: path)
      let frame = EulerFrame.allCases.first { frame in (frame.fromMap.inverse * map.mapToSample).angle < 1e-6 }
      return OrientationMapFile(map: map, format: .nexus, eulerFrame: frame ?? .map)
    }
    let maker = (file.manufacturer ?? "").lowercased()
    if maker.contains("edax") { return try EDAXMap.read(file, eulerFrame: eulerFrame) }
    if maker.contains("oxford") { return try OxfordMap.read(file, eulerFrame: eulerFrame ?? .oxford) }
    throw FormatError(path, "holds no orientation map of this program, of EDAX or of Oxford")
  }
}
