public import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// A body made of ellipsoids, whose projections are known in closed form.
///
/// With semi-axes a, b in the plane of a slice, turned by φ, and c along the axis of rotation, an ellipsoid of density ρ is
/// seen at angle θ, at height z and distance t from its centre, as
///
///     p = 2 ρ a b √(s² k² − t²) / s²,  s² = a² cos²(θ − φ) + b² sin²(θ − φ),  k² = 1 − z²/c².
public struct EllipsoidPhantom: Sendable, Hashable {
  /// One ellipsoid, lengths in pixels.
  public struct Ellipsoid: Sendable, Hashable {
    /// Its centre: x and y from the axis of rotation, the height from the upper edge of the projections.
    public var x: Double, y: Double, height: Double
    /// Semi-axes; `c` along the axis of rotation.
    public var a: Double, b: Double, c: Double
    /// By how much `a` is turned from x towards y, in radians.
    public var turn: Double
    /// What it adds to the density, a pixel.
    public var density: Double

    public init(
      x: Double, y: Double, height: Double, a: Double, b: Double, c: Double, turn: Double = 0, density: Double
    ) {
      (self.x, self.y, self.height) = (x, y, height)
      (self.a, self.b, self.c) = (a, b, c)
      (self.turn, self.density) = (turn, density)
    }
  }

  public var ellipsoids: [Ellipsoid]

  public init(_ ellipsoids: [Ellipsoid]) { self.ellipsoids = ellipsoids }

  /// A grain with pores and inclusions that fills most of the field, the same for the same seed.
  ///
  /// - Parameters:
  ///   - radius: of the grain, in pixels.
  ///   - height: of its centre, from the upper edge of the projections.
  public static func porousGrain(radius: Double, height: Double, pores: Int = 12, seed: UInt64) -> EllipsoidPhantom {
    var random = SeededGenerator(seed: seed)
    var parts = [
      Ellipsoid(
        x: 0.06 * radius, y: -0.04 * radius, height: height, a: radius, b: 0.86 * radius, c: 0.92 * radius, turn: 0.4,
        density: 1)
    ]
    for pore in 0..<pores {
      let (distance, angle) = (0.68 * radius * random.uniform().squareRoot(), 2 * .pi * random.uniform())
      let size = radius * (0.06 + 0.12 * random.uniform())
      parts.append(
        Ellipsoid(
          x: distance * cos(angle), y: distance * sin(angle), height: height + radius * (1.1 * random.uniform() - 0.55),
          a: size, b: size * (0.6 + 0.4 * random.uniform()), c: size, turn: .pi * random.uniform(),
          density: pore.isMultiple(of: 3) ? 0.5 : -0.6))
    }
    return EllipsoidPhantom(parts)
  }

  /// The projections, each pixel the mean of `samples` × `samples` points.
  public func projections(
    _ geometry: ProjectionGeometry, shape: FrameShape, samples: Int = 2, threads: Int
  ) throws -> ProjectionStack {
    let images = try parallelMap(count: geometry.count, threads: threads) { view -> [Float] in
      var image = [Float](repeating: 0, count: shape.count)
      for ellipsoid in ellipsoids { add(ellipsoid, to: &image, view: view, geometry, shape, samples) }
      return image
    }
    return try ProjectionStack(Array(images.joined()), shape: shape, geometry: geometry)
  }

  private func add(
    _ part: Ellipsoid, to image: inout [Float], view: Int, _ geometry: ProjectionGeometry, _ shape: FrameShape,
    _ samples: Int
  ) {
    let angle = geometry.sense.sign * geometry.angles[view]
    let shift = geometry.displacements[view]
    let (across, along) = (part.a * cos(angle - part.turn), part.b * sin(angle - part.turn))
    let square = across * across + along * along
    let factor = 2 * part.density * part.a * part.b / square / Double(samples * samples)
    let axis = geometry.axisColumn + part.x * cos(angle) + part.y * sin(angle) + shift.columns
    let lean = tan(geometry.axisTilt)
    let centre = part.height + shift.rows
    let top = max(0, Int(centre - part.c) - 1)
    let bottom = min(shape.rows, Int(centre + part.c) + 2)
    guard top < bottom else { return }
    for row in top..<bottom {
      for fine in 0..<samples {
        let y = Double(row) + (Double(fine) + 0.5) / Double(samples)
        let height = (y - centre) / part.c
        let reach = square * (1 - height * height)
        guard reach > 0 else { continue }
        let middle = axis - lean * (y - Double(shape.rows) / 2)
        let left = max(0, Int(middle - reach.squareRoot()) - 1)
        let right = min(shape.columns, Int(middle + reach.squareRoot()) + 2)
        guard left < right else { continue }
        for column in left..<right {
          for part in 0..<samples {
            let t = Double(column) + (Double(part) + 0.5) / Double(samples) - middle
            let rest = reach - t * t
            if rest > 0 { image[row * shape.columns + column] += Float(factor * rest.squareRoot()) }
          }
        }
      }
    }
  }
}
