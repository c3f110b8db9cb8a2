import ArrayMath
import Foundation
import ParticleMechanics
import Pipeline
import Quantities

/// What the assumed parameters do to the headline values of a structure, by running the 1-D twin at both ends of each
/// parameter's range; and how far twin and 2-D model are apart, which is the numerical uncertainty.
struct AssumptionEffects {
  /// A parameter that the experiment file does not give, or a choice that the seed leaves open.
  struct Variation {
    var statement: String
    var source: String
    var range: String
    /// Parameters at the two ends of the range.
    var ends: [ParticleModelStage.Parameters]
    /// Whether the ends bound a quantity that is uncertain, rather than being other choices.
    var isQuantity: Bool
  }

  /// `[leg][headline]`, SI units: by the twin with the parameters of the run.
  let twin: [[Double]]
  /// `[leg][headline]`: 2-D model less twin.
  let difference: [[Double]]
  /// `[variation][end][leg][headline]`.
  let varied: [[[[Double]]]]
  let variations: [Variation]
  /// The twin's profiles of every state, for the figures.
  let twinProfiles: [ParticleMetrics.Profile]
  /// Largest difference of a stress between twin and 2-D model outside the inner tenth of the radius and the
  /// transition, relative to the largest stress.
  let largestStressDifference: Double
  /// Largest magnitude of a stress at the kept times, in pascals.
  let largestStress: Double

  init(parameters: ParticleModelStage.Parameters, entry: ParticleModelResult.Case, threads: Int) throws {
    let radii = entry.profileRadii
    variations = Self.variations(of: parameters, entry.structure)
    let base = try Self.run(parameters, entry.structure, radii)
    twin = base.metrics
    twinProfiles = base.profiles
    difference = zip(entry.metrics, base.metrics).map { leg, twin in zip(leg.values, twin).map { $0 - $1 } }
    let ends = variations.flatMap(\.ends)
    let results = try parallelMap(count: ends.count, threads: threads) { place in
      try Self.run(ends[place], entry.structure, radii).metrics
    }
    var place = 0
    varied = variations.map { variation in
      defer { place += variation.ends.count }
      return Array(results[place..<place + variation.ends.count])
    }
    let compared = entry.profiles(of: entry.states)
    let step: ClosedRange<Double>? =
      entry.structure == .coreShell
      ? parameters.transitionRadius.si - parameters.transitionWidth.si...parameters.transitionRadius.si
        + parameters.transitionWidth.si : nil
    var largest = 0.0, apart = 0.0
    for (model, twin) in zip(compared, base.profiles) {
      for (place, radius) in model.radius.enumerated() {
        for (a, b) in [
          (model.radialStress, twin.radialStress), (model.hoopStress, twin.hoopStress),
          (model.axialStress, twin.axialStress),
        ] {
          largest = max(largest, abs(b[place]))
          guard radius >= 0.1 * parameters.radius.si, step?.contains(radius) != true else { continue }
          apart = max(apart, abs(a[place] - b[place]))
        }
      }
    }
    largestStressDifference = largest > 0 ? apart / largest : 0
    largestStress = largest
  }

  /// The standard uncertainty of a headline value, SI units: each assumed quantity as a rectangular distribution over
  /// the values at the ends of its range, and the difference between twin and model, all independent.
  func uncertainty(leg: Int, headline: Int) -> Double {
    // Rounding leaves at least a millionth of the largest stress; only stresses have that floor.
    let floor = ParticleHeadline.all[headline].unit == "GPa" ? 1e-6 * largestStress : 0
    let numerical = max(abs(difference[leg][headline]), floor)
    var variance = numerical * numerical
    for (place, variation) in variations.enumerated() where variation.isQuantity {
      let values = varied[place].map { $0[leg][headline] }
      let width = (values.max() ?? 0) - (values.min() ?? 0)
      variance += width * width / 12
    }
    return variance.squareRoot()
  }

  /// The assumptions with their effect on the first leg's answers.
  var assumptions: [Assumption] {
    variations.enumerated().map { place, variation in
      let headlines = ParticleHeadline.all
      let texts = [0, 2, 3].compactMap { index -> String? in
        let values = varied[place].map { $0[0][index] * headlines[index].factor }
        let base = twin[0][index] * headlines[index].factor
        guard values.contains(where: { abs($0 - base) > 1e-3 * max(abs(base), 1) }) else { return nil }
        let list = values.map { String(format: "%.4g", $0) }.joined(separator: " to ")
        return "\(headlines[index].label): \(list) \(headlines[index].unit) instead of \(String(format: "%.4g", base))"
      }
      return Assumption(
        statement: variation.statement, source: variation.source, range: variation.range,
        effect: texts.isEmpty ? "none on the headline values of the first leg" : texts.joined(separator: "; "))
    }
  }

  private static func run(
    _ parameters: ParticleModelStage.Parameters, _ structure: ParticleModelStage.StructureName, _ radii: [Double]
  ) throws -> (metrics: [[Double]], profiles: [ParticleMetrics.Profile]) {
    let twin = try RadialParticle(
      model: parameters.model(structure), resolution: RadialParticle.Resolution(timeTolerance: 1e-6))
    let legs = parameters.legs
    let solved = try twin.solve(legs: legs, initialLithiation: parameters.initialLithiation, radii: radii)
    let profiles = solved.map(ParticleMetrics.Profile.init)
    let metrics = try legs.enumerated().map { index, leg in
      let relaxed = try twin.uniformProfile(lithiation: leg.surfaceLithiation, radii: radii)
      let own = zip(solved, profiles).filter { $0.0.leg == index }.map(\.1)
      return ParticleMetrics(profiles: own, relaxed: ParticleMetrics.Profile(relaxed)).values
    }
    return (metrics, profiles)
  }
}

