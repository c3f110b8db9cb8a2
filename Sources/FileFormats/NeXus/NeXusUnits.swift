/// The units of length, of 1/length, of angle, of energy and of time that NeXus files of diffraction use, as factors to
/// SI.
enum NeXusUnits {
  private static let lengths: [String: Double] = [
    "m": 1, "metre": 1, "meter": 1, "meters": 1, "metres": 1, "mm": 1e-3, "millimetre": 1e-3, "millimeter": 1e-3,
    "um": 1e-6, "µm": 1e-6, "μm": 1e-6, "micron": 1e-6, "microns": 1e-6, "micrometer": 1e-6, "nm": 1e-9,
    "nanometer": 1e-9,
    "angstrom": 1e-10, "angstroms": 1e-10, "a": 1e-10, "å": 1e-10, "pm": 1e-12,
  ]

  /// Metres in one unit; nil when it is no unit of length.
  static func metres(_ unit: String) -> Double? { lengths[unit.lowercased()] }

  /// 1/m in one unit such as "1/angstrom", "angstrom^-1" or "1/nm"; nil when it is none.
  static func perMetre(_ unit: String) -> Double? {
    let text = unit.lowercased()
    let length: Double? =
      if text.hasPrefix("1/") {
        lengths[String(text.dropFirst(2))]
      } else if let suffix = ["^-1", "**-1", "-1"].first(where: { text.hasSuffix($0) }) {
        lengths[String(text.dropLast(suffix.count)).trimmingSuffix(" ")]
      } else {
        nil
      }
    return length.map { 1 / $0 }
  }

  /// Joules in one unit; nil when it is no unit of energy.
  static func joules(_ unit: String) -> Double? {
    switch unit.lowercased() {
    case "j", "joule", "joules": 1
    case "ev": FrameMetadata.electronvolt
    case "kev": 1e3 * FrameMetadata.electronvolt
    case "mev": 1e6 * FrameMetadata.electronvolt
    case "gev": 1e9 * FrameMetadata.electronvolt
    default: nil
    }
  }

  /// Seconds in one unit; nil when it is no unit of time.
  static func seconds(_ unit: String) -> Double? {
    switch unit.lowercased() {
    case "s", "sec", "second", "seconds": 1
    case "ms": 1e-3
    case "us": 1e-6
    case "min": 60
    default: nil
    }
  }

  /// Radians in one unit; nil when it is no unit of angle.
  static func radians(_ unit: String) -> Double? {
    switch unit.lowercased() {
    case "deg", "degree", "degrees", "°": .pi / 180
    case "rad", "radian", "radians": 1
    case "mrad", "milliradian", "milliradians": 1e-3
    default: nil
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = self
    while text.last == character { text.removeLast() }
    return text
  }
}
