import ArrayMath
import HDF5

/// Reads and writes NeXus files as values of ``NeXusGroup``.
///
/// Equal trees give files that are equal byte for byte, and what is written reads back equal.
public enum NeXusFile {
  /// The deepest nesting and the largest number of groups and datasets that are read.
  static let largestDepth = 64
  static let largestNodeCount = 200_000

  // MARK: - Writing

  /// Writes a tree to a file, replacing one of that name.
  ///
  /// - Throws: ``HDF5Error`` when the file cannot be written or a value cannot be stored.
  public static func write(_ root: NeXusGroup, to path: String) throws {
    try HDF5File.create(path) { try write(root, into: $0) }
  }

  static func write(_ group: NeXusGroup, into target: HDF5Group) throws {
    if !group.nxClass.isEmpty { try target.attributes.write("NX_class", [group.nxClass], shape: []) }
    try write(group.attributes, into: target.attributes)
    for (name, node) in group.children.sorted(by: { $0.key < $1.key }) {
      guard !name.isEmpty, !name.contains("/"), name != ".", !name.utf8.contains(0) else {
        throw HDF5Error.invalid(object: target.path, reason: "\"\(name)\" is not a name")
      }
      switch node {
      case .group(let child): try write(child, into: target.createGroup(name))
      case .dataset(let dataset):
        let written = try write(dataset.array, named: name, into: target)
        try write(dataset.attributes, into: written.attributes)
      case .link(let destination): try target.createSoftLink(name, to: destination)
      case .externalLink(let file, let destination):
        try target.createExternalLink(name, toFile: file, path: destination)
      }
    }
  }

  private static func write(_ array: NeXusArray, named name: String, into group: HDF5Group) throws -> HDF5Dataset {
    let shape = array.shape
    return switch array.values {
    case .float64(let values): try group.write(name, values, shape: shape)
    case .float32(let values): try group.write(name, values, shape: shape)
    case .int8(let values): try group.write(name, values, shape: shape)
    case .uint8(let values): try group.write(name, values, shape: shape)
    case .int16(let values): try group.write(name, values, shape: shape)
    case .uint16(let values): try group.write(name, values, shape: shape)
    case .int32(let values): try group.write(name, values, shape: shape)
    case .uint32(let values): try group.write(name, values, shape: shape)
    case .int64(let values): try group.write(name, values, shape: shape)
    case .uint64(let values): try group.write(name, values, shape: shape)
    case .complex64(let values): try group.writeComplex(name, values.map(\.pair), shape: shape)
    case .complex128(let values): try group.writeComplex(name, values, shape: shape)
    case .string(let values): try group.write(name, values, shape: shape)
    }
  }

  private static func write(_ attributes: [String: NeXusArray], into target: HDF5Attributes) throws {
    for (name, array) in attributes.sorted(by: { $0.key < $1.key }) {
      let shape = array.shape
      switch array.values {
      case .float64(let values): try target.write(name, values, shape: shape)
      case .float32(let values): try target.write(name, values, shape: shape)
      case .int8(let values): try target.write(name, values, shape: shape)
      case .uint8(let values): try target.write(name, values, shape: shape)
      case .int16(let values): try target.write(name, values, shape: shape)
      case .uint16(let values): try target.write(name, values, shape: shape)
      case .int32(let values): try target.write(name, values, shape: shape)
      case .uint32(let values): try target.write(name, values, shape: shape)
      case .int64(let values): try target.write(name, values, shape: shape)
      case .uint64(let values): try target.write(name, values, shape: shape)
      case .complex64(let values): try target.writeComplex(name, values.map(\.pair), shape: shape)
      case .complex128(let values): try target.writeComplex(name, values, shape: shape)
      case .string(let values): try target.write(name, values, shape: shape)
      }
    }
  }

  // MARK: - Reading

  /// Reads a whole file.
  ///
  /// - Throws: ``HDF5Error`` when the file is absent, not HDF5, damaged, needs a filter that is not installed, or
  ///   holds what this program does not read.
  public static func read(_ path: String) throws -> NeXusGroup {
    try HDF5File.read(path) { root in
      var reader = NeXusTreeReader()
      return try reader.read(root)
    }
  }

  /// Reads the bytes of a file.
  public static func read(bytes: [UInt8], named name: String = "NeXus file") throws -> NeXusGroup {
    try HDF5File.read(bytes: bytes, named: name) { root in
      var reader = NeXusTreeReader()
      return try reader.read(root)
    }
  }

  /// Reads one dataset, for example "/entry/results/charge", without reading the rest. Soft links are followed.
  public static func readDataset(_ dataset: String, in path: String) throws -> NeXusDataset {
    try HDF5File.read(path) { root in
      var reader = NeXusTreeReader()
      return try reader.read(root.dataset(dataset))
    }
  }
}

