public import ArrayMath
internal import Foundation

/// How far one image is displaced from another, to parts of a pixel.
///
/// The displacement is where the size of the cross-correlation Σ conj(reference(r)) moving(r + s) is largest: first on whole
/// pixels, by the Fourier transform; then on ever finer grids round the peak, by the sums of the discrete Fourier transform
/// at those places alone. Images are weighted by a window and the weighted mean is taken off first. The spectrum is not
/// whitened: that would let noise decide. Because a window that stands still draws the result towards 0, the moving image
/// is moved back by what was found and the rest looked for again, with each frequency weighted by the squared correlation of
/// its ring (``FourierRingCorrelation``), until less than 1/1000 pixel is left.
///
/// M. Guizar-Sicairos, S. T. Thurman, J. R. Fienup, Opt. Lett. 33 (2008) 156.
public struct ImageRegistration: Sendable, Hashable {
  /// By how much the moving image is displaced: moving(r) = reference(r − shift). `moving.shifted(by: -shift)` lies on the
  /// reference.
  public let shift: ImageShift
  /// The standard uncertainty along rows and columns, in pixels, from what the images differ by after registration.
  ///
  /// With C the weighted product of the moving transform and the conjugate of the other, turned so that its sum is real, and k the
  /// frequency in radians per pixel, the covariance is H⁻¹JH⁻¹ with H = Σ k kᵀ Re C and J = Σ k kᵀ (Im C)²; twice that for real
  /// images, and times N Σw⁴/(Σw²)² for the window w. The noise may have any spectrum.
  public let uncertainty: ImageShift
  /// |Σ conj(reference) moving| over the roots of both powers, from 0 to 1.
  public let correlation: Double

  /// - Parameters:
  ///   - moving: the displaced image.
  ///   - reference: the image it is compared with.
  ///   - weights: what a pixel counts, not negative; a soft window over an eighth of each side without one. Weights that do
  ///     not fall to 0 softly at the edges pull the result towards 0.
  /// - Throws: ``ImageAnalysisError`` where extents differ, a value is not finite or an image is constant under the weights.
  public init(of moving: ComplexImage, relativeTo reference: ComplexImage, weights: ScalarImage? = nil) throws {
    try ImageAnalysisError.requireSameShape(moving.shape, reference.shape, "the moving image")
    let shape = reference.shape
    if let weights {
      try ImageAnalysisError.requireSameShape(weights.shape, shape, "the image of weights")
      guard weights.pixels.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
        throw ImageAnalysisError.invalid("a weight is negative or not finite; leave pixels out by a weight of 0")
      }
    }
    let window = try weights ?? SoftWindow(edge: 0.125).image(shape)
    let fixed = try Self.prepared(reference, window, "the reference")
    _ = try Self.prepared(moving, window, "the moving image")
    let transform = FourierTransform2D(shape)
    var fixedSpectrum = fixed
    transform.forward(&fixedSpectrum)
    var movingSpectrum = moving
    transform.forward(&movingSpectrum)

