public import Quantities

/// A value with the budget of its uncertainty.
public struct BudgetedValue: Sendable, Hashable {
  public var value: Double
  public var budget: ErrorBudget

  /// One standard deviation.
  public var uncertainty: Double { budget.uncertainty }
  public var uncertain: UncertainValue { UncertainValue(value, uncertainty: uncertainty) }

  /// A value whose uncertainty is all of one source.
  public init(_ value: UncertainValue, _ source: ErrorBudget.Source) {
    self.init(value.value)
    budget.add(source, value.uncertainty)
  }

  init(_ value: Double, _ budget: ErrorBudget = ErrorBudget()) {
    self.value = value
    self.budget = budget
  }

  /// The product with another value, what it is known to being one more source.
  func times(_ factor: UncertainValue, _ source: ErrorBudget.Source) -> BudgetedValue {
    var budget = budget.scaled(by: factor.value)
    budget.add(source, value * factor.uncertainty)
    return BudgetedValue(value * factor.value, budget)
  }

  /// A value over another one, what the first is known to being one more source.
  static func quotient(
    _ numerator: UncertainValue, _ source: ErrorBudget.Source, over value: BudgetedValue
  ) -> BudgetedValue {
    let result = numerator.value / value.value
    var budget = value.budget.scaled(by: -result / value.value)
    budget.add(source, numerator.uncertainty / value.value)
    return BudgetedValue(result, budget)
  }
}