extension ParticleMetrics.Profile {
  init(_ profile: RadialProfile) {
    self.init(
      time: profile.time, radius: profile.radius, lithiation: profile.lithiation, radialStress: profile.radialStress,
      hoopStress: profile.hoopStress, axialStress: profile.axialStress,
      surfaceDisplacement: profile.surfaceDisplacement, meanLithiation: profile.meanLithiation)
  }
}

extension AssumptionEffects {
  /// Everything that the text of the seed lost or leaves open and the experiment file does not give.
  private static func variations(
    of parameters: ParticleModelStage.Parameters, _ structure: ParticleModelStage.StructureName
  ) -> [Variation] {
    var found: [Variation] = []
    func vary(
      _ statement: String, source: String, range: String, isQuantity: Bool = true,
      _ changes: [(inout ParticleModelStage.Parameters) -> Void]
    ) {
      let ends = changes.map { change in
        var copy = parameters
        change(&copy)
        return copy
      }
      found.append(Variation(statement: statement, source: source, range: range, ends: ends, isQuantity: isQuantity))
    }
    if !parameters.$youngsModulus.isGiven {
      vary(
        "Young's modulus \(parameters.youngsModulus)",
        source: "nanoindentation of NMC532, 142.5 ± 11.3 GPa (Xu 2017); lost in the seed's text",
        range: "100 to 200 GPa",
        [{ $0.youngsModulus = 100 * .gigapascal }, { $0.youngsModulus = 200 * .gigapascal }])
    }
    if !parameters.$poissonRatio.isGiven {
      vary(
        "Poisson's ratio \(parameters.poissonRatio)", source: "sintered NMC111 (Cheng 2017); lost in the seed's text",
        range: "0.20 to 0.30", [{ $0.poissonRatio = 0.2 }, { $0.poissonRatio = 0.3 }])
    }
    if !parameters.$volumetricContraction.isGiven {
      vary(
        "volume contraction \(parameters.volumetricContraction) upon full charge",
        source: "Kondrakov 2017, NMC811 between 3.0 and 4.3 V; lost in the seed's text",
        range: "3.1 % (measured at a lithiation of 0.2, Märker 2019) to 5.3 % (at 0.12)",
        [{ $0.volumetricContraction = 3.1 * .percent }, { $0.volumetricContraction = 5.3 * .percent }])
    }
    if !parameters.$diffusivity.isGiven {
      vary(
        "diffusivity \(parameters.diffusivity)",
        source: "between published values for NMC811 (Chen 2020: 4e-15 m2/s) and NMC532; lost in the seed's text",
        range: "1e-15 to 1e-13 m2/s",
        [{ $0.diffusivity = Diffusivity(si: 1e-15) }, { $0.diffusivity = Diffusivity(si: 1e-13) }])
    }
    if structure == .coreShell {
      if !parameters.$coreDiffusivity.isGiven {
        vary(
          "the core's diffusivity is that of the shell along the radius",
          source: "the seed's text states one coefficient",
          range: "half of it (orientation average in the plane)",
          [{ $0.coreDiffusivity = 0.5 * $0.diffusivity }, { $0.coreDiffusivity = $0.diffusivity }])
      }
      if !parameters.$transitionRadius.isGiven {
        vary(
          "transition radius \(parameters.transitionRadius)", source: "placeholder; lost in the seed's text",
          range: "0.3 to 0.8 of the radius",
          [{ $0.transitionRadius = 0.3 * $0.radius }, { $0.transitionRadius = 0.8 * $0.radius }])
      }
      if !parameters.$transitionShape.isGiven {
        vary(
          "shape of the transition \(parameters.transitionShape.rawValue), the stated width being the full one",
          source: "smooth Heaviside functions are named, not given, in the seed's text",
          range: "cubic; twice the width", isQuantity: false,
          [{ $0.transitionShape = .cubic }, { $0.transitionWidth = 2 * $0.transitionWidth }])
      }
    }
    if !parameters.$contractionBasis.isGiven {
      vary(
        "the contraction belongs to the modelled charge", source: "\"upon full charge\" in the seed's text",
        range: "or to a unit of lithiation", isQuantity: false, [{ $0.contractionBasis = .unitLithiation }])
    }
    if !parameters.$expansion.isGiven {
      let others = ExpansionConvention.allCases.filter { $0 != parameters.expansion }
      vary(
        "expansion convention \(parameters.expansion.rawValue)", source: "the seed's equations (4) to (6) are lost",
        range: others.map(\.rawValue).joined(separator: ", "), isQuantity: false,
        others.map { other in { $0.expansion = other } })
    }
    if !parameters.$axialCondition.isGiven {
      vary(
        "axial condition \(parameters.axialCondition.rawValue)",
        source: "\"plane strain approximation\" in the seed's text",
        range: "generalised plane strain", isQuantity: false, [{ $0.axialCondition = .generalisedPlaneStrain }])
    }
    if !parameters.$referenceLithiation.isGiven {
      vary(
        "free of stress at a lithiation of \(parameters.referenceLithiation)",
        source: "the material as synthesised; not stated in the seed's text", range: "the start of the protocol",
        isQuantity: false, [{ $0.referenceLithiation = Ratio(si: $0.initialLithiation) }])
    }
    return found
  }
}
