public import Pipeline
import Ptychography
public import Quantities

extension PtychographyStage {
  /// How patterns become phase images.
  public struct Parameters: ExperimentDecodable {
    @Section("which pixels of the patterns count, and how positions lie on them")
    public var preparation: ScanPreparationParameters
    @Section("the optics in front of the sample, for a probe of `zone-plate`")
    public var optics: ZonePlateParameters?
    @Section("how object and probe are reconstructed")
    public var reconstruction: ReconstructionParameters
    @Section("what is made of the reconstructed object")
    public var phase: PhaseParameters

    public init() {}

    public func validate() -> [SettingProblem] {
      guard reconstruction.probe == .zonePlate, optics == nil else { return [] }
      return [
        SettingProblem(
          at: "reconstruction.probe", "the zone plate is not described",
          detail: "give a section `optics`, or `probe: mean-pattern`")
      ]
    }
  }
}

/// Which pixels of the patterns count, and how positions lie on them.
public struct ScanPreparationParameters: ExperimentDecodable {
  @Setting(
    "rows and columns of the patterns that are used, about the beam's axis; left out, the most that fit",
    in: 16...8192, example: "[512, 512]")
  public var window: [Int]?
  @Setting(
    "row and column at which the beam's axis meets the detector, from 0 at the first pixel's centre; left out, as the file states or found from the mean pattern",
    in: -1e5...1e5, example: "[257.5, 254]")
  public var centre: [Double]?
  @Setting(
    "rows and columns of the detector's chips, between which gaps are left out", in: 8...8192, example: "[256, 256]")
  public var chip: [Int]?
  @Setting("pixels between two chips that exist in the file alone", default: 0, in: 0...64)
  public var chipGap: Int
  @Setting("pixels that are left out on either side of the line between two chips", default: 1, in: 0...32)
  public var chipEdge: Int
  @Setting("counts from which on a pixel is saturated; left out, the largest number of its type", in: 1...4_294_967_295)
  public var saturation: Int?
  @Setting("counts that a 1 in the file stands for, where frames are normalised", default: 1, in: 1e-12...1e12)
  public var countScale: Double
  @Setting("whether hot and dead pixels and repeated lines are looked for in the patterns", default: true)
  public var findsBadPixels: Bool
  @Setting(
    "the sample's axes along rows and columns, such as +y+x for rows along y and columns along x; auto tests the eight on the data",
    default: .auto)
  public var axes: AxisChoice
  @Setting("passes after which the eight choices of axes are compared", default: 8, in: 1...100)
  public var axesPasses: Int

  public init() {}

  public func validate() -> [SettingProblem] {
    if chip != nil, chipGap + 2 * chipEdge == 0 {
      return [
        SettingProblem(
          at: "chip_edge", "nothing is left out between chips", detail: "give `chip_gap` or `chip_edge` above 0")
      ]
    }
    return [("window", window), ("chip", chip)].compactMap { key, numbers in
      guard let numbers, numbers.count != 2 else { return nil }
      return SettingProblem(
        at: key, "an extent has two numbers",
        detail: "found \(numbers.count); expected rows and columns such as [256, 256]"
      )
    }
      + (centre.map { $0.count == 2 } ?? true
        ? []
        : [
          SettingProblem(
            at: "centre", "a centre has two coordinates", detail: "expected row and column such as [257.5, 254]")
        ])
  }
}

/// The eight ways in which the axes of a file's positions can lie along rows and columns, or a test of all.
public enum AxisChoice: String, SettingChoice {
  case auto
  case rowsYColumnsX = "+y+x"
  case rowsYColumnsMinusX = "+y-x"
  case rowsMinusYColumnsX = "-y+x"
  case rowsMinusYColumnsMinusX = "-y-x"
  case rowsXColumnsY = "+x+y"
  case rowsXColumnsMinusY = "+x-y"
  case rowsMinusXColumnsY = "-x+y"
  case rowsMinusXColumnsMinusY = "-x-y"

  /// The named choice; nil for a test.
  var convention: AxisConvention? {
    guard self != .auto else { return nil }
    let letters = Array(rawValue)
    return AxisConvention(
      exchanged: letters[1] == "x", rowsReversed: letters[0] == "-", columnsReversed: letters[2] == "-")
  }

  /// The name of a choice.
  init(_ convention: AxisConvention) {
    self = Self.allCases.first { $0.convention == convention } ?? .rowsYColumnsX
  }
}

