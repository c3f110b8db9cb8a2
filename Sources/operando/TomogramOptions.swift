import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Quantities
import Stages

/// What the files of projections may not state.
struct ProjectionOptions: ParsableArguments {
  @Option(help: "What the numbers are: intensity, absorption, phase or negative-phase.")
  var content: String?
  @Option(help: "Range over which the projections are spread evenly, its end not included, such as \"180 deg\".")
  var angleRange: String?
  @Option(help: "Text with an angle a line, or FILE.h5::/dataset.", completion: .file())
  var anglesFile: String?
  @Option(help: "Unit of the angles of the files: deg or rad. Without it, as they state it or as their span tells.")
  var angleUnit: String?
  @Option(help: "Photon energy, such as \"9.7 keV\", instead of the one that the files state.")
  var energy: String?
  @Option(help: "Edge of a pixel at the sample, such as \"43 nm\".")
  var pixel: String?
  @Option(
    help:
      "Which way the sample turns, seen from above: counterclockwise or clockwise; the other gives the mirror image.")
  var sense: String?
  @Option(help: "Frames with the beam on and without sample, comma-separated.", completion: .file())
  var flats: String?
  @Option(help: "Frames without beam, comma-separated.", completion: .file())
  var darks: String?

  func apply(to settings: inout TomographySettings) throws {
    settings.content = try content.map { try choice($0, of: "--content") }
    settings.angleRange = try angleRange.map {
      try quantity($0, of: "--angle-range", as: "an angle such as \"180 deg\"")
    }
    if let range = settings.angleRange, !(range.si > 0) {
      throw wrong("--angle-range", "\(range)", "a positive angle such as \"180 deg\"")
    }
    settings.anglesFile = anglesFile.map { FilePath($0) }
    settings.angleUnit = try angleUnit.map { try choice($0, of: "--angle-unit") }
    settings.energy = try energy.map { try quantity($0, of: "--energy", as: "an energy such as \"9.7 keV\"") }
    if let energy = settings.energy, !(energy.si > 0) { throw wrong("--energy", "\(energy)", "a positive energy") }
    settings.pixel = try pixel.map { try quantity($0, of: "--pixel", as: "a length such as \"43 nm\"") }
    if let pixel = settings.pixel, !(pixel.si > 0) { throw wrong("--pixel", "\(pixel)", "a positive length") }
    if let sense { settings.sense = try choice(sense, of: "--sense") }
    func paths(_ list: String?) -> [FilePath] { (list?.split(separator: ",") ?? []).map { FilePath(String($0)) } }
    settings.flats = paths(flats)
    settings.darks = paths(darks)
  }
}

/// How the projections are prepared and aligned, and how the volume is made.
struct VolumeOptions: ParsableArguments {
  @Option(help: "Where constants and ramps come from: automatic, air or none.")
  var correction = "automatic"
  @Option(help: "How projections are aligned: none, centre-of-mass or reprojection.")
  var align = "reprojection"
  @Option(help: "Column of the rotation axis, in pixels from the left edge. Without it, as the file states or found.")
  var axis: Double?
  @Option(help: "How the volume is made: fbp, fourier, derivative, sirt, cgls or tv.")
  var algorithm = "fbp"
  @Option(help: "Window of the filter: ramp, shepp-logan, cosine, hann, hamming, parzen or butterworth.")
  var filter = "ramp"
  @Option(help: "Where the filter ends, over half a cycle a pixel.")
  var cutOff = 1.0
  @Option(help: "Iterations of sirt, cgls and tv. Without it, the method's own.")
  var iterations: Int?
  @Option(help: "Rows and columns of the slices. Without it, the width of the projections.")
  var size: Int?
  @Flag(help: "Make no volumes of every second projection: no resolution, half the time.")
  var withoutHalves = false

  func apply(to settings: inout TomographySettings) throws {
    settings.preparation.correction = try choice(correction, of: "--correction")
    settings.alignment.method = try choice(align, of: "--align")
    settings.alignment.axis = try axis.map { try within(-1e5...1e5, $0, of: "--axis") }
    settings.reconstruction.algorithm = try choice(algorithm, of: "--algorithm")
    settings.reconstruction.filter = try choice(filter, of: "--filter")
    settings.reconstruction.cutOff = try within(0.05...1, cutOff, of: "--cut-off")
    settings.reconstruction.iterations = try iterations.map { try within(1...100_000, $0, of: "--iterations") }
    settings.reconstruction.size = try size.map { try within(4...16384, $0, of: "--size") }
    settings.reconstruction.halves = !withoutHalves
  }
}
