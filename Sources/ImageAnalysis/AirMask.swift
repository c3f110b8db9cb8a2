public import ArrayMath
internal import Foundation

/// Where nothing is in the beam, found without clicks.
public enum AirMask {
  /// How air is told.
  public enum Rule: Sendable, Hashable, Codable {
    /// Flat, at the level of the rim, and connected to it: see ``AirMask/find(in:mask:rule:)``.
    case automatic
    /// The left and the right strip, each of that fraction of the columns.
    case strips(Double)
    /// The four corners, each of that fraction of the rows and columns.
    case corners(Double)
  }

  /// The pixels of air.
  ///
  /// With ``Rule/automatic``, after the ramp at the peak of the power spectrum is taken off, the object is averaged over
  /// squares of 1/64 of the larger extent, at least 5 pixels. Air is what
  ///
  /// 1. is flat: the gradient of the averaged phase is at most four standard deviations of what flat places have, which is
  ///    found from the smallest tenth of the gradients and then, repeatedly, from the median of the flat ones;
  /// 2. has the phase that is commonest among the flat pixels of the rim (the outer twelfth of the smaller extent inside
  ///    `mask`), within four standard deviations of those, at least 0.02 rad;
  /// 3. is connected to the rim;
  /// 4. is further than half a square from what is not air.
  ///
  /// It is done twice, the second time with the ramp that the first air gives. A particle that leaves the field, and a
  /// needle on which it stands, are not flat or have another phase, and so do not matter.
  ///
  /// - Parameters:
  ///   - object: complex transmission; pixels that are 0 or not finite do not count.
  ///   - mask: true where the object was illuminated. Where it was not, a reconstruction keeps what it started from, which
  ///     is flat and means nothing: give the mask.
  ///   - rule: how air is told.
  /// - Throws: ``ImageAnalysisError`` where the mask has another extent, a fraction is not above 0 and at most 0.5, or no air
  ///   is found.
  public static func find(
    in object: ComplexImage, mask: Image<Bool>? = nil, rule: Rule = .automatic
  ) throws -> Image<Bool> {
    let usable = try usable(object, mask: mask)
    switch rule {
    case .strips(let fraction):
      let width = try extent(fraction, of: object.columns)
      return restricted(usable) { _, column in column < width || column >= object.columns - width }
    case .corners(let fraction):
      let height = try extent(fraction, of: object.rows)
      let width = try extent(fraction, of: object.columns)
      return restricted(usable) { row, column in
        (row < height || row >= object.rows - height) && (column < width || column >= object.columns - width)
      }
    case .automatic:
      let first = try PhaseRamp.coarse(object, usable: usable)
      let air = try flat(first.removed(from: object), usable: usable, levelTolerance: 0.3)
      let second = try PhaseRamp.refined(object, from: first, air: air)
      return try flat(second.removed(from: object), usable: usable, levelTolerance: nil)
    }
  }

  /// Pixels that count: inside the mask, finite, and not 0.
  static func usable(_ object: ComplexImage, mask: Image<Bool>?) throws -> Image<Bool> {
    if let mask { try ImageAnalysisError.requireSameShape(mask.shape, object.shape, "the mask of the object") }
    return Image(
      object.pixels.indices.map { index in
        let size = object.pixels[index].squaredModulus
        return size.isFinite && size > 0 && (mask?.pixels[index] ?? true)
      }, shape: object.shape)
  }

  private static func extent(_ fraction: Double, of count: Int) throws -> Int {
    guard fraction > 0, fraction <= 0.5 else {
      throw ImageAnalysisError.invalid(
        "a strip or corner of air is \(fraction) of the image; give a fraction above 0 and at most 0.5")
    }
    return max(1, Int((fraction * Double(count)).rounded()))
  }

  private static func restricted(_ usable: Image<Bool>, _ keep: (_ row: Int, _ column: Int) -> Bool) -> Image<Bool> {
    Image(
      usable.pixels.indices.map { usable.pixels[$0] && keep($0 / usable.columns, $0 % usable.columns) },
      shape: usable.shape)
  }
}
