public import Pipeline
public import Tomography

extension TomogramStage {
  /// How projections become a volume.
  public struct Parameters: ExperimentDecodable {
    @Setting("which way the sample turns with rising angle, seen from above", default: .counterclockwise)
    public var sense: RotationSense
    @Section("how projections become line integrals")
    public var preparation: ProjectionPreparationParameters
    @Section("where the sample lies in each projection")
    public var alignment: AlignmentParameters
    @Section("how the volume is made")
    public var reconstruction: VolumeReconstructionParameters

    public init() {}
  }
}

/// How projections become line integrals.
public struct ProjectionPreparationParameters: ExperimentDecodable {
  @Setting(
    "where constant and ramp of each projection come from: automatic (from air for complex projections, none for measured phases and absorption), air or none",
    default: CorrectionChoice.automatic)
  public var correction: CorrectionChoice
  @Setting(
    "where there is no sample: automatic (found), sides (strips at the left and right) or corners", default: .automatic)
  public var air: AirPlace
  @Setting("width of the strips or corners, over the field", default: 0.1, in: 0.01...0.5)
  public var airWidth: Double
  @Setting("how the phase is unwrapped: reliability, least-squares or branch-cuts (Goldstein)", default: .reliability)
  public var unwrapping: UnwrappingChoice
  @Setting(
    "sign of the phase in matter: automatic (what the data show), matter-negative or matter-positive",
    default: SignChoice.automatic)
  public var sign: SignChoice
  @Setting("light from which on a pixel counts, over the brightest", default: 0.1, in: 0...0.9)
  public var leastIllumination: Double

  public init() {}
}

/// Where a constant and a ramp come from.
public enum CorrectionChoice: String, SettingChoice { case automatic, air, none }

/// Where there is no sample.
public enum AirPlace: String, SettingChoice { case automatic, sides, corners }

/// The sign of the phase in matter.
public enum SignChoice: String, SettingChoice {
  case automatic
  case matterNegative = "matter-negative"
  case matterPositive = "matter-positive"
}

/// Where the sample lies in each projection.
public struct AlignmentParameters: ExperimentDecodable {
  @Setting(
    "none (projections lie where they should), centre-of-mass (the mass of each row, and the centre of mass on a sine) or reprojection (those first, then the volume projected again and again)",
    default: AlignmentChoice.reprojection)
  public var method: AlignmentChoice
  @Setting(
    "column of the rotation axis, in pixels from the left edge; left out, as the file states or found",
    in: -1e5...1e5, example: "256.5")
  public var axis: Double?
  @Setting(
    "whether a constant and a ramp of each projection are fitted together with its displacement, where there is no air",
    default: false)
  public var fitsRamps: Bool
  @Setting("change of the displacements below which they have converged, in pixels", default: 0.02, in: 1e-4...1)
  public var tolerance: Double

  public init() {}
}

/// How projections are aligned.
public enum AlignmentChoice: String, SettingChoice {
  case none
  case centreOfMass = "centre-of-mass"
  case reprojection
}

/// How the volume is made.
public struct VolumeReconstructionParameters: ExperimentDecodable {
  @Setting(
    "fbp (filtered back-projection), fourier (the same through the frequency plane), derivative (from differences of the phase), sirt, cgls (conjugate gradients) or tv (total variation)",
    default: .fbp)
  public var algorithm: ReconstructionAlgorithm.Method
  @Setting(
    "what the ramp of the filter is multiplied by: ramp (nothing), shepp-logan, cosine, hann, hamming, parzen or butterworth",
    default: RampFilter.Window.ramp)
  public var filter: RampFilter.Window
  @Setting("where the filter ends, over half a cycle a pixel", default: 1, in: 0.05...1)
  public var cutOff: Double
  @Setting("iterations of sirt, cgls and tv; left out, the method's own", in: 1...100_000, example: "100")
  public var iterations: Int?
  @Setting("whether sirt and tv keep voxels from becoming negative", default: false)
  public var nonNegative: Bool
  @Setting("rows and columns of the slices; left out, the width of the projections", in: 4...16384)
  public var size: Int?
  @Setting("whether volumes of every second projection are made too, for the resolution", default: true)
  public var halves: Bool

  public init() {}

  public func validate() -> [SettingProblem] {
    guard iterations != nil, !algorithm.isIterative else { return [] }
    return [
      SettingProblem(
        at: "iterations", "\(algorithm.rawValue) does not go step by step",
        detail: "leave it out, or take sirt, cgls or tv")
    ]
  }
}

extension RampFilter.Window: SettingChoice {}
extension ReconstructionAlgorithm.Method: SettingChoice {}
