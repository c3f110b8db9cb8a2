/// Which values of a frame mean that a pixel has none.
///
/// NaN and infinite values are always left out.
public struct InvalidPixels: Sendable, Hashable, Codable {
  /// Values with a meaning of their own, at most four.
  public var values: [Double]
  /// Whether negative integers are left out: many detectors mark gaps and dead pixels with −1 and −2.
  public var negativeIntegers: Bool
  /// Whether the largest number of an unsigned type is left out: a mark of dead pixels, or saturation.
  public var largestUnsigned: Bool
  /// Values from here on are saturated and left out.
  public var saturation: Double?

  public init(
    values: [Double] = [], negativeIntegers: Bool = true, largestUnsigned: Bool = true, saturation: Double? = nil
  ) {
    self.values = values
    self.negativeIntegers = negativeIntegers
    self.largestUnsigned = largestUnsigned
    self.saturation = saturation
  }

  /// Only NaN and infinite values are left out.
  public static let notANumber = InvalidPixels(negativeIntegers: false, largestUnsigned: false)
}