/// A Fresnel zone plate with a central stop and an order-sorting aperture, the sample behind the focus.
public struct ZonePlateParameters: ExperimentDecodable {
  @Setting("diameter of the zone plate", default: Length(400, .micrometre), in: Length(si: 1e-6)...Length(si: 0.1))
  public var diameter: Length
  @Setting("width of the outermost zone", default: Length(150, .nanometre), in: Length(si: 1e-9)...Length(si: 1e-4))
  public var outerZoneWidth: Length
  @Setting(
    "diameter of the central stop; 0 for none", default: Length(60, .micrometre), in: Length(si: 0)...Length(si: 0.1))
  public var stop: Length
  @Setting(
    "diameter of the order-sorting aperture; left out, an ideal one", in: Length(si: 1e-7)...Length(si: 0.1),
    example: "50 um")
  public var aperture: Length?
  @Setting(
    "distance of the order-sorting aperture before the focus", in: Length(si: 0)...Length(si: 10), example: "20 mm")
  public var apertureDistance: Length?
  @Setting(
    "from the focus to the sample, downstream positive", default: Length(8, .millimetre),
    in: Length(si: -1)...Length(si: 1))
  public var defocus: Length

  public init() {}

  public func validate() -> [SettingProblem] {
    var found: [SettingProblem] = []
    if stop.si >= diameter.si {
      found.append(
        SettingProblem(at: "stop", "the stop covers the zone plate", detail: "\(stop); expected less than \(diameter)"))
    }
    if outerZoneWidth.si >= diameter.si / 4 {
      found.append(
        SettingProblem(
          at: "outer_zone_width", "the outermost zone is no small part of the zone plate",
          detail: "\(outerZoneWidth); expected much less than \(diameter)"))
    }
    if (aperture == nil) != (apertureDistance == nil) {
      found.append(
        SettingProblem(
          at: aperture == nil ? "aperture_distance" : "aperture",
          "an order-sorting aperture has a diameter and a place",
          detail: "give both `aperture` and `aperture_distance`, or neither"))
    }
    return found
  }
}

/// How object and probe are reconstructed.
public struct ReconstructionParameters: ExperimentDecodable {
  @Setting(
    "first probe: mean-pattern (from the mean of the patterns), zone-plate (from `optics`) or file (that of the scan's file or of `probe_file`)",
    default: .meanPattern)
  public var probe: ProbeChoice
  @Setting(
    "distance from the focus to the sample by which a probe of mean-pattern diverges; left out, found on the data",
    in: Length(si: -1)...Length(si: 1), example: "8 mm")
  public var defocus: Length?
  @Setting(
    "engine: epie, rpie, mpie, difference-map, raar or maximum-likelihood; `steps` give several", default: .ePIE)
  public var engine: EngineChoice
  @Setting("passes over all patterns", default: 500, in: 1...1_000_000)
  public var iterations: Int
  @SectionList("engines one after the other, instead of `engine` and `iterations`")
  public var steps: [EngineStepParameters]
  @Setting("modes of the probe, for a beam that is not quite coherent", default: 1, in: 1...32)
  public var modes: Int
  @Setting("passes between two orthogonalisations of the modes", default: 10, in: 1...100_000)
  public var orthogonalisationPeriod: Int
  @Setting("how positions are corrected: none, gradient or annealing", default: PositionChoice.none)
  public var positions: PositionChoice
  @Setting("pass from which on positions are corrected", default: 20, in: 0...1_000_000)
  public var positionStart: Int
  @Setting("how a position between pixels is met: nearest pixel, or fourier (the probe is shifted)", default: .nearest)
  public var interpolation: InterpolationChoice
  @Setting("pass from which on a background of the detector is fitted; left out, never", in: 0...1_000_000)
  public var backgroundStart: Int?
  @Setting(
    "radius outside which the probe is kept dark, over half the window's shorter side; left out, nowhere",
    in: 0.05...1.5)
  public var probeSupport: Double?
  @Setting("pass from which on the probe changes", default: 0, in: 0...1_000_000)
  public var probeStart: Int
  @Setting("seed of the patterns' order; each projection has its own", default: 1, in: 0...1_000_000_000)
  public var seed: Int
  @Setting(
    "where a projection's first probe comes from: none (each begins anew), first (all others from the first one's result) or neighbour (from the one before, in chains of 16)",
    default: WarmStartChoice.none)
  public var warmStart: WarmStartChoice
  @Setting("passes of a projection that starts warm; left out, as many as the others", in: 1...1_000_000)
  public var warmIterations: Int?

  public init() {}

  public func validate() -> [SettingProblem] {
    var found: [SettingProblem] = []
    // A file with every default filled in states these two as well.
    let isStated =
      ($engine.isGiven && engine != $engine.defaultValue)
      || ($iterations.isGiven && iterations != $iterations.defaultValue)
    if !steps.isEmpty, isStated {
      found.append(
        SettingProblem(
          at: "steps", "engines are given twice", detail: "keep `steps`, or `engine` with `iterations`"))
    }
    if warmStart == .none, warmIterations != nil {
      found.append(
        SettingProblem(
          at: "warm_iterations", "no projection starts warm", detail: "give `warm_start: first` or `neighbour`"))
    }
    return found
  }

