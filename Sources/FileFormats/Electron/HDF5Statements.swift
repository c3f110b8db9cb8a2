import ArrayMath
import Foundation
import HDF5

/// Looks up what an HDF5 file of patterns or orientations states, by path; absent things are nil, damaged ones throw.
struct HDF5Statements {
  let file: HDF5OpenFile
  var path: String { file.path }

  /// More numbers than this are no statement.
  private static let largestCount = 1 << 28

  init(_ path: String) throws { file = try HDF5OpenFile(path) }

  /// The datasets and groups of a group by name, in the order of the file.
  func members(_ group: String) throws -> [(name: String, isGroup: Bool)] {
    try file.withRoot { root in
      guard let group = try Self.group(group, in: root) else { return [] }
      return try group.members().map { ($0.name, $0.member == .group) }
    }
  }

  /// Whether there is a group or dataset at a path.
  func has(_ path: String) -> Bool { (try? lookup(path) { _, _ in true }) == true }

  /// All numbers of a dataset in C order.
  func numbers(_ path: String) throws -> [Double]? {
    try lookup(path) { group, name in
      let dataset = try group.dataset(name)
      guard case .number = try dataset.elementType() else { return nil }
      let count = try dataset.shape().reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      guard (0...Self.largestCount).contains(count) else {
        throw FormatError(self.path, at: path, "claims \(count) numbers")
      }
      return try dataset.read(as: Double.self)
    } ?? nil
  }

  /// The lengths along the axes of a dataset.
  func shape(_ path: String) throws -> [Int]? { try lookup(path) { try $0.dataset($1).shape() } }

  /// The first number of a dataset where it is finite.
  func number(_ path: String) throws -> Double? {
    try numbers(path)?.first.flatMap { $0.isFinite ? $0 : nil }
  }

  /// A whole number from 1 up to a hundred million.
  ///
  /// - Throws: ``FormatError`` when there is none.
  func count(_ path: String) throws -> Int {
    guard let value = try number(path) else { throw FormatError(self.path, "states no \(path)") }
    guard value >= 1, value < 1e8, value == value.rounded() else {
      throw FormatError(self.path, at: path, "is \(value); a count is expected")
    }
    return Int(value)
  }

  /// The text of a dataset, without white space at its ends.
  func text(_ path: String) -> String? {
    let text =
      try? lookup(path) { group, name -> String? in
        let dataset = try group.dataset(name)
        guard try dataset.shape().reduce(1, *) <= 1024 else { return nil }
        return try dataset.readStrings().first
      } ?? nil
    return text?.trimmingCharacters(in: .whitespacesAndNewlines.union(.controlCharacters))
  }

  /// Who made the file; the name of the dataset differs by maker in its case and in spaces.
  var manufacturer: String? {
    let names = (try? members("/"))?.map(\.name) ?? []
    return names.first { $0.trimmingCharacters(in: .whitespaces).lowercased() == "manufacturer" }.flatMap { text($0) }
  }

  /// The dataset of the patterns as frames.
  func frames(_ path: String) throws -> HDF5Frames {
    guard has(path) else { throw FormatError(self.path, "holds no patterns at \(path)") }
    let place = try HDF5Place(file: file, path: "/" + path).resolved()
    return try HDF5Frames(place.file.dataset(place.path), of: place.file)
  }

  /// The scan of a name, or the first that holds a group.
  func scan(_ name: String?, holding group: String) throws -> String {
    let scans = try members("/").filter(\.isGroup).map(\.name).filter { has($0 + "/" + group) }
    if let name {
      guard scans.contains(name) else {
        throw FormatError(path, "holds no scan \"\(name)\"; its scans are \(scans.joined(separator: ", "))")
      }
      return name
    }
    guard let first = scans.first else { throw FormatError(path, "holds no scan with \(group)") }
    return first
  }

  private static func group(_ path: String, in root: HDF5Group) throws -> HDF5Group? {
    var group = root
    for part in path.split(separator: "/").map(String.init) {
      guard try group.members().contains(where: { $0.name == part && $0.member == .group }) else { return nil }
      group = try group.group(part)
    }
    return group
  }

  private func lookup<Value>(_ path: String, _ body: (HDF5Group, String) throws -> Value?) throws -> Value? {
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last else { return nil }
    return try file.withRoot { root in
      guard let group = try Self.group(parts.dropLast().joined(separator: "/"), in: root),
        try group.members().contains(where: { $0.name == name })
      else { return nil }
      return try body(group, name)
    }
  }
}
