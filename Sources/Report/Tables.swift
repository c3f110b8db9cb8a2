import Figures

/// Tables of the page, each in a box that scrolls where the page is narrow.
enum Tables {
  /// A table whose cells are plain text; columns of numbers are set flush right.
  static func plain(columns: [String], rows: [[String]]) -> String {
    let numeric = columns.indices.map { column in
      let cells = rows.compactMap { $0.indices.contains(column) ? $0[column] : nil }.filter { !$0.isEmpty }
      return !cells.isEmpty && cells.allSatisfy(isNumber)
    }
    let body = rows.map { row in
      row.enumerated().map { column, cell in
        (numeric.indices.contains(column) && numeric[column] ? "number" : kind(cell), escapedXML(cell))
      }
    }
    return html(head: zip(columns, numeric).map { ($1 ? "number" : "", escapedXML($0)) }, body: body)
  }

  /// A table whose cells are HTML already, each with its class.
  static func html(head: [(String, String)], body: [[(String, String)]]) -> String {
    func cell(_ tag: String, _ cell: (String, String), scope: String = "") -> String {
      "<\(tag)\(scope)\(cell.0.isEmpty ? "" : " class=\"\(cell.0)\"")>\(cell.1)</\(tag)>"
    }
    var html = "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"table\"><table>"
    if !head.isEmpty {
      html += "<thead><tr>\(head.map { cell("th", $0, scope: " scope=\"col\"") }.joined())</tr></thead>"
    }
    html += "<tbody>"
    for row in body { html += "<tr>\(row.map { cell("td", $0) }.joined())</tr>" }
    return html + "</tbody></table></div>\n"
  }

  /// The class of a cell of text: long ones ask for room.
  static func kind(_ text: String) -> String { text.count > 40 ? "wide" : "" }

  private static func isNumber(_ text: String) -> Bool {
    let head = text.replacing("−", with: "-").prefix { !$0.isWhitespace && $0 != "±" }
    return Double(head.replacing("%", with: "")) != nil || ["–", "-", "—"].contains(text)
  }
}
