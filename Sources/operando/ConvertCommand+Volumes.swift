import FileFormats
import Foundation
import Pipeline

extension ConvertCommand {
  /// Whether the input is a volume of tomography: an MRC file, or a NeXus file that opens on one.
  var isVolume: Bool {
    if Self.volumeEndings.contains(ending(input)) { return true }
    guard ["nxs", "h5", "hdf5"].contains(ending(input)) else { return false }
    let file = input.range(of: "::", options: .backwards).map { String(input[..<$0.lowerBound]) } ?? input
    return (try? VolumeFile.recognises(hdf5: file)) ?? false
  }

  /// The endings of MRC files.
  static var volumeEndings: Set<String> { ["mrc", "map", "rec"] }

  func convertVolume() throws {
    // Damage that is found only while voxels are read is wrong input all the same.
    let volume = try reading { () -> VolumeFile in
      var volume = try VolumeFile.read(input)
      if volume.rawFile == nil { volume.rawFile = URL(filePath: input).lastPathComponent }
      if volume.program.name.isEmpty { volume.program = ("operando", programVersion) }
      return volume
    }
    if volume.voxel == nil { Terminal.note("note: \(input) does not state the extent of its voxels") }
    try writing { try AtomicFile.place(output) { try volume.write(to: $0) } }
    Terminal.write(output)
  }
}
