internal import Foundation

/// Evenly spaced radii, an even number of steps.
struct RadialGrid {
  let first: Double
  let last: Double
  let steps: Int

  /// - Parameter steps: raised to an even number of at least 64.
  init(first: Double, last: Double, steps: Int) {
    self.first = first
    self.last = last
    self.steps = max(64, (steps + 1) / 2 * 2)
  }

  /// The same span with steps no longer than a length.
  func refined(toStep length: Double) -> RadialGrid {
    RadialGrid(first: first, last: last, steps: Int(((last - first) / length).rounded(.up)))
  }

  var step: Double { (last - first) / Double(steps) }
  func radius(_ index: Int) -> Double { first + Double(index) * step }
}

/// A wave field that depends on the distance from the axis alone.
struct RadialField {
  /// A complex number in double precision: the phases here run over thousands of radians.
  struct Value {
    var real: Double
    var imaginary: Double
    init(_ real: Double, _ imaginary: Double) {
      self.real = real
      self.imaginary = imaginary
    }
  }

  let grid: RadialGrid
  let values: [Value]

  init(grid: RadialGrid, values: [Value]) {
    self.grid = grid
    self.values = values
  }

  init(_ grid: RadialGrid, _ value: (Double) -> Value) {
    self.init(grid: grid, values: (0...grid.steps).map { value(grid.radius($0)) })
  }

  /// The Fresnel integral over the radius by Simpson's rule.
  ///
  /// - Parameters:
  ///   - distance: in metres.
  ///   - target: the radii to compute.
  ///   - bessel: reaches as far as the integral asks.
  ///   - keepsCurvature: whether exp(iπ ρ²/(λz)) is part of the result; without it the field is smooth enough to be
  ///     interpolated.
  func propagated(
    by distance: Double, wavelength: Double, to target: RadialGrid, bessel: BesselTable, keepsCurvature: Bool
  ) -> RadialField {
    let curvature = Double.pi / (wavelength * distance)
    let weighted = values.enumerated().map { index, value -> Value in
      let r = grid.radius(index)
      let simpson = index == 0 || index == grid.steps ? 1.0 : index.isMultiple(of: 2) ? 2.0 : 4.0
      let weight = simpson / 3 * grid.step * r * 2 * curvature
      let c = weight * cos(curvature * r * r)
      let s = weight * sin(curvature * r * r)
      return Value(value.real * c - value.imaginary * s, value.real * s + value.imaginary * c)
    }
    return RadialField(target) { rho in
      let start = 2 * curvature * grid.first * rho
      let slope = 2 * curvature * grid.step * rho
      var real = 0.0
      var imaginary = 0.0
      weighted.withUnsafeBufferPointer { source in
        for i in source.indices {
          let j = bessel(start + slope * Double(i))
          real += j * source[i].real
          imaginary += j * source[i].imaginary
        }
      }
      // The factor 1/i.
      let value = Value(imaginary, -real)
      guard keepsCurvature else { return value }
      let c = cos(curvature * rho * rho)
      let s = sin(curvature * rho * rho)
      return Value(value.real * c - value.imaginary * s, value.real * s + value.imaginary * c)
    }
  }

  /// The value between radii, by the cubic through the four nearest.
  func interpolated(at radius: Double) -> Value {
    let place = (radius - grid.first) / grid.step
    let index = min(max(Int(place), 1), grid.steps - 2)
    let t = place - Double(index)
    let a = -t * (t - 1) * (t - 2) / 6
    let b = (t + 1) * (t - 1) * (t - 2) / 2
    let c = -(t + 1) * t * (t - 2) / 2
    let d = (t + 1) * t * (t - 1) / 6
    let near = values[index - 1...index + 2]
    let first = near.startIndex
    func sum(_ part: (Value) -> Double) -> Double {
      a * part(near[first]) + b * part(near[first + 1]) + c * part(near[first + 2]) + d * part(near[first + 3])
    }
    return Value(sum(\.real), sum(\.imaginary))
  }
}

/// J₀ from a table, to 4 × 10⁻⁶: the library's own function would take most of the time.
struct BesselTable {
  private static let perUnit = 192.0
  private let values: [Double]

  init(upTo last: Double) {
    values = (0...Int(last * 1.001 * Self.perUnit) + 2).map { j0(Double($0) / Self.perUnit) }
  }

  /// - Precondition: `x` is not negative and within the table.
  func callAsFunction(_ x: Double) -> Double {
    let place = x * Self.perUnit
    let index = Int(place)
    return values.withUnsafeBufferPointer { $0[index] + (place - Double(index)) * ($0[index + 1] - $0[index]) }
  }
}
