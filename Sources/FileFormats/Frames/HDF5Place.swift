import Foundation
import HDF5

/// An object in an HDF5 file.
struct HDF5Place: CustomStringConvertible {
  let file: HDF5OpenFile
  let path: String

  var description: String { "\(file.path)::\(path)" }

  private static let longestChain = 16

  /// The place behind all links on the way, each file being looked at before it is opened, which the library itself
  /// would not do.
  func resolved(_ chain: Int = 0) throws -> HDF5Place {
    guard chain < HDF5Place.longestChain else {
      throw FormatError(description, "is behind more than \(HDF5Place.longestChain) links")
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    let next: HDF5Place? = try file.withRoot { root in
      var group = root
      for (index, part) in parts.enumerated() {
        let rest = parts[(index + 1)...].map { "/" + $0 }.joined()
        switch try group.member(part) {
        case .softLink(let target):
          let base = target.hasPrefix("/") ? target : (group.path == "/" ? "" : group.path) + "/" + target
          return HDF5Place(file: file, path: base + rest)
        case .externalLink(let name, let target):
          let folder = URL(filePath: file.path).deletingLastPathComponent()
          let other = name.hasPrefix("/") ? name : folder.appending(path: name).path
          return HDF5Place(
            file: try HDF5OpenFile(other), path: (target.hasPrefix("/") ? "" : "/") + target + rest)
        case .group: if index + 1 < parts.count { group = try group.group(part) }
        case .dataset, .other:
          guard index + 1 == parts.count else {
            throw FormatError(description, "has no such object: \(part) is not a group")
          }
        }
      }
      return nil
    }
    return try next?.resolved(chain + 1) ?? self
  }

  /// Looks at the dataset at this place.
  func withDataset<Result>(_ body: (HDF5Dataset) throws -> Result) throws -> Result {
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last else { throw FormatError(description, "is a group, not a dataset") }
    return try file.withRoot { root in
      var group = root
      for part in parts.dropLast() { group = try group.group(part) }
      return try body(group.dataset(name))
    }
  }
}
