/// An n-dimensional array of numbers or texts, or a single one: what a dataset or an attribute holds.
public struct NeXusArray: Hashable, Sendable {
  /// The lengths along the axes, slowest first; empty for a single value.
  public let shape: [Int]
  /// In C order, as many as the product of `shape`.
  public let values: NeXusValues

  /// - Precondition: the values fill the shape.
  public init(shape: [Int], values: NeXusValues) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count, "as many values as the shape has places")
    self.shape = shape
    self.values = values
  }

  public static func text(_ value: String) -> NeXusArray { NeXusArray(shape: [], values: .string([value])) }
  public static func texts(_ values: [String]) -> NeXusArray {
    NeXusArray(shape: [values.count], values: .string(values))
  }
  public static func number(_ value: Double) -> NeXusArray { NeXusArray(shape: [], values: .float64([value])) }
  public static func integer(_ value: Int) -> NeXusArray { NeXusArray(shape: [], values: .int64([Int64(value)])) }
  public static func numbers(_ values: [Double]) -> NeXusArray {
    NeXusArray(shape: [values.count], values: .float64(values))
  }
  public static func integers(_ values: [Int]) -> NeXusArray {
    NeXusArray(shape: [values.count], values: .int64(values.map { Int64($0) }))
  }

  /// The first text; nil where there is none.
  public var text: String? { values.strings?.first }
  /// All texts; nil for numbers.
  public var texts: [String]? { values.strings }
  /// The first number; nil where there is none.
  public var number: Double? { values.doubles?.first }
  /// All numbers; nil for texts.
  public var numbers: [Double]? { values.doubles }
  /// All numbers as integers; nil for texts and fractions.
  public var integers: [Int]? { values.integers }
}

extension NeXusArray: ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByArrayLiteral
{
  public init(stringLiteral value: String) { self = .text(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(arrayLiteral elements: String...) { self = .texts(elements) }
}
