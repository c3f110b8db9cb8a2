import Foundation
public import ParticleMechanics
public import Pipeline
public import Quantities

extension ParticleModelStage {
  /// The model of the seed with every choice it leaves open as a setting.
  public struct Parameters: ExperimentDecodable {
    @Setting("radius of the particle", default: 10 * .micrometre, in: 0.01 * .micrometre...1000 * .micrometre)
    public var radius: Length
    @Setting("particles solved side by side: core-shell, random, all-shell", default: [.coreShell, .random])
    public var structures: [StructureName]
    @Setting("radius where the core ends and the shell begins", default: 6 * .micrometre)
    public var transitionRadius: Length
    @Setting("full width of the transition from core to shell", default: 0.1 * .micrometre)
    public var transitionWidth: Length
    @Setting("shape of the transition", default: .quintic)
    public var transitionShape: SmoothStep.Kind

    @Setting(
      "diffusivity along the radius in the shell, and everywhere in a random particle", default: Diffusivity(si: 1e-14),
      in: Diffusivity(si: 1e-20)...Diffusivity(si: 1e-8))
    public var diffusivity: Diffusivity
    @Setting(
      "diffusivity of a core-shell particle's core; left out, the same as `diffusivity`",
      in: Diffusivity(si: 1e-20)...Diffusivity(si: 1e-8))
    public var coreDiffusivity: Diffusivity?
    @Setting(
      "diffusivity across the radius in the shell", default: Diffusivity(si: 0),
      in: Diffusivity(si: 0)...Diffusivity(si: 1e-8))
    public var tangentialDiffusivity: Diffusivity

    @Setting("Young's modulus", default: 140 * .gigapascal, in: 0.001 * .gigapascal...10000 * .gigapascal)
    public var youngsModulus: Pressure
    @Setting("Poisson's ratio", default: 0.25, in: 0...0.49)
    public var poissonRatio: Double
    @Setting(
      "volume contraction of the crystal, as a positive number", default: Ratio(5.1, .percent),
      in: Ratio(0, .percent)...Ratio(50, .percent))
    public var volumetricContraction: Ratio
    @Setting(
      "what the contraction belongs to: full-charge (from full to charged lithiation) or unit-lithiation",
      default: .fullCharge)
    public var contractionBasis: ContractionBasis
    @Setting(
      "how a volume change becomes a linear one: equal-area (A), isotropic-core (B), equal-linear (C)",
      default: .equalArea)
    public var expansion: ExpansionConvention
    @Setting(
      "lithiation at which the particle is free of stress", default: Ratio(100, .percent),
      in: Ratio(0, .percent)...Ratio(100, .percent))
    public var referenceLithiation: Ratio
    @Setting("what holds the particle along its axis", default: .planeStrain)
    public var axialCondition: ParticleModel.AxialCondition

