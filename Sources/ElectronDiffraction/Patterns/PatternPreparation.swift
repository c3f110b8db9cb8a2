import Foundation

/// How the background is taken from patterns, and which pixels do not count.
///
/// The steps are done in this order: unusable pixels are set aside, the static background is removed, then the polynomial,
/// then the dynamic background. Unusable pixels end at the mean of the others, where they do not speak for any line.
public struct PatternPreparation: Sendable, Hashable {
  /// How a background is removed.
  public enum Removal: String, Sendable, Hashable, Codable, CaseIterable {
    case divide, subtract
  }

  /// The pattern without bands: the mean over many grains, or a flat frame. In C order, of the patterns' shape.
  public var staticBackground: [Float]?
  public var staticRemoval = Removal.divide
  /// Degree of the polynomial in both coordinates that is fitted to each pattern, 1 to 6: for transmission, where a
  /// steep gradient leaves no flat frame.
  public var polynomialDegree: Int?
  public var polynomialRemoval = Removal.subtract
  /// Standard deviation of the Gaussian whose blur of each pattern is its dynamic background, in rows; an eighth of
  /// the pattern is usual.
  public var dynamicBlur: Double?
  public var dynamicRemoval = Removal.subtract
  /// Values from here on are saturated and do not count.
  public var saturation: Float?
  /// Pixels of the detector that never count, in C order.
  public var unusable: [Bool]?

  public init() {}

  /// Whether patterns stay as they are.
  public var isNone: Bool {
    staticBackground == nil && polynomialDegree == nil && dynamicBlur == nil && saturation == nil && unusable == nil
  }
}

/// Why patterns cannot be prepared.
public enum PatternPreparationError: Error, Sendable, Hashable, CustomStringConvertible {
  case otherSize(name: String, found: Int, expected: Int)
  case badSetting(name: String, found: String, expected: String)

  public var description: String {
    switch self {
    case .otherSize(let name, let found, let expected):
      "the \(name) has \(found) pixels; the patterns have \(expected)"
    case .badSetting(let name, let found, let expected): "\(name) is \(found); expected \(expected)"
    }
  }
}
