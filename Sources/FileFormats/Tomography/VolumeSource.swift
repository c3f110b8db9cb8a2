import ArrayMath
import Foundation
import HDF5

/// A volume in a file, its slices not yet read.
struct VolumeSource {
  var path: String
  /// One frame a slice.
  var frames: any FrameSource
  var format: String
  var name: String
  var quantity: VolumeFile.Quantity
  var voxel: VolumeFile.Voxel?
  var program = (name: "", version: "")
  var rawFile: String?
  var notes: [String] = []
  /// The bytes of the file, which bound what it can hold.
  var storedBytes: Int

  /// Volumes up to this many bytes are read whatever the file claims.
  private static let modestBytes = 1 << 26
  /// The gain of deflate, the densest of the usual filters, is at most this.
  private static let largestGain = 1100

  init(
    _ path: String, frames: any FrameSource, format: String, quantity: VolumeFile.Quantity, voxel: VolumeFile.Voxel?,
    storedBytes: Int
  ) {
    self.path = path
    self.frames = frames
    self.format = format
    self.quantity = quantity
    self.voxel = voxel
    self.storedBytes = storedBytes
    name = URL(filePath: FrameFile.split(path).file).deletingPathExtension().lastPathComponent
  }

  // MARK: - Opening

  static func open(_ path: String) throws -> VolumeSource {
    let (file, dataset) = FrameFile.split(path)
    let files = dataset == nil ? try FrameFile.files(of: path) : [file]
    guard files.count == 1, let only = files.first else { return try openFrames([path], files) }
    let bytes = try FrameBytes(path: only)
    if FrameFile.isHDF5(bytes) { return try openHDF5(path, only, dataset, storedBytes: bytes.count) }
    if MRCFile.recognises(try bytes.bytes(at: 0, atMost: MRCFile.headerSize), path: only) {
      let mrc = try MRCFile(bytes)
      return VolumeSource(
        path, frames: mrc.frames, format: "MRC", quantity: MRCQuantityLabel.read(mrc.labels),
        voxel: mrc.voxel.map { VolumeFile.Voxel(slice: $0.section, row: $0.row, column: $0.column) },
        storedBytes: bytes.count)
    }
    return try openFrames([path], files)
  }

  private static func openFrames(_ paths: [String], _ files: [String]) throws -> VolumeSource {
    let opened = try FrameFile.open(paths: paths)
    let stored = try files.reduce(0) { $0 + (try FrameBytes(path: $1).count) }
    var source = VolumeSource(
      paths[0], frames: opened.frames, format: "frames (\(opened.format.rawValue))", quantity: .unknown, voxel: nil,
      storedBytes: stored)
    if let text = (opened.frames as? TIFFFrames)?.description, let said = TIFFVolumeText.read(text) {
      (source.quantity, source.voxel) = said
    }
    return source
  }

  private static func openHDF5(
    _ path: String, _ file: String, _ dataset: String?, storedBytes: Int
  ) throws -> VolumeSource {
    let statements = try ScanStatements(file)
    let signal = try NeXusVolumeSearch.signal(statements, dataset: dataset)
    guard let signal, let frames = try statements.frames(signal.path) else {
      // Not a plot: whatever dataset of frames there is.
      let opened = try FrameFile.open(path: path)
      return VolumeSource(
        path, frames: opened.frames, format: "dataset of HDF5", quantity: .unknown, voxel: nil,
        storedBytes: storedBytes)
    }
    guard frames.scanShape.reduce(1, *) == frames.scanShape.last ?? 1 else {
      throw FormatError(
        path, "has the axes \(frames.scanShape + [frames.shape.rows, frames.shape.columns]); a volume has three")
    }
    var source = VolumeSource(
      path, frames: frames, format: "NeXus, \(signal.path)", quantity: signal.quantity, voxel: signal.voxel,
      storedBytes: storedBytes)
    let entry = signal.path.split(separator: "/").first.map { "/" + $0 } ?? ""
    if let name = try statements.text(entry + "/sample/name"), !name.isEmpty { source.name = name }
    let made = entry + "/reconstruction"
    source.program = (try statements.text(made + "/program") ?? "", try statements.text(made + "/version") ?? "")
    source.rawFile = try statements.text(made + "/parameters/raw_file")
    if let notes = try statements.text(made + "/notes/data") {
      source.notes = notes.split(separator: "\n").map(String.init)
    }
    return source
  }

  // MARK: - Reading

  func load() throws -> VolumeFile {
    let shape = VolumeShape(slices: frames.count, rows: frames.shape.rows, columns: frames.shape.columns)
    let (bytes, overflow) = frames.count.multipliedReportingOverflow(by: 4 * frames.shape.count)
    guard !overflow, bytes <= Self.modestBytes || bytes / Self.largestGain <= storedBytes else {
      throw FormatError(
        path,
        "claims \(shape.slices) x \(shape.rows) x \(shape.columns) voxels, more than its \(storedBytes) bytes can hold")
    }
    guard shape.count > 0 else { throw FormatError(path, "holds a volume without voxels") }
    var voxels: [Float] = []
    voxels.reserveCapacity(shape.count)
    for slice in 0..<frames.count { voxels += try frames.floats(frame: slice) }
    return VolumeFile(
      name: name, volume: ScalarVolume(voxels, shape: shape), quantity: quantity, voxel: voxel, program: program,
      rawFile: rawFile, notes: notes)
  }

  var description: String {
    var lines = [
      "format: volume (\(format))", "sample: \(name)",
      "voxels: \(frames.count) slices x \(frames.shape.rows) rows x \(frames.shape.columns) columns of "
        + frames.pixelType.rawValue,
    ]
    if quantity != .unknown {
      lines.append("quantity: \(quantity.name)" + (quantity.units.isEmpty ? "" : " in \(quantity.units)"))
    }
    if let voxel {
      lines.append(
        String(
          format: "voxel: %.6g x %.6g x %.6g nm (slice, row, column)", voxel.slice * 1e9, voxel.row * 1e9,
          voxel.column * 1e9))
    } else {
      lines.append("voxel: not stated")
    }
    if !program.name.isEmpty { lines.append("made by: \(program.name) \(program.version)") }
    if let rawFile { lines.append("from: \(rawFile)") }
    return (lines + notes.map { "note: \($0)" }).joined(separator: "\n")
  }
}

extension VolumeFile.Quantity {
  /// What the voxels hold where nothing tells it.
  public static let unknown = VolumeFile.Quantity(name: "data", units: "", title: "")
}