    @Setting("legs run one after the other: charge, discharge", default: [.charge])
    public var `protocol`: [ProtocolLeg.Direction]
    @Setting(
      "lithiation of the discharged particle, and of its surface on discharge", default: Ratio(100, .percent),
      in: Ratio(0, .percent)...Ratio(100, .percent))
    public var fullLithiation: Ratio
    @Setting(
      "lithiation of the charged particle, and of its surface on charge", default: Ratio(20, .percent),
      in: Ratio(0, .percent)...Ratio(100, .percent))
    public var chargedLithiation: Ratio
    @Setting("duration of each leg", default: 10000 * .second, in: 1e-3 * .second...1e9 * .second)
    public var legDuration: TimeSpan
    @Setting(
      "times within a leg at which the state is kept",
      default: [50, 100, 250, 500, 1000, 1500, 2000, 3000, 5000, 7000, 10000].map { $0 * .second })
    public var outputTimes: [TimeSpan]
    @Setting("mesh and time steps: 1 is the default, 2 halves the elements", default: 1, in: 1...8)
    public var fineness: Int

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      func report(_ key: String, _ message: String, _ detail: String) {
        found.append(SettingProblem(at: key, message, detail: detail))
      }
      if structures.isEmpty {
        report("structures", "no structure is given", "expected core-shell, random or all-shell")
      }
      if Set(structures).count != structures.count {
        report("structures", "a structure is given twice", "keep one of them")
      }
      if structures.contains(.coreShell) {
        let room = 2 * min(transitionRadius.si, radius.si - transitionRadius.si)
        if room <= 0 {
          report(
            "transition_radius", "the transition lies outside the particle",
            "`transition_radius` is \(transitionRadius); expected more than 0 and less than the radius, \(radius)")
        } else if transitionWidth.si < 0 || transitionWidth.si > room {
          report(
            "transition_width", "the transition does not fit into the particle",
            "`transition_width` is \(transitionWidth); expected at most "
              + "\(String(format: "%.6g um", room * 1e6)), twice the distance to the centre and to the surface")
        }
      }
      if self.protocol.isEmpty { report("protocol", "no leg is given", "expected charge or discharge") }
      if chargedLithiation.si >= fullLithiation.si {
        report(
          "charged_lithiation", "the charged particle holds no less lithium than the full one",
          "expected less than `full_lithiation`, \(String(format: "%.6g", 100 * fullLithiation.si)) %")
      }
      if outputTimes.isEmpty { report("output_times", "no time is given", "expected times such as [500 s, 1000 s]") }
      if zip(outputTimes, outputTimes.dropFirst()).contains(where: { $0.si >= $1.si }) {
        report("output_times", "the times are not ascending", "expected each later than the one before")
      }
      if let first = outputTimes.first, first.si <= 0 {
        report("output_times", "a time is not after the start", "expected more than 0 s")
      }
      if let last = outputTimes.last, last.si > legDuration.si {
        report(
          "output_times", "a time is after the end of the leg",
          "the last of `output_times` is \(last); expected at most `leg_duration`, \(legDuration)")
      }
      return found
    }
  }

  /// How a particle is built, by its name in the experiment file.
  public enum StructureName: String, SettingChoice, Hashable {
    case coreShell = "core-shell"
    case random
    case allShell = "all-shell"
  }

  /// Which change of lithiation the stated contraction belongs to.
  public enum ContractionBasis: String, SettingChoice {
    case fullCharge = "full-charge"
    case unitLithiation = "unit-lithiation"
  }
}

extension SmoothStep.Kind: SettingChoice {}
extension ExpansionConvention: SettingChoice {}
extension ParticleModel.AxialCondition: SettingChoice {}
extension ProtocolLeg.Direction: SettingChoice {}

extension ParticleModelStage.Parameters {
  /// The technique's model of one of the structures.
  public func model(_ structure: ParticleModelStage.StructureName) -> ParticleModel {
    let step = SmoothStep(position: transitionRadius.si, width: transitionWidth.si, kind: transitionShape)
    let span = contractionBasis == .fullCharge ? fullLithiation.si - chargedLithiation.si : 1
    let kind: ParticleModel.Structure =
      switch structure {
      case .coreShell: .coreShell(step)
      case .random: .random
      case .allShell: .allShell
      }
    return ParticleModel(
      radius: radius.si, structure: kind,
      coreDiffusivity: structure == .random ? diffusivity.si : (coreDiffusivity ?? diffusivity).si,
      radialDiffusivity: diffusivity.si, tangentialDiffusivity: tangentialDiffusivity.si,
      youngsModulus: youngsModulus.si, poissonRatio: poissonRatio, expansion: expansion,
      volumetricStrainPerLithiation: volumetricContraction.si / span, referenceLithiation: referenceLithiation.si,
      axialCondition: axialCondition)
  }

  /// Which of the assumed settings the file gives: they are in the key, since the report's table of assumptions and
  /// the uncertainties depend on it.
  var givenKeys: String {
    let all: [(name: String, isGiven: Bool)] = [
      ("youngs_modulus", $youngsModulus.isGiven), ("poisson_ratio", $poissonRatio.isGiven),
      ("volumetric_contraction", $volumetricContraction.isGiven), ("diffusivity", $diffusivity.isGiven),
      ("core_diffusivity", $coreDiffusivity.isGiven), ("transition_radius", $transitionRadius.isGiven),
      ("transition_shape", $transitionShape.isGiven), ("contraction_basis", $contractionBasis.isGiven),
      ("expansion", $expansion.isGiven), ("axial_condition", $axialCondition.isGiven),
      ("reference_lithiation", $referenceLithiation.isGiven),
    ]
    return all.filter(\.isGiven).map(\.name).joined(separator: " ")
  }

  /// The legs of the protocol.
  public var legs: [ProtocolLeg] {
    self.protocol.map { direction in
      ProtocolLeg(
        direction: direction, surfaceLithiation: (direction == .charge ? chargedLithiation : fullLithiation).si,
        duration: legDuration.si, outputTimes: outputTimes.map(\.si))
    }
  }

  /// The uniform lithiation before the first leg.
  public var initialLithiation: Double {
    (self.protocol.first == .discharge ? chargedLithiation : fullLithiation).si
  }
}
