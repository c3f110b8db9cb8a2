import HDF5

extension NeXusFile {
  /// What differs between two files outside `/entry/provenance`, one line a difference; empty for identical results.
  ///
  /// - Throws: ``HDF5Error`` when one of them cannot be read.
  public static func differences(_ first: String, _ second: String) throws -> [String] {
    differences(try read(first), try read(second))
  }

  /// What differs between two trees outside `/entry/provenance`.
  public static func differences(_ first: NeXusGroup, _ second: NeXusGroup) -> [String] {
    var result: [String] = []
    compare(first, second, "", &result)
    return result
  }

  private static func compare(_ a: NeXusGroup, _ b: NeXusGroup, _ path: String, _ result: inout [String]) {
    let place = path.isEmpty ? "/" : path
    if a.nxClass != b.nxClass { result.append("\(place): class \"\(a.nxClass)\" against \"\(b.nxClass)\"") }
    compare(a.attributes, b.attributes, place, &result)
    for name in Set(a.children.keys).union(b.children.keys).sorted() {
      let child = path + "/" + name
      if child == "/entry/provenance" { continue }
      switch (a.children[name], b.children[name]) {
      case (.some, nil): result.append("\(child): only in the first")
      case (nil, _): result.append("\(child): only in the second")
      case (.group(let left)?, .group(let right)?): compare(left, right, child, &result)
      case (.dataset(let left)?, .dataset(let right)?):
        compare(left.array, right.array, child, &result)
        compare(left.attributes, right.attributes, child, &result)
      case (let left?, let right?):
        if left != right { result.append("\(child): \(summary(left)) against \(summary(right))") }
      }
    }
  }

  private static func compare(
    _ a: [String: NeXusArray], _ b: [String: NeXusArray], _ place: String, _ result: inout [String]
  ) {
    for name in Set(a.keys).union(b.keys).sorted() {
      switch (a[name], b[name]) {
      case (.some, nil): result.append("\(place)@\(name): only in the first")
      case (nil, _): result.append("\(place)@\(name): only in the second")
      case (let left?, let right?): compare(left, right, "\(place)@\(name)", &result)
      }
    }
  }

  private static func compare(_ a: NeXusArray, _ b: NeXusArray, _ place: String, _ result: inout [String]) {
    guard a.shape == b.shape, a.values.typeName == b.values.typeName else {
      result.append("\(place): \(a.values.typeName) \(a.shape) against \(b.values.typeName) \(b.shape)")
      return
    }
    guard let index = a.values.firstDifference(from: b.values) else { return }
    result.append("\(place): \(a.values.text(at: index)) against \(b.values.text(at: index)) at index \(index)")
  }

  private static func summary(_ node: NeXusNode) -> String {
    switch node {
    case .group(let group): "a group (\(group.nxClass))"
    case .dataset(let dataset): "\(dataset.array.values.typeName) \(dataset.shape)"
    case .link(let target): "a link to \(target)"
    case .externalLink(let file, let target): "a link to \(file):\(target)"
    }
  }

  /// The content of a file as indented text: classes, shapes, types, units and short values.
  ///
  /// - Throws: ``HDF5Error`` when the file cannot be read.
  public static func tree(_ path: String) throws -> String {
    try HDF5File.read(path) { root in
      var lines = [path]
      try list(root, indent: "  ", depth: 0, &lines)
      return lines.joined(separator: "\n") + "\n"
    }
  }

  /// The largest dataset whose first value is shown.
  private static let shownElementCount = 100_000

  private static func list(_ group: HDF5Group, indent: String, depth: Int, _ lines: inout [String]) throws {
    guard depth < largestDepth, lines.count < largestNodeCount else {
      throw HDF5Error.tooLarge(object: group.path, claim: "lies too deep, or the file has too many members")
    }
    lines += try attributeLines(group.attributes, indent)
    for (name, member) in try group.members() {
      switch member {
      case .group:
        let child = try group.group(name)
        lines.append("\(indent)\(name)/")
        try list(child, indent: indent + "  ", depth: depth + 1, &lines)
      case .dataset:
        let dataset = try group.dataset(name)
        lines.append("\(indent)\(name): \(try summary(dataset))")
        lines += try attributeLines(dataset.attributes, indent + "  ")
      case .softLink(let target): lines.append("\(indent)\(name) -> \(target)")
      case .externalLink(let file, let target): lines.append("\(indent)\(name) -> \(file):\(target)")
      case .other: lines.append("\(indent)\(name): neither group nor dataset")
      }
    }
  }

  private static func summary(_ dataset: HDF5Dataset) throws -> String {
    let shape = try dataset.shape()
    let size = shape.isEmpty ? "" : " [" + shape.map(String.init).joined(separator: " x ") + "]"
    let kind: String
    switch try dataset.elementType() {
    case .number(let type): kind = type.rawValue
    case .complex(let part): kind = part == .float64 ? "complex128" : "complex64"
    case .string: kind = "string"
    case .other(let other): return other + size
    }
    guard shape.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) <= shownElementCount else {
      return kind + size
    }
    do {
      var reader = NeXusTreeReader()
      return "\(kind)\(size) = \(preview(try reader.read(dataset).array))"
    } catch let error as HDF5Error {
      return "\(kind)\(size), cannot be read: \(error)"
    }
  }

  private static func attributeLines(_ attributes: HDF5Attributes, _ indent: String) throws -> [String] {
    let reader = NeXusTreeReader()
    return try reader.read(attributes).sorted { $0.key < $1.key }.map { "\(indent)@\($0.key) = \(preview($0.value))" }
  }

  private static func preview(_ array: NeXusArray) -> String {
    let count = array.values.count
    if array.shape.isEmpty { return array.values.text(at: 0) }
    let shown = (0..<min(count, 4)).map { array.values.text(at: $0) }.joined(separator: ", ")
    return count > 4 ? "\(shown), … \(array.values.text(at: count - 1))" : shown
  }
}
