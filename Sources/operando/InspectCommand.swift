import ArgumentParser
import FileFormats
import Foundation
import Stages

/// `operando inspect FILE`
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Tell what is in a file: a record, a NeXus file, frames, a geometry, a pattern, a map, a volume.",
    discussion: """
      Of a NeXus or HDF5 file the tree is printed, of a geometry (.poni, .fit2d)
      its numbers in the conventions of PONI, FIT2D, NeXus and DAWN, of a
      structure (.cif) its distances with a warning where they look wrong, of an
      orientation map its phases and frames, of Kikuchi patterns their geometry,
      of a scan of ptychography its geometry and where it is from, of
      projections for tomography their angles, of a volume its quantity and
      voxels, of an experiment every setting.

      Example:  operando inspect cell.mpr
      """)

  @Argument(
    help: """
      A file .mpr, .mpt, .csv, .nxs, .h5, .cxi, .tif, .edf, .cbf, .npy, .mrc, .st, .ali, .rec, .poni, .fit2d, .xye, .xy, \
      .chi, .cif, .yaml, .ctf, .ang, .cpr, .h5oina, .up1, .up2 or .ebsp, or the Setting.txt of NORDIF.
      """,
    completion: .file())
  var file: String

  func run() throws {
    guard FileManager.default.isReadableFile(atPath: file) else {
      Terminal.error("\(file): cannot be opened; check that it exists and may be read")
      throw ExitStatus.wrongInput
    }
    do {
      switch URL(filePath: file).pathExtension.lowercased() {
      case "yaml", "yml":
        let experiment = try loadExperiment(file)
        Terminal.write(experiment.resolvedText)
      case "nxs", "h5", "hdf5", "cxi", "vtkhdf", "h5oina", "oh5", "h5ebsd":
        if let text = try ElectronFile.description(ofHDF5: file) { Terminal.write(text + "\n") }
        if let text = try PtychographyFile.description(ofHDF5: file) { Terminal.write(text + "\n") }
        if let text = try TomographyFile.description(ofHDF5: file) { Terminal.write(text + "\n") }
        Terminal.write(try NeXusFile.tree(file))
      case "ctf", "ang", "cpr", "crc", "up1", "up2", "ebsp", "txt":
        Terminal.write(try ElectronFile.description(of: file))
      case "poni", "fit2d":
        Terminal.write(try DetectorGeometryFile.description(ofFile: file))
      case "xye", "xy", "dat", "chi":
        Terminal.write(PatternFile.description(of: try PatternFile.read(file)))
      case "tif", "tiff", "edf", "cbf", "npy", "gz":
        Terminal.write(try FrameFile.open(path: file).description)
        if let text = try TomographyFile.description(ofTIFF: file) { Terminal.write(text) }
      case "mrc", "mrcs", "st", "ali", "preali", "map", "rec":
        Terminal.write(try TomographyFile.description(ofMRC: file))
      case "cif":
        Terminal.write(try StructureDescription.text(of: file))
      default:
        Terminal.write(try PotentiostatFile.description(of: file))
      }
    } catch let status as ExitStatus {
      throw status
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
  }
}
