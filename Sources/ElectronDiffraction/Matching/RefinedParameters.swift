/// What is refined beside the orientation.
public struct RefinedParameters: OptionSet, Sendable, Hashable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The three components of the pattern centre.
  public static let patternCentre = RefinedParameters(rawValue: 1)
  /// The ratio c/a of the cell.
  public static let axialRatio = RefinedParameters(rawValue: 2)

  /// The unknowns, numbered as ``PatternProjector`` orders its derivatives, the turn about x being 0.
  var indices: [Int] {
    [0, 1, 2] + (contains(.patternCentre) ? [3, 4, 5] : []) + (contains(.axialRatio) ? [6] : [])
  }
}
