import Crystallography

/// The space group of a block: from its operations, else from its symbols.
enum CIFSymmetry {
  /// The group, and notes on what was decided.
  static func read(
    _ block: CIFBlock, cell: UnitCell, _ file: String
  ) throws(FormatError) -> (group: SpaceGroup, notes: [String]) {
    let named = try named(block, cell: cell, file)
    guard let group = try listed(block, file) else {
      guard let named else {
        throw FormatError(
          file, at: "line \(block.line)",
          "data_\(block.name.prefix(60)) has no symmetry: expected _space_group_symop_operation_xyz, "
            + "_space_group_name_H-M_alt, _space_group_name_Hall or _space_group_IT_number")
      }
      guard named.group.misfit(of: cell) < 0.02 else {
        throw FormatError(
          file, at: "line \(named.line)",
          "the cell does not have the symmetry of \(named.group.symbol); another setting (:H, :R, :1, :2) may be meant")
      }
      return (named.group, named.notes)
    }
    var notes: [String] = []
    if let named, let number = named.group.number, let own = group.number, number != own {
      notes.append(
        "\(file): the symmetry operations are those of \(group.symbol) (number \(own)) while the file names "
          + "\(named.group.symbol) (number \(number)); the operations are used")
    }
    return (group, notes)
  }

  /// The group of the operations that the file lists; nil where it lists none.
  private static func listed(_ block: CIFBlock, _ file: String) throws(FormatError) -> SpaceGroup? {
    for tag in ["_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"] {
      var values: [CIFBlock.Value] = []
      if let loop = block.loop(tag), let column = loop.column(tag) {
        values = (0..<loop.rowCount).compactMap { loop.value($0, column) }
      } else if let value = block.value(tag) {
        values = [value]
      }
      guard let first = values.first else { continue }
      guard values.count <= 1536 else {
        throw FormatError(
          file, at: "line \(first.line)", "\(values.count) symmetry operations are more than any group has")
      }
      var operations: [SymmetryOperation] = []
      for value in values {
        do { operations.append(try SymmetryOperation(triplet: value.text)) } catch {
          throw FormatError(file, at: "line \(value.line)", "\(error)")
        }
      }
      do { return try SpaceGroup(operations: operations) } catch {
        throw FormatError(file, at: "line \(first.line)", "\(error)")
      }
    }
    return nil
  }

  private struct Named {
    var group: SpaceGroup
    var line: Int
    var notes: [String]
  }

  /// The group by Hall symbol, Hermann-Mauguin symbol or number, in this order; nil where the file has none.
  private static func named(_ block: CIFBlock, cell: UnitCell, _ file: String) throws(FormatError) -> Named? {
    var failure: FormatError?
    if let hall = block.value("_space_group_name_hall", "_symmetry_space_group_name_hall") {
      do { return Named(group: try SpaceGroup(hallSymbol: hall.text), line: hall.line, notes: []) } catch {
        failure = FormatError(file, at: "line \(hall.line)", "\(error)")
      }
    }
    if let symbol = block.value(
      "_space_group_name_h-m_alt", "_symmetry_space_group_name_h-m", "_space_group_name_h-m_full",
      "_symmetry_space_group_name_h-m_full", "_space_group_name_h-m_ref")
    {
      do { return try named(symbol, code: block.value("_space_group_it_coordinate_system_code"), cell, file) } catch {
        failure = failure ?? FormatError(file, at: "line \(symbol.line)", "\(error)")
      }
    }
    if let value = block.value("_space_group_it_number", "_symmetry_int_tables_number") {
      let number = try CIFNumber.read(value, "_space_group_IT_number", file)
      guard let whole = Int(exactly: number), (1...230).contains(whole) else {
        throw FormatError(file, at: "line \(value.line)", "the space group number is \(value.text); expected 1...230")
      }
      do {
        let usual = try SpaceGroup(number: whole)
        // The short symbol stands for all settings; the cell tells hexagonal axes from rhombohedral ones.
        let group = usual.misfit(of: cell) < 1e-3 ? usual : (try? SpaceGroup(symbol: usual.shortSymbol, cell: cell))
        let note =
          "\(file): only the number \(whole) of the space group is given; \((group ?? usual).symbol) is assumed"
        return Named(group: group ?? usual, line: value.line, notes: [note])
      } catch { throw FormatError(file, at: "line \(value.line)", "\(error)") }
    }
    if let failure { throw failure }
    return nil
  }

  private static func named(
    _ symbol: CIFBlock.Value, code: CIFBlock.Value?, _ cell: UnitCell, _ file: String
  ) throws(CrystallographyError) -> Named {
    if let code, !symbol.text.contains(":"), let group = try? SpaceGroup(symbol: symbol.text + ":" + code.text) {
      return Named(group: group, line: symbol.line, notes: [])
    }
    let group = try SpaceGroup(symbol: symbol.text, cell: cell)
    let isOpen = SpaceGroup.isAmbiguous(symbol: symbol.text) && (group.symbol.hasSuffix(":1"))
    let note =
      "\(file): the symbol \"\(symbol.text)\" leaves the origin open and the file lists no operations; "
      + "\(group.symbol) is assumed"
    return Named(group: group, line: symbol.line, notes: isOpen ? [note] : [])
  }
}
