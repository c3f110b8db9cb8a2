/// Declares a key that holds a list of mappings. Left out, the list is empty.
@propertyWrapper
public struct SectionList<Body: ExperimentDecodable>: Sendable {
  public let help: String
  private var storage = FieldStorage<[Body]>([])

  public var wrappedValue: [Body] {
    get { storage.value ?? [] }
    set { storage = FieldStorage(newValue) }
  }

  public init(_ help: String) {
    self.help = help
  }
}

extension SectionList: Equatable where Body: Equatable {
  public static func == (a: Self, b: Self) -> Bool { a.wrappedValue == b.wrappedValue }
}

extension SectionList: ExperimentField {
  var isRequired: Bool { false }

  func decode(_ entry: DocumentNode.Entry?, key: String, _ context: inout DecodingContext) -> Bool {
    guard let entry, !entry.value.isEmpty else { return true }
    guard case .sequence(let nodes) = entry.value.content else {
      context.report([
        SettingProblem(
          "\(context.words(key)) is not a list", detail: "\(entry.value.words); expected a list of mappings",
          place: entry.value.place)
      ])
      return false
    }
    let bodies = nodes.enumerated().map { index, node in
      let body = Body()
      let element = DocumentNode.Entry(key: key, keyPlace: node.place, value: node)
      return context.inside("\(key)[\(index)]", element) { $0.decode(body, from: node) } ? body : nil
    }
    storage.value = bodies.compactMap(\.self)
    return bodies.allSatisfy { $0 != nil }
  }

  var schema: JSONValue {
    ["type": ["array", "null"], "items": Body().schema, "description": .string(help)]
  }

  func yaml(key: String, indent: Int) -> [ResolvedLine] {
    if wrappedValue.isEmpty { return [ResolvedLine(indent: indent, key: key, value: "[]", help: help)] }
    var lines = [ResolvedLine(indent: indent, key: key, value: "", help: help)]
    for body in wrappedValue {
      var element = body.fields.flatMap { $0.field.yaml(key: $0.key, indent: indent + 2) }
      // The dash goes before the first key that has a value.
      if let first = element.firstIndex(where: { $0.value != nil }) {
        element.swapAt(0, first)
        element[0].isListItem = true
      } else {
        element.insert(ResolvedLine(emptyItemWithIndent: indent + 2), at: 0)
      }
      lines += element
    }
    return lines
  }

  func canonical(path: String, _ texts: inout [String: String]) {
    texts["\(path).count"] = "\(wrappedValue.count)"
    for (index, body) in wrappedValue.enumerated() { body.canonical(path: "\(path)[\(index)].", &texts) }
  }

  func help(path: String, _ lines: inout [SettingHelp]) {
    lines.append(SettingHelp(section: "\(path)[]", help: help, isRequired: false))
    for (key, field) in Body().fields { field.help(path: "\(path)[].\(key)", &lines) }
  }
}
