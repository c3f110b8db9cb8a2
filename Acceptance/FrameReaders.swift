import ArrayMath
import FileFormats
import Foundation
import TestSupport

/// Line 4 of the diffraction frames: damaged input for every reader of frames and masks.
func frameReadersLines() throws -> [AcceptanceLine] {
  var lines: [AcceptanceLine] = []
  let folder = FileManager.default.temporaryDirectory.appending(path: "operando-frames-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let golden = SharedData.checkout.appending(path: "Tests/Golden/frames")
  let stack = folder.appending(path: "damaged.h5").path
  func readAll(_ file: FrameFile) throws {
    let size = file.frames.shape.count * file.frames.pixelType.size
    guard size <= 1 << 28 else {
      throw FormatError("frames", "a damaged file of a few kB claims \(size) bytes a frame")
    }
    var pixels = [UInt8](repeating: 0, count: size)
    for index in 0..<min(file.frames.count, 4) {
      try pixels.withUnsafeMutableBytes { try file.frames.read(frame: index, into: $0) }
    }
  }
  func line(_ name: String, _ files: [String], _ read: ([UInt8]) throws -> Void) throws {
    let inputs = try files.map { try [UInt8](Data(contentsOf: golden.appending(path: $0))) }
    let result = MutatedReads(of: inputs, count: 500, read: read)
    lines.append(
      AcceptanceLine(
        "4", "\(name), 500 damaged inputs",
        figure: "\(result.errors) errors (\(result.silentErrors) silent), \(result.reads) reads, slowest "
          + String(format: "%.2f s", result.slowest),
        limit: "no crash, none silent, none above 10 s", passed: result.silentErrors == 0 && result.slowest < 10))
  }
  func fromBytes(_ bytes: [UInt8]) throws { try readAll(FrameFile.read(bytes, named: "frames")) }
  func fromFile(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: stack))
    try readAll(FrameFile.open(path: stack))
  }
  try line(
    "TIFF", ["t_u2_zlibp.tif", "t_i4_lzw.tif", "t_u1_pack.tif", "t_f4_tile.tif", "t_u2_be.tif", "t_u4_big.tif"],
    fromBytes)
  try line("EDF", ["e_u2.edf", "e_i1.edf"], fromBytes)
  try line("EDF in gzip", ["e_gz.edf.gz"], fromBytes)
  try line("CBF", ["c.cbf"], fromBytes)
  try line("HDF5, contiguous", ["h_u8_raw.h5", "h_bei4_raw.h5"], fromFile)
  try line("HDF5, bitshuffle", ["h_u2_bs4.h5", "h_u2_tile.h5", "h_u2_bsz.h5"], fromFile)
  try line("HDF5, other filters", ["h_u2_gz.h5", "h_f4_blosc.h5", "h_u4_lz4.h5", "h_u2_zstd.h5"], fromFile)
  try line("masks", ["t_u1_pack.tif", "e_i1.edf", "c.cbf"]) { _ = try PixelMaskFile.read($0, named: "mask") }
  return lines
}
