internal import Foundation

/// What drives a small flaw to grow: stress intensity and energy release, from the stress of the body without it.
///
/// By superposition the flaw is loaded by the tractions of the uncracked body on its faces. The flaw must be small beside
/// the particle and beside the distance over which the stiffness changes: the body is taken as a homogeneous isotropic
/// half space, or space, in plane strain. Faces are free of friction and may overlap where the stress presses them
/// together; an intensity that comes out negative is a closed flaw and drives nothing.
///
/// G = (K_I² + K_II²)/E',  E' = E/(1 − ν²).
public struct FlawDriver: Sendable, Hashable {
  /// Young's modulus, in pascals.
  public let youngsModulus: Double
  public let poissonRatio: Double

  /// - Throws: ``CrackingError/outOfRange(name:value:expected:)`` for constants of no stable material.
  public init(youngsModulus: Double, poissonRatio: Double) throws(CrackingError) {
    guard youngsModulus.isFinite, youngsModulus > 0 else {
      throw .outOfRange(name: "Young's modulus", value: youngsModulus, expected: "a positive number of pascals")
    }
    guard poissonRatio > -1, poissonRatio < 0.5 else {
      throw .outOfRange(name: "Poisson's ratio", value: poissonRatio, expected: "a number from -1 to 0.5")
    }
    self.youngsModulus = youngsModulus
    self.poissonRatio = poissonRatio
  }

  /// E' = E/(1 − ν²), in pascals.
  public var planeStrainModulus: Double { youngsModulus / (1 - poissonRatio * poissonRatio) }

  /// An edge crack at right angles to the surface: a radial flaw under the hoop stress.
  ///
  ///     K_I = 2 √(a/π) ∫₀^{π/2} (1.3 − 0.3 sin^{5/4} φ) σ(a sin φ) dφ
  ///
  /// the weight function of Tada, Paris and Irwin, The Stress Analysis of Cracks Handbook, for a pair of forces on the
  /// faces of an edge crack in a half plane. Against a numerical solution of the singular integral equation it is within
  /// 0.07 % for a uniform stress and within 0.3 % for stresses that grow as a power of the depth up to the fifth.
  ///
  /// - Parameters:
  ///   - depth: a, in metres.
  ///   - stress: the normal stress on the plane of the flaw against the depth below the surface, from 0 to `depth` or
  ///     deeper.
  ///   - cylinderRadius: R of a long cylinder, in metres: K is then multiplied by (1 − a/(2 R))^{−3/2}, the handbook's
  ///     factor for a uniform pressure on the faces of a radial crack in a disc. Nil takes the half space, which is 1.4 %
  ///     too low at a = 0.02 R and 7 % at 0.1 R; with the factor the rest is 0.3 %.
  public func surfaceFlaw(
    depth: Double, stress: StressAlongLine, cylinderRadius: Double? = nil
  ) throws(CrackingError) -> FlawLoad {
    try require(size: depth, name: "the depth of a flaw")
    if let cylinderRadius, !(cylinderRadius > depth) {
      throw .outOfRange(
        name: "the depth of a flaw", value: depth, expected: "less than the radius, \(cylinderRadius) m")
    }
    try stress.requireCovers(from: 0, to: depth)
    var sum = 0.0
    Self.integrate(stress, from: 0, to: depth, scale: depth) { sine, value in
      sum += (1.3 - 0.3 * pow(max(sine, 0), 1.25)) * value
    }
    let curvature = cylinderRadius.map { pow(1 - 0.5 * depth / $0, -1.5) } ?? 1
    return load(modeI: 2 * (depth / .pi).squareRoot() * sum * curvature, modeII: 0)
  }

  /// A crack of length 2a along a grain boundary, at the more heavily loaded of its tips.
  ///
  ///     K = √(a/π) ∫_{−π/2}^{π/2} (1 ± sin φ) σ(s₀ + a sin φ) dφ
  ///
  /// for the normal traction (K_I) and the shear traction (K_II), exact in an infinite homogeneous body (Tada, Paris and
  /// Irwin). Across a boundary of different grains the intensities of an interface oscillate; the energy release is then
  /// off by the mismatch of their stiffness, of second order in Dundurs' β.
  ///
  /// - Parameters:
  ///   - halfLength: a, in metres.
  ///   - centre: s₀, the place of its middle on the lines, in metres.
  ///   - normalTraction: n·σ n along the boundary.
  ///   - shearTraction: t·σ n along the boundary, where it is known.
  public func boundaryFlaw(
    halfLength: Double, centre: Double, normalTraction: StressAlongLine, shearTraction: StressAlongLine? = nil
  ) throws(CrackingError) -> FlawLoad {
    try require(size: halfLength, name: "the half length of a flaw")
    func tips(_ traction: StressAlongLine) throws(CrackingError) -> (back: Double, front: Double) {
      let (start, end) = (centre - halfLength, centre + halfLength)
      try traction.requireCovers(from: start, to: end)
      var (even, odd) = (0.0, 0.0)
      Self.integrate(traction, from: start, to: end, scale: halfLength, centre: centre) { sine, value in
        even += value
        odd += sine * value
      }
      let factor = (halfLength / .pi).squareRoot()
      return (factor * (even - odd), factor * (even + odd))
    }
    let normal = try tips(normalTraction)
    let shear = try shearTraction.map(tips) ?? (back: 0, front: 0)
    let back = load(modeI: normal.back, modeII: shear.back)
    let front = load(modeI: normal.front, modeII: shear.front)
    return back.energyRelease > front.energyRelease ? back : front
  }

