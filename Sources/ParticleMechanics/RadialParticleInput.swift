extension RadialParticle {
  /// Holds a model against the ranges in which the equations have one solution.
  static func check(_ model: ParticleModel) throws(RadialParticleError) {
    func require(_ property: String, _ value: Double, _ expected: String, _ holds: Bool) throws(RadialParticleError) {
      guard value.isFinite, holds else {
        throw .invalidModel(property: property, value: value, expected: expected)
      }
    }
    try require("radius", model.radius, "a positive number of metres", model.radius > 0)
    let positive = "a positive number of m²/s"
    if model.structure != .allShell {
      try require("core diffusivity", model.coreDiffusivity, positive, model.coreDiffusivity > 0)
    }
    if model.structure != .random {
      try require("radial diffusivity", model.radialDiffusivity, positive, model.radialDiffusivity > 0)
    }
    try require("Young's modulus", model.youngsModulus, "a positive number of pascals", model.youngsModulus > 0)
    try require(
      "Poisson's ratio", model.poissonRatio, "more than -1 and less than 0.5",
      model.poissonRatio > -1 && model.poissonRatio < 0.5)
    try require(
      "volumetric strain per lithiation", model.volumetricStrainPerLithiation, "a finite number", true)
    try require("reference lithiation", model.referenceLithiation, "a finite number", true)
  }

  static func check(_ resolution: Resolution) throws(RadialParticleError) {
    guard (1...10_000).contains(resolution.elements) else {
      throw .invalidResolution(
        setting: "number of elements", value: Double(resolution.elements), expected: "1 to 10000")
    }
    guard (1e-12...1e-2).contains(resolution.timeTolerance) else {
      throw .invalidResolution(setting: "time tolerance", value: resolution.timeTolerance, expected: "1e-12 to 0.01")
    }
  }

  static func check(lithiation: Double) throws(RadialParticleError) {
    guard (0...1).contains(lithiation) else { throw .invalidLithiation(lithiation) }
  }

  static func check(_ legs: [ProtocolLeg]) throws(RadialParticleError) {
    guard !legs.isEmpty else { throw .noLegs }
    for (index, leg) in legs.enumerated() {
      func fail(_ reason: String) -> RadialParticleError { .invalidLeg(index: index, reason: reason) }
      guard (0...1).contains(leg.surfaceLithiation) else {
        throw fail("the surface lithiation is \(leg.surfaceLithiation); expected a number from 0 to 1")
      }
      guard leg.duration.isFinite, leg.duration > 0 else {
        throw fail("the duration is \(leg.duration) s; expected a positive number of seconds")
      }
      var previous = -Double.infinity
      for time in leg.outputTimes {
        guard time >= 0, time <= leg.duration else {
          throw fail("the output time \(time) s lies outside the leg of \(leg.duration) s")
        }
        guard time > previous else { throw fail("the output time \(time) s follows \(previous) s; expected ascending") }
        previous = time
      }
    }
  }

  func check(_ radii: [Double]) throws(RadialParticleError) {
    for radius in radii where !(radius >= 0 && radius <= model.radius) {
      throw .invalidRadius(radius, limit: model.radius)
    }
  }
}
