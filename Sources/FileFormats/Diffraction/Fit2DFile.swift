public import ArrayMath
import Foundation
public import PowderDiffraction

/// A detector geometry in the convention of FIT2D, as lines `name: value unit`.
///
/// FIT2D has no file of its own for it: it shows these numbers in its forms and asks for them. The names and units here
/// are those of its forms; lengths in mm, pixels in um, angles in degrees, the wavelength in angstrom.
public struct Fit2DFile: Sendable, Hashable {
  /// The plate.
  public var geometry: Fit2DGeometry
  /// Rows and columns of the image; `nil` where the file does not state it.
  public var shape: FrameShape?
  /// Wavelength in metres; `nil` where the file does not state it.
  public var wavelength: Double?

  public init(geometry: Fit2DGeometry, shape: FrameShape?, wavelength: Double?) {
    self.geometry = geometry
    self.shape = shape
    self.wavelength = wavelength
  }

  private enum Key: String, CaseIterable {
    case distance = "sample to detector distance"
    case centreX = "x-pixel coordinate of beam"
    case centreY = "y-pixel coordinate of beam"
    case rotation = "rotation angle of tilting plane"
    case tilt = "angle of detector tilt"
    case pixelX = "x-pixel size"
    case pixelY = "y-pixel size"
    case wavelength
    case rows, columns

    /// The unit in the file, and how many SI units it is.
    var unit: (name: String, factor: Double) {
      switch self {
      case .distance: ("mm", 1e-3)
      case .centreX, .centreY, .rows, .columns: ("pixels", 1)
      case .rotation, .tilt: ("deg", .pi / 180)
      case .pixelX, .pixelY: ("um", 1e-6)
      case .wavelength: ("angstrom", 1e-10)
      }
    }
  }

  /// - Parameters:
  ///   - bytes: the file.
  ///   - name: its name, for messages.
  /// - Throws: ``FormatError`` naming the line: an unknown name, another unit, no finite number, or a name that is
  ///   missing.
  public static func read(_ bytes: [UInt8], named name: String) throws -> Fit2DFile {
    var values: [Key: Double] = [:]
    for (index, line) in TextLines.split(bytes).enumerated() {
      let text = String(decoding: line.prefix(300), as: UTF8.self).trimmingCharacters(in: .whitespaces)
      guard !text.isEmpty, !text.hasPrefix("#") else { continue }
      let place = "line \(index + 1)"
      guard let colon = text.firstIndex(of: ":") else {
        throw FormatError(name, at: place, "\"\(text.prefix(40))\" is no line \"name: value unit\"")
      }
      let label = text[..<colon].trimmingCharacters(in: .whitespaces).lowercased()
      guard let key = Key(rawValue: label) else {
        let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
        throw FormatError(name, at: place, "there is no \"\(label.prefix(40))\"; expected one of \(known)")
      }
      let words = text[text.index(after: colon)...].split(separator: " ")
      guard let word = words.first, let value = DecimalParser.number(ArraySlice(word.utf8), decimalComma: false),
        value.isFinite
      else { throw FormatError(name, at: place, "a finite number is expected for the \(label)") }
      guard words.count == 2, words[1] == key.unit.name else {
        throw FormatError(name, at: place, "expected the \(label) in \(key.unit.name)")
      }
      values[key] = value * key.unit.factor
    }
    func required(_ key: Key) throws -> Double {
      guard let value = values[key] else { throw FormatError(name, "the \(key.rawValue) is missing") }
      return value
    }
    func positive(_ key: Key) throws -> Double {
      let value = try required(key)
      guard value > 0 else { throw FormatError(name, "the \(key.rawValue) is not positive") }
      return value
    }
    var shape: FrameShape?
    if values[.rows] != nil || values[.columns] != nil {
      let extent = [try positive(.rows), try positive(.columns)]
      guard extent.allSatisfy({ $0 <= 1_000_000 && $0.rounded() == $0 }) else {
        throw FormatError(name, "rows and columns are whole numbers up to 1000000")
      }
      shape = FrameShape(rows: Int(extent[0]), columns: Int(extent[1]))
    }
    return Fit2DFile(
      geometry: Fit2DGeometry(
        directDistance: try positive(.distance), centreX: try required(.centreX), centreY: try required(.centreY),
        tilt: try required(.tilt), tiltPlaneRotation: try required(.rotation), pixelWidth: try positive(.pixelX),
        pixelHeight: try positive(.pixelY)), shape: shape,
      wavelength: values[.wavelength] == nil ? nil : try positive(.wavelength))
  }

  /// The text of the file.
  ///
  /// - Parameter comments: lines above the numbers, after `#`.
  public func write(comments: [String] = []) -> String {
    var lines = comments.map { "# " + $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
    func add(_ key: Key, _ value: Double) {
      let number = value / key.unit.factor
      let text = [.rows, .columns].contains(key) ? "\(Int(number))" : "\(number)"
      lines.append("\(key.rawValue): \(text) \(key.unit.name)")
    }
    add(.distance, geometry.directDistance)
    add(.centreX, geometry.centreX)
    add(.centreY, geometry.centreY)
    add(.rotation, geometry.tiltPlaneRotation)
    add(.tilt, geometry.tilt)
    add(.pixelX, geometry.pixelWidth)
    add(.pixelY, geometry.pixelHeight)
    if let wavelength { add(.wavelength, wavelength) }
    if let shape {
      add(.rows, Double(shape.rows))
      add(.columns, Double(shape.columns))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
