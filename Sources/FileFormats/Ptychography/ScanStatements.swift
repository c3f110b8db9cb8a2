import ArrayMath
import HDF5

/// Looks up what an HDF5 file of a scan states, by path; links are followed, into other files too.
///
/// What is absent is `nil`; what is damaged throws.
struct ScanStatements {
  let file: HDF5OpenFile
  var path: String { file.path }

  /// More numbers than this are no statement.
  private static let largestCount = 1 << 28

  init(_ path: String) throws { file = try HDF5OpenFile(path) }

  // MARK: - Places

  /// Where the object of a path lies once all links on the way are followed; `nil` where there is none.
  func place(_ path: String) throws -> HDF5Place? {
    var place = HDF5Place(file: file, path: "/")
    for part in path.split(separator: "/").map(String.init) {
      guard try memberNames(of: place).contains(part) else { return nil }
      place = try HDF5Place(file: place.file, path: (place.path == "/" ? "" : place.path) + "/" + part).resolved()
    }
    return place
  }

  func has(_ path: String) -> Bool { (try? place(path)) != nil }

  /// The names below a group; none where there is no such group.
  func members(_ path: String) throws -> [String] {
    guard let place = try place(path) else { return [] }
    return try memberNames(of: place)
  }

  private func memberNames(of place: HDF5Place) throws -> [String] {
    try place.file.withRoot { root in
      guard let group = try Self.group(place.path, in: root) else { return [] }
      return try group.members().map(\.name)
    }
  }

  /// A group by a path without links; `nil` where the path leads to a dataset.
  private static func group(_ path: String, in root: HDF5Group) throws -> HDF5Group? {
    var group = root
    for part in path.split(separator: "/").map(String.init) {
      guard try group.member(part) == .group else { return nil }
      group = try group.group(part)
    }
    return group
  }

  // MARK: - Values

  /// Looks at a dataset; `nil` where there is none, or a group.
  func dataset<Result>(_ path: String, _ body: (HDF5Dataset) throws -> Result?) throws -> Result? {
    guard let place = try place(path), place.path != "/" else { return nil }
    let isDataset = try place.file.withRoot { root in
      let parts = place.path.split(separator: "/").map(String.init)
      return try Self.group(parts.dropLast().joined(separator: "/"), in: root)?.member(parts[parts.count - 1])
        == .dataset
    }
    return isDataset ? try place.withDataset(body) : nil
  }

  /// The lengths along the axes of a dataset of numbers.
  func shape(_ path: String) throws -> [Int]? {
    try dataset(path) { dataset in
      guard case .number = try dataset.elementType() else { return nil }
      return try dataset.shape()
    }
  }

  /// All numbers of a dataset in C order, and its units.
  func numbers(_ path: String) throws -> (values: [Double], shape: [Int], units: String?)? {
    try dataset(path) { dataset in
      guard case .number = try dataset.elementType() else { return nil }
      let shape = try dataset.shape()
      let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      guard (0...Self.largestCount).contains(count) else {
        throw FormatError(self.path, at: path, "claims \(count) numbers")
      }
      return (try dataset.read(as: Double.self), shape, Self.units(dataset))
    }
  }

  private static func units(_ dataset: HDF5Dataset) -> String? {
    guard (try? dataset.attributes.names())?.contains("units") == true else { return nil }
    let text = (try? dataset.attributes.readStrings("units"))?.first
    return text.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The first number of a dataset and its units; `nil` where it is not finite.
  func number(_ path: String) throws -> (value: Double, units: String?)? {
    guard let numbers = try numbers(path), let value = numbers.values.first, value.isFinite else { return nil }
    return (value, numbers.units)
  }

  /// The first number of a dataset in SI units.
  ///
  /// - Parameters:
  ///   - usual: what the number is in where the file does not say.
  ///   - scale: the SI value of a unit.
  /// - Throws: ``FormatError`` for a unit that is none of these.
  func quantity(_ path: String, usual: String, _ scale: (String) -> Double?) throws -> Double? {
    guard let number = try number(path) else { return nil }
    return try number.value * factor(number.units, usual: usual, path, scale)
  }

  /// The SI value of a file's unit.
  func factor(_ units: String?, usual: String, _ path: String, _ scale: (String) -> Double?) throws -> Double {
    guard let factor = scale(units ?? usual) else {
      throw FormatError(self.path, at: path, "is in \"\(units ?? usual)\"; a unit such as \(usual) is expected")
    }
    return factor
  }

  /// The first text of a dataset.
  func text(_ path: String) throws -> String? {
    try dataset(path) { dataset in
      guard try dataset.elementType() == .string, try dataset.shape().reduce(1, *) <= 1024 else { return nil }
      return try dataset.readStrings().first
    }
  }

  /// Complex images, slowest axes taken together; real numbers count as complex.
  ///
  /// - Throws: ``FormatError`` when the dataset has less than two axes or an axis without extent.
  func complexImages(_ path: String) throws -> [ComplexImage]? {
    try dataset(path) { dataset in
      switch try dataset.elementType() {
      case .complex, .number: break
      case .string, .other: return nil
      }
      let shape = try dataset.shape()
      guard shape.count >= 2, shape.allSatisfy({ $0 > 0 && $0 <= 1 << 20 }) else {
        throw FormatError(self.path, at: path, "has the shape \(shape); a complex image has two axes or more")
      }
      let values = try dataset.readComplex(as: Float.self).map(ComplexFloat.init(pair:))
      let extent = FrameShape(rows: shape[shape.count - 2], columns: shape[shape.count - 1])
      return stride(from: 0, to: values.count, by: extent.count).map {
        ComplexImage(Array(values[$0..<$0 + extent.count]), shape: extent)
      }
    }
  }

  /// The attributes of a group or a dataset; none where there is no such object.
  func attributes(of path: String) throws -> [String: NeXusArray] {
    if let found = try dataset(path, { try NeXusTreeReader().read($0.attributes) }) { return found }
    guard let place = try place(path) else { return [:] }
    return try place.file.withRoot { root in
      guard let group = try Self.group(place.path, in: root) else { return [:] }
      return try NeXusTreeReader().read(group.attributes)
    }
  }

  /// A dataset of numbers as frames, read one by one.
  func frames(_ path: String) throws -> HDF5Frames? {
    guard let place = try place(path) else { return nil }
    return try HDF5Frames(place.file.dataset(place.path), of: place.file)
  }
}