  /// The engines in their order.
  var plannedSteps: [EngineStepParameters] {
    guard steps.isEmpty else { return steps }
    var step = EngineStepParameters()
    (step.engine, step.iterations) = (engine, iterations)
    return [step]
  }

  /// Passes of all engines.
  var passes: Int { plannedSteps.reduce(0) { $0 + $1.iterations } }
}

/// One engine of several.
public struct EngineStepParameters: ExperimentDecodable {
  @Setting("engine: epie, rpie, mpie, difference-map, raar or maximum-likelihood", default: .ePIE)
  public var engine: EngineChoice
  @Setting("passes over all patterns", default: 100, in: 1...1_000_000)
  public var iterations: Int
  @Setting("step of the object: alpha of epie; left out, 1, and 0.5 in mpie", in: 1e-3...2, example: "1")
  public var objectStep: Double?
  @Setting("step of the probe: beta of epie; left out, 1, and 0.5 in mpie", in: 1e-3...2, example: "1")
  public var probeStep: Double?
  @Setting(
    "regularisation of the object's step: 1 is epie; left out, 0.3 in rpie and mpie, 0.1 in maximum-likelihood",
    in: 1e-3...1, example: "0.3")
  public var objectRegularisation: Double?
  @Setting(
    "regularisation of the probe's step: 1 is epie; left out, 1 in rpie and mpie, 0.1 in maximum-likelihood",
    in: 1e-3...1, example: "1")
  public var probeRegularisation: Double?
  @Setting("mixing parameter of raar", default: 0.75, in: 0...1)
  public var relaxation: Double
  @Setting("what maximum-likelihood compares: amplitude or poisson", default: .amplitude)
  public var noise: NoiseChoice
  @Setting("patterns of a batch of maximum-likelihood; left out, a tenth of the scan", in: 1...1_000_000)
  public var batch: Int?

  public init() {}
}

/// Where the first probe comes from.
public enum ProbeChoice: String, SettingChoice {
  case meanPattern = "mean-pattern"
  case zonePlate = "zone-plate"
  case file
}

/// The engines by the names of their papers.
public enum EngineChoice: String, SettingChoice {
  case ePIE = "epie"
  case rPIE = "rpie"
  case mPIE = "mpie"
  case differenceMap = "difference-map"
  case raar
  case maximumLikelihood = "maximum-likelihood"

  var algorithm: EngineSettings.Algorithm {
    switch self {
    case .ePIE: .ePIE
    case .rPIE: .rPIE
    case .mPIE: .mPIE
    case .differenceMap: .differenceMap
    case .raar: .raar
    case .maximumLikelihood: .maximumLikelihood
    }
  }
}

/// How positions are corrected.
public enum PositionChoice: String, SettingChoice { case none, gradient, annealing }

/// How a position between pixels is met.
public enum InterpolationChoice: String, SettingChoice {
  case nearest, fourier

  var technique: EngineSettings.Interpolation { self == .nearest ? .nearest : .fourier }
}

/// What counts are compared by.
public enum NoiseChoice: String, SettingChoice {
  case amplitude, poisson

  var technique: EngineSettings.NoiseModel { self == .amplitude ? .amplitude : .poisson }
}

/// Where a projection's first probe comes from.
public enum WarmStartChoice: String, SettingChoice { case none, first, neighbour }

/// What is made of the reconstructed object.
public struct PhaseParameters: ExperimentDecodable {
  @Setting("how the phase is unwrapped: reliability, least-squares or branch-cuts (Goldstein)", default: .reliability)
  public var unwrapping: UnwrappingChoice
  @Setting(
    "where there is no sample, for constant and ramp of the phase: automatic (found), sides (strips at the left and right of the scanned region), corners or everywhere",
    default: .automatic)
  public var air: AirChoice
  @Setting("width of the strips or corners, over the scanned region", default: 0.1, in: 0.01...0.5)
  public var airWidth: Double
  @Setting(
    "light from which on a pixel of the object counts, over the brightest; decides what is kept and shown",
    default: 0.05,
    in: 1e-4...0.9)
  public var leastIllumination: Double
  @Setting(
    "halves of the data that are reconstructed too, for the resolution by Fourier ring correlation: none, counts (each count drawn into one half) or positions (every second pattern)",
    default: HalvesChoice.none)
  public var halves: HalvesChoice

  public init() {}
}

/// How a phase is unwrapped.
public enum UnwrappingChoice: String, SettingChoice {
  case reliability
  case leastSquares = "least-squares"
  case branchCuts = "branch-cuts"
}

/// Where there is no sample.
public enum AirChoice: String, SettingChoice { case automatic, sides, corners, everywhere }

/// What is reconstructed twice to tell the resolution.
public enum HalvesChoice: String, SettingChoice { case none, counts, positions }
