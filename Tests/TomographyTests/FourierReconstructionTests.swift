import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

/// A disc whose projections are known in closed form, averaged over the width of a pixel.
struct Disc {
  var radius: Double
  var x = 0.0
  var y = 0.0
  var value = 1.0

  /// ∫ 2√(R² − t²) dt up to t.
  private func integral(_ t: Double) -> Double {
    let t = min(max(t, -radius), radius)
    return t * max(radius * radius - t * t, 0).squareRoot() + radius * radius * asin(t / radius)
  }

  /// The mean line integral over a pixel of width 1 whose centre is `t` from the axis, along x cos θ + y sin θ.
  func projection(_ t: Double, angle: Double) -> Double {
    let place = t - x * cos(angle) - y * sin(angle)
    return value * (integral(place + 0.5) - integral(place - 0.5))
  }

  var mass: Double { value * .pi * radius * radius }

  static func stack(
    _ discs: [[Disc]], geometry: ProjectionGeometry, columns: Int
  ) throws -> ProjectionStack {
    let shape = FrameShape(rows: discs.count, columns: columns)
    var pixels: [Float] = []
    for view in 0..<geometry.count {
      let angle = geometry.sense.sign * geometry.angles[view]
      for row in 0..<shape.rows {
        let lean = tan(geometry.axisTilt) * (Double(row) + 0.5 - Double(shape.rows) / 2)
        let axis = geometry.axisColumn + geometry.displacements[view].columns - lean
        for column in 0..<columns {
          let t = Double(column) + 0.5 - axis
          pixels.append(Float(discs[row].reduce(0) { $0 + $1.projection(t, angle: angle) }))
        }
      }
    }
    return try ProjectionStack(pixels, shape: shape, geometry: geometry)
  }
}

extension ScalarVolume {
  /// The sum over a slice.
  func mass(_ slice: Int) -> Double { self.slice(slice).pixels.reduce(0) { $0 + Double($1) } }

  /// The mean over the voxels of a slice whose centres are nearer than `radius` to (x, y) from the centre.
  func mean(_ slice: Int, within radius: Double, x: Double = 0, y: Double = 0) -> Double {
    var (sum, count) = (0.0, 0.0)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let dx = Double(column) + 0.5 - Double(shape.columns) / 2 - x
        let dy = Double(row) + 0.5 - Double(shape.rows) / 2 - y
        if hypot(dx, dy) < radius { (sum, count) = (sum + Double(self[slice, row, column]), count + 1) }
      }
    }
    return sum / count
  }
}

