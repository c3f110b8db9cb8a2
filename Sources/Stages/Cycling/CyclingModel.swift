import Foundation
import ParticleMechanics
import Pipeline
import Quantities

/// The settings of a cycled particle as the technique takes them: functions of the material, protocol, lattice.
struct CyclingModel: Sendable {
  let parameters: ParticleCyclingStage.Parameters
  let input: ParticleCyclingStage.Input
  let set: CathodeMaterial
  /// Along the layers, factor included.
  let diffusivity: MaterialFunction
  /// Nil where the surface is driven by current alone.
  let kinetics: SurfaceKinetics?
  /// Nil for the conventions A, B and C.
  let crystal: CrystalExpansion?
  let cycling: CyclingProtocol
  /// mol/m³.
  let maximumConcentration: Double

  /// - Throws: the technique's errors for functions, protocols and lattices.
  init(_ parameters: ParticleCyclingStage.Parameters, _ input: ParticleCyclingStage.Input) throws {
    (self.parameters, self.input) = (parameters, input)
    let material = parameters.material
    set = material.set.material
    maximumConcentration = material.maximumConcentration?.si ?? set.maximumConcentration
    let temperature = material.temperature.si
    diffusivity = try (material.diffusivity?.function() ?? set.diffusivity(temperature: temperature)).scaled(
      by: material.diffusivityFactor.value.si
    ).tabulated()
    if parameters.surface.kinetics == .butlerVolmer {
      var kinetics = set.kinetics(
        temperature: temperature, filmResistance: parameters.surface.filmResistance.value.si)
      if let stated = material.openCircuitVoltage { kinetics.openCircuitVoltage = try stated.function() }
      // What the file states is meant at the temperature of the run.
      if let stated = material.exchangeCurrent { kinetics.exchangeCurrentDensity = try stated.function() }
      kinetics.exchangeCurrentDensity = kinetics.exchangeCurrentDensity.scaled(
        by: material.exchangeCurrentFactor.value.si)
      kinetics.maximumConcentration = maximumConcentration
      try kinetics.validate()
      self.kinetics = kinetics
    } else {
      kinetics = nil
    }
    crystal = try Self.crystal(parameters, input)
    cycling = try Self.cycling(parameters, input, concentration: maximumConcentration)
  }

  private static func crystal(
    _ parameters: ParticleCyclingStage.Parameters, _ input: ParticleCyclingStage.Input
  ) throws -> CrystalExpansion? {
    let settings = parameters.expansion
    guard settings.convention == .crystal else { return nil }
    let reference = (settings.referenceLithiation ?? parameters.protocol.initialLithiation).si
    let measured: CrystalExpansion
    if let lattice = input.lattice {
      measured = try CrystalExpansion(
        lithiation: lattice.lithiation, a: lattice.a, c: lattice.c, referenceLithiation: reference)
    } else if let table = settings.table {
      measured = try CrystalExpansion(
        lithiation: table.map { $0[0] }, a: table.map { $0[1] }, c: table.map { $0[2] }, referenceLithiation: reference)
    } else {
      measured = CrystalExpansion.marker2019.relative(to: reference)
    }
    return try measured.scaled(by: settings.factor.value.si)
  }

  private static func cycling(
    _ parameters: ParticleCyclingStage.Parameters, _ input: ParticleCyclingStage.Input, concentration: Double
  ) throws -> CyclingProtocol {
    if let record = input.record {
      return try CyclingProtocol(
        measuredTimes: record.time, currents: record.current, capacity: ParticleCapacity(charge: record.capacity))
    }
    let radius = parameters.radius.value.si
    // The charge of the whole particle at a change of lithiation of 1; a cylinder's is told for one as high as it is
    // wide.
    let volume = parameters.shape == .sphere ? 4 * Double.pi / 3 * pow(radius, 3) : 2 * Double.pi * pow(radius, 3)
    let charge = PhysicalConstants.faraday * concentration * volume
    var cycling = try CyclingProtocol(words: parameters.protocol.words)
    cycling.capacity = ParticleCapacity(mass: charge / input.specificCapacity, specificCapacity: input.specificCapacity)
    return cycling
  }

  // MARK: - In words

  /// Which capacity a C-rate refers to.
  var rateWords: String {
    let span = parameters.protocol.lithiationSpan.si
    return String(
      format: "A C-rate of 1 C takes out %.4g mAh/g in an hour, a change of lithiation of %.3g.",
      input.specificCapacity / 3600 * span, span)
  }

  var materialWords: String {
    let material = parameters.material
    var words: [String] = []
    if kinetics != nil {
      words.append("open-circuit voltage \(material.openCircuitVoltage?.words ?? material.set.rawValue)")
      words.append("exchange current \(material.exchangeCurrent?.words ?? material.set.rawValue)")
    }
    words.append("diffusivity \(material.diffusivity?.words ?? material.set.rawValue)")
    if crystal != nil { words.append("lattice \(latticeWords)") }
    return words.joined(separator: ", ") + "."
  }

  var latticeWords: String {
    if let lattice = input.lattice { return "measured by \(lattice.name)" }
    return parameters.expansion.table == nil ? "marker2019" : "of the experiment file"
  }

  var grainWords: String {
    guard let grains = parameters.grains else { return "no grains" }
    return switch grains.source {
    case .voronoi: "\(grains.count) Voronoi grains, seed \(grains.seed)"
    case .nanorods: "nanorods, seed \(grains.seed)"
    case .orientation: "the grains of \(grains.orientation ?? "the map")"
    }
  }
}

extension CrystalExpansion {
  /// The same lattice with strains that are larger by a factor.
  func scaled(by factor: Double) throws -> CrystalExpansion {
    guard factor != 1 else { return self }
    let (low, high) = (lithiationRange.lowerBound, lithiationRange.upperBound)
    let grid = (0...200).map { low + (high - low) * Double($0) / 200 }
    let strains = grid.map { self($0).strain }
    return try CrystalExpansion(
      lithiation: grid, a: strains.map { 1 + factor * $0.a }, c: strains.map { 1 + factor * $0.c },
      referenceLithiation: referenceLithiation)
  }
}

extension ParticleCyclingStage.MaterialSetName {
  /// The published set.
  var material: CathodeMaterial {
    switch self {
    case .chen2020: .chen2020
    case .oregan2022: .oregan2022
    case .mcclelland2023: .mcclelland2023
    }
  }
}
