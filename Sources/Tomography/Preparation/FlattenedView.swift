internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// A complex projection inside the common field: its light, its air, and its object without constant and ramp.
struct FlattenedView {
  /// 0 where a pixel counts as not measured.
  var weights: ScalarImage
  var isValid: Image<Bool>
  /// All that is measured where none was found.
  var air: Image<Bool>
  var hasAir = true
  /// What was taken off ``object``.
  var ramp: PhaseRamp
  var object: ComplexImage
  var notes: [String] = []

  /// - Throws: ``TomographyError`` where too few pixels are lit to span a plane.
  init(_ projection: TransmissionProjection, view: Int, field: CommonField, settings: PreparationSettings) throws {
    let raw = field.cut(projection.object, of: view)
    let light = projection.illumination.map { field.cut($0, of: view) }
    let known = projection.phase.map { field.cut($0, of: view) }
    let least = Float(settings.leastIllumination)
    weights = ScalarImage(repeating: 0, shape: field.shape)
    for index in raw.pixels.indices {
      let size = raw.pixels[index].squaredModulus
      let share = light?.pixels[index] ?? 1
      guard size > 0, size.isFinite, share > 0, share >= least, known?.pixels[index].isFinite ?? true else { continue }
      weights.pixels[index] = min(share, 1)
    }
    isValid = weights.map { $0 > 0 }
    air = isValid
    if settings.correction == .none {
      ramp = PhaseRamp(constant: 0, perRow: 0, perColumn: 0, shape: field.shape)
      object = raw
      return
    }
    do {
      air = try AirMask.find(in: raw, mask: isValid, rule: settings.air)
    } catch let error as ImageAnalysisError {
      hasAir = false
      notes.append("no air: \(error)")
    }
    do {
      ramp = try PhaseRamp.estimate(raw, air: air, mask: isValid)
    } catch let error as ImageAnalysisError {
      throw TomographyError.invalid("\(projection.name): \(error)")
    }
    if ramp.undulation > Self.mostUndulation(field.shape) {
      hasAir = false
      let size = String(format: "%.1f", ramp.undulation)
      notes.append("what looks like air undulates \(size) times as much as noise does; its zero is not trusted")
    }
    object = ramp.removed(from: raw)
  }

  /// From where air is not believed: 5, in fields of few squares less, as a hump over n squares undulates n/4 at most (see
  /// ``PhaseRamp/undulation``).
  private static func mostUndulation(_ shape: FrameShape) -> Double {
    let side = max(5, max(shape.rows, shape.columns) / 64)
    return min(5, max(2, Double(max(shape.rows, shape.columns) / side) / 5))
  }

  /// Standard deviation of a pixel, from second differences along rows of second differences along columns; 0 where there are
  /// too few pixels.
  ///
  /// Of white noise they are 6 times as large as the noise, of what is smooth nearly 0; from the median of their sizes
  /// (J. Immerkær, Comput. Vis. Image Underst. 64 (1996) 300, with a median for the mean).
  static func noise(_ image: ScalarImage) -> Double {
    let (rows, columns) = (image.rows, image.columns)
    guard rows > 2, columns > 2 else { return 0 }
    var sizes: [Float] = []
    sizes.reserveCapacity(image.shape.count)
    image.pixels.withUnsafeBufferPointer { pixels in
      func curvature(_ index: Int) -> Float { pixels[index - 1] - 2 * pixels[index] + pixels[index + 1] }
      for row in 1..<rows - 1 {
        for index in row * columns + 1..<(row + 1) * columns - 1 {
          let value = curvature(index - columns) - 2 * curvature(index) + curvature(index + columns)
          if value.isFinite { sizes.append(abs(value)) }
        }
      }
    }
    guard !sizes.isEmpty else { return 0 }
    return 1.4826 * Double(sizes.select(sizes.count / 2)) / 6
  }
}
