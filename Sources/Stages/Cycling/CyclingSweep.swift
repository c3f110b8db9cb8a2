import Pipeline
import Quantities

/// A parameter that was run through values.
struct CyclingSweep: Sendable {
  var parameter: String
  /// As the file has them.
  var texts: [String]
  var outcomes: [Result<CyclingOutcome, CyclingVariantError>]

  /// The unit and the numbers of the values; nil where one of them is no number or their units differ.
  var numbers: (unit: String, values: [Double])? {
    let quantities = texts.compactMap { try? AnyQuantity(parsing: $0) }
    guard quantities.count == texts.count, let unit = quantities.first?.unit,
      quantities.allSatisfy({ $0.dimension == unit.dimension })
    else { return nil }
    return (unit.symbol, quantities.map { unit.value(ofSI: $0.si) })
  }

  /// A headline value of every item, SI units; NaN where an item has no answer.
  func values(of headline: Int) -> [Double] {
    outcomes.map { (try? $0.get())?.headlines[headline] ?? .nan }
  }

  /// The parameter in words: "elasticity: youngs modulus".
  var words: String { parameter.replacing("_", with: " ").replacing(".", with: ": ") }
}
