public import FileFormats
import Foundation
public import Pipeline
public import Quantities
public import Tomography

/// A tomographic measurement: its projections, what their files do not state, how they become a volume, and what the
/// particle in it is.
public struct TomographySettings: ExperimentDecodable {
  @Setting("name of this measurement; its answers are called NAME.tomography.mass and so on", default: "tomography")
  public var name: String
  @Setting("ptychographic measurement of this experiment whose objects are the projections", example: "particle")
  public var ptychography: String?
  @Setting(
    "projections instead: NXtomo, DXchange, TIFF stack or folder, MRC, FILE.h5::/dataset, or complex objects as CXI, ptychodus product or .nxs of operando ptycho; a folder, or a name with *, stands for its files in the order of their names",
    default: [], example: "raw/projections.nxs")
  public var projections: [FilePath]
  @Setting(
    "what the numbers of a projection are, where the file does not tell: intensity, absorption (−ln of the transmission), phase (matter negative) or negative-phase (matter positive)"
  )
  public var content: ContentChoice?
  @Setting("angle of each projection, where the files do not state it", default: [], example: "[0 deg, 0.3 deg]")
  public var angles: [Angle]
  @Setting(
    "text with an angle a line, or FILE.h5::/dataset, where the files do not state them", example: "angles.txt")
  public var anglesFile: FilePath?
  @Setting("unit of the angles of the files: deg or rad; left out, as they state it, or told by their span")
  public var angleUnit: AngleUnitChoice?
  @Setting(
    "range over which the projections are spread evenly, its end not included, where the files state no angle",
    in: 1 * .degree...3600 * .degree, example: "180 deg")
  public var angleRange: Angle?
  @Setting("frames with the beam on and without sample, for intensities", default: [], example: "flat.tif")
  public var flats: [FilePath]
  @Setting("frames without beam, for intensities", default: [], example: "dark.tif")
  public var darks: [FilePath]
  @Setting(
    "which way the sample turns with rising angle, seen from above (from row 0) with the images seen from the source; the other one gives the mirror image",
    default: .counterclockwise)
  public var sense: RotationSense
  @Setting(
    "photon energy, instead of the one that the files state",
    in: Energy(0.001, .kiloelectronVolt)...Energy(200, .kiloelectronVolt), example: "9.7 keV")
  public var energy: Energy?
  @Setting(
    "edge of a pixel at the sample, instead of the one that the files state", in: Length(si: 1e-10)...Length(si: 1e-2),
    example: "43 nm")
  public var pixel: Length?
  @Section("how projections become line integrals")
  public var preparation: ProjectionPreparationParameters
  @Section("where the sample lies in each projection")
  public var alignment: AlignmentParameters
  @Section("how the volume is made")
  public var reconstruction: VolumeReconstructionParameters
  @Section("the particle in the volume: its extent, mass and state of charge")
  public var particle: ParticleVolumeStage.Parameters?
  @Section("what `operando simulate` makes of this measurement; an analysis reads none of it")
  public var simulation: SimulatedTomographySettings?

  public init() {}

  public func validate() -> [SettingProblem] {
    var found: [SettingProblem] = []
    if let wrong = problem(ofMeasurementName: name, example: "particle-1") { found.append(wrong) }
    switch (ptychography, projections.isEmpty) {
    case (nil, true) where simulation == nil:
      found.append(
        SettingProblem(
          at: "", "there are no projections",
          detail: "give `ptychography` with the name of a measurement, or `projections` such as [raw/projections.nxs]"))
    case (.some, false):
      found.append(
        SettingProblem(
          at: "projections", "both files and a ptychographic measurement are given", detail: "keep one of them"))
    default: break
    }
    let givenAngles = [
      ("angles", !angles.isEmpty), ("angles_file", anglesFile != nil), ("angle_range", angleRange != nil),
    ]
    .filter(\.1).map(\.0)
    if givenAngles.count > 1, let last = givenAngles.last {
      found.append(
        SettingProblem(
          at: last, "the angles are given twice",
          detail: "keep one of \(givenAngles.map { "`\($0)`" }.joined(separator: ", "))"))
    }
    return found
  }

  /// Everything that is wrong with the settings, those of their sections included.
  public var problems: [SettingProblem] {
    validate() + reconstruction.validate() + (particle?.validate() ?? [])
  }

  /// What the stage of the volume works by.
  public var parameters: TomogramStage.Parameters {
    var parameters = TomogramStage.Parameters()
    parameters.sense = sense
    parameters.preparation = preparation
    parameters.alignment = alignment
    parameters.reconstruction = reconstruction
    return parameters
  }

  /// Every file that is read, with the setting that names it.
  var files: [(key: String, path: FilePath)] {
    projections.enumerated().map { ("projections[\($0.offset)]", $0.element) }
      + flats.enumerated().map { ("flats[\($0.offset)]", $0.element) }
      + darks.enumerated().map { ("darks[\($0.offset)]", $0.element) }
      + (anglesFile.map { [("angles_file", $0)] } ?? [])
  }

  var tomogramStage: String { "\(TomogramStage.name)-\(name)" }
  var particleStage: String { "\(ParticleVolumeStage.name)-\(name)" }

  /// The conventions in force.
  var conventions: [Convention] {
    [
      Convention(
        subject: "rotation of \(name)",
        choice: "\(sense.rawValue) with rising angle, seen from above" + ($sense.isGiven ? ", as stated" : ", assumed")),
      Convention(
        subject: "slices of \(name)",
        choice: "seen from above, columns as in the projection of angle 0, the beam running up the page"),
      Convention(subject: "projections of \(name)", choice: "matter is positive: minus the phase, or −ln I/I0"),
    ]
  }
}

/// What the numbers of a projection are.
public typealias ContentChoice = MeasuredProjections.Content

/// The unit of angles in a file.
public typealias AngleUnitChoice = ProjectionReadOptions.AngleUnit

extension MeasuredProjections.Content: SettingChoice {}
extension ProjectionReadOptions.AngleUnit: SettingChoice {}
extension RotationSense: SettingChoice {}
