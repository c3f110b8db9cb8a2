import ArrayMath
import Foundation

extension MRCFile {
  /// Writes a volume in mode 2, in the byte order of the machine.
  ///
  /// Columns, rows and slices become x, y and z, which keeps the frame right-handed; viewers that draw y upwards show the
  /// slices upside down, not mirrored in space.
  ///
  /// - Parameters:
  ///   - voxel: extents along slices, rows and columns, in metres.
  ///   - labels: up to ten lines of up to 80 characters of ASCII.
  /// - Throws: ``FormatError`` when the file cannot be written.
  static func write(
    _ volume: ScalarVolume, voxel: (slice: Double, row: Double, column: Double)?, labels: [String], to path: String
  ) throws {
    let shape = volume.shape
    guard shape.count > 0, [shape.slices, shape.rows, shape.columns].allSatisfy({ $0 <= 1 << 24 }) else {
      throw FormatError(path, "cannot hold \(shape.slices) x \(shape.rows) x \(shape.columns) voxels")
    }
    var header = [UInt8](repeating: 0, count: headerSize)
    func put(_ at: Int, _ value: Int) {
      withUnsafeBytes(of: Int32(value)) { header.replaceSubrange(at..<at + 4, with: $0) }
    }
    func put(_ at: Int, _ value: Double) {
      withUnsafeBytes(of: Float(value)) { header.replaceSubrange(at..<at + 4, with: $0) }
    }
    let extents = [shape.columns, shape.rows, shape.slices]
    let voxels = [voxel?.column ?? 0, voxel?.row ?? 0, voxel?.slice ?? 0]
    for axis in 0..<3 {
      put(4 * axis, extents[axis])
      put(28 + 4 * axis, extents[axis])
      put(40 + 4 * axis, voxels[axis] / angstrom * Double(extents[axis]))
      put(52 + 4 * axis, 90.0)
      put(64 + 4 * axis, axis + 1)
    }
    put(12, 2)
    let statistics = Statistics(volume.voxels)
    put(76, statistics.least)
    put(80, statistics.greatest)
    put(84, statistics.mean)
    put(216, statistics.deviation)
    put(88, 1)
    put(108, 20140)
    header.replaceSubrange(208..<212, with: Array("MAP ".utf8))
    header.replaceSubrange(212..<214, with: 1.bigEndian == 1 ? [0x11, 0x11] : [0x44, 0x44])
    let kept = labels.prefix(10)
    put(220, kept.count)
    for (index, label) in kept.enumerated() {
      let text = label.utf8.map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }.prefix(80)
      header.replaceSubrange((224 + 80 * index)..<(224 + 80 * index + text.count), with: text)
    }
    do {
      guard FileManager.default.createFile(atPath: path, contents: nil) else {
        throw FormatError(path, "cannot be created")
      }
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      defer { try? file.close() }
      try file.write(contentsOf: Data(header))
      let size = shape.slice.count
      for slice in 0..<shape.slices {
        let data = volume.voxels[slice * size..<(slice + 1) * size].withUnsafeBytes { Data($0) }
        try file.write(contentsOf: data)
      }
    } catch let error as FormatError {
      throw error
    } catch {
      throw FormatError(path, "cannot be written: \(error.localizedDescription)")
    }
  }

  /// What the header says about the values, NaN apart.
  private struct Statistics {
    var least = 0.0, greatest = -1.0, mean = -2.0, deviation = -1.0

    /// Where there is no number at all, what the format has for "not determined" stays.
    init(_ values: [Float]) {
      var (low, high) = (Float.infinity, -Float.infinity)
      var (sum, squares, count) = (0.0, 0.0, 0)
      for value in values where value.isFinite {
        low = min(low, value)
        high = max(high, value)
        sum += Double(value)
        squares += Double(value) * Double(value)
        count += 1
      }
      guard count > 0 else { return }
      (least, greatest, mean) = (Double(low), Double(high), sum / Double(count))
      deviation = max(squares / Double(count) - mean * mean, 0).squareRoot()
    }
  }
}
