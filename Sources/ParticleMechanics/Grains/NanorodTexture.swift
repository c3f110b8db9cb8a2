public import ArrayMath
import Foundation

/// A section of a core of random grains and a shell of long ones that stand along the radius, each with the frame of its
/// crystal: the texture of particles grown from nanorods.
///
/// A long grain is a row of seeds along a radius: between two rows whose seeds lie at the same radii the boundary is
/// exactly radial. Where rows move apart on the way out, new ones begin between them.
public struct NanorodTexture: Sendable, Hashable {
  /// How the c axes of the shell lie; the layers always hold the radius.
  public enum ShellAxes: String, Sendable, Hashable, CaseIterable {
    /// Along the hoop, in the section.
    case hoop
    /// Anywhere in the plane across the radius.
    case tangentialPlane = "tangential-plane"
  }

  public let grains: VoronoiGrains
  /// One for each grain.
  public let frames: [GrainFrame]
  /// Grains of the core come first.
  public let coreGrainCount: Int

  /// - Parameters:
  ///   - outline: of the section; rods stand along the radius from its centre.
  ///   - coreRadius: of the core, in metres; 0 makes all of it shell.
  ///   - grainWidth: of rods and diameter of core grains, in metres.
  ///   - aspectRatio: mean length of rods over their width.
  ///   - axes: how c lies in the shell; in the core every orientation is as likely.
  ///   - misalignment: standard deviation of the tilt of c away from where it should lie, in radians.
  ///   - generator: draws places and frames.
  public init(
    outline: MeshOutline, coreRadius: Double, grainWidth: Double, aspectRatio: Double = 4, axes: ShellAxes = .hoop,
    misalignment: Double = 0, using generator: inout SeededGenerator
  ) throws(SectionError) {
    let radius = outline.reach
    try SectionError.require(
      coreRadius >= 0 && coreRadius < radius, "the radius of the core in metres", coreRadius,
      "0 or more, less than the particle's radius \(radius)")
    try SectionError.require(
      grainWidth > 0.002 * radius && grainWidth <= radius, "the width of grains in metres", grainWidth,
      "more than 0.002 of the radius, at most the radius \(radius)")
    try SectionError.require(
      aspectRatio >= 1 && aspectRatio <= 1000, "the aspect ratio of rods", aspectRatio, "1 to 1000")
    try SectionError.require(
      misalignment >= 0 && misalignment < .pi, "the misalignment in radians", misalignment, "0 or more, less than π")
    var seeds = [SIMD2<Double>]()
    var labels = [Int32]()
    if coreRadius > grainWidth / 2 {
      let disc = try MeshOutline.disc(radius: coreRadius)
      let count = max(1, Int((disc.area / (grainWidth * grainWidth)).rounded()))
      seeds = try VoronoiGrains(count: count, outline: disc, shortestBoundary: 0, using: &generator).seeds
        .map { outline.centre + $0 }
      labels = seeds.indices.map(Int32.init)
    }
    coreGrainCount = seeds.count
    let rods = Self.rods(
      from: coreRadius, to: radius, width: grainWidth, aspectRatio: aspectRatio, using: &generator)
    for (number, rod) in rods.enumerated() {
      for r in rod.radii {
        seeds.append(outline.centre + r * SIMD2(cos(rod.angle), sin(rod.angle)))
        labels.append(Int32(coreGrainCount + number))
      }
    }
    grains = try VoronoiGrains(seeds: seeds, grains: labels, outline: outline, shortestBoundary: 0.1)
    var frames: [GrainFrame] = []
    for _ in 0..<coreGrainCount { frames.append(.random(using: &generator)) }
    for rod in rods {
      let hoop = SIMD3(-sin(rod.angle), cos(rod.angle), 0)
      var axis = hoop
      if axes == .tangentialPlane {
        let turn = 2 * Double.pi * generator.uniform()
        axis = cos(turn) * hoop + sin(turn) * SIMD3(0, 0, 1)
      }
      if misalignment > 0 {
        axis += misalignment * SIMD3(generator.normal(), generator.normal(), generator.normal())
      }
      frames.append(GrainFrame(cAxis: axis, turn: 2 * .pi * generator.uniform()))
    }
    self.frames = frames
  }

  private struct Rod {
    var angle: Double
    var radii: [Double]
  }

  /// Rods that fill a ring.
  private static func rods(
    from inner: Double, to outer: Double, width: Double, aspectRatio: Double, using generator: inout SeededGenerator
  ) -> [Rod] {
    // Seeds of all rods lie on the same circles; closer together than the rods are wide, so that rows hold together.
    let step = width / 2
    let circles = max(1, Int(((outer - inner) / step).rounded(.up)))
    let radii = (0..<circles).map { inner + (Double($0) + 0.5) / Double(circles) * (outer - inner) }
    var rods: [Rod] = []
    // Rows that stand on the circle at hand: number of the rod, and the circle on which it ends.
    var rows: [(rod: Int, last: Int)] = []
    func lengthInCircles() -> Int {
      // Lengths spread evenly from a half to one and a half of the mean.
      max(2, Int((aspectRatio * width / step * (0.5 + generator.uniform())).rounded()))
    }
    func start(angle: Double, circle: Int, isFirst: Bool) -> (rod: Int, last: Int) {
      rods.append(Rod(angle: angle, radii: []))
      // The first rods begin inside the core, so that their ends are not all at one radius.
      let length = isFirst ? max(1, Int(Double(lengthInCircles()) * generator.uniform())) : lengthInCircles()
      return (rods.count - 1, circle + length - 1)
    }
    let first = max(3, Int((2 * .pi * radii[0] / width).rounded()))
    let turn = generator.uniform()
    for row in 0..<first {
      let jitter = 0.25 * (generator.uniform() - 0.5)
      rows.append(start(angle: 2 * .pi * (Double(row) + turn + jitter) / Double(first), circle: 0, isFirst: true))
    }
    for (circle, r) in radii.enumerated() {
      if circle > 0 {
        for row in rows.indices where rows[row].last < circle {
          rows[row] = start(angle: rods[rows[row].rod].angle, circle: circle, isFirst: false)
        }
        var kept: [(rod: Int, last: Int)] = []
        for (index, row) in rows.enumerated() {
          kept.append(row)
          let here = rods[row.rod].angle
          var next = rods[rows[(index + 1) % rows.count].rod].angle
          if next <= here { next += 2 * .pi }
          // Two rods grown too wide take one more between them.
          if (next - here) * r > 1.8 * width {
            kept.append(start(angle: (here + next) / 2, circle: circle, isFirst: false))
          }
        }
        rows = kept
      }
      for row in rows { rods[row.rod].radii.append(r) }
    }
    return rods
  }
}
