internal import Foundation

/// A material property as a formula of the lithiation, as a user types it: `4.4875 - 0.809*u - 0.0428*tanh(18.5*(u -
/// 0.55))`.
///
/// The variable is `u`, with the alias `x`. There are numbers, `pi`, `+ - * / ^` (`**` is the same as `^`, which binds
/// more tightly than a sign and to the right), parentheses, and ``Function``. The formula is compiled once; its slope is
/// exact (forward differentiation), not a difference.
public struct Formula: Sendable, Hashable, CustomStringConvertible {
  /// As it was typed.
  public let text: String
  private let program: [Instruction]
  /// The most numbers that are kept at once.
  private let depth: Int

  /// - Throws: `FormulaError` with the column of the first mistake.
  public init(_ text: String) throws(FormulaError) {
    var parser = FormulaParser(text)
    try parser.parse()
    self.text = text
    program = parser.program
    depth = parser.program.stackDepth
  }

  /// A formula written into the program, whose tests read every one.
  init(literal: StaticString) {
    do {
      try self.init(literal.description)
    } catch {
      preconditionFailure(error.description)
    }
  }

  public var description: String { text }

  /// Functions of one argument, and the two of `min` and `max`.
  public enum Function: String, Sendable, Hashable, CaseIterable {
    case exp, log, log10, sqrt, tanh, sinh, cosh, sin, cos, abs, min, max

    var argumentCount: Int { self == .min || self == .max ? 2 : 1 }
  }

  enum Instruction: Sendable, Hashable {
    case number(Double)
    case lithiation
    case add, subtract, multiply, divide, power, negate
    case apply(Function)

    /// How much the stack grows.
    var growth: Int {
      switch self {
      case .number, .lithiation: 1
      case .negate: 0
      case .add, .subtract, .multiply, .divide, .power: -1
      case .apply(let function): 1 - function.argumentCount
      }
    }
  }

  /// The value and the derivative with respect to lithiation; not finite where the formula is not defined.
  public func valueAndSlope(_ lithiation: Double) -> (value: Double, slope: Double) {
    withUnsafeTemporaryAllocation(of: Dual.self, capacity: depth) { stack in
      var top = -1
      for instruction in program {
        switch instruction {
        case .number(let value):
          top += 1
          stack[top] = Dual(value: value, slope: 0)
        case .lithiation:
          top += 1
          stack[top] = Dual(value: lithiation, slope: 1)
        default:
          let last = stack[top]
          top += instruction.growth
          stack[top] = Dual.combine(instruction, stack[top], last)
        }
      }
      return (stack[0].value, stack[0].slope)
    }
  }
}

extension Formula {
  /// An operation on one number (then both are the same) or two.
  static func evaluate(_ operation: Instruction, _ a: Double, _ b: Double) -> Double {
    Dual.combine(operation, Dual(value: a, slope: 0), Dual(value: b, slope: 0)).value
  }
}

extension [Formula.Instruction] {
  fileprivate var stackDepth: Int {
    var depth = 0
    var deepest = 0
    for instruction in self {
      depth += instruction.growth
      deepest = Swift.max(deepest, depth)
    }
    return deepest
  }
}

/// A number with its derivative.
private struct Dual: BitwiseCopyable {
  var value: Double
  var slope: Double

  /// - Parameter b: the second operand; the only one of an operation of one.
  static func combine(_ operation: Formula.Instruction, _ a: Dual, _ b: Dual) -> Dual {
    switch operation {
    case .number, .lithiation: b
    case .negate: Dual(value: -b.value, slope: -b.slope)
    case .apply(let function): apply(function, function.argumentCount == 2 ? a : b, b)
    case .add: Dual(value: a.value + b.value, slope: a.slope + b.slope)
    case .subtract: Dual(value: a.value - b.value, slope: a.slope - b.slope)
    case .multiply: Dual(value: a.value * b.value, slope: a.slope * b.value + a.value * b.slope)
    case .divide:
      Dual(value: a.value / b.value, slope: (a.slope - a.value / b.value * b.slope) / b.value)
    case .power: power(a, b)
    }
  }

  private static func power(_ a: Dual, _ b: Dual) -> Dual {
    let value = pow(a.value, b.value)
    // A constant exponent also serves a negative base, of which there is no logarithm.
    var slope = a.slope == 0 ? 0 : b.value * pow(a.value, b.value - 1) * a.slope
    if b.slope != 0 { slope += value * log(a.value) * b.slope }
    return Dual(value: value, slope: slope)
  }

  static func apply(_ function: Formula.Function, _ a: Dual, _ b: Dual) -> Dual {
    let x = a.value
    switch function {
    case .exp:
      let value = Foundation.exp(x)
      return Dual(value: value, slope: value * a.slope)
    case .log: return Dual(value: Foundation.log(x), slope: a.slope / x)
    case .log10: return Dual(value: Foundation.log10(x), slope: a.slope / (x * Foundation.log(10)))
    case .sqrt:
      let value = x.squareRoot()
      return Dual(value: value, slope: a.slope / (2 * value))
    case .tanh:
      let value = Foundation.tanh(x)
      return Dual(value: value, slope: (1 - value * value) * a.slope)
    case .sinh: return Dual(value: Foundation.sinh(x), slope: Foundation.cosh(x) * a.slope)
    case .cosh: return Dual(value: Foundation.cosh(x), slope: Foundation.sinh(x) * a.slope)
    case .sin: return Dual(value: Foundation.sin(x), slope: Foundation.cos(x) * a.slope)
    case .cos: return Dual(value: Foundation.cos(x), slope: -Foundation.sin(x) * a.slope)
    case .abs: return x < 0 ? Dual(value: -x, slope: -a.slope) : a
    case .min: return b.value < a.value ? b : a
    case .max: return b.value > a.value ? b : a
    }
  }
}
