public import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// A slice made of ellipses of constant density, whose projections are known in closed form.
///
/// With the semi-axes a and b, the inclination φ and s² = a² cos²(θ − φ) + b² sin²(θ − φ), the line integral at a distance t
/// from the ellipse's centre is 2 ab √(s² − t²) / s² times its density (A. C. Kak, M. Slaney, Principles of Computerized
/// Tomographic Imaging (1988), section 3.1). Nothing of a grid of voxels enters it, so a reconstruction is never compared
/// with its own discretisation.
public struct EllipsePhantom: Sendable, Hashable {
  /// One ellipse. Lengths are parts of half the width of a slice: the slice covers −1...1 in x (to the right) and y (down
  /// the rows, towards the source).
  public struct Ellipse: Sendable, Hashable {
    /// What is added inside the ellipse, per pixel.
    public var density: Double
    /// Semi-axes along x and y, before it is inclined.
    public var semiAxes: (x: Double, y: Double) {
      get { (a, b) }
      set { (a, b) = newValue }
    }
    public var centre: (x: Double, y: Double) {
      get { (x, y) }
      set { (x, y) = newValue }
    }
    /// The angle by which x turns towards y, in radians.
    public var inclination: Double
    private var a, b, x, y: Double

    public init(
      density: Double, semiAxes: (x: Double, y: Double), centre: (x: Double, y: Double) = (0, 0),
      inclination: Double = 0
    ) {
      self.density = density
      (a, b) = semiAxes
      (x, y) = centre
      self.inclination = inclination
    }
  }

  public var ellipses: [Ellipse]

  public init(_ ellipses: [Ellipse]) { self.ellipses = ellipses }

  /// The head phantom of Shepp and Logan with the densities of P. Toft, "The Radon Transform" (thesis, DTU 1996), table B.3,
  /// which make the small ellipses visible. Seen in a slice as it is usually printed.
  public static let sheppLogan = EllipsePhantom(
    [
      // Density, semi-axes, centre with y up, inclination in degrees with y up.
      (1, 0.69, 0.92, 0, 0, 0), (-0.8, 0.6624, 0.874, 0, -0.0184, 0), (-0.2, 0.11, 0.31, 0.22, 0, -18),
      (-0.2, 0.16, 0.41, -0.22, 0, 18), (0.1, 0.21, 0.25, 0, 0.35, 0), (0.1, 0.046, 0.046, 0, 0.1, 0),
      (0.1, 0.046, 0.046, 0, -0.1, 0), (0.1, 0.046, 0.023, -0.08, -0.605, 0), (0.1, 0.023, 0.023, 0, -0.606, 0),
      (0.1, 0.023, 0.046, 0.06, -0.605, 0),
    ].map { (row: (Double, Double, Double, Double, Double, Double)) in
      Ellipse(
        density: row.0, semiAxes: (row.1, row.2), centre: (row.3, -row.4), inclination: -row.5 * .pi / 180)
    })

  /// The mean density of every pixel of a slice.
  ///
  /// - Parameters:
  ///   - size: rows and columns.
  ///   - supersampling: points along each edge of a pixel.
  public func slice(size: Int, supersampling: Int = 8) -> ScalarImage {
    let places = (0..<size * supersampling).map {
      2 * (Double($0) + 0.5) / Double(size * supersampling) - 1
    }
    var pixels = [Float](repeating: 0, count: size * size)
    for ellipse in ellipses {
      let (a, b) = ellipse.semiAxes
      let (c, s) = (cos(ellipse.inclination), sin(ellipse.inclination))
      let share = Float(ellipse.density) / Float(supersampling * supersampling)
      let reach = max(a, b)
      for (i, place) in places.enumerated() where abs(place - ellipse.centre.y) <= reach {
        let y = place - ellipse.centre.y
        for (j, place) in places.enumerated() {
          let x = place - ellipse.centre.x
          let (along, across) = ((x * c + y * s) / a, (y * c - x * s) / b)
          if along * along + across * across <= 1 { pixels[i / supersampling * size + j / supersampling] += share }
        }
      }
    }
    return ScalarImage(pixels, shape: FrameShape(rows: size, columns: size))
  }

  /// The projections of a cylinder of this cross section.
  ///
  /// - Parameters:
  ///   - geometry: where each view sees the cylinder; the axis of rotation passes through the middle of the slice.
  ///   - shape: rows and columns of the projections.
  ///   - width: of the slice in pixels, and so the scale of the phantom; nil is the width of the projections.
  ///   - subsamples: points over the width of a pixel, whose mean it shows.
  ///   - profile: what the densities are multiplied by at a height, in pixels from the upper edge of the first slice.
  /// - Returns: line integrals in densities times pixels.
  public func projections(
    _ geometry: ProjectionGeometry, shape: FrameShape, width: Int? = nil, subsamples: Int = 4,
    profile: (Double) -> Double = { _ in 1 }
  ) throws -> ProjectionStack {
    let half = Double(width ?? shape.columns) / 2
    var pixels: [Float] = []
    pixels.reserveCapacity(geometry.count * shape.count)
    for view in 0..<geometry.count {
      let angle = geometry.sense.sign * geometry.angles[view]
      let shift = geometry.displacements[view]
      var line: [Double] = []
      var lean = Double.nan
      for row in 0..<shape.rows {
        let tilt = tan(geometry.axisTilt) * (Double(row) + 0.5 - Double(shape.rows) / 2)
        if tilt != lean {
          lean = tilt
          let axis = geometry.axisColumn + shift.columns - lean
          line = (0..<shape.columns).map { column in
            var sum = 0.0
            for sample in 0..<subsamples {
              let place = Double(column) + (Double(sample) + 0.5) / Double(subsamples)
              sum += lineIntegral(angle: angle, distance: (place - axis) / half)
            }
            return sum * half / Double(subsamples)
          }
        }
        let factor = profile(Double(row) + 0.5 - shift.rows)
        for value in line { pixels.append(Float(factor * value)) }
      }
    }
    return try ProjectionStack(pixels, shape: shape, geometry: geometry)
  }

  /// The integral along the line x cos θ + y sin θ = t, lengths being parts of half the width of a slice.
  ///
  /// - Parameters:
  ///   - angle: θ, in radians.
  ///   - distance: t.
  public func lineIntegral(angle: Double, distance: Double) -> Double {
    let (c, s) = (cos(angle), sin(angle))
    var sum = 0.0
    for ellipse in ellipses {
      let (a, b) = ellipse.semiAxes
      let turn = angle - ellipse.inclination
      let (along, across) = (a * cos(turn), b * sin(turn))
      let square = along * along + across * across
      let t = distance - ellipse.centre.x * c - ellipse.centre.y * s
      if t * t < square { sum += 2 * ellipse.density * a * b * (square - t * t).squareRoot() / square }
    }
    return sum
  }

  /// The integral of the density over a slice, lengths being parts of half its width.
  public var mass: Double {
    ellipses.reduce(0) { $0 + .pi * $1.density * $1.semiAxes.x * $1.semiAxes.y }
  }
}