  /// A crack of length 2a under tractions that are uniform over its length.
  public func flaw(
    halfLength: Double, normalTraction: Double, shearTraction: Double
  ) throws(CrackingError) -> FlawLoad {
    try require(size: halfLength, name: "the half length of a flaw")
    guard normalTraction.isFinite, shearTraction.isFinite else {
      throw .invalidField(name: "the traction on a flaw", reason: "it is not a finite number")
    }
    let factor = (Double.pi * halfLength).squareRoot()
    return load(modeI: factor * normalTraction, modeII: factor * shearTraction)
  }

  /// A crack of length 2a across the direction `normal`, under a stress that is uniform over its length.
  public func flaw(halfLength: Double, normal: SIMD3<Double>, stress: SymmetricTensor3) throws(CrackingError)
    -> FlawLoad
  {
    let length = (normal * normal).sum().squareRoot()
    guard length > 0, length.isFinite else {
      throw .outOfRange(name: "the length of a flaw's normal", value: length, expected: "a direction in space")
    }
    let direction = normal / length
    let traction = stress(direction)
    let across = (traction * direction).sum()
    let along = max((traction * traction).sum() - across * across, 0).squareRoot()
    return try flaw(halfLength: halfLength, normalTraction: across, shearTraction: along)
  }

  /// The smallest edge crack whose intensity reaches a toughness, in metres; nil where none up to `limit` does.
  ///
  /// Depths from `limit`/10⁴ on are tried, 40 a decade; between two the intensity is taken to cross once.
  ///
  /// - Parameters:
  ///   - toughness: K_Ic, in Pa√m.
  ///   - limit: the largest depth to consider, in metres.
  ///   - cylinderRadius: see ``surfaceFlaw(depth:stress:cylinderRadius:)``.
  public func smallestGrowingSurfaceFlaw(
    toughness: Double, stress: StressAlongLine, limit: Double, cylinderRadius: Double? = nil
  ) throws(CrackingError) -> Double? {
    guard toughness.isFinite, toughness > 0 else {
      throw .outOfRange(name: "the toughness", value: toughness, expected: "a positive number of Pa√m")
    }
    let steps = 160
    var low = 0.0
    for step in 0...steps {
      var high = limit * pow(10, 4 * (Double(step) / Double(steps) - 1))
      guard try surfaceFlaw(depth: high, stress: stress, cylinderRadius: cylinderRadius).modeI >= toughness else {
        low = high
        continue
      }
      for _ in 0..<60 {
        let middle = 0.5 * (low + high)
        guard middle > low, middle < high else { break }
        let load = try surfaceFlaw(depth: middle, stress: stress, cylinderRadius: cylinderRadius)
        if load.modeI >= toughness { high = middle } else { low = middle }
      }
      return high
    }
    return nil
  }

  private func load(modeI: Double, modeII: Double) -> FlawLoad {
    let opening = max(modeI, 0)
    let energy = (opening * opening + modeII * modeII) / planeStrainModulus
    return FlawLoad(
      signedModeI: modeI, modeII: modeII, energyRelease: energy,
      effectiveIntensity: (energy * planeStrainModulus).squareRoot())
  }

  private func require(size: Double, name: String) throws(CrackingError) {
    guard size.isFinite, size > 0 else {
      throw .outOfRange(name: name, value: size, expected: "a positive length in metres")
    }
  }

  /// ∫ f(sin φ, σ) dφ with position = centre + scale sin φ: a rule on each stretch on which the stress is linear.
  private static func integrate(
    _ stress: StressAlongLine, from start: Double, to end: Double, scale: Double, centre: Double = 0,
    add: (_ sine: Double, _ weightedStress: Double) -> Void
  ) {
    func angle(_ position: Double) -> Double { asin(min(max((position - centre) / scale, -1), 1)) }
    let breaks = stress.breaks(from: start, to: end).map(angle)
    for (first, last) in zip(breaks, breaks.dropFirst()) where last > first {
      let half = 0.5 * (last - first)
      for gauss in rule {
        let sine = sin(first + half * (1 + gauss.point))
        add(sine, half * gauss.weight * stress(centre + scale * sine))
      }
    }
  }

  private static let rule = RadialElement.gauss(12)
}
