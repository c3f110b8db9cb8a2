import ArrayMath
import Foundation

/// The description of a volume in the first page of a TIFF file, with the spacing of slices as ImageJ reads it.
///
/// What ImageJ has no word for follows in lines that it passes over. It is not told how many images there are: it would
/// then look for them one after another without gaps, but each page here has a directory of its own. Other readers guess
/// the same from the pages' places where slices are few or small, so those files do not call themselves ImageJ's.
enum TIFFVolumeText {
  private static let fewestSlices = 3
  private static let smallestSlice = 1024

  static func write(_ file: VolumeFile) -> String {
    let shape = file.volume.shape
    var lines: [String] = []
    if let voxel = file.voxel {
      if shape.slices >= fewestSlices, shape.slice.count >= smallestSlice {
        lines += ["ImageJ=1.54f", "unit=cm", "spacing=\(voxel.slice * 100)"]
      }
      lines.append("voxel_m=\(voxel.slice) \(voxel.row) \(voxel.column)")
    }
    lines += ["quantity=\(line(file.quantity.name))", "quantity_units=\(line(file.quantity.units))"]
    lines.append("quantity_title=\(line(file.quantity.title))")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func line(_ text: String) -> String { text.replacing("\n", with: " ") }

  /// Nil where the text names no quantity.
  static func read(_ text: String) -> (quantity: VolumeFile.Quantity, voxel: VolumeFile.Voxel?)? {
    var values: [Substring: Substring] = [:]
    for line in text.split(separator: "\n") {
      guard let mark = line.firstIndex(of: "=") else { continue }
      values[line[..<mark]] = line[line.index(after: mark)...]
    }
    guard let name = values["quantity"], !name.isEmpty else { return nil }
    let extents = (values["voxel_m"] ?? "").split(separator: " ").compactMap { Double($0) }
    let isVoxel = extents.count == 3 && extents.allSatisfy { $0.isFinite && $0 > 0 }
    return (
      VolumeFile.Quantity(
        name: String(name), units: String(values["quantity_units"] ?? ""), title: String(values["quantity_title"] ?? "")
      ),
      isVoxel ? VolumeFile.Voxel(slice: extents[0], row: extents[1], column: extents[2]) : nil
    )
  }
}

/// The label of an MRC file that names what its voxels hold: `operando: delta [1]`.
enum MRCQuantityLabel {
  private static let mark = "operando: "

  static func write(_ quantity: VolumeFile.Quantity) -> String {
    "\(mark)\(quantity.name) [\(quantity.units)] \(quantity.title)"
  }

  static func read(_ labels: [String]) -> VolumeFile.Quantity {
    guard let label = labels.first(where: { $0.hasPrefix(mark) })?.dropFirst(mark.count),
      let open = label.firstIndex(of: "["), let close = label[open...].firstIndex(of: "]")
    else { return .unknown }
    let title = label[label.index(after: close)...].trimmingCharacters(in: .whitespaces)
    return VolumeFile.Quantity(
      name: label[..<open].trimmingCharacters(in: .whitespaces), units: String(label[label.index(after: open)..<close]),
      title: title)
  }
}
