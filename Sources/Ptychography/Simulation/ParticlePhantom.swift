public import ArrayMath
internal import Foundation

/// A cathode particle made of ellipsoids: a sphere with pores, cracks and grains, projected exactly at any angle.
///
/// The wave behind it is exp(−2πi δ t/λ − 2π β t/λ), with t the path through matter weighted by the density, so that the
/// phase of matter is negative.
public struct ParticlePhantom: Sendable, Hashable, Codable {
  /// The bodies; their densities add.
  public var bodies: [Ellipsoid]
  /// 1 − Re n of matter of density 1.
  public var delta: Double
  /// Im n of matter of density 1.
  public var beta: Double

  public init(bodies: [Ellipsoid], delta: Double, beta: Double) {
    self.bodies = bodies
    self.delta = delta
    self.beta = beta
  }

  /// A particle like those of NMC811 secondary particles: a sphere, radial cracks, pores, and grains of slightly
  /// different density.
  ///
  /// The default δ is that of 4.7 g/cm³ of NMC811 at 9.7 keV without the corrections of anomalous scattering,
  /// r_e λ² n_e/(2π), and β follows from a mass attenuation of about 130 cm²/g: both are assumed values.
  ///
  /// - Parameters:
  ///   - radius: of the sphere, in metres.
  ///   - pores: how many are tried; those that would meet another or the surface are left out.
  ///   - cracks: flat ellipsoids through points half-way out.
  ///   - grains: regions whose density differs by up to ± 4 %.
  ///   - seed: of what is random.
  public static func sphere(
    radius: Double = 6.4e-6, pores: Int = 40, cracks: Int = 3, grains: Int = 60, delta: Double = 9.8e-6,
    beta: Double = 6.2e-7, seed: UInt64 = 1
  ) -> ParticlePhantom {
    var generator = SeededGenerator(seed: seed)
    let whole = Ellipsoid(
      centre: .init(x: 0, y: 0, z: 0), semiAxes: .init(x: radius, y: radius, z: radius), density: 1)
    var voids: [Ellipsoid] = []
    for index in 0..<cracks {
      // Cracks lie in sectors of their own, so that they do not cross.
      let azimuth = 2 * Double.pi * (Double(index) + 0.3 * generator.uniform()) / Double(max(cracks, 1))
      let outward = Ellipsoid.Vector(x: cos(azimuth), y: 0, z: sin(azimuth))
      let along = Ellipsoid.Vector(x: 0, y: 1, z: 0)
      let across = Ellipsoid.Vector(x: -sin(azimuth), y: 0, z: cos(azimuth))
      voids.append(
        Ellipsoid(
          centre: .init(x: 0.55 * radius * outward.x, y: 0, z: 0.55 * radius * outward.z),
          semiAxes: .init(x: (0.25 + 0.1 * generator.uniform()) * radius, y: 0.3 * radius, z: 0.02 * radius),
          directions: [outward, along, across], density: -1))
    }
    for _ in 0..<pores {
      let size = (0.02 + 0.06 * generator.uniform()) * radius
      let centre = generator.point(inSphereOf: 0.95 * radius - 1.5 * size)
      let largest = 1.5 * size
      let meets = voids.contains { $0.contains(centre, grown: largest) }
      let directions = generator.directions()
      let longer = size * (1 + 0.5 * generator.uniform())
      guard !meets else { continue }
      voids.append(
        Ellipsoid(
          centre: centre, semiAxes: .init(x: size, y: size, z: longer), directions: directions, density: -1))
    }
    let texture = (0..<grains).map { _ -> Ellipsoid in
      let size = (0.05 + 0.07 * generator.uniform()) * radius
      return Ellipsoid(
        centre: generator.point(inSphereOf: 0.98 * radius - 2 * size), semiAxes: .init(x: size, y: size, z: 2 * size),
        directions: generator.directions(), density: 0.08 * (generator.uniform() - 0.5))
    }
    return ParticlePhantom(bodies: [whole] + voids + texture, delta: delta, beta: beta)
  }

