import Foundation
import ParticleMechanics
import Quantities

/// What drives cracks in a computed field, for every kept state.
struct CyclingCracking {
  let settings: ParticleCyclingStage.CrackingSettings
  let driver: FlawDriver
  let weibull: WeibullSurvival

  /// - Parameter stiffness: that of the crystal; its Voigt average stands for the surroundings of a flaw.
  init(_ parameters: ParticleCyclingStage.Parameters) throws {
    settings = parameters.cracking
    let elasticity = parameters.elasticity
    var (young, poisson) = (elasticity.youngsModulus.value.si, elasticity.poissonRatio)
    if elasticity.kind == .crystal {
      let average = elasticity.crystal.isotropicAverage
      let (along, across) = (average[0, 0], average[0, 1])
      poisson = across / (along + across)
      young = (along - across) * (1 + poisson)
    }
    driver = try FlawDriver(youngsModulus: young, poissonRatio: poisson)
    weibull = try WeibullSurvival(
      modulus: settings.weibullModulus, characteristicStrength: settings.weibullStrength.value.si,
      referenceVolume: settings.weibullVolume.si)
  }

  /// - Throws: `CrackingError`.
  func drivers(_ profiles: [CyclingProfile], isSphere: Bool) throws -> CyclingOutcome.Drivers {
    var found = CyclingOutcome.Drivers()
    for profile in profiles {
      let count = profile.radius.count, surface = profile.radius[count - 1]
      found.time.append(profile.time)
      found.spread.append((profile.lithiation.max() ?? 0) - (profile.lithiation.min() ?? 0))
      let principal = profile.radius.indices.map {
        SIMD3(profile.radialStress[$0], profile.hoopStress[$0], profile.axialStress[$0])
      }
      let volumes = Self.shellVolumes(profile.radius, isSphere: isSphere)
      found.tension.append(CyclingFields.quantile(principal.map { $0.max() }, weights: volumes, share: 0.999))
      found.vonMises.append(CyclingFields.quantile(principal.map(Self.vonMises), weights: volumes, share: 0.999))
      found.surfaceHoop.append(profile.hoopStress[count - 1])
      let line = try StressAlongLine(
        positions: profile.radius.reversed().map { surface - $0 }, values: profile.hoopStress.reversed())
      found.surfaceIntensity.append(try driver.surfaceFlaw(depth: settings.flawLength.value.si, stress: line).modeI)
      // Without grains any plane may hold a flaw: the one across the largest tension bears most.
      let most = principal.map { $0.max() }.max() ?? 0
      found.boundaryIntensity.append(
        try driver.flaw(
          halfLength: settings.flawLength.value.si, normal: SIMD3(1, 0, 0), stress: SymmetricTensor3(xx: most)
        ).effectiveIntensity)
      let stresses = principal.map { SymmetricTensor3(xx: $0.x, yy: $0.y, zz: $0.z) }
      // A flaw that has run stays when the stress falls: survival does not come back.
      found.survival.append(
        min(found.survival.last ?? 1, try weibull.outcome(stresses: stresses, volumes: volumes).survival))
      found.displacement.append(profile.surfaceDisplacement)
    }
    return found
  }

  /// The shells between the middles of neighbouring radii; of a cylinder as high as it is wide.
  private static func shellVolumes(_ radius: [Double], isSphere: Bool) -> [Double] {
    let surface = radius[radius.count - 1]
    let edges = [0] + zip(radius, radius.dropFirst()).map { ($0 + $1) / 2 } + [surface]
    func inside(_ r: Double) -> Double { isSphere ? 4 * Double.pi / 3 * r * r * r : 2 * Double.pi * surface * r * r }
    return zip(edges, edges.dropFirst()).map { inside($1) - inside($0) }
  }

  /// Of three principal stresses.
  static func vonMises(_ s: SIMD3<Double>) -> Double {
    let (a, b, c) = (s.x - s.y, s.y - s.z, s.z - s.x)
    return (0.5 * (a * a + b * b + c * c)).squareRoot()
  }

