public import ArrayMath
internal import Foundation

extension PorousParticle {
  /// What a random particle is like.
  public struct Character: Sendable, Hashable, Codable {
    /// Radius of the sphere of the same envelope volume, in metres.
    public var radius: Double
    /// Electrons per cubic metre of the solid.
    public var electronDensity: Double
    /// Volume of the pores over that of the envelope.
    public var porosity = 0.05
    /// Radii of the pores, as fractions of ``radius``.
    public var poreRadii = 0.02...0.06
    /// Flat closed voids that stand radially.
    public var cracks = 0
    /// By how much the half axes differ from ``radius`` at most, as a fraction.
    public var asphericity = 0.03
    /// How many radial grains are tried; those that would meet a void are left out.
    public var grains = 300
    /// By how much their density differs from that of the solid at most, as a fraction.
    public var grainContrast = 0.04
    /// How far the centre is off the axis at most, as a fraction of ``radius``.
    public var eccentricity = 0.1
    /// Radius of the needle's tip as a fraction of ``radius``; nil for a particle without needle.
    public var needle: Double? = 0.2
    /// Density of the needle over that of the solid.
    public var needleDensity = 1.5

    public init(radius: Double, electronDensity: Double) {
      self.radius = radius
      self.electronDensity = electronDensity
    }

    /// The size of the seed's particle, 2375 μm³ of envelope, and a solid of a given electron density.
    ///
    /// 5.23 ng at 2.2 g/cm³ are 2377 μm³.
    public static func seed(electronDensity: Double) -> Character {
      Character(radius: cbrt(2375e-18 * 3 / (4 * .pi)), electronDensity: electronDensity)
    }
  }

  /// A particle drawn from a generator: no void meets another, a grain or the surface, so that the volumes are exact.
  public static func random(_ character: Character, using generator: inout SeededGenerator) -> PorousParticle {
    let radius = character.radius
    var shape = SIMD3<Double>(repeating: 1)
    for axis in 0..<3 { shape[axis] += character.asphericity * (2 * generator.uniform() - 1) }
    shape *= radius / cbrt(shape.x * shape.y * shape.z)
    let off = character.eccentricity * radius
    let centre = SIMD3(
      off * (2 * generator.uniform() - 1), off * (2 * generator.uniform() - 1), off * (2 * generator.uniform() - 1))
    var particle = PorousParticle(
      semiAxes: shape, centre: centre, electronDensity: character.electronDensity, voids: [], grains: [])
    particle.crack(character, using: &generator)
    particle.addPores(character, using: &generator)
    particle.addGrains(character, using: &generator)
    if let tip = character.needle {
      let lowest = centre.z + shape.z
      // The tip reaches into the cap of the particle that has its radius, so that it touches all around.
      let sag = shape.z * (1 - (1 - tip * tip).squareRoot())
      particle.mount = NeedleMount(
        x: centre.x, y: centre.y, top: lowest - sag, radius: tip * radius, slope: 0.2,
        electronDensity: character.needleDensity * character.electronDensity)
    }
    return particle
  }

  private mutating func crack(_ character: Character, using generator: inout SeededGenerator) {
    let radius = character.radius
    for index in 0..<character.cracks {
      // Cracks lie in sectors of their own, so that they do not cross.
      let azimuth = 2 * Double.pi * (Double(index) + 0.3 * generator.uniform()) / Double(character.cracks)
      let outward = SIMD3(cos(azimuth), sin(azimuth), 0)
      let half = (0.25 + 0.1 * generator.uniform()) * radius
      voids.append(
        EllipsoidBody(
          centre: centre + 0.55 * radius * outward, semiAxes: SIMD3(half, 0.3 * radius, 0.02 * radius),
          directions: [outward, SIMD3(0, 0, 1), SIMD3(-sin(azimuth), cos(azimuth), 0)], density: -1))
    }
  }

  private mutating func addPores(_ character: Character, using generator: inout SeededGenerator) {
    let radius = character.radius
    var rest = character.porosity * envelopeVolume
    var tries = 0
    while rest > 0, tries < 100_000 {
      tries += 1
      let (low, high) = (character.poreRadii.lowerBound, character.poreRadii.upperBound)
      let size = (low + (high - low) * generator.uniform()) * radius
      let longer = 1 + 0.5 * generator.uniform()
      var pore = EllipsoidBody(
        centre: point(depth: 1.2 * size * longer, using: &generator), semiAxes: SIMD3(size, size, size * longer),
        directions: generator.axes(), density: -1)
      if pore.volume > rest { pore.semiAxes *= cbrt(rest / pore.volume) }
      guard voids.allSatisfy({ $0.isApart(from: pore, gap: 0.005 * radius) }) else { continue }
      rest -= pore.volume
      if rest < 1e-9 * envelopeVolume { rest = 0 }
      voids.append(pore)
    }
  }

  private mutating func addGrains(_ character: Character, using generator: inout SeededGenerator) {
    let radius = character.radius
    for _ in 0..<character.grains {
      let half = (0.06 + 0.08 * generator.uniform()) * radius
      let across = 0.3 * half
      let place = point(depth: 1.1 * half, using: &generator)
      let contrast = character.grainContrast * (2 * generator.uniform() - 1)
      let away = place - centre
      guard length(away) > 0.05 * radius else { continue }
      let outward = away / length(away)
      let helper = abs(outward.z) < 0.9 ? SIMD3(0, 0, 1.0) : SIMD3(1.0, 0, 0)
      let first = normalised(cross(outward, helper))
      let grain = EllipsoidBody(
        centre: place, semiAxes: SIMD3(half, across, across), directions: [outward, first, cross(outward, first)],
        density: contrast)
      if voids.allSatisfy({ $0.isApart(from: grain, gap: 0) }) { grains.append(grain) }
    }
  }

  /// A point drawn evenly from the inside of the envelope, at least `depth` below its surface.
  private func point(depth: Double, using generator: inout SeededGenerator) -> SIMD3<Double> {
    let room = semiAxes - SIMD3(repeating: depth)
    while true {
      let unit = SIMD3(2 * generator.uniform() - 1, 2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
      if dot(unit, unit) <= 1 { return centre + unit * room }
    }
  }
}

extension SeededGenerator {
  /// Three unit vectors at right angles, drawn evenly.
  fileprivate mutating func axes() -> [SIMD3<Double>] {
    let first = normalised(SIMD3(normal(), normal(), normal()))
    let second = normalised(cross(first, SIMD3(normal(), normal(), normal())))
    return [first, second, cross(first, second)]
  }
}

private func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

private func normalised(_ a: SIMD3<Double>) -> SIMD3<Double> { a / length(a) }
