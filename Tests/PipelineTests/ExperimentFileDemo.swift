import Pipeline
import Quantities

/// An experiment with settings of every sort.
struct DemoExperiment: ExperimentDecodable, Equatable {
  @Setting("version of the file format", default: 1, in: 1...1) var operando: Int
  @Setting("what the experiment is about", example: "NMC811 particle") var title: String
  @Section("the electrochemical measurement") var electrochemistry: DemoElectrochemistry?
  @Section("what the particle consists of") var material: DemoMaterial
  @Section("the particle and its mesh") var particle: DemoParticle
  @Entries("published or expected values") var claims: [String: AnyQuantity]
}

struct DemoElectrochemistry: ExperimentDecodable, Equatable {
  @Setting("file of the potentiostat", example: "cell.mpr") var file: FilePath
  @Setting("mass of the active material") var mass: UncertainQuantity<MassKind>?
  @Setting("constant current, where there is no file") var current: Current?
  @Setting("sign of the current", default: .chargePositive) var currentSign: DemoSign
  @Setting("C-rate as published") var cRate: CRate?
  @Setting("length of the measurement", in: TimeSpan(0, .second)...TimeSpan(100, .day)) var duration: TimeSpan?
  @SectionList("outlines of the particle") var views: [DemoView]

  func validate() -> [SettingProblem] {
    if mass != nil, !views.isEmpty {
      return [SettingProblem(at: "mass", "a mass and views of the particle", detail: "give one of them")]
    }
    return []
  }
}

enum DemoSign: String, SettingChoice {
  case chargePositive = "charge_positive"
  case chargeNegative = "charge_negative"
}

struct DemoView: ExperimentDecodable, Equatable {
  @Setting("picture", example: "view.png") var file: FilePath
  @Setting("tilt of the stage", default: Angle(0, .degree), in: Angle(-90, .degree)...Angle(90, .degree)) var tilt:
    Angle
  @Setting("length of the scale bar") var scaleBar: Length
}

struct DemoMaterial: ExperimentDecodable, Equatable {
  @Setting("density", default: Density(4.79, .gramPerCubicCentimetre)) var density: Density
  @Setting("specific capacity", default: SpecificCapacity(275.5, .milliampereHourPerGram))
  var specificCapacity: SpecificCapacity
  @Setting(
    "Young's modulus", default: Pressure(140, .gigapascal), in: Pressure(1, .gigapascal)...Pressure(1000, .gigapascal))
  var youngsModulus: Pressure
  @Setting("Poisson's ratio", default: 0.3, in: -1...0.5) var poissonsRatio: Double
  @Setting("volume strain of a full charge", default: Ratio(-5.1, .percent)) var contraction: Ratio
  @Setting("energy of the beam", default: Energy(19, .kiloelectronVolt)) var beamEnergy: Energy
  @Setting("temperature", default: Temperature(25, .degreeCelsius)) var temperature: Temperature
}

struct DemoParticle: ExperimentDecodable, Equatable {
  @Setting(
    "radius of the particle", default: Length(10, .micrometre), in: Length(0.01, .micrometre)...Length(1, .millimetre))
  var radius: Length
  @Setting("number of elements along the radius", default: 40, in: 2...10_000) var elements: Int
  @Setting("shape of the transition", default: .quintic) var step: DemoStep
  @Setting("whether the mesh is graded", default: true) var graded: Bool
  @Setting(
    "times at which maps are kept", default: [TimeSpan(500, .second), TimeSpan(1000, .second)],
    in: TimeSpan(0, .second)...)
  var times: [TimeSpan]
  @Setting("weights", default: [1, 0.5]) var weights: [Double]
  @Setting("volume") var volume: UncertainQuantity<VolumeKind>?
  @Section("how lithium moves") var transport: DemoTransport
}

enum DemoStep: String, SettingChoice {
  case quintic = "flc2hs"
  case cubic = "flc1hs"
  case tanh, logistic, sharp
}

struct DemoTransport: ExperimentDecodable, Equatable {
  @Setting("diffusivity of the core", default: Diffusivity(1e-14, .squareMetrePerSecond)) var core: Diffusivity
  @Setting("diffusivity of the shell along the radius", default: Diffusivity(1e-13, .squareMetrePerSecond))
  var radial: Diffusivity
  @Setting("voltage limit", default: Voltage(4.5, .volt)) var limit: Voltage
}
