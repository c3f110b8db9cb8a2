import ParticleMechanics
public import Pipeline
public import Quantities

/// A function of lithiation: a constant, a table or a formula.
public struct CyclingFunctionSettings<Kind: QuantityKind>: ExperimentDecodable {
  @Setting("the same at every lithiation")
  public var constant: Quantity<Kind>?
  @Setting("formula of the lithiation u, 0 to 1, in SI units", example: "1e-14*exp(-3*u)")
  public var formula: String?
  @Setting(
    "rows of lithiation and value in SI units, ascending; linear in between", example: "[[0.2, 3e-14], [1, 1e-15]]")
  public var table: [[Double]]?

  public init() {}

  public func validate() -> [SettingProblem] {
    let given = [constant != nil, formula != nil, table != nil].count { $0 }
    if given != 1 {
      return [
        SettingProblem(
          at: "", given == 0 ? "the function is not given" : "the function is given more than once",
          detail: "expected one of `constant`, `formula` and `table`")
      ]
    }
    do {
      _ = try function()
      return []
    } catch {
      return [
        SettingProblem(at: formula != nil ? "formula" : "table", "the function cannot be read", detail: "\(error)")
      ]
    }
  }

  /// The function itself.
  ///
  /// - Throws: `FormulaError`, and `StageDocumentError` for rows that are no table.
  func function() throws -> MaterialFunction {
    if let constant { return .constant(constant.si) }
    if let formula { return try .formula(formula) }
    let rows = table ?? []
    guard rows.count >= 2, rows.allSatisfy({ $0.count == 2 }) else {
      throw StageDocumentError(path: "table", problem: "expected at least two rows of two numbers")
    }
    return try .table(lithiation: rows.map { $0[0] }, values: rows.map { $0[1] })
  }

  /// In words, for the report.
  var words: String {
    if let constant { return "\(constant)" }
    if let formula { return formula }
    return "a table of \(table?.count ?? 0) rows"
  }
}
