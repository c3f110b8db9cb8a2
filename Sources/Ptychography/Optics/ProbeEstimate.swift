public import ArrayMath
internal import Foundation

/// A first probe from the data themselves.
public struct ProbeEstimate: Sendable {
  /// Centred at (rows/2, columns/2), Σ |P|² in photons.
  public let probe: ComplexImage
  /// The defocus that the phase stands for, positive downstream, in metres; `nil` in the near field.
  public let defocus: Double?
  /// E of one pass for each defocus that was tried, in the order of the trials.
  public let trials: [(defocus: Double, error: Double)]

  /// The mean of the patterns; what no pattern measured is replaced by its mirror image at the axis (0
  /// where that was not measured either), in the near field by the mean of all.
  ///
  /// - Parameter data: the order of the pixels is kept.
  public static func meanPattern(_ data: DiffractionData) -> ScalarImage {
    var sums = [Double](repeating: 0, count: data.window.count)
    var measured = [Int32](repeating: 0, count: data.window.count)
    func add<Count: FixedWidthInteger>(_ counts: [Count]) {
      counts.withUnsafeBufferPointer { counts in
        for index in 0..<data.count {
          let start = index * data.window.count
          for i in 0..<data.window.count where counts[start + i] != .max {
            sums[i] += Double(counts[start + i])
            measured[i] += 1
          }
        }
      }
    }
    switch data.counts {
    case .narrow(let counts): add(counts)
    case .wide(let counts): add(counts)
    }
    let mean = zip(sums, measured).map { $1 > 0 ? Float($0 / Double($1)) : Float.nan }
    var filled = ScalarImage(mean, shape: data.window)
    let known = mean.filter { !$0.isNaN }
    let average = known.isEmpty ? 0 : Float(known.reduce(0) { $0 + Double($1) } / Double(known.count))
    for row in 0..<data.window.rows {
      for column in 0..<data.window.columns where filled[row, column].isNaN {
        // The axis is at the corner in the far field.
        let mirror = mean[
          (data.window.rows - row) % data.window.rows * data.window.columns
            + (data.window.columns - column) % data.window.columns]
        filled[row, column] = data.geometry.propagation == .nearField ? average : mirror.isNaN ? 0 : mirror
      }
    }
    return filled
  }

  /// The near field: the root of the mean pattern with a flat phase, carried back to the sample.
  ///
  /// Flat in the parallel equivalent of a diverging beam, that is: the sphere is divided out already.
  ///
  /// - Parameters:
  ///   - data: of a near-field scan.
  ///   - photons: Σ |P|².
  public static func nearField(_ data: DiffractionData, photons: Double) throws -> ProbeEstimate {
    try requireSomeCounts(data)
    let field = propagatedBack(meanPattern(data), through: WavePropagator(geometry: data.geometry, window: data.window))
    return ProbeEstimate(probe: field.scaled(toPhotons: photons), defocus: nil, trials: [])
  }

  /// The far field at a known defocus: F⁻¹[√(mean I) exp(−iπ λ Δz q²)].
  public static func farField(_ data: DiffractionData, defocus: Double, photons: Double) throws -> ProbeEstimate {
    try requireSomeCounts(data)
    return ProbeEstimate(
      probe: farFieldProbe(meanPattern(data), data: data, defocus: defocus, photons: photons), defocus: defocus,
      trials: [])
  }

  /// The far field with the defocus from which a few passes come to the smallest E.
  ///
  /// The defoci tried give geometric probe diameters from a sixteenth of the window to three eighths of it, on both sides
  /// of the focus, and one step of refinement round the best. What is found is a good start rather than a measurement:
  /// the side of the focus is that of the optics, the size is often too large by up to a half, since wider probes
  /// overlap more and fall faster at first; the engines mend it. Of a large scan the patterns nearest to its middle are
  /// used, and of them the frequencies that hold 99 % of the counts.
  ///
  /// - Parameters:
  ///   - data: of a far-field scan.
  ///   - layout: where the windows lie.
  ///   - photons: Σ |P|².
  ///   - largestCount: the patterns of a trial.
  ///   - passes: over them.
  ///   - threads: the trials run side by side; the result does not depend on it.
  public static func farFieldSweep(
    _ data: DiffractionData, layout: ScanLayout, photons: Double, largestCount: Int = 49, passes: Int = 5,
    threads: Int = 1
  ) throws -> ProbeEstimate {
    try requireSomeCounts(data)
    let chosen = ScanSubset.middle(layout.positions, count: largestCount)
    let some = data.selecting(chosen)
    let window = some.windowHolding(0.99)
    let reduced = window == data.window ? some : some.cropped(to: window)
    let ratio = (
      row: Double(window.rows) / Double(data.window.rows), column: Double(window.columns) / Double(data.window.columns)
    )
    let subset = ScanSubset(
      reduced,
      positions: chosen.map {
        PixelPosition(row: layout.positions[$0].row * ratio.row, column: layout.positions[$0].column * ratio.column)
      })
    let mean = meanPattern(reduced)
    let pixel = reduced.geometry.objectPixel(for: window)
    let extent = min(pixel.height * Double(window.rows), pixel.width * Double(window.columns))
    // λ |Δz| q is how far a ray of frequency q has gone from the axis.
    let cone = data.geometry.wavelength * equivalentDiscFrequency(mean, pixel: pixel)
    guard cone > 0 else {
      throw PtychographyError.invalid(
        "the mean pattern has counts at its centre alone, so that it does not tell the beam's cone; give the probe")
    }
    var trials: [(defocus: Double, error: Double)] = []
    func attempt(_ defoci: [Double]) throws {
      let errors = try parallelMap(count: defoci.count, threads: threads) { index in
        subset.error(
          from: farFieldProbe(mean, data: reduced, defocus: defoci[index], photons: photons), passes: passes)
      }
      trials += zip(defoci, errors).map { (defocus: $0, error: $1) }
    }
    func best() -> Double { trials.min { $0.error < $1.error }?.defocus ?? 0 }
    let largest = 3 * extent / 8 / (2 * cone)
    let sizes = (0...5).map { largest * pow(2, -Double($0) / 2) }
    try attempt([0] + sizes.flatMap { [$0, -$0] })
    let coarse = best()
    let step = pow(2, 0.25)
    try attempt([coarse * step, coarse / step].filter { $0 != 0 && abs($0) <= largest })
    let defocus = best()
    return ProbeEstimate(
      probe: farFieldProbe(meanPattern(data), data: data, defocus: defocus, photons: photons), defocus: defocus,
      trials: trials)
  }

