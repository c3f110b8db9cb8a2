/// A NeXus file, or a branch of one, as a value: groups with their class, datasets with their attributes, and links.
///
/// Children and attributes are dictionaries, so the order of writing never shows: equal trees give equal files.
public struct NeXusGroup: Hashable, Sendable {
  /// The NeXus class, for example "NXdata"; empty for a plain group, "NXroot" at the top.
  public var nxClass: String
  /// All attributes except `NX_class`.
  public var attributes: [String: NeXusArray]
  /// The members by name.
  public var children: [String: NeXusNode]

  public init(
    _ nxClass: String, attributes: [String: NeXusArray] = [:], children: [String: NeXusNode] = [:]
  ) {
    self.nxClass = nxClass
    self.attributes = attributes
    self.children = children
  }

  /// A child group by name; setting nil removes it.
  public subscript(group name: String) -> NeXusGroup? {
    get { if case .group(let group)? = children[name] { group } else { nil } }
    set { children[name] = newValue.map { .group($0) } }
  }

  /// A child dataset by name; setting nil removes it.
  public subscript(dataset name: String) -> NeXusDataset? {
    get { if case .dataset(let dataset)? = children[name] { dataset } else { nil } }
    set { children[name] = newValue.map { .dataset($0) } }
  }

  /// The group at a path below this one, "entry/data"; itself for an empty path. Links are not followed.
  public func group(at path: String) -> NeXusGroup? {
    path.split(separator: "/").reduce(self as NeXusGroup?) { $0?[group: String($1)] }
  }

  /// The dataset at a path below this group, "entry/data/time". Links are not followed.
  public func dataset(at path: String) -> NeXusDataset? {
    let names = path.split(separator: "/")
    guard let last = names.last else { return nil }
    return group(at: names.dropLast().joined(separator: "/"))?[dataset: String(last)]
  }

  /// The child groups of a class, by name, ascending.
  public func groups(ofClass nxClass: String) -> [(name: String, group: NeXusGroup)] {
    children.sorted { $0.key < $1.key }.compactMap { name, node in
      if case .group(let group) = node, group.nxClass == nxClass { (name, group) } else { nil }
    }
  }
}

/// A member of a group.
public enum NeXusNode: Hashable, Sendable {
  case group(NeXusGroup)
  case dataset(NeXusDataset)
  /// A link to another place of the same file, an absolute path such as "/entry/data/time".
  case link(target: String)
  /// A link into another file; a relative file name counts from the folder of this file.
  case externalLink(file: String, target: String)
}

/// A dataset: an array with its attributes.
public struct NeXusDataset: Hashable, Sendable {
  public var array: NeXusArray
  public var attributes: [String: NeXusArray]

  public init(_ array: NeXusArray, attributes: [String: NeXusArray] = [:]) {
    self.array = array
    self.attributes = attributes
  }

  /// - Parameters:
  ///   - array: the values.
  ///   - units: as NeXus writes them, "s", "V", "mAh/g"; nil for texts and counts, "" for a pure number.
  ///   - longName: the title of the axis, with the unit.
  public init(_ array: NeXusArray, units: String?, longName: String? = nil) {
    self.init(array)
    self.units = units
    self.longName = longName
  }

  /// Numbers in C order; a vector unless a shape is given.
  public init(_ values: [Double], shape: [Int]? = nil, units: String? = nil, longName: String? = nil) {
    self.init(NeXusArray(shape: shape ?? [values.count], values: .float64(values)), units: units, longName: longName)
  }

  /// Numbers of single precision in C order; a vector unless a shape is given.
  public init(_ values: [Float], shape: [Int]? = nil, units: String? = nil, longName: String? = nil) {
    self.init(NeXusArray(shape: shape ?? [values.count], values: .float32(values)), units: units, longName: longName)
  }

  /// Integers in C order; a vector unless a shape is given.
  public init(_ values: [Int], shape: [Int]? = nil, units: String? = nil, longName: String? = nil) {
    self.init(
      NeXusArray(shape: shape ?? [values.count], values: .int64(values.map { Int64($0) })), units: units,
      longName: longName)
  }

  public init(_ value: Double, units: String? = nil, longName: String? = nil) {
    self.init(.number(value), units: units, longName: longName)
  }

  /// A single text. Above 32 KiB it becomes an array of one, which is compressed and carries a checksum.
  public init(text: String) {
    self.init(text.utf8.count > 32 << 10 ? .texts([text]) : .text(text))
  }

  /// The attribute `units`.
  public var units: String? {
    get { attributes["units"]?.text }
    set { attributes["units"] = newValue.map { .text($0) } }
  }

  /// The attribute `long_name`.
  public var longName: String? {
    get { attributes["long_name"]?.text }
    set { attributes["long_name"] = newValue.map { .text($0) } }
  }

  public var shape: [Int] { array.shape }
  /// All numbers; nil for texts.
  public var numbers: [Double]? { array.numbers }
  /// All integers; nil for texts and fractions.
  public var integers: [Int]? { array.integers }
  /// All texts; nil for numbers.
  public var texts: [String]? { array.texts }
  /// The first text; nil for numbers.
  public var text: String? { array.text }
}
