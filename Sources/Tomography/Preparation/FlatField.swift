internal import ArrayMath
internal import Foundation

/// The light without sample, and what a pixel shows without light.
///
/// The transmission of a pixel is (I − D) / (F − D), with D the mean of the darks and F that of the flats.
struct FlatField {
  /// 1 / (F − D), 0 in dead pixels.
  private let gain: ScalarImage
  private let dark: ScalarImage
  private(set) var notes: [String] = []
  private(set) var warnings: [String] = []

  /// - Throws: ``TomographyError`` where there is no flat, one has another extent than the frames, or no pixel has light.
  init(_ measured: MeasuredProjections) throws {
    let shape = measured.frames.shape
    for (what, images) in [("flat", measured.flats), ("dark", measured.darks)] {
      for image in images where image.shape != shape {
        throw TomographyError.invalid(
          "\(measured.name): a \(what) has \(image.rows) x \(image.columns) pixels, the projections \(shape.rows) x "
            + "\(shape.columns); give it the same extent")
      }
    }
    guard !measured.flats.isEmpty else {
      throw TomographyError.invalid(
        "\(measured.name) holds intensities but no flat, the light without sample; give at least one, or transmissions as "
          + "absorption")
    }
    let flat = Self.mean(measured.flats, shape)
    dark = measured.darks.isEmpty ? ScalarImage(repeating: 0, shape: shape) : Self.mean(measured.darks, shape)
    let light = zip(flat.pixels, dark.pixels).map { $0 - $1 }
    let bright = light.filter { $0.isFinite && $0 > 0 }.sorted()
    guard !bright.isEmpty else {
      throw TomographyError.invalid(
        "\(measured.name): the flats are nowhere brighter than the darks; were they exchanged?")
    }
    // A pixel that saw less than a thousandth of what most saw tells nothing.
    let least = bright[bright.count / 2] / 1000
    gain = ScalarImage(light.map { $0.isFinite && $0 > least ? 1 / $0 : 0 }, shape: shape)
    let dead = gain.pixels.count { $0 == 0 }
    notes.append(
      "transmission from \(measured.flats.count) flats and \(measured.darks.count) darks"
        + (dead > 0 ? "; \(dead) pixels are dead and were filled from their neighbours" : ""))
    if measured.darks.isEmpty {
      warnings.append("\(measured.name) has no dark: what the detector shows without light is taken as 0")
    }
  }

  private static func mean(_ images: [ScalarImage], _ shape: FrameShape) -> ScalarImage {
    var sums = [Double](repeating: 0, count: shape.count)
    for image in images { for index in sums.indices { sums[index] += Double(image.pixels[index]) } }
    return ScalarImage(sums.map { Float($0 / Double(images.count)) }, shape: shape)
  }

  /// −ln of the transmission, and what every pixel counts: 0 where the value was made up.
  ///
  /// Transmissions below `least` are taken as `least`. Dead pixels and such without a value get the mean of those of their eight
  /// neighbours that have one, in as many rounds as that takes.
  func absorption(of frame: ScalarImage, least: Float) -> (image: ScalarImage, weights: ScalarImage) {
    var image = ScalarImage(repeating: .nan, shape: frame.shape)
    var weights = ScalarImage(repeating: 0, shape: frame.shape)
    for index in frame.pixels.indices {
      let transmission = (frame.pixels[index] - dark.pixels[index]) * gain.pixels[index]
      guard gain.pixels[index] > 0, transmission.isFinite else { continue }
      weights.pixels[index] = transmission >= least ? 1 : 0
      image.pixels[index] = -logf(max(transmission, least))
    }
    fill(&image)
    return (image, weights)
  }

  private func fill(_ image: inout ScalarImage) {
    var missing = image.pixels.indices.filter { image.pixels[$0].isNaN }
    while !missing.isEmpty, missing.count < image.shape.count {
      let before = image
      missing = missing.filter { index in
        let (row, column) = (index / image.columns, index % image.columns)
        var (sum, count) = (Float(0), 0)
        for r in max(row - 1, 0)...min(row + 1, image.rows - 1) {
          for c in max(column - 1, 0)...min(column + 1, image.columns - 1) where before[r, c].isFinite {
            (sum, count) = (sum + before[r, c], count + 1)
          }
        }
        guard count > 0 else { return true }
        image.pixels[index] = sum / Float(count)
        return false
      }
    }
  }
}
