internal import ArrayMath
internal import Foundation

/// An ellipsoid of one density, whose integrals along rays and over voxels are known in closed form.
///
/// Coordinates are those of ``ProjectionGeometry``, in metres: x along the columns of a slice, y along its rows (towards
/// the source at angle 0), z down the axis of rotation. With A the map that makes the ellipsoid the unit ball, a ray
/// p + s b is inside while |A(p − c) + s A b| < 1: its path is (2/|A b|) √(1 − |P A(p − c)|²), P the projection at right
/// angles to A b.
struct EllipsoidBody: Sendable, Hashable, Codable {
  var centre: SIMD3<Double>
  /// Half lengths of the axes, in metres.
  var semiAxes: SIMD3<Double>
  /// Directions of the axes: unit vectors at right angles.
  var directions: [SIMD3<Double>] = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]
  /// Electrons per cubic metre that it adds to what it lies in; negative for a void.
  var density: Double

  /// In cubic metres.
  var volume: Double { 4 / 3 * .pi * semiAxes.x * semiAxes.y * semiAxes.z }

  /// How far it reaches from its centre in the direction of a unit vector.
  func reach(_ direction: SIMD3<Double>) -> Double {
    let parts = SIMD3(
      dot(directions[0], direction), dot(directions[1], direction), dot(directions[2], direction))
    return length(parts * semiAxes)
  }

  /// Whether a plane across the line of the centres parts it from another, with a gap; two that are not parted by that
  /// plane may still be apart.
  func isApart(from other: EllipsoidBody, gap: Double) -> Bool {
    let line = other.centre - centre
    let distance = length(line)
    guard distance > 0 else { return false }
    let direction = line / distance
    return reach(direction) + other.reach(direction) + gap < distance
  }

  /// The vector seen from the frame in which the ellipsoid is the unit ball.
  func whitened(_ vector: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(dot(directions[0], vector), dot(directions[1], vector), dot(directions[2], vector)) / semiAxes
  }

  /// Where a ray p + s b enters and leaves; nil where it misses.
  func passage(_ point: SIMD3<Double>, along beam: SIMD3<Double>) -> ClosedRange<Double>? {
    let (start, step) = (whitened(point - centre), whitened(beam))
    let square = dot(step, step)
    let middle = -dot(start, step) / square
    let nearest = start + middle * step
    let rest = 1 - dot(nearest, nearest)
    guard rest > 0 else { return nil }
    let half = (rest / square).squareRoot()
    return middle - half...middle + half
  }

  /// Adds what a detector sees of it: electrons per square metre, the mean over each pixel.
  ///
  /// The mean along a row is exact; across rows it is that of `samples` lines a pixel.
  func add(to image: UnsafeMutablePointer<Double>, _ view: DetectorView, samples: Int) {
    let beam = whitened(view.beam)
    let beamSquare = dot(beam, beam)
    func across(_ vector: SIMD3<Double>) -> SIMD3<Double> { vector - (dot(vector, beam) / beamSquare) * beam }
    let origin = across(whitened(-centre))
    let right = across(whitened(view.right))
    let down = across(whitened(SIMD3(0, 0, 1)))
    let rightSquare = dot(right, right)
    let scale = 2 * (rightSquare / beamSquare).squareRoot() * density / (view.pixel * Double(samples))
    let rows = view.rows(centre.z, reach: reach(SIMD3(0, 0, 1)))
    for row in rows {
      for sample in 0..<samples {
        let z = view.z(Double(row) + (Double(sample) + 0.5) / Double(samples))
        let start = origin + z * down
        let middle = -dot(start, right) / rightSquare
        let nearest = start + middle * right
        let square = (1 - dot(nearest, nearest)) / rightSquare
        guard square > 0 else { continue }
        view.addArc(to: image + row * view.shape.columns, middle: middle, squaredHalfWidth: square, scale: scale)
      }
    }
  }

  /// Adds its density to a plane of voxels, each the mean over the voxel: exact along columns, `samples` lines across.
  func add(to plane: UnsafeMutablePointer<Double>, slice: Int, _ grid: VoxelGrid, samples: Int) {
    let rows = grid.range(centre.y, reach: reach(SIMD3(0, 1, 0)), grid.centre(1), count: grid.shape.rows)
    let share = density / Double(samples * samples)
    for depth in 0..<samples {
      let z = grid.position(Double(slice) + (Double(depth) + 0.5) / Double(samples), grid.centre(0))
      guard abs(z - centre.z) < reach(SIMD3(0, 0, 1)) else { continue }
      for row in rows {
        for sample in 0..<samples {
          let y = grid.position(Double(row) + (Double(sample) + 0.5) / Double(samples), grid.centre(1))
          guard let span = passage(SIMD3(0, y, z), along: SIMD3(1, 0, 0)) else { continue }
          grid.addSpan(to: plane + row * grid.shape.columns, span, share)
        }
      }
    }
  }
}

@inline(__always) func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { a.x * b.x + a.y * b.y + a.z * b.z }
@inline(__always) func length(_ a: SIMD3<Double>) -> Double { dot(a, a).squareRoot() }
