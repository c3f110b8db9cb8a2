public import ArrayMath
internal import Foundation

extension FourierRingCorrelation {
  /// What is done to two images before they are compared.
  public struct Preparation: Sendable, Hashable, Codable {
    /// The soft edge, the same for both images: a part of each extent on either side, from 0 to 0.5.
    public var edge: Double
    /// Whether the second image is moved onto the first.
    public var registers: Bool
    /// Whether constant and ramp are taken off both (complex images alone).
    public var removesRamp: Bool

    public init(edge: Double = 0.125, registers: Bool = true, removesRamp: Bool = true) {
      self.edge = edge
      self.registers = registers
      self.removesRamp = removesRamp
    }
  }

  /// The correlation of two complex objects, such as reconstructions of two halves of the data.
  ///
  /// Constant and ramp are taken off both, from air where it is found and otherwise from the peak of the power spectrum; the
  /// second is moved onto the first; the constant and ramp between the two, from the phase of second times conjugate first
  /// over the whole field, are taken off the second; their weighted means are taken off, they are multiplied by a soft
  /// window and transformed.
  ///
  /// - Parameters:
  ///   - first: an object, cropped to what both scans cover: use ``Image/cropped(rows:columns:)``.
  ///   - second: the other one, of the same extent.
  ///   - air: true where nothing is in the beam; found where not given.
  ///   - preparation: what is done before.
  /// - Throws: ``ImageAnalysisError`` where extents differ, are below 16 pixels, or values are not finite.
  public static func between(
    _ first: ComplexImage, _ second: ComplexImage, air: Image<Bool>? = nil, preparation: Preparation = Preparation()
  ) throws -> FourierRingCorrelation {
    try requireComparable(first.shape, second.shape)
    let window = try SoftWindow(edge: preparation.edge).image(first.shape)
    var (a, b) = (first, second)
    var notes: [String] = []
    if preparation.removesRamp {
      for index in 0..<2 {
        let object = index == 0 ? a : b
        let ramp: PhaseRamp
        do {
          ramp = try PhaseRamp.estimate(object, air: air)
        } catch {
          guard air == nil else { throw error }
          ramp = try PhaseRamp.coarse(object, usable: AirMask.usable(object, mask: nil))
          notes.append("no air was found in image \(index + 1): its ramp is that of the peak of its power spectrum")
        }
        if index == 0 { a = ramp.removed(from: a) } else { b = ramp.removed(from: b) }
      }
    }
    var registration: ImageRegistration?
    if preparation.registers {
      let found = try ImageRegistration(of: b, relativeTo: a, weights: registrationWindow(preparation, window))
      b = b.shifted(by: -found.shift)
      registration = found
    }
    if preparation.removesRamp {
      let between = ComplexImage(zip(b.pixels, a.pixels).map { $0 * $1.conjugate }, shape: a.shape)
      // Where the window lets nothing through there is nothing to agree about.
      let field = window.map { $0 > 0.5 }
      b = try PhaseRamp.estimate(between, air: field).removed(from: b)
    }
    var result = correlated(a, b, window: window, isReal: false)
    result.registration = registration
    result.notes = notes
    return result
  }

  /// The correlation of two real images, such as phases that are unwrapped and flat in air.
  ///
  /// The second is moved onto the first, the weighted means are taken off, both are multiplied by a soft window and
  /// transformed.
  ///
  /// - Parameters:
  ///   - first: an image, cropped to what both scans cover.
  ///   - second: the other one, of the same extent.
  ///   - preparation: what is done before.
  /// - Throws: ``ImageAnalysisError`` where extents differ, are below 16 pixels, or values are not finite.
  public static func between(
    _ first: ScalarImage, _ second: ScalarImage, preparation: Preparation = Preparation()
  ) throws -> FourierRingCorrelation {
    try requireComparable(first.shape, second.shape)
    let window = try SoftWindow(edge: preparation.edge).image(first.shape)
    var moved = second
    var registration: ImageRegistration?
    if preparation.registers {
      let found = try ImageRegistration(
        of: second, relativeTo: first, weights: registrationWindow(preparation, window))
      moved = second.shifted(by: -found.shift)
      registration = found
    }
    var result = correlated(
      first.map { ComplexFloat($0) }, moved.map { ComplexFloat($0) }, window: window, isReal: true)
    result.registration = registration
    return result
  }

  /// Images are registered under a soft edge even where they are compared without.
  private static func registrationWindow(_ preparation: Preparation, _ window: ScalarImage) -> ScalarImage? {
    preparation.edge >= 0.05 ? window : nil
  }

  private static func requireComparable(_ first: FrameShape, _ second: FrameShape) throws {
    try ImageAnalysisError.requireSameShape(second, first, "the second image")
    guard min(first.rows, first.columns) >= 16 else {
      throw ImageAnalysisError.invalid(
        "images of \(first.rows) x \(first.columns) pixels have too few rings to compare; give at least 16 x 16")
    }
  }

  private static func correlated(
    _ first: ComplexImage, _ second: ComplexImage, window: ScalarImage, isReal: Bool
  ) -> FourierRingCorrelation {
    let transform = FourierTransform2D(first.shape)
    let weight = window.pixels.reduce(0) { $0 + Double($1) }
    func transformed(_ image: ComplexImage) -> ComplexImage {
      var (real, imaginary) = (0.0, 0.0)
      for (value, factor) in zip(image.pixels, window.pixels) {
        real += Double(factor * value.real)
        imaginary += Double(factor * value.imaginary)
      }
      let mean = ComplexFloat(Float(real / weight), Float(imaginary / weight))
      var result = ComplexImage(zip(image.pixels, window.pixels).map { $1 * ($0 - mean) }, shape: image.shape)
      transform.forward(&result)
      return result
    }
    let squares = window.pixels.reduce(0) { $0 + Double($1 * $1) }
    let fourths = window.pixels.reduce(0) { $0 + Double($1 * $1 * $1 * $1) }
    let independent = squares * squares / (Double(window.shape.count) * fourths) * (isReal ? 0.5 : 1)
    return FourierRingCorrelation(
      FourierShells(transformed(first), transformed(second)), independent: independent)
  }
}