  /// Modes that are known, on the pixels of a scan: those of a file, or of another scan.
  ///
  /// - Parameters:
  ///   - probes: by falling power, of one shape, the axis at (rows/2, columns/2).
  ///   - pixel: theirs, in metres; `nil` where it is not known, which is taken for the scan's if the windows agree.
  ///   - newPixel: of the scan, in metres.
  ///   - window: of the scan.
  ///   - photons: Σ_k Σ |P_k|².
  public static func given(
    _ probes: [ComplexImage], pixel: (height: Double, width: Double)?, newPixel: (height: Double, width: Double),
    window: FrameShape, photons: Double
  ) throws -> [ComplexImage] {
    guard let shape = probes.first?.shape, probes.allSatisfy({ $0.shape == shape }), shape.count > 0 else {
      throw PtychographyError.invalid(
        "the probe's modes must be images of one shape; found \(probes.map { "\($0.rows) x \($0.columns)" })")
    }
    guard probes.allSatisfy({ $0.pixels.allSatisfy { $0.squaredModulus.isFinite } }), probes[0].power > 0 else {
      throw PtychographyError.invalid("the probe is dark or holds values that are not numbers; give another one")
    }
    guard pixel != nil || shape == window else {
      throw PtychographyError.invalid(
        "the probe is \(shape.rows) x \(shape.columns) pixels, the patterns are \(window.rows) x \(window.columns), and the extent of the probe's pixels is not stated; state it"
      )
    }
    var modes = probes
    if let pixel {
      guard pixel.height > 0, pixel.width > 0, pixel.height.isFinite, pixel.width.isFinite else {
        throw PtychographyError.invalid(
          "the probe's pixel is \(pixel.height) m x \(pixel.width) m; it must be positive")
      }
      let isSame =
        shape == window && abs(pixel.height / newPixel.height - 1) < 1e-6
        && abs(pixel.width / newPixel.width - 1) < 1e-6
      if !isSame { modes = probes.map { $0.resampled(from: pixel, to: newPixel, window: window) } }
    }
    let power = modes.reduce(0) { $0 + $1.power }
    guard power > 0 else {
      throw PtychographyError.invalid("the given probe is dark in the window of the patterns; check its pixel")
    }
    let factor = Float((photons / power).squareRoot())
    return modes.map { mode in mode.map { factor * $0 } }
  }

  private static func requireSomeCounts(_ data: DiffractionData) throws {
    guard data.count > 0, (0..<data.count).contains(where: { data.total($0) > 0 }) else {
      throw PtychographyError.invalid("no pattern has a count; a probe cannot be estimated from \(data.count) patterns")
    }
  }

  private static func propagatedBack(_ mean: ScalarImage, through propagator: WavePropagator) -> ComplexImage {
    var field = mean.map { ComplexFloat(max($0, 0).squareRoot()) }
    field.pixels.withUnsafeMutableBufferPointer { propagator.toSample($0) }
    return field
  }

  private static func farFieldProbe(
    _ mean: ScalarImage, data: DiffractionData, defocus: Double, photons: Double
  ) -> ComplexImage {
    let window = data.window
    let kernel = WavePropagator.fresnelKernel(
      window: window, pixel: data.geometry.objectPixel(for: window), wavelength: data.geometry.wavelength,
      distance: defocus)
    var field = ComplexImage(
      zip(mean.pixels, kernel).map { max($0, 0).squareRoot() * $1 }, shape: window)
    field.pixels.withUnsafeMutableBufferPointer {
      WavePropagator(geometry: data.geometry, window: window).toSample($0)
    }
    return field.rolled(rows: window.rows / 2, columns: window.columns / 2).scaled(toPhotons: photons)
  }

  /// The radius of the uniform disc that spreads as far as a corner-centred pattern, in 1/m: √2 times its root mean
  /// square frequency, of what is above a hundredth of the brightest pixel.
  private static func equivalentDiscFrequency(_ mean: ScalarImage, pixel: (height: Double, width: Double)) -> Double {
    let threshold = (mean.pixels.max() ?? 0) / 100
    var total = 0.0
    var square = 0.0
    for row in 0..<mean.rows {
      let v = Double(row < (mean.rows + 1) / 2 ? row : row - mean.rows) / (Double(mean.rows) * pixel.height)
      for column in 0..<mean.columns where mean[row, column] > threshold {
        let u =
          Double(column < (mean.columns + 1) / 2 ? column : column - mean.columns)
          / (Double(mean.columns) * pixel.width)
        total += Double(mean[row, column])
        square += Double(mean[row, column]) * (u * u + v * v)
      }
    }
    return total > 0 ? (2 * square / total).squareRoot() : 0
  }
}
