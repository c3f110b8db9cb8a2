internal import ArrayMath
internal import Foundation

extension AirMask {
  /// What is flat, at the level of the rim and connected to it, in an object whose ramp has been taken off.
  static func flat(_ object: ComplexImage, usable: Image<Bool>, levelTolerance: Double?) throws -> Image<Bool> {
    let shape = object.shape
    let radius = max(2, max(shape.rows, shape.columns) / 128)
    let counts = boxSum(usable.pixels.map { $0 ? 1 : 0 }, shape: shape, radius: radius)
    let phase = averagedPhase(object, usable: usable, radius: radius)
    let gradient = gradient(phase, usable: usable, reach: radius + 1)
    let threshold = 4 * flatDeviation(gradient)
    // NaN, where a gradient is unknown, is not flat.
    var air = gradient.map { Double($0) <= threshold }

    let depth = max(2, min(shape.rows, shape.columns) / 12)
    let inner = boxSum(usable.pixels.map { $0 ? 1 : 0 }, shape: shape, radius: depth)
    let full = Float((2 * depth + 1) * (2 * depth + 1))
    let rim = air.indices.map { usable.pixels[$0] && inner[$0] < full }
    let level = commonest(air.indices.filter { air[$0] && rim[$0] }.map { phase.pixels[$0] })
    let near = air.indices.filter { air[$0] && rim[$0] && abs(wrappedPhase(phase.pixels[$0] - level)) < 0.5 }
    let sizes = near.map { abs(wrappedPhase(phase.pixels[$0] - level)) }.sorted()
    guard !sizes.isEmpty else {
      throw ImageAnalysisError.invalid(
        "no flat place was found at the rim of the object; name the air, or scan a field wider than the particle")
    }
    let tolerance = Float(levelTolerance ?? max(0.02, 4 * 1.4826 * Double(sizes[sizes.count / 2])))
    for index in air.indices where air[index] {
      air[index] = usable.pixels[index] && abs(wrappedPhase(phase.pixels[index] - level)) <= tolerance
    }
    air = connected(air, to: rim, shape: shape)
    // Erosion: a square that holds nothing but air and pixels that do not count.
    let around = boxSum(air.map { $0 ? 1 : 0 }, shape: shape, radius: radius)
    let eroded = air.indices.map { air[$0] && around[$0] >= counts[$0] - 0.5 }
    return Image(eroded.contains(true) ? eroded : air, shape: shape)
  }

  private static func averagedPhase(_ object: ComplexImage, usable: Image<Bool>, radius: Int) -> ScalarImage {
    let real = boxSum(
      object.pixels.indices.map { usable.pixels[$0] ? object.pixels[$0].real : 0 }, shape: object.shape, radius: radius)
    let imaginary = boxSum(
      object.pixels.indices.map { usable.pixels[$0] ? object.pixels[$0].imaginary : 0 }, shape: object.shape,
      radius: radius)
    return ScalarImage(zip(real, imaginary).map { atan2f($1, $0) }, shape: object.shape)
  }

  /// The size of the phase gradient in radians per pixel, from differences over twice `reach`, or less at edges; NaN where a
  /// pixel does not count.
  private static func gradient(_ phase: ScalarImage, usable: Image<Bool>, reach: Int) -> [Float] {
    let (rows, columns) = (phase.rows, phase.columns)
    var result = [Float](repeating: .nan, count: phase.shape.count)
    func slope(_ index: Int, _ place: Int, _ count: Int, _ step: Int) -> Float? {
      var (back, ahead) = (min(reach, place), min(reach, count - 1 - place))
      while back > 0, !usable.pixels[index - back * step] { back -= 1 }
      while ahead > 0, !usable.pixels[index + ahead * step] { ahead -= 1 }
      guard back + ahead > 0 else { return nil }
      let difference = phase.pixels[index + ahead * step] - phase.pixels[index - back * step]
      return wrappedPhase(difference) / Float(back + ahead)
    }
    for row in 0..<rows {
      for column in 0..<columns where usable[row, column] {
        let index = row * columns + column
        guard let down = slope(index, row, rows, columns), let right = slope(index, column, columns, 1) else {
          continue
        }
        result[index] = (down * down + right * right).squareRoot()
      }
    }
    return result
  }

  /// The standard deviation of each component of the gradient in flat places, whose size then follows Rayleigh's
  /// distribution: a tenth of it is below 0.459 and half of it below 1.177 standard deviations.
  private static func flatDeviation(_ gradient: [Float]) -> Double {
    let sorted = gradient.filter(\.isFinite).sorted()
    guard !sorted.isEmpty else { return 0 }
    var deviation = Double(sorted[sorted.count / 10]) / 0.459
    for _ in 0..<10 {
      var count = 0
      while count < sorted.count, Double(sorted[count]) <= 4 * deviation { count += 1 }
      guard count > 0 else { break }
      deviation = Double(sorted[count / 2]) / 1.177
    }
    // Rounding of an object without noise.
    return max(deviation, 1e-6)
  }

  /// The phase round which most of the phases are: the mean of those near the fullest of 64 bins.
  private static func commonest(_ phases: [Float]) -> Float {
    var bins = [Int](repeating: 0, count: 64)
    for phase in phases { bins[min(63, Int((phase + .pi) / (2 * .pi) * 64))] += 1 }
    let fullest = bins.indices.max { bins[$0] < bins[$1] } ?? 0
    let centre = (Float(fullest) + 0.5) / 64 * 2 * .pi - .pi
    let near = phases.map { wrappedPhase($0 - centre) }.filter { abs($0) < 0.2 }.sorted()
    return near.isEmpty ? centre : centre + near[near.count / 2]
  }

  /// The parts of `air` that reach into `rim`.
  private static func connected(_ air: [Bool], to rim: [Bool], shape: FrameShape) -> [Bool] {
    let labels = PhaseRegions(WrappedField(valid: air, shape: shape)).labels
    let kept = Set(labels.indices.filter { rim[$0] && labels[$0] >= 0 }.map { labels[$0] })
    return labels.map { kept.contains($0) }
  }
}