    var found = ImageShift(rows: 0, columns: 0)
    var placed = fixedSpectrum
    var filter = ScalarImage(repeating: 1, shape: shape)
    for round in 0..<6 {
      var back = movingSpectrum
      back.multiply(byShift: -found)
      transform.backward(&back)
      placed = try Self.prepared(back, window, "the moving image")
      transform.forward(&placed)
      var product = placed
      if round > 0 { filter = Self.filter(FourierShells(placed, fixedSpectrum), shape: shape) }
      for index in 0..<shape.count {
        product.pixels[index] = filter.pixels[index] * (product.pixels[index] * fixedSpectrum.pixels[index].conjugate)
      }
      let step = Self.peak(of: product, transform: transform, searchesEverywhere: round == 0)
      found = found + step
      if round > 0, abs(step.rows) < 0.001, abs(step.columns) < 0.001 { break }
    }
    shift = found
    let isReal = (moving.pixels + reference.pixels).allSatisfy { $0.imaginary == 0 }
    (uncertainty, correlation) = Self.quality(placed, fixedSpectrum, filter: filter, window: window, isReal: isReal)
  }

  /// - Parameters:
  ///   - moving: the displaced image.
  ///   - reference: the image it is compared with.
  ///   - weights: what a pixel counts; see ``init(of:relativeTo:weights:)-(ComplexImage,_,_)``.
  /// - Throws: ``ImageAnalysisError`` where extents differ, a value is not finite or an image is constant under the weights.
  public init(of moving: ScalarImage, relativeTo reference: ScalarImage, weights: ScalarImage? = nil) throws {
    try self.init(
      of: moving.map { ComplexFloat($0) }, relativeTo: reference.map { ComplexFloat($0) }, weights: weights)
  }

  /// The image less its weighted mean, times the window.
  private static func prepared(_ image: ComplexImage, _ window: ScalarImage, _ name: String) throws -> ComplexImage {
    var (real, imaginary, weight) = (0.0, 0.0, 0.0)
    for (value, factor) in zip(image.pixels, window.pixels) {
      real += Double(factor * value.real)
      imaginary += Double(factor * value.imaginary)
      weight += Double(factor)
    }
    guard real.isFinite, imaginary.isFinite else {
      throw ImageAnalysisError.invalid("\(name) has values that are not finite; fill them before images are registered")
    }
    let mean = ComplexFloat(
      Float(real / max(weight, .leastNormalMagnitude)), Float(imaginary / max(weight, .leastNormalMagnitude)))
    var power = 0.0
    var result = image
    for index in 0..<result.pixels.count {
      result.pixels[index] = window.pixels[index] * (image.pixels[index] - mean)
      power += Double(result.pixels[index].squaredModulus)
    }
    let rounding = Double(mean.squaredModulus) * weight * 1e-12
    guard power > rounding, power > 0 else {
      throw ImageAnalysisError.invalid("\(name) is constant under the weights, so nothing tells where it lies")
    }
    return result
  }

  /// The squared correlation of the ring of each frequency, which keeps frequencies of noise from deciding.
  private static func filter(_ shells: FourierShells, shape: FrameShape) -> ScalarImage {
    let coherence = shells.coherence.map { Float($0) }
    guard coherence.contains(where: { $0 > 0 }) else { return ScalarImage(repeating: 1, shape: shape) }
    let right = (0..<shape.columns).map { pow(FourierShells.frequency($0, shape.columns), 2) }
    var filter = ScalarImage(repeating: 0, shape: shape)
    for row in 0..<shape.rows {
      let down = pow(FourierShells.frequency(row, shape.rows), 2)
      for column in 0..<shape.columns {
        guard let shell = shells.shell(squaredFrequency: down + right[column]) else { continue }
        filter[row, column] = coherence[shell]
      }
    }
    return filter
  }

  /// Where the transform back of `product` is largest.
  private static func peak(
    of product: ComplexImage, transform: FourierTransform2D, searchesEverywhere: Bool
  ) -> ImageShift {
    var centre = ImageShift(rows: 0, columns: 0)
    if searchesEverywhere {
      var correlation = product
      transform.backward(&correlation)
      var (best, height) = (0, Float(-1))
      for (index, value) in correlation.pixels.enumerated() where value.squaredModulus > height {
        (best, height) = (index, value.squaredModulus)
      }
      func signed(_ index: Int, _ count: Int) -> Double { Double(index > (count - 1) / 2 ? index - count : index) }
      centre = ImageShift(
        rows: signed(best / product.columns, product.rows), columns: signed(best % product.columns, product.columns))
    }
    // Each grid reaches a step and a half of the one before to either side.
    for spacing in [0.1, 0.01] { centre = finePeak(of: product, round: centre, spacing: spacing, reach: 15) }
    return centre
  }

  /// The peak on a grid round a place, and between its points by a parabola.
  private static func finePeak(
    of product: ComplexImage, round centre: ImageShift, spacing: Double, reach: Int
  ) -> ImageShift {
    let places = -reach...reach
    func factors(_ centre: Double, _ count: Int) -> [[ComplexFloat]] {
      places.map { place in
        (0..<count).map { index in
          let frequency = index <= (count - 1) / 2 ? index : index - count
          let angle = 2 * .pi * Double(frequency) * (centre + spacing * Double(place)) / Double(count)
          return ComplexFloat(Float(cos(angle)), Float(sin(angle)))
        }
      }
    }
    let right = factors(centre.columns, product.columns)
    let down = factors(centre.rows, product.rows)
    // First along the rows for each place, then along the columns.
    var grid = [Double](repeating: 0, count: places.count * places.count)
    var line = [ComplexFloat](repeating: .zero, count: product.rows)
    product.pixels.withUnsafeBufferPointer { pixels in
      for (x, factor) in right.enumerated() {
        factor.withUnsafeBufferPointer { factor in
          for row in 0..<product.rows {
            var sum = ComplexFloat.zero
            for column in 0..<product.columns { sum += pixels[row * product.columns + column] * factor[column] }
            line[row] = sum
          }
        }
        for (y, factor) in down.enumerated() {
          var (real, imaginary) = (0.0, 0.0)
          for row in 0..<product.rows {
            let term = line[row] * factor[row]
            real += Double(term.real)
            imaginary += Double(term.imaginary)
          }
          grid[y * places.count + x] = real * real + imaginary * imaginary
        }
      }
    }
    var best = 0
    for (index, value) in grid.enumerated() where value > grid[best] { best = index }
    let (y, x) = (best / places.count, best % places.count)
    func vertex(_ place: Int, _ step: Int) -> Double {
      guard place > 0, place < places.count - 1 else { return 0 }
      let curvature = grid[best - step] - 2 * grid[best] + grid[best + step]
      return curvature < 0 ? 0.5 * (grid[best - step] - grid[best + step]) / curvature : 0
    }
    return ImageShift(
      rows: centre.rows + spacing * (Double(y - reach) + vertex(y, places.count)),
      columns: centre.columns + spacing * (Double(x - reach) + vertex(x, 1)))
  }

  /// The uncertainty and the correlation of two registered images, from their transforms.
  private static func quality(
    _ moving: ComplexImage, _ fixed: ComplexImage, filter: ScalarImage, window: ScalarImage, isReal: Bool
  ) -> (ImageShift, Double) {
    var (real, imaginary, movingPower, fixedPower) = (0.0, 0.0, 0.0, 0.0)
    for (a, b) in zip(moving.pixels, fixed.pixels) {
      let product = a * b.conjugate
      real += Double(product.real)
      imaginary += Double(product.imaginary)
      movingPower += Double(a.squaredModulus)
      fixedPower += Double(b.squaredModulus)
    }
    let size = (real * real + imaginary * imaginary).squareRoot()
    let correlation = size / (movingPower * fixedPower).squareRoot()
    guard size > 0 else { return (ImageShift(rows: .infinity, columns: .infinity), 0) }
    let turn = ComplexFloat(Float(real / size), Float(-imaginary / size))
    // H, the curvature of the correlation, and J, the variance of its slope: rows, columns, and the mixed term.
    var (curvature, variance) = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    for row in 0..<fixed.rows {
      let down = 2 * .pi * Double(row <= (fixed.rows - 1) / 2 ? row : row - fixed.rows) / Double(fixed.rows)
      for column in 0..<fixed.columns {
        let right =
          2 * .pi * Double(column <= (fixed.columns - 1) / 2 ? column : column - fixed.columns) / Double(fixed.columns)
        let product = filter[row, column] * (moving[row, column] * fixed[row, column].conjugate * turn)
        let (even, odd) = (Double(product.real), Double(product.imaginary) * Double(product.imaginary))
        curvature.0 += down * down * even
        curvature.1 += right * right * even
        curvature.2 += down * right * even
        variance.0 += down * down * odd
        variance.1 += right * right * odd
        variance.2 += down * right * odd
      }
    }
    let determinant = curvature.0 * curvature.1 - curvature.2 * curvature.2
    guard determinant > 0, curvature.0 > 0 else {
      return (ImageShift(rows: .infinity, columns: .infinity), correlation)
    }
    // Frequencies are not independent under a window, and those of real images come twice.
    let squares = window.pixels.reduce(0) { $0 + Double($1 * $1) }
    let fourths = window.pixels.reduce(0) { $0 + Double($1 * $1 * $1 * $1) }
    let factor = Double(window.shape.count) * fourths / (squares * squares) * (isReal ? 2 : 1)
    func component(_ a: Double, _ b: Double) -> Double {
      let sum = a * a * variance.0 + 2 * a * b * variance.2 + b * b * variance.1
      return (factor * max(sum, 0)).squareRoot() / determinant
    }
    return (
      ImageShift(rows: component(curvature.1, -curvature.2), columns: component(-curvature.2, curvature.0)), correlation
    )
  }
}