/// Walks a file and counts what it meets, so that a damaged or malicious file ends in an error.
struct NeXusTreeReader {
  private var nodeCount = 0
  private var ancestors: [UInt64] = []

  mutating func read(_ group: HDF5Group) throws -> NeXusGroup {
    try count(group.path)
    let address = try group.address()
    guard !ancestors.contains(address), ancestors.count < NeXusFile.largestDepth else {
      throw HDF5Error.invalid(object: group.path, reason: "the group contains itself, or lies too deep")
    }
    ancestors.append(address)
    defer { ancestors.removeLast() }
    var result = NeXusGroup("", attributes: try read(group.attributes))
    if let nxClass = result.attributes["NX_class"], nxClass.shape.isEmpty, let text = nxClass.text, !text.isEmpty {
      result.nxClass = text
      result.attributes["NX_class"] = nil
    }
    for (name, member) in try group.members() {
      switch member {
      case .group: result.children[name] = .group(try read(group.group(name)))
      case .dataset: result.children[name] = .dataset(try read(group.dataset(name)))
      case .softLink(let target): result.children[name] = .link(target: target)
      case .externalLink(let file, let target): result.children[name] = .externalLink(file: file, target: target)
      case .other: throw HDF5Error.unsupported(object: "\(group.path)/\(name)", kind: "not a group, dataset or link")
      }
    }
    return result
  }

  mutating func read(_ dataset: HDF5Dataset) throws -> NeXusDataset {
    try count(dataset.path)
    let shape = try dataset.shape()
    let values: NeXusValues =
      switch try dataset.elementType() {
      case .string: .string(try dataset.readStrings())
      case .number(.float64): .float64(try dataset.read(as: Double.self))
      case .number(.float32): .float32(try dataset.read(as: Float.self))
      case .number(.int8): .int8(try dataset.read(as: Int8.self))
      case .number(.uint8): .uint8(try dataset.read(as: UInt8.self))
      case .number(.int16): .int16(try dataset.read(as: Int16.self))
      case .number(.uint16): .uint16(try dataset.read(as: UInt16.self))
      case .number(.int32): .int32(try dataset.read(as: Int32.self))
      case .number(.uint32): .uint32(try dataset.read(as: UInt32.self))
      case .number(.int64): .int64(try dataset.read(as: Int64.self))
      case .number(.uint64): .uint64(try dataset.read(as: UInt64.self))
      case .complex(.float64): .complex128(try dataset.readComplex(as: Double.self))
      case .complex: .complex64(try dataset.readComplex(as: Float.self).map(ComplexFloat.init(pair:)))
      case .other(let kind): throw HDF5Error.unsupported(object: dataset.path, kind: kind)
      }
    return NeXusDataset(NeXusArray(shape: shape, values: values), attributes: try read(dataset.attributes))
  }

  func read(_ attributes: HDF5Attributes) throws -> [String: NeXusArray] {
    var result: [String: NeXusArray] = [:]
    for name in try attributes.names() {
      let shape = try attributes.shape(name)
      let values: NeXusValues? =
        switch try attributes.elementType(name) {
        case .string: .string(try attributes.readStrings(name))
        case .number(.float64): .float64(try attributes.read(name, as: Double.self))
        case .number(.float32): .float32(try attributes.read(name, as: Float.self))
        case .number(.int8): .int8(try attributes.read(name, as: Int8.self))
        case .number(.uint8): .uint8(try attributes.read(name, as: UInt8.self))
        case .number(.int16): .int16(try attributes.read(name, as: Int16.self))
        case .number(.uint16): .uint16(try attributes.read(name, as: UInt16.self))
        case .number(.int32): .int32(try attributes.read(name, as: Int32.self))
        case .number(.uint32): .uint32(try attributes.read(name, as: UInt32.self))
        case .number(.int64): .int64(try attributes.read(name, as: Int64.self))
        case .number(.uint64): .uint64(try attributes.read(name, as: UInt64.self))
        case .complex(.float64): .complex128(try attributes.readComplex(name, as: Double.self))
        case .complex: .complex64(try attributes.readComplex(name, as: Float.self).map(ComplexFloat.init(pair:)))
        // Files of other programs keep references to scales in attributes; they say nothing that NeXus needs.
        case .other: nil
        }
      if let values { result[name] = NeXusArray(shape: shape, values: values) }
    }
    return result
  }

  private mutating func count(_ path: String) throws {
    nodeCount += 1
    guard nodeCount <= NeXusFile.largestNodeCount else {
      throw HDF5Error.tooLarge(object: path, claim: "more than \(NeXusFile.largestNodeCount) groups and datasets")
    }
  }
}

extension ComplexFloat {
  /// The real and the imaginary part.
  var pair: SIMD2<Float> { SIMD2(real, imaginary) }

  init(pair: SIMD2<Float>) { self.init(pair.x, pair.y) }
}
