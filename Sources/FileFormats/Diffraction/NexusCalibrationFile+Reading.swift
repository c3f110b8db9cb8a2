import ArrayMath
import Foundation
import PowderDiffraction

extension NexusCalibrationFile {
  /// The longest chain of transformations that is followed.
  private static let longestChain = 64

  /// Reads the first detector that has a module.
  ///
  /// - Throws: ``FormatError`` when there is none or its chain of transformations is broken; ``HDF5Error`` when the
  ///   file cannot be read at all.
  public static func read(_ path: String) throws -> NexusCalibrationFile {
    try NexusCalibrationFile(tree: NeXusFile.read(path), named: path)
  }

  /// Finds the first detector with a module in the tree of a NeXus file.
  ///
  /// - Throws: ``FormatError`` when there is none or its chain of transformations is broken.
  public init(tree: NeXusGroup, named name: String) throws {
    guard let (path, module) = Self.find("NXdetector_module", in: tree, below: "") else {
      throw FormatError(name, "there is no NXdetector_module, which says where the pixels lie")
    }
    guard let size = module[dataset: "data_size"]?.integers, size.count == 2,
      size.allSatisfy({ $0 > 0 && $0 <= 1_000_000 })
    else { throw FormatError(name, at: path + "/data_size", "rows and columns are expected") }
    let fast = try Self.step(tree, path + "/fast_pixel_direction", file: name)
    let slow = try Self.step(tree, path + "/slow_pixel_direction", file: name)
    func pixel(_ step: Step, _ which: String) throws -> (size: Double, direction: SIMD3<Double>) {
      guard step.isTranslation, step.value > 0 else {
        throw FormatError(name, at: path + "/" + which, "a translation by the size of a pixel is expected")
      }
      return (step.value, step.vector)
    }
    let fastPixel = try pixel(fast, "fast_pixel_direction")
    let slowPixel = try pixel(slow, "slow_pixel_direction")
    var origin = fast.offset
    var (fastDirection, slowDirection) = (fastPixel.direction, slowPixel.direction)
    var next = Self.absolute(fast.dependsOn, from: path)
    var length = 0
    while let current = next {
      length += 1
      guard length <= Self.longestChain else { throw FormatError(name, at: current, "transformations in a circle") }
      let step = try Self.step(tree, current, file: name)
      if step.isTranslation {
        origin += step.value * step.vector + step.offset
      } else {
        origin = step.rotate(origin) + step.offset
        fastDirection = step.rotate(fastDirection)
        slowDirection = step.rotate(slowDirection)
      }
      let parent = current.split(separator: "/").dropLast().joined(separator: "/")
      next = Self.absolute(step.dependsOn, from: "/" + parent)
    }
    let geometry = NexusDetectorGeometry(
      origin: origin, fast: fastDirection, slow: slowDirection, fastPixelSize: fastPixel.size,
      slowPixelSize: slowPixel.size, shape: FrameShape(rows: size[0], columns: size[1]))
    self.init(geometry: geometry, wavelength: try Self.wavelength(tree, file: name))
  }

  // MARK: - Transformations

  /// One transformation, in metres or radians.
  private struct Step {
    var isTranslation: Bool
    var value: Double
    var vector, offset: SIMD3<Double>
    var dependsOn: String?

    /// Rodrigues' formula.
    func rotate(_ v: SIMD3<Double>) -> SIMD3<Double> {
      let (s, c) = (sin(value), cos(value))
      let k = vector
      let cross = SIMD3(k.y * v.z - k.z * v.y, k.z * v.x - k.x * v.z, k.x * v.y - k.y * v.x)
      return c * v + s * cross + (1 - c) * (k * v).sum() * k
    }
  }

  private static func step(_ tree: NeXusGroup, _ path: String, file: String) throws -> Step {
    guard let dataset = tree.dataset(at: path) else { throw FormatError(file, at: path, "the dataset is missing") }
    // Of a scan the first position counts.
    guard let value = dataset.numbers?.first, value.isFinite else {
      throw FormatError(file, at: path, "a finite number is expected")
    }
    let type = dataset.attributes["transformation_type"]?.text ?? "translation"
    guard type == "translation" || type == "rotation" else {
      throw FormatError(file, at: path, "a transformation \"\(type.prefix(30))\"; translation and rotation are known")
    }
    let isTranslation = type == "translation"
    let units = dataset.units ?? ""
    guard let scale = isTranslation ? NeXusUnits.metres(units) : NeXusUnits.radians(units) else {
      throw FormatError(file, at: path, "the unit \"\(units.prefix(30))\" does not fit a \(type)")
    }
    let vector = try components(dataset, "vector", at: path, file: file)
    let length = (vector * vector).sum().squareRoot()
    guard length > 1e-12 else { throw FormatError(file, at: path, "the vector has no length") }
    var offset = SIMD3<Double>.zero
    if dataset.attributes["offset"] != nil {
      let offsetUnits = dataset.attributes["offset_units"]?.text ?? (isTranslation ? units : "m")
      guard let offsetScale = NeXusUnits.metres(offsetUnits) else {
        throw FormatError(file, at: path, "the offset's unit \"\(offsetUnits.prefix(30))\" is no length")
      }
      offset = try components(dataset, "offset", at: path, file: file) * offsetScale
    }
    return Step(
      isTranslation: isTranslation, value: value * scale, vector: vector / length, offset: offset,
      dependsOn: dataset.attributes["depends_on"]?.text)
  }

  private static func components(
    _ dataset: NeXusDataset, _ name: String, at path: String, file: String
  ) throws -> SIMD3<Double> {
    guard let numbers = dataset.attributes[name]?.numbers, numbers.count == 3, numbers.allSatisfy(\.isFinite) else {
      throw FormatError(file, at: path, "the attribute \(name) with three finite numbers is missing")
    }
    return SIMD3(numbers[0], numbers[1], numbers[2])
  }

  /// The path that a `depends_on` means; nil at the end of the chain.
  private static func absolute(_ dependsOn: String?, from parent: String) -> String? {
    guard let dependsOn, dependsOn != ".", !dependsOn.isEmpty else { return nil }
    return dependsOn.hasPrefix("/") ? dependsOn : parent + "/" + dependsOn
  }

  // MARK: - Places

  /// The first group of a class, in the order of names, and its path.
  private static func find(_ nxClass: String, in group: NeXusGroup, below path: String) -> (String, NeXusGroup)? {
    for (name, node) in group.children.sorted(by: { $0.key < $1.key }) {
      guard case .group(let child) = node else { continue }
      if child.nxClass == nxClass { return ("\(path)/\(name)", child) }
      if let found = find(nxClass, in: child, below: "\(path)/\(name)") { return found }
    }
    return nil
  }

  private static func wavelength(_ tree: NeXusGroup, file: String) throws -> Double? {
    let beam = find("NXbeam", in: tree, below: "").flatMap { place in
      place.1[dataset: "incident_wavelength"].map { (place.0 + "/incident_wavelength", $0) }
    }
    let monochromator = find("NXmonochromator", in: tree, below: "").flatMap { place in
      place.1[dataset: "wavelength"].map { (place.0 + "/wavelength", $0) }
    }
    guard let (path, dataset) = beam ?? monochromator else { return nil }
    let units = dataset.units ?? "angstrom"
    guard let scale = NeXusUnits.metres(units), let value = dataset.numbers?.first, value > 0, value.isFinite else {
      throw FormatError(file, at: path, "a positive wavelength with a unit of length is expected")
    }
    return value * scale
  }
}
