import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import Stages

/// `operando calibrate FRAME --calibrant C --energy E --pixel P --distance D -o OUT.poni`
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Where the detector stands, from an image of a calibrant, without a click.",
    discussion: """
      Finds the rings in the image, fits distance, centre and tilt, and writes them
      as PONI 2.1 with the orientation of the image (or as NeXus with all points).
      What the rings cannot tell, such as a mirror image, is said.

      Several images at known distances are fitted jointly:
        operando calibrate near.tif far.tif --offset "0 mm" --offset "50 mm" ...

      Example:
        operando calibrate lab6.tif --calibrant LaB6 --energy "19 keV" \\
          --pixel "31 um" --distance "131.67 mm" -o lab6.poni --report lab6.html

      Exit status: 0 done, 1 failed while writing, 2 wrong input, among it an
      image in which the rings of the calibrant are not found (nothing written).
      """)

  @Argument(help: "Images of the calibrant: TIFF, EDF, CBF, or HDF5 as FILE.h5 or FILE.h5::/path.", completion: .file())
  var frames: [String]
  @Option(
    help: "The calibrant: LaB6, LaB6_SRM660a, LaB6_SRM660b, LaB6_SRM660c, CeO2, Si, Al2O3, AgBh, or a file NAME.cif.")
  var calibrant: String
  @Option(help: "Photon energy, such as \"19 keV\". Without it and --wavelength, the one in the file.")
  var energy: String?
  @Option(help: "Wavelength instead of the energy, such as \"0.6525 angstrom\".")
  var wavelength: String?
  @Option(help: "Extent of a pixel, such as \"31 um\". Without it, the one in the file.")
  var pixel: String?
  @Option(
    help: "Distance from sample to detector, true to 20 %, such as \"131.67 mm\". Without it, it is searched for.")
  var distance: String?
  @Option(help: "A rough geometry as a .poni file, instead of the distance; needed where only arcs of rings are seen.")
  var start: String?
  @Option(help: "Pixels to leave out: an image in which they are not 0.", completion: .file())
  var mask: String?
  @Option(help: "For several images: how much farther the detector stood than for the first, once for each image.")
  var offset: [String] = []
  @Option(
    help: "What is determined, comma-separated: distance, poni1, poni2, rotation1, rotation2, wavelength.")
  var refine = "distance,poni1,poni2,rotation1,rotation2"
  @Option(help: "Degree of linear polarisation of the beam, horizontal positive, -1 to 1.")
  var polarisation = 0.99
  @Option(name: .shortAndLong, help: "The output: .poni, or .nxs with points, residuals and covariance.")
  var output: String
  @Option(help: "A report with pictures of rings and residuals, as HTML.")
  var report: String?
  @Option(help: "Number of threads; results do not depend on it.")
  var threads = 1

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads takes a number of at least 1") }
    guard ["poni", "nxs"].contains(URL(filePath: output).pathExtension) else {
      throw ValidationError("\(output): an output ends in .poni or .nxs")
    }
    guard offset.isEmpty || offset.count == frames.count else {
      throw ValidationError("--offset is given \(offset.count) times for \(frames.count) images")
    }
  }

  func run() throws {
    let parameters = try parameters()
    let result: StageResult<DetectorCalibration>
    do {
      let input = try DiffractionInput.calibration(parameters)
      result = try DetectorCalibrationStage.run(input, parameters, RunContext(threads: threads))
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    do {
      if output.hasSuffix(".poni") {
        let written = try DetectorGeometryFile.write(
          result.value.geometry, to: output, comment: "calibrated on \(calibrant)",
          creator: "operando \(programVersion)")
        for note in written.notes { Terminal.note("note: \(note)") }
        for file in written.files { Terminal.write(file) }
      } else {
        try AtomicFile.place(output) { try StageDocument.write(result, parameters: parameters.canonicalText(), to: $0) }
        Terminal.write(output)
      }
      if let report { try writeReport(of: result.summary, stage: DetectorCalibrationStage.name, to: report) }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }

  private func parameters() throws -> DetectorCalibrationStage.Parameters {
    var parameters = DetectorCalibrationStage.Parameters()
    parameters.calibrant = calibrant
    parameters.energy = try energy.map { try quantity($0, of: "--energy", as: "an energy such as \"19 keV\"") }
    parameters.wavelength = try wavelength.map {
      try quantity($0, of: "--wavelength", as: "a length such as \"0.6525 angstrom\"")
    }
    parameters.pixel = try pixel.map { try quantity($0, of: "--pixel", as: "a length such as \"31 um\"") }
    parameters.distance = try distance.map { try quantity($0, of: "--distance", as: "a length such as \"131.67 mm\"") }
    parameters.start = start.map { FilePath($0) }
    parameters.mask = mask.map { FilePath($0) }
    parameters.polarisation = polarisation
    parameters.refine = try refine.split(separator: ",").map { word in
      let name = word.trimmingCharacters(in: .whitespaces)
      guard let parameter = DetectorCalibrationStage.RefinedParameter(rawValue: name) else {
        let known = DetectorCalibrationStage.RefinedParameter.allCases.map(\.rawValue).joined(separator: ", ")
        Terminal.error("error: --refine: there is no parameter \"\(name)\"; expected some of \(known)")
        throw ExitStatus.wrongInput
      }
      return parameter
    }
    parameters.frames = try frames.enumerated().map { index, path in
      var frame = DetectorCalibrationStage.FrameParameters()
      frame.file = FilePath(path)
      if !offset.isEmpty {
        frame.distanceOffset = try quantity(offset[index], of: "--offset", as: "a length such as \"50 mm\"")
      }
      return frame
    }
    try refuse(parameters.validate())
    return parameters
  }
}