/// The largest difference of two volumes.
func largestDifference(_ a: ScalarVolume, _ b: ScalarVolume) -> Float {
  zip(a.voxels, b.voxels).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

@Suite struct FourierReconstructionTests {
  private let discs = [
    [Disc(radius: 30), Disc(radius: 8, x: 10, y: -6, value: -0.5)], [Disc(radius: 22, x: -9, y: 12)],
    [Disc(radius: 40, x: 1)],
  ]

  private func geometry(_ count: Int) -> ProjectionGeometry {
    var geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(count), axisColumn: 48.3)
    geometry.displacements = (0..<count).map { ImageShift(rows: 0, columns: 2 * sin(Double($0))) }
    return geometry
  }

  @Test(arguments: [95, 96]) func discsHaveTheirDensityAndTheirMass(size: Int) throws {
    let stack = try Disc.stack(discs, geometry: geometry(150), columns: 96)
    let volume = try FourierReconstruction(size: size)(stack, threads: 2)
    for (slice, parts) in discs.enumerated() {
      #expect(abs(volume.mass(slice) / parts.reduce(0) { $0 + $1.mass } - 1) < 1e-3)
    }
    #expect(abs(volume.mean(0, within: 5, x: -12, y: 8) - 1) < 0.002)
    #expect(abs(volume.mean(0, within: 5, x: 10, y: -6) - 0.5) < 0.002)
    #expect(abs(volume.mean(1, within: 19, x: -9, y: 12) - 1) < 0.002)
    #expect(abs(volume.mean(2, within: 37, x: 1) - 1) < 0.002)
  }

  /// The sum that gridding approximates, written out: filtered rows as trigonometric polynomials, back-projected.
  @Test(arguments: [16, 17]) func isTheSumItApproximates(size: Int) throws {
    var generator = SeededGenerator(seed: 1)
    let (columns, views, padded) = (20, 5, 48)
    let shape = FrameShape(rows: 2, columns: columns)
    var geometry = ProjectionGeometry(angles: [0.1, 0.4, 1.3, 2.2, 3], axisColumn: 9.7, axisTilt: 0)
    geometry.displacements = (0..<views).map { ImageShift(rows: 0.3, columns: 0.4 * Double($0)) }
    let stack = try ProjectionStack(
      (0..<views * shape.count).map { _ in Float(generator.normal()) }, shape: shape, geometry: geometry)
    let filter = RampFilter(.hann, cutOff: 0.9)
    let volume = try FourierReconstruction(filter, size: size)(stack, threads: 1)
    var worst = 0.0
    for slice in 0..<2 {
      for row in 0..<size {
        for column in 0..<size {
          let (x, y) = (Double(column) + 0.5 - Double(size) / 2, Double(row) + 0.5 - Double(size) / 2)
          guard x * x + y * y <= Double(size * size) / 4 else { continue }
          var sum = 0.0
          for view in 0..<views {
            let angle = geometry.angles[view]
            let t = x * cos(angle) + y * sin(angle) + geometry.axisColumn + geometry.displacements[view].columns - 0.5
            for j in -padded / 2...padded / 2 {
              var ramp = 0.25
              for n in stride(from: 1, to: padded / 2, by: 2) {
                ramp -= 2 * cos(2 * .pi * Double(n * j) / Double(padded)) / (Double.pi * Double.pi * Double(n * n))
              }
              let ends = abs(j) == padded / 2 ? 0.5 : 1.0
              let factor =
                ends * ramp * filter.factor(Double(abs(j)) / Double(padded)) * geometry.angularWeights[view]
                / Double(padded)
              for c in 0..<columns {
                func pixel(_ line: Int) -> Double {
                  line < 2 ? Double(stack.pixels[(view * 2 + line) * columns + c]) : 0
                }
                let value = 0.7 * pixel(slice) + 0.3 * pixel(slice + 1)
                sum += factor * value * cos(2 * .pi * Double(j) / Double(padded) * (t - Double(c)))
              }
            }
          }
          worst = max(worst, abs(sum - Double(volume[slice, row, column])))
        }
      }
    }
    #expect(worst < 1e-5)
  }

  @Test func isTheSameForAnyNumberOfThreads() throws {
    let stack = try Disc.stack(discs, geometry: geometry(31), columns: 96)
    #expect(try FourierReconstruction()(stack, threads: 1) == FourierReconstruction()(stack, threads: 3))
  }

  @Test func leansWithTheAxis() throws {
    var geometry = geometry(150)
    geometry.axisTilt = 0.3
    let stack = try Disc.stack([discs[1], discs[1], discs[1]], geometry: geometry, columns: 96)
    let volume = try FourierReconstruction()(stack, threads: 2)
    for slice in [0, 2] {
      let difference = zip(volume.slice(slice).pixels, volume.slice(1).pixels).map { abs($0 - $1) }.max() ?? 1
      #expect(abs(volume.mean(slice, within: 19, x: -9, y: 12) - 1) < 0.002)
    }
  }

  @Test(arguments: [
    [0], [0.3, 0.3], [0.1, 1.2], [0, 0.02, 0.5, 1.9, 1.9, 3.1],
    (0..<360).map { 2 * .pi * Double($0) / 360 },
  ]) func scaleIsThatOfAnyAngles(angles: [Double]) throws {
    // The centre of a centred disc is the mean over the views of the same number.
    let some = ProjectionGeometry(angles: angles, axisColumn: 48)
    let many = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(90), axisColumn: 48)
    let disc = [[Disc(radius: 30)]]
    let (a, b) = try (
      FourierReconstruction(size: 95)(Disc.stack(disc, geometry: some, columns: 96), threads: 1),
      FourierReconstruction(size: 95)(Disc.stack(disc, geometry: many, columns: 96), threads: 1)
    )
    #expect(abs(a[0, 47, 47] - b[0, 47, 47]) < 2e-6)
  }
}
