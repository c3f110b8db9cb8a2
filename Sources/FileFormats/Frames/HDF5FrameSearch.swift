import HDF5

/// Finds the frames in an HDF5 file.
///
/// In this order: the default plot that NeXus names (`@default` down to a signal), a family `data_000001`, `data_000002`
/// and on as Eiger detectors write it, `data` of an NXdetector, the signal of any NXdata, a dataset named `data`, and the
/// only dataset with two axes or more.
struct HDF5FrameSearch {
  /// A dataset that may be frames.
  struct Candidate {
    /// Where it is; in another file behind an external link.
    let place: HDF5Place
    /// By which path it was found.
    let path: String
    let shape: [Int]
    let parentClass: String
    let isSignal: Bool
    let isDefault: Bool
    var name: Substring { path.split(separator: "/").last ?? "" }
    var parent: Substring { path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }
  }

  private static let largestNodeCount = 20_000
  private static let largestDepth = 16
  /// Datasets beside the frames that look like frames.
  private static let notFrames: Set<Substring> = [
    "pixel_mask", "pixel_mask_applied", "mask", "flatfield", "flat_field", "flatfield_applied", "dark", "threshold",
    "countrate_correction_lookup_table", "trimbit", "variance", "errors", "data_errors", "x_pixel_offset",
    "y_pixel_offset",
  ]

  private let file: HDF5OpenFile
  private(set) var candidates: [Candidate] = []
  /// Small datasets in groups that describe the detector and the beam: their paths by name.
  private(set) var statements: [String: HDF5Place] = [:]
  private var nodeCount = 0

  /// Walks through a file and through the links that lead out of it.
  init(_ file: HDF5OpenFile) throws {
    self.file = file
    try file.withRoot { root in try walk(root, depth: 0, isDefault: true, ancestors: []) }
  }

  private mutating func walk(_ group: HDF5Group, depth: Int, isDefault: Bool, ancestors: [UInt64]) throws {
    let address = try group.address()
    guard depth < HDF5FrameSearch.largestDepth, !ancestors.contains(address) else { return }
    let attributes = Set(try group.attributes.names())
    func text(_ name: String) -> String? {
      attributes.contains(name) ? (try? group.attributes.readStrings(name))?.first : nil
    }
    let nxClass = text("NX_class") ?? ""
    let signal = text("signal")
    let next = text("default")
    for (name, member) in try group.members() {
      nodeCount += 1
      guard nodeCount <= HDF5FrameSearch.largestNodeCount else {
        throw FormatError(file.path, "has more than \(HDF5FrameSearch.largestNodeCount) objects; name the dataset")
      }
      let path = group.path == "/" ? "/" + name : group.path + "/" + name
      switch member {
      case .group:
        try walk(
          group.group(name), depth: depth + 1, isDefault: isDefault && next == name, ancestors: ancestors + [address])
      case .dataset:
        try note(
          group.dataset(name), HDF5Place(file: file, path: path), linkPath: path, nxClass,
          isSignal: nxClass == "NXdata" && signal == name, isDefault: isDefault)
      case .softLink, .externalLink:
        do {
          let target = try HDF5Place(file: file, path: path).resolved()
          try target.withDataset {
            try note(
              $0, target, linkPath: path, nxClass, isSignal: nxClass == "NXdata" && signal == name,
              isDefault: isDefault)
          }
        } catch {
          // A link that leads nowhere matters only where frames are expected.
          if HDF5FrameSearch.isNumbered(Substring(name)) { throw error }
        }
      case .other: continue
      }
    }
  }

  private mutating func note(
    _ dataset: HDF5Dataset, _ place: HDF5Place, linkPath: String, _ nxClass: String, isSignal: Bool, isDefault: Bool
  ) throws {
    let shape = try dataset.shape()
    let type = try dataset.elementType()
    let name = String(linkPath.split(separator: "/").last ?? "")
    if shape.count <= 1 || shape.reduce(1, *) <= 1 {
      if HDF5FrameMetadata.names.contains(name), statements[name] == nil { statements[name] = place }
    } else if case .number = type {
      candidates.append(
        Candidate(
          place: place, path: linkPath, shape: shape, parentClass: nxClass, isSignal: isSignal, isDefault: isDefault))
    }
  }

  /// The datasets that hold the frames, in order.
  ///
  /// - Throws: ``FormatError`` when there are none, or several that may be meant.
  func frames() throws -> [HDF5Place] {
    let all = candidates.filter { !HDF5FrameSearch.notFrames.contains($0.name) }
    // A family takes all its members, whichever of them is the signal.
    let families = Dictionary(grouping: all.filter { HDF5FrameSearch.isNumbered($0.name) }) { $0.parent }
    if families.count == 1, let family = families.values.first {
      return family.sorted { $0.name < $1.name }.map(\.place)
    }
    let choices: [(Candidate) -> Bool] = [
      { $0.isDefault && $0.isSignal }, { $0.parentClass == "NXdetector" && $0.name == "data" }, { $0.isSignal },
      { $0.name == "data" }, { _ in true },
    ]
    for choice in choices {
      let found = all.filter(choice)
      guard let first = found.first else { continue }
      // One dataset by several names is one.
      if Set(found.map(\.place.description)).count == 1 { return [first.place] }
      let list = found.prefix(8).map { "\($0.path) \($0.shape)" }.joined(separator: ", ")
      throw FormatError(
        file.path,
        "holds \(found.count) datasets that may be frames: \(list); name one as \(file.path)::\(first.path)")
    }
    throw FormatError(file.path, "holds no dataset of numbers with two axes or more")
  }

  /// "data_000001".
  private static func isNumbered(_ name: Substring) -> Bool {
    name.hasPrefix("data_") && name.count > 5 && name.dropFirst(5).allSatisfy { $0.isNumber && $0.isASCII }
  }
}
