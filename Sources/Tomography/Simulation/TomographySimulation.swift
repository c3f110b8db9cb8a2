public import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Projections of a ``PorousParticle`` as ptychography would hand them over, with all that goes wrong on the way.
///
/// The phase of a view is −rₑ λ N(row, column) plus a constant and a ramp, N the electrons in the column, and wraps in the
/// complex transmission. What a view draws depends on the seed and its index alone.
public struct TomographySimulation: Sendable {
  public var particle: PorousParticle
  /// In metres.
  public var wavelength: Double
  /// Extent of a pixel at the sample, in metres.
  public var pixel: Double
  /// The extent of the projections. A particle wider than the field is truncated.
  public var shape: FrameShape
  /// The angles that are stated, in radians.
  public var angles: [Double]
  public var sense = RotationSense.counterclockwise
  /// Where the axis is seen without displacement, in pixels; half the width unless set.
  public var axisColumn: Double
  public var faults = TomographyFaults()
  /// β/δ of the matter: by how much the wave fades with its phase. 0.064 is NMC811 at 9.7 keV.
  public var absorption = 0.064
  /// Lines a row of pixels at which the particle is looked at.
  public var samples = 4
  public var seed: UInt64

  public init(
    particle: PorousParticle, wavelength: Double, pixel: Double, shape: FrameShape, angles: [Double], seed: UInt64
  ) {
    self.particle = particle
    self.wavelength = wavelength
    self.pixel = pixel
    self.shape = shape
    self.angles = angles
    self.seed = seed
    axisColumn = Double(shape.columns) / 2
  }

  /// The seed's: 9.7 keV, 600 angles over 180 degrees, 42.98 nm pixels and 412 × 440 of them, or as many fewer of larger
  /// ones.
  ///
  /// - Parameters:
  ///   - reduction: 1 is the full size; 6 has pixels of 258 nm and 100 angles.
  ///   - margin: pixels on either side of the particle, for displacements; nil grows with the size.
  public static func seed(
    _ particle: PorousParticle, reduction: Double = 1, margin: Int? = nil, seed: UInt64
  ) -> TomographySimulation {
    let pixel = 42.98e-9 * reduction
    let width = 2 * max(particle.semiAxes.x, particle.semiAxes.y) / pixel
    let margin = margin ?? 8 + Int(20 / reduction)
    let columns = 2 * (Int(width / 2) + margin)
    let rows = 2 * (Int(particle.semiAxes.z / pixel) + margin)
    return TomographySimulation(
      particle: particle, wavelength: 1.278_193e-10, pixel: pixel, shape: FrameShape(rows: rows, columns: columns),
      angles: ProjectionGeometry.halfTurn(Int(600 / reduction)), seed: seed)
  }

  /// What is true of the series, ``truth()``.
  public struct Truth: Sendable, Hashable {
    /// The stated angles with the true displacements.
    public var geometry: ProjectionGeometry
    /// Constant and slopes (radians, radians a pixel down and to the right) of every view, about the middle of the field.
    public var ramps: [(constant: Double, down: Double, right: Double)] {
      zip(constants, slopes).map { ($0, $1.x, $1.y) }
    }
    /// The views that failed.
    public var failures: [Int: TomographyFaults.Failure]
    var constants: [Double]
    var slopes: [SIMD2<Double>]
  }

  /// Displacements, ramps and failures of all views.
  public func truth() -> Truth {
    var series = SeededGenerator(seed: seed ^ 0x7365_7269, item: 0)
    let waves = (0..<4).map { _ in series.normal() / 2 }
    var order = Array(0..<angles.count)
    order.shuffle(using: &series)
    let failed = order.prefix(Int((faults.badViews * Double(angles.count)).rounded()))
    let kinds = TomographyFaults.Failure.allCases
    var truth = Truth(
      geometry: ProjectionGeometry(angles: angles, axisColumn: axisColumn, sense: sense),
      failures: Dictionary(uniqueKeysWithValues: failed.enumerated().map { ($1, kinds[$0 % kinds.count]) }),
      constants: [], slopes: [])
    for view in 0..<angles.count {
      var generator = SeededGenerator(seed: seed ^ 0x7669_6577, item: view)
      let time = Double.pi * (Double(view) + 0.5) / Double(angles.count)
      let drift = (
        down: faults.drift * (waves[0] * cos(time) + waves[1] * cos(2 * time)),
        right: faults.drift * (waves[2] * cos(time) + waves[3] * cos(2 * time))
      )
      truth.geometry.displacements[view] = ImageShift(
        rows: drift.down + faults.jitter * generator.normal(),
        columns: drift.right + faults.jitter * generator.normal())
      truth.constants.append(faults.offset * generator.normal())
      truth.slopes.append(SIMD2(faults.ramp * generator.normal(), faults.ramp * generator.normal()))
    }
    return truth
  }

