import Foundation
import HDF5

/// Finds the volume that a NeXus file opens on, and what its axes tell.
enum NeXusVolumeSearch {
  struct Signal {
    var path: String
    var quantity: VolumeFile.Quantity
    /// Nil where its axes are not all evenly spaced lengths.
    var voxel: VolumeFile.Voxel?
  }

  /// The signal with three axes at the end of `@default`, or a dataset with the axes that its group names.
  ///
  /// - Returns: nil where there is none.
  static func signal(_ statements: ScanStatements, dataset: String? = nil) throws -> Signal? {
    let group: String
    let name: String
    if let dataset {
      let parts = dataset.split(separator: "/").map(String.init)
      guard let last = parts.last else { return nil }
      (group, name) = (parts.dropLast().map { "/" + $0 }.joined(), last)
    } else {
      var place = ""
      var depth = 0
      while let next = try statements.attributes(of: place.isEmpty ? "/" : place)["default"]?.text, depth < 8 {
        place += "/" + next
        depth += 1
      }
      guard depth > 0, let signal = try statements.attributes(of: place)["signal"]?.text else { return nil }
      (group, name) = (place, signal)
    }
    let path = group + "/" + name
    guard let shape = try statements.shape(path), shape.count == 3, shape.allSatisfy({ $0 > 0 }) else { return nil }
    let attributes = try statements.attributes(of: path)
    let quantity = VolumeFile.Quantity(
      name: attributes[VolumeFile.quantityAttribute]?.text ?? name, units: attributes["units"]?.text ?? "",
      title: attributes["long_name"]?.text ?? "")
    let own = try statements.attributes(of: group.isEmpty ? "/" : group)
    var voxel: VolumeFile.Voxel?
    if let axes = own["axes"]?.texts, axes.count == 3, own["signal"]?.text == name {
      let steps = try zip(axes, shape).map { try step(statements, group + "/" + $0, count: $1) }
      if let slice = steps[0], let row = steps[1], let column = steps[2] {
        voxel = VolumeFile.Voxel(slice: slice, row: row, column: column)
      }
    }
    return Signal(path: path, quantity: quantity, voxel: voxel)
  }

  /// The even spacing of an axis, in metres; nil where it is not even, or no length.
  private static func step(_ statements: ScanStatements, _ path: String, count: Int) throws -> Double? {
    guard count > 1, let axis = try statements.numbers(path), axis.values.count == count,
      let unit = axis.units.flatMap(NeXusUnits.metres), let first = axis.values.first, let last = axis.values.last
    else { return nil }
    let step = (last - first) / Double(count - 1)
    let isEven = zip(axis.values, axis.values.dropFirst()).allSatisfy { abs($1 - $0 - step) <= 1e-4 * abs(step) }
    guard isEven, step != 0, step.isFinite else { return nil }
    return abs(step) * unit
  }
}
