import ArrayMath
import Foundation
import ImageAnalysis
import Quantities
import Tomography

/// A ball with round pores on an upright needle, with projections in closed form. Lengths in voxels, places from the middle
/// of the volume: x along columns, y along rows, z along slices.
struct PorousBall {
  var size = 80
  var radius = 30.3
  var centre = SIMD3<Double>(0.3, -0.2, 0.4)
  var density = 0.05
  var pores: [(centre: SIMD3<Double>, radius: Double)] = []
  var needle: (radius: Double, density: Double)?
  /// Other balls, apart from it: middle, radius, density.
  var others: [(centre: SIMD3<Double>, radius: Double, density: Double)] = []
  /// What a medium takes off every density, and whether it is missing from the pores.
  var hidden = 0.0
  var poresAreEmpty = false

  init(size: Int = 80, radius: Double = 30.3) {
    self.size = size
    self.radius = radius
  }

  /// Pores drawn inside of the ball, apart from each other and its surface.
  static func porous(
    seed: UInt64, count: Int, radii: ClosedRange<Double>, radius: Double = 30.3, size: Int = 80
  ) -> PorousBall {
    var ball = PorousBall(size: size, radius: radius)
    var generator = SeededGenerator(seed: seed)
    while ball.pores.count < count {
      let r = radii.lowerBound + (radii.upperBound - radii.lowerBound) * generator.uniform()
      let place = SIMD3(generator.uniform(), generator.uniform(), generator.uniform()) * 2 - 1
      let centre = ball.centre + place * ball.radius
      func distance(_ other: SIMD3<Double>) -> Double { ((centre - other) * (centre - other)).sum().squareRoot() }
      guard distance(ball.centre) < ball.radius - r - 3 else { continue }
      guard ball.pores.allSatisfy({ distance($0.centre) > r + $0.radius + 2 }) else { continue }
      ball.pores.append((centre, r))
    }
    return ball
  }

  var envelope: Double { 4 / 3 * .pi * pow(radius, 3) }
  var solid: Double { envelope - pores.reduce(0) { $0 + 4 / 3 * .pi * pow($1.radius, 3) } }

  /// The line integral in the direction of an angle, at t across it and z.
  private func integral(_ t: Double, _ z: Double, _ c: Double, _ s: Double) -> Double {
    func chord(_ centre: SIMD3<Double>, _ radius: Double) -> Double {
      let d = t - centre.x * c - centre.y * s
      return 2 * max(radius * radius - d * d - (z - centre.z) * (z - centre.z), 0).squareRoot()
    }
    if let needle, z > centre.z + (radius * radius - needle.radius * needle.radius).squareRoot() {
      let d = t - centre.x * c - centre.y * s
      return needle.density * 2 * max(needle.radius * needle.radius - d * d, 0).squareRoot()
    }
    let void = density + (poresAreEmpty ? hidden : 0)
    return density * chord(centre, radius) - void * pores.reduce(0) { $0 + chord($1.centre, $1.radius) }
      + others.reduce(0) { $0 + $1.density * chord($1.centre, $1.radius) }
  }

  /// Projections over half a turn, each pixel the mean of 3 x 3 places.
  func projections(
    views: Int, noise: Double = 0, offset: Double = 0, seed: UInt64 = 0, threads: Int = 2
  ) throws -> ProjectionStack {
    let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(views), axisColumn: Double(size) / 2)
    let half = Double(size) / 2
    let images = try parallelMap(count: views, threads: threads) { view -> [Float] in
      let (c, s) = (cos(geometry.angles[view]), sin(geometry.angles[view]))
      var generator = SeededGenerator(seed: seed, item: view)
      let shift = offset * generator.normal()
      var image: [Float] = []
      for row in 0..<size {
        for column in 0..<size {
          var sum = 0.0
          for i in 0..<3 {
            for j in 0..<3 {
              let t = Double(column) + (Double(i) + 0.5) / 3 - half
              sum += integral(t, Double(row) + (Double(j) + 0.5) / 3 - half, c, s)
            }
          }
          image.append(Float(sum / 9 + noise * generator.normal() + shift))
        }
      }
      return image
    }
    return try ProjectionStack(
      Array(images.joined()), shape: FrameShape(rows: size, columns: size), geometry: geometry)
  }
}

/// A measurement of a simulated ball, from its projections to its quantities.
struct MeasuredBall {
  var volume: ScalarVolume
  var particle: SegmentedParticle
  var quantities: ParticleQuantities
  var resolution: Double?

  static let voxel = 43e-9
  static let wavelength = 1.27819e-10

  init(
    _ stack: ProjectionStack, voxelFactor: Double = 1, pixelUncertainty: Double = 0, medium: SurroundingMedium = .vacuum
  ) throws {
    let odd = stack.selecting(Array(stride(from: 0, to: stack.count, by: 2)))
    let even = stack.selecting(Array(stride(from: 1, to: stack.count, by: 2)))
    let reconstruction = FilteredBackProjection()
    volume = try reconstruction(stack, threads: 2)
    let halves = (try reconstruction(odd, threads: 2), try reconstruction(even, threads: 2))
    particle = try ParticleSegmentation()(volume, threads: 2)
    resolution = try FourierShellCorrelation.between(halves.0, halves.1, threads: 2).resolution()
    let composition = try ElectronComposition(formula: "LiNi0.8Mn0.1Co0.1O2", wavelength: Self.wavelength)
    let measurement = ParticleMeasurement(
      voxel: .init(voxelFactor * Self.voxel, uncertainty: pixelUncertainty * Self.voxel),
      wavelength: .init(Self.wavelength),
      medium: medium, composition: composition)
    quantities = try measurement(
      volume, particle,
      evidence: .init(halves: halves, projections: stack, resolution: resolution.map { min($0, 10) }), threads: 2)
  }
}