  /// - Parameters:
  ///   - boundaryIntensity: as ``CyclingFields/boundaryIntensity`` has it.
  ///   - surfaceNodes: nodes at the outside.
  /// - Throws: `CrackingError`.
  func drivers(_ fields: CyclingFields, surfaceNodes: [Int]) throws -> CyclingOutcome.Drivers {
    var found = CyclingOutcome.Drivers()
    var weights = fields.nodeWeights
    if fields.dimension == 2 {
      // A section stands for a particle as thick as it is wide.
      let x = stride(from: 0, to: fields.points.count, by: 2).map { fields.points[$0] }
      let width = (x.max() ?? 0) - (x.min() ?? 0)
      weights = weights.map { $0 * width }
    }
    let nodes = fields.nodeCount, depth = settings.flawLength.value.si
    for state in fields.time.indices {
      let tensors = (0..<nodes).map { fields.tensor(state: state, node: $0) }
      let lithiation = fields.values(.lithiation, state: state)
      found.time.append(fields.time[state])
      found.spread.append((lithiation.max() ?? 0) - (lithiation.min() ?? 0))
      let first = tensors.map { $0.principalValues.x }
      found.tension.append(CyclingFields.quantile(first, weights: weights, share: 0.999))
      found.vonMises.append(
        CyclingFields.quantile(tensors.map { Self.vonMises($0.principalValues) }, weights: weights, share: 0.999))
      let hoop = surfaceNodes.map { fields.hoop(tensors[$0], node: $0) }
      let largest = hoop.max() ?? .nan
      found.surfaceHoop.append(largest)
      // A flaw is short against an element, so that the stress at the surface acts along all of it.
      let line = try StressAlongLine(positions: [0, 2 * depth], values: [largest, largest])
      found.surfaceIntensity.append(try driver.surfaceFlaw(depth: depth, stress: line).modeI)
      let count = fields.boundaryCount
      if count > 0 {
        found.boundaryIntensity.append(
          fields.boundaryIntensity[state * count..<(state + 1) * count].max() ?? .nan)
      } else {
        let load = try driver.flaw(
          halfLength: depth, normal: SIMD3(1, 0, 0), stress: SymmetricTensor3(xx: first.max() ?? 0))
        found.boundaryIntensity.append(load.effectiveIntensity)
      }
      found.survival.append(
        min(found.survival.last ?? 1, try weibull.outcome(stresses: tensors, volumes: weights).survival))
      let d = fields.dimension
      let moved = surfaceNodes.map { node in
        let place = d * (state * nodes + node)
        return (0..<d).reduce(0) { $0 + fields.displacement[place + $1] * fields.displacement[place + $1] }.squareRoot()
      }
      found.displacement.append(moved.max() ?? .nan)
    }
    return found
  }
}

extension ParticleCyclingStage.ElasticitySettings {
  /// The crystal in its own frame.
  var crystal: Stiffness {
    let c = stiffness.map(\.si)
    return .trigonal(c11: c[0], c12: c[1], c13: c[2], c14: c[3], c33: c[4], c44: c[5])
  }
}

extension CyclingOutcome {
  /// The headline values from the course and the drivers.
  mutating func settleHeadlines() {
    var values = [Double](repeating: .nan, count: CyclingHeadline.count)
    func set(_ place: CyclingHeadline.Place, _ value: Double) { values[place.rawValue] = value }
    let start = course.mean.first ?? .nan
    // Charge takes lithium out: the first rise of the capacity and the first fall after it.
    var lowest = (mean: start, place: 0)
    for (place, mean) in course.mean.enumerated() {
      if mean < lowest.mean { lowest = (mean, place) }
      if mean > lowest.mean + 1e-3 { break }
    }
    set(.firstCharge, start - lowest.mean)
    var highest = lowest.mean
    for mean in course.mean[min(lowest.place, course.mean.count)...] {
      if mean > highest { highest = mean }
      if mean < highest - 1e-3 { break }
    }
    // Without a step that puts lithium back there is no such capacity.
    if highest - lowest.mean > 1e-6 { set(.firstDischarge, highest - lowest.mean) }
    set(.finalLithiation, course.mean.last ?? .nan)
    set(.duration, course.time.last ?? .nan)
    func largest(_ values: [Double]) -> (value: Double, time: Double) {
      var found = (value: Double.nan, time: Double.nan)
      for (value, time) in zip(values, drivers.time) where value.isFinite && !(value <= found.value) {
        found = (value, time)
      }
      return found
    }
    set(.spread, largest(drivers.spread).value)
    let tension = largest(drivers.tension)
    set(.tension, tension.value)
    set(.tensionTime, tension.time)
    set(.surfaceHoop, largest(drivers.surfaceHoop).value)
    set(.vonMises, largest(drivers.vonMises).value)
    let flaw = largest(drivers.surfaceIntensity)
    set(.flawIntensity, flaw.value)
    set(.flawTime, flaw.time)
    set(.boundaryIntensity, largest(drivers.boundaryIntensity).value)
    set(.survival, drivers.survival.filter(\.isFinite).min() ?? .nan)
    let moved = drivers.displacement.filter(\.isFinite).max { abs($0) < abs($1) }
    set(.displacement, moved ?? .nan)
    headlines = values
  }
}
