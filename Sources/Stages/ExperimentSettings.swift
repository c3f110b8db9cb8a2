public import Pipeline
public import Quantities

/// The experiment file: one declaration of every key, from which defaults, units, help, the schema and the messages
/// come.
public struct ExperimentSettings: ExperimentDecodable {
  @Setting("version of the file's format", in: 1...1, example: "1")
  public var operando: Int
  @Setting("title of the report", example: "NMC811 single particle")
  public var title: String
  @Section("the active material")
  public var material: MaterialSettings
  @Section("mass of one particle from its volume and a density")
  public var particleMass: ParticleMassStage.Parameters?
  @SectionList("measurements of charge, each with its own state of charge")
  public var electrochemistry: [StateOfChargeStage.Parameters]
  @SectionList("diffraction measurements, each with its own detector")
  public var diffraction: [DiffractionSettings]
  @SectionList("orientation measurements, each with its own patterns or map")
  public var orientation: [OrientationSettings]
  @SectionList("ptychographic measurements, each with its own scans")
  public var ptychography: [PtychographySettings]
  @SectionList("tomographic measurements, each with its own projections")
  public var tomography: [TomographySettings]
  @Section("chemo-mechanical model of the particle")
  public var particleModel: ParticleModelStage.Parameters?
  @Section("the particle through charges and discharges, with kinetics, crystal and grains")
  public var particleCycling: ParticleCyclingStage.Parameters?
  @Entries("numbers as they were stated elsewhere, by the key of the answer they are held against")
  public var claims: [String: AnyQuantity]

  public init() {}

  public func validate() -> [SettingProblem] {
    var found: [SettingProblem] = []
    if title.allSatisfy(\.isWhitespace) {
      found.append(SettingProblem(at: "title", "the title is empty", detail: "expected what the report is about"))
    }
    if particleMass == nil && electrochemistry.isEmpty && diffraction.isEmpty && orientation.isEmpty
      && ptychography.isEmpty && tomography.isEmpty && particleModel == nil && particleCycling == nil
    {
      found.append(
        SettingProblem(
          at: "", "there is nothing to run",
          detail:
            "expected particle_mass, electrochemistry, diffraction, orientation, ptychography, tomography, particle_model or particle_cycling"
        ))
    }
    var names: Set<String> = []
    for (index, measurement) in electrochemistry.enumerated() {
      if !names.insert(measurement.name).inserted {
        found.append(
          SettingProblem(
            at: "electrochemistry[\(index)].name", "two measurements are named \(measurement.name)",
            detail: "give each its own `name`"))
      }
      let place = "electrochemistry[\(index)]"
      if measurement.takesParticleMass && particleMass == nil {
        found.append(
          SettingProblem(
            at: measurement.massFrom == nil ? place : "\(place).mass_from", "the mass is not known",
            detail: "give `mass`, or a section particle_mass"))
      }
      if particleMass != nil, measurement.file != nil, measurement.mass == nil, measurement.massFrom == nil {
        found.append(
          SettingProblem(
            severity: .warning, at: "\(place).file",
            "the mass typed into the instrument is used, not that of particle_mass",
            detail: "write `mass_from: record` or `mass_from: particle-mass` to say which is meant"))
      }
    }
    for (index, measurement) in diffraction.enumerated() {
      guard let charge = measurement.simulation?.charge, !names.contains(charge) else { continue }
      found.append(
        SettingProblem(
          at: "diffraction[\(index)].simulation.charge", "there is no electrochemistry measurement of that name",
          detail: "`\(charge)`; expected "
            + (names.isEmpty ? "one to be described" : names.sorted().joined(separator: ", "))
        ))
    }
    found += DiffractionSettings.responseProblems(of: diffraction, charges: names)
    var scans: Set<String> = []
    for (index, measurement) in diffraction.enumerated() where !scans.insert(measurement.name).inserted {
      found.append(
        SettingProblem(
          at: "diffraction[\(index)].name", "two measurements are named \(measurement.name)",
          detail: "give each its own `name`"))
    }
    var maps: Set<String> = []
    for (index, measurement) in orientation.enumerated() where !maps.insert(measurement.name).inserted {
      found.append(
        SettingProblem(
          at: "orientation[\(index)].name", "two measurements are named \(measurement.name)",
          detail: "give each its own `name`"))
    }
    var projections: Set<String> = []
    for (index, measurement) in ptychography.enumerated() where !projections.insert(measurement.name).inserted {
      found.append(
        SettingProblem(
          at: "ptychography[\(index)].name", "two measurements are named \(measurement.name)",
          detail: "give each its own `name`"))
    }
    found += TomographySettings.problems(of: self)
    found += ParticleCyclingStage.problems(of: self)
    return found
  }
}

/// What the material is and how much charge it holds.
public struct MaterialSettings: ExperimentDecodable {
  @Setting("name of the material", default: "NMC811")
  public var name: String
  @Setting(
    "charge of a kilogram at a state of charge of 100 %",
    default: UncertainQuantity(SpecificCapacity(275.5, .milliampereHourPerGram)),
    in: Self.leastSpecificCapacity...Self.largestSpecificCapacity)
  public var specificCapacity: UncertainQuantity<SpecificCapacityKind>
  @Setting(
    "lithiation before the first sample, after formation", default: UncertainQuantity(Ratio(100, .percent)),
    in: Ratio(0, .percent)...Ratio(100, .percent))
  public var initialLithiation: UncertainQuantity<RatioKind>

  static let leastSpecificCapacity = SpecificCapacity(1, .milliampereHourPerGram)
  static let largestSpecificCapacity = SpecificCapacity(10_000, .milliampereHourPerGram)

  public init() {}
}
