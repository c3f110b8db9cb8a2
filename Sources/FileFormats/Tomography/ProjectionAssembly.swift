import ArrayMath
import Foundation
import Tomography

/// Puts what a reader found and what the user says together, and refuses what does not fit.
struct ProjectionAssembly {
  let file: String
  let options: ProjectionReadOptions
  /// What the reader has found; its angles are set here.
  var projections: MeasuredProjections
  /// The angles that the file states.
  var stated: AngleTable?
  /// For each projection its number among all frames of the file, flats and darks included; and how many frames these are.
  var places: (indices: [Int], total: Int)?
  /// Texts beside the file that may hold the angles, with the unit that their format has.
  var neighbours: [(path: String, unit: ProjectionReadOptions.AngleUnit?)] = []

  /// Flats and darks together take at most so many bytes as they are kept, in single precision.
  private static let largestReference = 1 << 32

  init(_ file: String, frames: any FrameSource, options: ProjectionReadOptions) {
    self.file = file
    self.options = options
    let name = URL(filePath: FrameFile.split(file).file).deletingPathExtension().lastPathComponent
    projections = MeasuredProjections(name: name, frames: frames)
  }

  /// - Throws: ``FormatError`` when counts or extents do not belong together, and what reading flats and darks throws.
  mutating func finish() throws -> MeasuredProjections {
    guard projections.frames.count > 0, projections.frames.shape.count > 0 else {
      throw FormatError(file, "holds no projections")
    }
    try setAngles()
    if !options.flats.isEmpty { projections.flats = try references(options.flats, "flats") }
    if !options.darks.isEmpty { projections.darks = try references(options.darks, "darks") }
    for (images, name) in [(projections.flats, "flats"), (projections.darks, "darks")] {
      guard let odd = images.first(where: { $0.shape != projections.frames.shape }) else { continue }
      let shape = projections.frames.shape
      throw FormatError(
        file,
        "has \(name) of \(odd.rows) x \(odd.columns) pixels for projections of \(shape.rows) x \(shape.columns)")
    }
    if let content = options.content {
      projections.content = content
    } else if projections.content == nil, !projections.flats.isEmpty {
      projections.content = .intensity
    }
    if projections.content == nil {
      projections.notes.append("nothing states whether the projections are intensities, absorption or phase")
    }
    try setScale()
    if let axisColumn = options.axisColumn { projections.axisColumn = axisColumn }
    return projections
  }

  /// A quantity that the file states, in SI units; nil, with a warning, where its unit is unknown.
  mutating func stated(
    _ statements: ScanStatements, _ place: String, usual: String, _ scale: (String) -> Double?
  ) throws -> Double? {
    do {
      return try statements.quantity(place, usual: usual, scale)
    } catch let error as FormatError {
      projections.warnings.append("\(place) was left aside: \(error.message)")
      return nil
    }
  }

  private mutating func setScale() throws {
    func isExtent(_ value: Double) -> Bool { value > 0 && value.isFinite }
    if let height = options.pixelHeight ?? options.pixelWidth {
      let width = options.pixelWidth ?? height
      guard isExtent(height), isExtent(width) else {
        throw FormatError(file, "is given pixels of \(height) x \(width) m; extents above 0 are expected")
      }
      projections.pixel = (height, width)
    } else if let pixel = projections.pixel, !isExtent(pixel.height) || !isExtent(pixel.width) {
      projections.warnings.append("the pixel is stated as \(pixel.height) x \(pixel.width) m, which is none")
      projections.pixel = nil
    }
    if let wavelength = options.wavelength {
      guard isExtent(wavelength) else {
        throw FormatError(file, "is given the wavelength \(wavelength) m; one above 0 is expected")
      }
      projections.wavelength = wavelength
    } else if let wavelength = projections.wavelength, !isExtent(wavelength) {
      projections.warnings.append("the wavelength is stated as \(wavelength) m, which is none")
      projections.wavelength = nil
    }
  }

  // MARK: - Angles

  private mutating func setAngles() throws {
    guard var table = try chooseAngles() else {
      projections.notes.append("nothing states the angles")
      return
    }
    let count = projections.frames.count
    if let places, table.values.count == places.total, places.total != count {
      table.values = places.indices.map { table.values[$0] }
    }
    guard table.values.count == count else {
      throw FormatError(
        table.place,
        "holds \(table.values.count) angles for \(count) projections\(table.repeatedEnds(for: count)); there must be one "
          + "for each: give the lines that belong to projections, or a list of angles")
    }
    if let bad = table.values.firstIndex(where: { !$0.isFinite }) {
      throw FormatError(table.place, "angle \(bad + 1) of \(count) is not a finite number")
    }
    let unit = options.angleUnit ?? table.unit
    projections.angleUnitIsStated = unit != nil
    projections.angles = table.values.map { $0 * (unit?.radians ?? 1) }
    projections.notes.append(
      "angles from \(table.place), " + (unit.map { "in \($0.rawValue)" } ?? "whose unit nothing states"))
  }

  private mutating func chooseAngles() throws -> AngleTable? {
    if let angles = options.angles {
      return AngleTable(values: angles, unit: options.angleUnit, place: "the given list")
    }
    if let path = options.anglesFile {
      return try AngleTable.read(path, column: options.angleColumn, lines: options.angleLines)
    }
    if let stated { return stated }
    let counts = Set([projections.frames.count, places?.total ?? projections.frames.count])
    for neighbour in neighbours where FileManager.default.fileExists(atPath: neighbour.path) {
      var table: AngleTable
      do {
        table = try AngleTable.read(neighbour.path, column: options.angleColumn, lines: options.angleLines)
      } catch {
        projections.notes.append("\(neighbour.path) lies beside it but holds no angles: \(error)")
        continue
      }
      if counts.contains(table.values.count) {
        table.unit = table.unit ?? neighbour.unit
        return table
      }
      projections.warnings.append(
        "\(neighbour.path) lies beside it with \(table.values.count) angles for \(projections.frames.count) projections"
          + "\(table.repeatedEnds(for: projections.frames.count)); it was left aside: give the lines that belong to "
          + "projections")
    }
    return nil
  }

  // MARK: - Flats and darks

  private func references(_ paths: [String], _ what: String) throws -> [ScalarImage] {
    let frames = try FrameFile.open(paths: paths).frames
    return try Self.images(frames, indices: Array(0..<frames.count), file: paths.joined(separator: ", "), what: what)
  }

  /// Frames as images in memory.
  ///
  /// - Throws: ``FormatError`` when they would take more than 4 GB, and what reading throws.
  static func images(
    _ frames: any FrameSource, indices: [Int], file: String, what: String
  ) throws -> [ScalarImage] {
    let (bytes, overflow) = indices.count.multipliedReportingOverflow(by: 4 * frames.shape.count)
    guard !overflow, bytes <= largestReference else {
      throw FormatError(file, "has \(indices.count) \(what), more than 4 GB; give fewer of them")
    }
    return try indices.map { ScalarImage(try frames.floats(frame: $0), shape: frames.shape) }
  }
}
