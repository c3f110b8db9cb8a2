import Foundation

/// What scatters from one place along the beam, tabulated against tan θ: photons per steradian before polarisation.
///
/// tan θ (half the scattering angle) costs two square roots a pixel, no arc tangent, and grows evenly with 2θ. Between
/// entries the table is interpolated linearly; entries lie σ/48 of the narrowest ring apart, which leaves 5 · 10⁻⁵ of
/// the height of a ring and keeps its area.
struct RadialTable: Sendable {
  /// A ring whose intensity changes along it.
  struct Ring: Sendable {
    let texture: LineTexture
    /// Index of its first entry in the table.
    let first: Int
    let values: [Float]
  }

  let displacement: Double
  let start, inverseStep: Double
  /// Smooth rings and background together.
  private(set) var values: [Float]
  /// Sub-pixel points along an edge that each entry asks for.
  private(set) var samples: [UInt8]
  /// Rings with texture, and for each block of ``blockSize`` entries which of them matter there.
  private(set) var rings: [Ring] = []
  private(set) var blocks: [[Int]] = []

  static let blockSize = 256
  private static let largestCount = 1 << 21

  /// - Parameters:
  ///   - phases: without spots and at one displacement.
  ///   - background: photons per steradian against 2θ.
  init(
    phases: [PowderPhase], wavelength: Double, map: PlateMap, displacement: Double, samplesPerEdge: Int?,
    background: ((Double) -> Double)?
  ) throws(ForwardModelError) {
    self.displacement = displacement
    let range = map.halfTangents
    var lines: [(line: DiffractionLine, texture: RingTexture?, centre: Double, photons: Double, shape: RingShape)] = []
    var narrowest = 0.02
    for phase in phases {
      for line in phase.lines {
        guard let centre = line.twoTheta(wavelength: wavelength, strain: phase.strain) else { continue }
        let shape = try (line.profile ?? phase.profile).shape(twoTheta: centre)
        guard tan((centre - shape.reach) / 2) <= range.upperBound, line.intensity * phase.scale > 0 else { continue }
        let pixel = map.pixelAngle(twoTheta: centre)
        guard shape.fwhm > pixel / 10 else { throw .narrowLine(label: line.label, width: shape.fwhm, pixel: pixel) }
        lines.append((line, phase.texture, centre, phase.scale * line.intensity, shape))
        narrowest = min(narrowest, shape.fwhm)
      }
    }
    let finest = narrowest / 2.354_820_045 / 48 / 2
    let span = max(range.upperBound - range.lowerBound, 1e-9) * (1 + 1e-9)
    let count = min(max(Int(span / finest), 256), Self.largestCount) + 2
    let step = span / Double(count - 2)
    start = range.lowerBound
    inverseStep = 1 / step
    let angles = (0..<count).map { 2 * atan(range.lowerBound + Double($0) * step) }

    let smallest = UInt8(samplesPerEdge ?? 1)
    var sums = background.map { background in angles.map(background) } ?? [Double](repeating: 0, count: count)
    var samples = [UInt8](repeating: smallest, count: count)
    var blocks = [[Int]](repeating: [], count: count / Self.blockSize + 1)
    func index(_ twoTheta: Double) -> Int {
      let tangent = twoTheta < .pi ? tan(max(twoTheta, 0) / 2) : range.upperBound
      return min(max(Int((tangent - range.lowerBound) / step), 0), count - 1)
    }
    for (line, texture, centre, photons, shape) in lines {
      // The cone's circumference; held above a tenth of its value at the centre so that a tail over the beam stays
      // finite.
      let floor = 0.1 * sin(centre)
      func density(_ k: Int) -> Double {
        photons * shape(angles[k] - centre) / (2 * .pi * max(sin(angles[k]), floor))
      }
      let covered = index(centre - shape.reach)...index(centre + shape.reach)
      if let texture {
        let pixel = map.pixelAngle(twoTheta: centre)
        let near =
          index(centre - shape.reach - pixel) / Self.blockSize...index(centre + shape.reach + pixel) / Self.blockSize
        for block in near { blocks[block].append(rings.count) }
        rings.append(
          Ring(
            texture: LineTexture(texture, poleAngles: line.poleAngles), first: covered.lowerBound,
            values: covered.map { Float(density($0)) }))
      } else {
        for k in covered { sums[k] += density(k) }
      }
      if samplesPerEdge == nil {
        let pixel = map.pixelAngle(twoTheta: centre)
        func raise(_ widths: Double, to wanted: Int) {
          let reach = widths * shape.fwhm + 2 * pixel
          for k in index(centre - reach)...index(centre + reach) { samples[k] = max(samples[k], UInt8(wanted)) }
        }
        // The centre of a pixel is wrong for a Lorentzian tail η/(4k²) of the height by 1/(4 k² w²) of its value, k widths
        // of w pixels away: below 5 · 10⁻⁵ of the height from here on.
        let width = shape.fwhm / pixel
        let straight = pow(shape.mixing / (16 * width * width * 5e-5), 0.25)
        if straight > 3 { raise(straight, to: 2) }
        raise(3, to: GaussLegendre.count(width: shape.fwhm / pixel))
      }
    }
    self.values = sums.map { Float($0) }
    self.samples = samples
    self.blocks = blocks
  }

  /// A ring with texture at a place of the table.
  @inline(__always)
  func ringValue(_ ring: Int, at place: Double) -> Double {
    let local = place - Double(rings[ring].first)
    guard local >= 0, local < Double(rings[ring].values.count - 1) else { return 0 }
    let index = Int(local)
    let base = rings[ring].values[index]
    return Double(base) + (local - Double(index)) * Double(rings[ring].values[index + 1] - base)
  }
}