  /// The path through matter, weighted by the density, in metres.
  ///
  /// - Parameters:
  ///   - angle: of the rotation about the vertical axis, in radians.
  ///   - shape: of the image, whose middle (rows/2, columns/2) is the rotation axis.
  ///   - pixel: extents of a pixel, in metres.
  ///   - samples: along each axis of a pixel, whose mean is taken: the edge of a sphere is infinitely steep.
  public func thickness(
    angle: Double, shape: FrameShape, pixel: (height: Double, width: Double), samples: Int = 2
  ) -> ScalarImage {
    var sums = [Double](repeating: 0, count: shape.count)
    let offsets = (0..<samples).map { (Double($0) + 0.5) / Double(samples) - 0.5 }
    let share = 1 / Double(samples * samples)
    for body in bodies {
      let shadow = body.shadow(angle: angle)
      func range(_ middle: Double, _ half: Double, _ step: Double, _ count: Int) -> Range<Int> {
        let first = ((middle - half) / step).rounded(.down) + Double(count / 2) - 1
        let last = ((middle + half) / step).rounded(.up) + Double(count / 2) + 1
        let low = Int(min(max(first, 0), Double(count)))
        return low..<max(low, Int(min(max(last + 1, 0), Double(count))))
      }
      for row in range(shadow.y, shadow.halfHeight, pixel.height, shape.rows) {
        for column in range(shadow.x, shadow.halfWidth, pixel.width, shape.columns) {
          var path = 0.0
          for down in offsets {
            let y = (Double(row - shape.rows / 2) + down) * pixel.height
            for right in offsets {
              path += shadow.path(y: y, x: (Double(column - shape.columns / 2) + right) * pixel.width)
            }
          }
          sums[row * shape.columns + column] += body.density * path * share
        }
      }
    }
    return ScalarImage(sums.map { Float($0) }, shape: shape)
  }

  /// exp(−2πi δ t/λ − 2π β t/λ).
  public func transmission(
    angle: Double, wavelength: Double, shape: FrameShape, pixel: (height: Double, width: Double), samples: Int = 2
  ) -> ComplexImage {
    let turn = 2 * Double.pi / wavelength
    return thickness(angle: angle, shape: shape, pixel: pixel, samples: samples).map { path in
      let phase = -turn * delta * Double(path)
      let modulus = exp(-turn * beta * Double(path))
      return ComplexFloat(Float(modulus * cos(phase)), Float(modulus * sin(phase)))
    }
  }

  /// The density at a point.
  public func density(at point: Ellipsoid.Vector) -> Double {
    bodies.reduce(0) { $0 + ($1.contains(point) ? $1.density : 0) }
  }

  /// The same particle, smaller by a factor, whose phase and absorption stay: δ and β grow by it.
  public func shrunk(by factor: Double) -> ParticlePhantom {
    func scaled(_ vector: Ellipsoid.Vector) -> Ellipsoid.Vector {
      .init(x: vector.x / factor, y: vector.y / factor, z: vector.z / factor)
    }
    return ParticlePhantom(
      bodies: bodies.map {
        Ellipsoid(
          centre: scaled($0.centre), semiAxes: scaled($0.semiAxes), directions: $0.directions, density: $0.density)
      }, delta: delta * factor, beta: beta * factor)
  }
}

extension SeededGenerator {
  /// A point drawn evenly from a sphere about the origin.
  fileprivate mutating func point(inSphereOf radius: Double) -> Ellipsoid.Vector {
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let z = 2 * uniform() - 1
      if x * x + y * y + z * z <= 1 { return .init(x: x * radius, y: y * radius, z: z * radius) }
    }
  }

  /// Three unit vectors at right angles, drawn evenly.
  fileprivate mutating func directions() -> [Ellipsoid.Vector] {
    // The rotation of a unit quaternion drawn evenly.
    var q = [normal(), normal(), normal(), normal()]
    let length = q.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0 else { return Ellipsoid.upright }
    q = q.map { $0 / length }
    let (w, x, y, z) = (q[0], q[1], q[2], q[3])
    return [
      .init(x: 1 - 2 * (y * y + z * z), y: 2 * (x * y + w * z), z: 2 * (x * z - w * y)),
      .init(x: 2 * (x * y - w * z), y: 1 - 2 * (x * x + z * z), z: 2 * (y * z + w * x)),
      .init(x: 2 * (x * z + w * y), y: 2 * (y * z - w * x), z: 1 - 2 * (x * x + y * y)),
    ]
  }
}
