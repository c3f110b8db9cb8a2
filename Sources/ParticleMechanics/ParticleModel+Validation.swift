extension ParticleModel {
  /// Checks that every parameter lies where the equations mean something.
  ///
  /// - Throws: ``ParticleModelError/parameterOutOfRange(name:value:expected:)`` or
  ///   ``ParticleModelError/transitionOutsideParticle(transitionRadius:radius:)`` for the first one that does not.
  public func validate() throws(ParticleModelError) {
    try Self.require(radius > 0, "the radius", radius, "more than 0 m")
    try Self.require(
      coreDiffusivity > 0 || structure == .allShell, "the core diffusivity", coreDiffusivity, "more than 0")
    try Self.require(coreDiffusivity >= 0, "the core diffusivity", coreDiffusivity, "not less than 0")
    try Self.require(radialDiffusivity > 0, "the radial diffusivity", radialDiffusivity, "more than 0")
    try Self.require(tangentialDiffusivity >= 0, "the tangential diffusivity", tangentialDiffusivity, "not less than 0")
    try Self.require(youngsModulus > 0, "Young's modulus", youngsModulus, "more than 0 Pa")
    try Self.require(poissonRatio > -1 && poissonRatio < 0.5, "Poisson's ratio", poissonRatio, "between -1 and 0.5")
    try Self.require(
      volumetricStrainPerLithiation.magnitude < 1, "the volumetric strain per unit of lithiation",
      volumetricStrainPerLithiation, "between -1 and 1")
    try Self.requireLithiation("the reference lithiation", referenceLithiation)
    if case .coreShell(let step) = structure, !(0...radius).contains(step.position) {
      throw .transitionOutsideParticle(transitionRadius: step.position, radius: radius)
    }
  }

  /// Checks a protocol.
  ///
  /// - Throws: ``ParticleModelError/noLegs``, ``ParticleModelError/invalidLeg(index:reason:)``, or a lithiation out of
  ///   range.
  static func validate(_ legs: [ProtocolLeg]) throws(ParticleModelError) {
    guard !legs.isEmpty else { throw .noLegs }
    for (index, leg) in legs.enumerated() {
      guard leg.duration > 0, leg.duration.isFinite else {
        throw .invalidLeg(index: index, reason: "its duration is \(leg.duration) s; expected more than 0 s")
      }
      try requireLithiation("the surface lithiation of leg \(index + 1)", leg.surfaceLithiation)
      var last = -Double.infinity
      for time in leg.outputTimes {
        guard time >= 0, time <= leg.duration else {
          throw .invalidLeg(
            index: index, reason: "the output time \(time) s is outside the leg, which lasts \(leg.duration) s")
        }
        guard time > last else {
          throw .invalidLeg(index: index, reason: "the output times do not ascend at \(time) s")
        }
        last = time
      }
    }
  }

  static func requireLithiation(_ name: String, _ value: Double) throws(ParticleModelError) {
    try require(value >= 0 && value <= 1, name, value, "0 to 1")
  }

  /// A comparison with a value that is not a number is false, so this refuses those too.
  static func require(
    _ condition: Bool, _ name: String, _ value: Double, _ expected: String
  ) throws(ParticleModelError) {
    guard condition, value.isFinite else {
      throw .parameterOutOfRange(name: name, value: value, expected: expected)
    }
  }
}
