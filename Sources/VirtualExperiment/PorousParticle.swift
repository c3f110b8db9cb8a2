public import ArrayMath
public import Crystallography
import Foundation

/// An ellipsoid of one material with round pores, whose projections are known in closed form.
///
/// Places are (x, y, z) in metres from the particle's centre: x to the right along the columns, y down along the rows,
/// which is also the axis of rotation, z along the beam. A turn by θ moves x' = x cos θ + z sin θ.
public struct PorousParticle: Sendable, Hashable {
  /// Semi-axes along x, y and z at θ = 0.
  public var semiAxes: SIMD3<Double>
  public var pores: [Pore]

  /// A sphere without material.
  public struct Pore: Sendable, Hashable {
    public var centre: SIMD3<Double>
    public var radius: Double
  }

  /// A particle that is drawn at random; pores lie within it and do not meet.
  ///
  /// - Parameters:
  ///   - diameter: the largest extent, in metres.
  ///   - pores: how many; fewer where no room is found.
  public init(diameter: Double, pores count: Int, using generator: inout SeededGenerator) {
    let radius = diameter / 2
    semiAxes = SIMD3(1 - 0.2 * generator.uniform(), 1, 1 - 0.2 * generator.uniform()) * radius
    pores = []
    for _ in 0..<50 * count where pores.count < count {
      let place = SIMD3(2 * generator.uniform() - 1, 2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
      let size = (0.05 + 0.1 * generator.uniform()) * radius
      let centre = place * semiAxes
      guard (place * place).sum().squareRoot() < 0.95 - size / semiAxes.min() else { continue }
      let isFree = pores.allSatisfy { other in
        let apart = other.centre - centre
        return (apart * apart).sum().squareRoot() > other.radius + size
      }
      if isFree { pores.append(Pore(centre: centre, radius: size)) }
    }
  }

  /// Thickness of material along the beam through each pixel, in metres; the particle's centre is at pixel (rows/2,
  /// columns/2). Four rays a pixel soften the edges.
  ///
  /// - Parameters:
  ///   - angle: θ, in radians.
  ///   - pixel: the extents of a pixel, in metres.
  public func thickness(angle: Double, shape: FrameShape, pixel: (height: Double, width: Double)) -> Image<Double> {
    let (cosine, sine) = (cos(angle), sin(angle))
    // A ray x' = const, y = const in the particle's frame: start + t · direction.
    let direction = SIMD3(-sine, 0, cosine)
    let a = (direction * direction / (semiAxes * semiAxes)).sum()
    let centres = pores.map { pore in
      (x: pore.centre.x * cosine + pore.centre.z * sine, y: pore.centre.y, square: pore.radius * pore.radius)
    }
    func ray(_ x: Double, _ y: Double) -> Double {
      let start = SIMD3(x * cosine, y, x * sine)
      let b = (direction * start / (semiAxes * semiAxes)).sum()
      let c = (start * start / (semiAxes * semiAxes)).sum() - 1
      let square = b * b - a * c
      guard square > 0 else { return 0 }
      var length = 2 * square.squareRoot() / a
      for pore in centres {
        let rest = pore.square - (x - pore.x) * (x - pore.x) - (y - pore.y) * (y - pore.y)
        if rest > 0 { length -= 2 * rest.squareRoot() }
      }
      return max(length, 0)
    }
    var image = Image<Double>(repeating: 0, shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        var sum = 0.0
        for (up, left) in [(-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25)] {
          sum += ray(
            (Double(column - shape.columns / 2) + left) * pixel.width,
            (Double(row - shape.rows / 2) + up) * pixel.height)
        }
        image[row, column] = sum / 4
      }
    }
    return image
  }
}

/// δ and β of n = 1 − δ + iβ.
public struct RefractiveIndex: Sendable, Hashable {
  public var delta: Double
  public var beta: Double

  public init(delta: Double, beta: Double) {
    self.delta = delta
    self.beta = beta
  }

  /// δ = r_e λ²/(2π) Σ n (Z + f′), β = μ λ/(4π).
  ///
  /// - Parameters:
  ///   - density: in kg/m³.
  ///   - wavelength: in metres.
  /// - Throws: `CrystallographyError` where the tables end.
  public init(_ composition: Composition, density: Double, wavelength: Double) throws {
    let classicalElectronRadius = 2.817_940_320_5e-15
    let units = density / composition.molarMass * 6.022_140_76e23
    var electrons = 0.0
    for (element, amount) in composition.amounts.sorted(by: { $0.key < $1.key }) {
      let dispersion = try AtomicScattering.dispersion(element, wavelength: wavelength)
      electrons += amount * (Double(element.atomicNumber) + dispersion.real)
    }
    delta = classicalElectronRadius * wavelength * wavelength * units * electrons / (2 * .pi)
    beta = try composition.linearAttenuation(density: density, wavelength: wavelength) * wavelength / (4 * .pi)
  }

  /// exp(i k (n − 1) t) for each thickness t, in metres.
  public func transmission(_ thickness: Image<Double>, wavelength: Double) -> ComplexImage {
    let k = 2 * Double.pi / wavelength
    return thickness.map { t in
      ComplexFloat(modulus: Float(exp(-k * beta * t)), phase: Float(-k * delta * t))
    }
  }
}
