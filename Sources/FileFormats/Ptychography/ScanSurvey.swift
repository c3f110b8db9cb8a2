import HDF5

/// All datasets of numbers below a group, found in one walk; links are followed.
struct ScanSurvey {
  struct Entry {
    /// By which path it was found.
    let path: String
    let place: HDF5Place
    let shape: [Int]
    /// The NeXus class of the group it was found in.
    let parentClass: String

    var name: Substring { path.split(separator: "/").last ?? "" }
    var parent: String { path.split(separator: "/").dropLast().map { "/" + $0 }.joined() }
    var count: Int { shape.reduce(1, *) }
  }

  private static let largestNodeCount = 20_000
  private static let largestDepth = 8

  private(set) var entries: [Entry] = []
  private var nodeCount = 0

  /// - Throws: ``FormatError`` when there is no such group, or when it holds too much.
  init(_ statements: ScanStatements, below path: String) throws {
    guard let start = try statements.place(path) else { throw FormatError(statements.path, "holds no \(path)") }
    try walk(start, path: path, depth: 0, ancestors: [])
  }

  private mutating func walk(_ place: HDF5Place, path: String, depth: Int, ancestors: [UInt64]) throws {
    guard depth < Self.largestDepth else { return }
    try place.file.withRoot { root in
      var group = root
      for part in place.path.split(separator: "/").map(String.init) { group = try group.group(part) }
      try walk(group, of: place.file, path: path, depth: depth, ancestors: ancestors)
    }
  }

  private mutating func walk(
    _ group: HDF5Group, of file: HDF5OpenFile, path: String, depth: Int, ancestors: [UInt64]
  ) throws {
    let address = try group.address()
    guard depth < Self.largestDepth, !ancestors.contains(address) else { return }
    let hasClass = try group.attributes.names().contains("NX_class")
    let nxClass = hasClass ? ((try? group.attributes.readStrings("NX_class"))?.first ?? "") : ""
    for (name, member) in try group.members() {
      nodeCount += 1
      guard nodeCount <= Self.largestNodeCount else {
        throw FormatError(file.path, "has more than \(Self.largestNodeCount) objects")
      }
      let here = HDF5Place(file: file, path: (group.path == "/" ? "" : group.path) + "/" + name)
      let found = (path == "/" ? "" : path) + "/" + name
      switch member {
      case .group:
        try walk(group.group(name), of: file, path: found, depth: depth + 1, ancestors: ancestors + [address])
      case .dataset: try note(group.dataset(name), here, found, nxClass)
      case .softLink, .externalLink:
        // A link that leads nowhere matters only where its target is needed, and then it is missed there.
        guard let target = try? here.resolved() else { continue }
        try? target.withDataset { try note($0, target, found, nxClass) }
      case .other: continue
      }
    }
  }

  private mutating func note(_ dataset: HDF5Dataset, _ place: HDF5Place, _ path: String, _ nxClass: String) throws {
    guard case .number = try dataset.elementType() else { return }
    entries.append(Entry(path: path, place: place, shape: try dataset.shape(), parentClass: nxClass))
  }
}
