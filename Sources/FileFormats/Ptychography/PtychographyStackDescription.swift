import ArrayMath
import Foundation
public import Ptychography

/// A scan that no file describes: where its patterns and positions are, and the geometry. All values are in SI units.
///
/// It is what a small file of settings beside the patterns says. Paths count from a folder that the reader is given; a
/// dataset of an HDF5 file is `file.h5::/path/in/the/file`.
public struct PtychographyStackDescription: Sendable, Hashable {
  /// What a position is counted in.
  public enum Unit: Sendable, Hashable {
    /// A length in metres.
    case length(Double)
    /// Pixels of the object, whose extent follows from the geometry.
    case objectPixels
  }

  /// Where the positions are.
  public enum Positions: Sendable, Hashable {
    /// In place.
    case inline([ScanPosition])
    /// Columns of a text file, separated by commas, semicolons or white space; lines that begin with `#` are passed over.
    case table(path: String, y: Column, x: Column)
    /// A dataset of (patterns, 2) or (patterns, 3): y and x, or x and y (and z).
    case dataset(path: String, xFirst: Bool)
    /// A dataset of each coordinate; of a raster one for each row and one for each column will do.
    case datasets(y: String, x: String)
  }

  /// A column of a table.
  public enum Column: Sendable, Hashable {
    /// Counted from 0.
    case index(Int)
    /// By the name in the first line, with or without a unit after a slash.
    case name(String)
  }

  /// The name of the scan.
  public var name: String
  /// The files of the patterns, in order, as ``FrameFile/open(paths:)`` takes them.
  public var frames: [String]
  public var positions: Positions
  public var positionUnit: Unit
  /// The energy of the photons, in joules.
  public var photonEnergy: Double
  /// From the sample to the detector, in metres.
  public var distance: Double
  /// Height of a detector pixel, in metres.
  public var pixelHeight: Double
  /// Width of a detector pixel, in metres.
  public var pixelWidth: Double
  public var propagation: Propagation
  /// From the focus to the sample, in metres, for the near field.
  public var focusDistance: Double?
  /// The file of the mask.
  public var mask: String?
  /// Whether pixels of the mask that are not zero are the good ones.
  public var maskMarksGood = false
  /// Values of pixels that did not count, such as those between the modules of a detector; told by the first pattern.
  public var gapValues: [Double] = []
  /// Row and column of the beam's axis, pixel centres at whole numbers.
  public var centreRow: Double?
  /// See ``centreRow``.
  public var centreColumn: Double?
  /// Whether the zero frequency of the patterns is at the array's corner.
  public var isCornerCentred = false
  /// The dataset of the probe.
  public var probe: String?
  /// The extent of a pixel of the probe, in metres, where it differs from the object's.
  public var probePixel: Double?
  /// The angle of the projection, in radians.
  public var angle: Double?
  /// The exposure of a pattern, in seconds.
  public var exposure: Double?

  public init(
    name: String, frames: [String], positions: Positions, positionUnit: Unit, photonEnergy: Double, distance: Double,
    pixelHeight: Double, pixelWidth: Double, propagation: Propagation = .farField
  ) {
    self.name = name
    self.frames = frames
    self.positions = positions
    self.positionUnit = positionUnit
    self.photonEnergy = photonEnergy
    self.distance = distance
    self.pixelHeight = pixelHeight
    self.pixelWidth = pixelWidth
    self.propagation = propagation
  }

  // MARK: - Reading

  /// The positions of a table, in the unit that it is in.
  ///
  /// - Parameter name: for messages.
  /// - Throws: ``FormatError`` that names the line.
  public static func positions(
    ofTable bytes: [UInt8], named name: String, y: Column, x: Column
  ) throws -> [ScanPosition] {
    try StackPositions.table(bytes, name, y: y, x: x)
  }

  /// Reads the scan.
  ///
  /// - Parameters:
  ///   - folder: what relative paths count from.
  ///   - description: the name of the file that describes the scan, for messages.
  /// - Throws: ``FormatError`` or `HDF5Error` that names the file, the place, what was found and what was expected.
  public func read(relativeTo folder: String = "", named description: String = "the scan's description") throws
    -> PtychographyScan
  {
    func resolve(_ path: String) -> String {
      path.hasPrefix("/") || folder.isEmpty ? path : URL(filePath: folder).appending(path: path).path
    }
    guard !frames.isEmpty else { throw FormatError(description, "names no file of patterns") }
    let stack = try FrameFile.open(paths: frames.map(resolve)).frames
    var options = PtychographyReadOptions()
    options.photonEnergy = photonEnergy
    var assembly = ScanAssembly(file: description, options: options)
    assembly.name = name
    assembly.distance = distance
    assembly.pixelHeight = pixelHeight
    assembly.pixelWidth = pixelWidth
    assembly.propagation = propagation
    assembly.focusDistance = focusDistance
    assembly.isCornerCentred = isCornerCentred
    assembly.angle = angle
    assembly.exposure = exposure
    if let centreRow, let centreColumn { assembly.centre = (centreRow, centreColumn) }
    assembly.notes.append("patterns from \(frames.joined(separator: ", "))")
    try readMask(stack, resolve, description, into: &assembly)
    var preview = assembly
    let geometry = try preview.geometry()
    if let probe {
      let (file, dataset) = FrameFile.split(resolve(probe))
      guard let dataset, let images = try ScanStatements(file).complexImages(dataset), !images.isEmpty else {
        throw FormatError(resolve(probe), "is no complex image of an HDF5 file; expected file.h5::/dataset")
      }
      assembly.probe = images
      let pixel = geometry.objectPixel(for: images[0].shape)
      assembly.probePixel = probePixel.map { ($0, $0) } ?? pixel
      assembly.notes.append("probe from \(probe)")
    }
    let (read, place) = try StackPositions(description: description, resolve: resolve).read(positions, stack)
    let scale: (height: Double, width: Double) =
      switch positionUnit {
      case .length(let metres): (metres, metres)
      case .objectPixels: geometry.objectPixel(for: stack.shape)
      }
    let scaled = read.map { ScanPosition(y: $0.y * scale.height, x: $0.x * scale.width) }
    assembly.notes.append(
      "positions from \(place)" + (positionUnit == .objectPixels ? ", in pixels of the object" : ""))
    return try assembly.scan(frames: stack, positions: scaled, from: place)
  }

  private func readMask(
    _ frames: any FrameSource, _ resolve: (String) -> String, _ description: String, into assembly: inout ScanAssembly
  ) throws {
    if let mask {
      assembly.mask = try ScanMask.read(resolve(mask), marksGood: maskMarksGood)
      assembly.notes.append("mask from \(mask)")
      guard assembly.mask?.shape == frames.shape else {
        throw FormatError(
          resolve(mask),
          "has \(assembly.mask?.rows ?? 0) x \(assembly.mask?.columns ?? 0) pixels for patterns of \(frames.shape.rows) x "
            + "\(frames.shape.columns)")
      }
    }
    guard !gapValues.isEmpty else { return }
    // A value of all bits set reads as -1 where the type is signed.
    let bits = Double(frames.pixelType.size * 8)
    let values = Set(gapValues + gapValues.map { $0 - Foundation.exp2(bits) })
    var combined = assembly.mask ?? Image(repeating: false, shape: frames.shape)
    var count = 0
    try frames.withPixels(frame: 0) { index, value in
      if values.contains(value) {
        combined.pixels[index] = true
        count += 1
      }
    }
    assembly.mask = combined
    assembly.notes.append("\(count) pixels of the first pattern have a value of gaps and are left out")
  }
}