  /// Light on every pixel over that of the brightest: it fades to the edges as sin².
  public func illumination() -> ScalarImage {
    func fade(_ place: Int, _ count: Int) -> Double {
      let distance = Double(min(place, count - 1 - place)) + 0.5
      guard distance < faults.fading else { return 1 }
      let amplitude = sin(.pi / 2 * distance / faults.fading)
      return amplitude * amplitude
    }
    var image = ScalarImage(repeating: 1, shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        image[row, column] = Float(fade(row, shape.rows) * fade(column, shape.columns))
      }
    }
    return image
  }

  /// Below this illumination there was no light.
  private var dark: Float { 0.01 }

  /// The phase of a view without noise and constant and ramp: matter is positive, radians.
  ///
  /// - Parameter truth: of ``truth()``.
  public func phase(_ view: Int, _ truth: Truth) -> Image<Double> {
    var geometry = truth.geometry
    var strength = ContrastScale.electronRadius * wavelength
    switch truth.failures[view] {
    case .turned:
      var generator = SeededGenerator(seed: seed ^ 0x7475_726E, item: view)
      geometry.angles[view] += (5 + 10 * generator.uniform()) * .pi / 180
    case .weak: strength *= 0.7
    case .noisy, nil: break
    }
    return particle.projection(geometry, view: view, shape: shape, pixel: pixel, samples: samples)
      .map { strength * $0 }
  }

  /// The complex projections, phases wrapped.
  public func projections(threads: Int) throws -> [TransmissionProjection] {
    let truth = truth()
    let light = illumination()
    return try parallelMap(count: angles.count, threads: threads) { view in
      var generator = SeededGenerator(seed: seed ^ 0x6E6F_6973, item: view)
      let sigma = noise(view, truth)
      let phase = phase(view, truth)
      let ramp = ramp(view, truth)
      var object = ComplexImage(repeating: .zero, shape: shape)
      for index in 0..<shape.count {
        let (real, imaginary) = (generator.normal(), generator.normal())
        guard light.pixels[index] >= dark else { continue }
        let modulus = exp(-absorption * phase.pixels[index])
        let scatter = modulus * sigma / Double(light.pixels[index]).squareRoot()
        let angle = ramp(index) - phase.pixels[index]
        object.pixels[index] = ComplexFloat(
          Float(modulus * cos(angle) + scatter * real), Float(modulus * sin(angle) + scatter * imaginary))
      }
      var projection = TransmissionProjection(name: "view \(view)", angle: angles[view], object: object)
      if faults.fading > 0 { projection.illumination = light }
      return projection
    }
  }

  /// The projections as line integrals that never wrapped, ramps and noise included, with nominal geometry.
  ///
  /// - Parameter hasRamps: whether constants and ramps are still in.
  public func stack(hasRamps: Bool = true, threads: Int) throws -> ProjectionStack {
    let truth = truth()
    let light = illumination()
    let views = try parallelMap(count: angles.count, threads: threads) { view -> [Float] in
      var generator = SeededGenerator(seed: seed ^ 0x6E6F_6973, item: view)
      let sigma = noise(view, truth)
      let phase = phase(view, truth)
      let ramp = ramp(view, truth)
      return (0..<shape.count).map { index in
        let scatter = sigma * generator.normal() / Double(light.pixels[index]).squareRoot()
        guard light.pixels[index] >= dark else { return .nan }
        return Float(phase.pixels[index] + scatter - (hasRamps ? ramp(index) : 0))
      }
    }
    return try ProjectionStack(
      Array(views.joined()), shape: shape,
      geometry: ProjectionGeometry(angles: angles, axisColumn: axisColumn, sense: sense),
      weights: faults.fading > 0 ? (0..<angles.count).flatMap { _ in light.pixels } : nil)
  }

  private func noise(_ view: Int, _ truth: Truth) -> Double {
    truth.failures[view] == .noisy ? 20 * faults.noise : faults.noise
  }

  /// Constant and ramp of a view, as the phase of the transmission has them.
  private func ramp(_ view: Int, _ truth: Truth) -> (Int) -> Double {
    let (constant, down, right) = (truth.constants[view], truth.slopes[view].x, truth.slopes[view].y)
    let columns = shape.columns
    let (middleRow, middleColumn) = (Double(shape.rows) / 2, Double(shape.columns) / 2)
    return { index in
      constant + down * (Double(index / columns) + 0.5 - middleRow)
        + right * (Double(index % columns) + 0.5 - middleColumn)
    }
  }
}
