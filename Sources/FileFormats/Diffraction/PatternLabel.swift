import Foundation
import PowderDiffraction

/// What the label of a pattern's abscissa says: the axis and the factor from the file's unit to SI.
struct PatternLabel: Equatable {
  var axis: PatternAxis
  /// Radians, 1/m or metres in one unit of the file.
  var scale: Double

  /// Degrees, what pattern files hold unless they say otherwise.
  static let degrees = PatternLabel(axis: .twoTheta, scale: .pi / 180)

  /// The usual unit of an axis in files: degrees, 1/angstrom and angstrom.
  static func usual(_ axis: PatternAxis) -> PatternLabel {
    switch axis {
    case .twoTheta: degrees
    case .scatteringVector: PatternLabel(axis: axis, scale: 1e10)
    case .latticeSpacing: PatternLabel(axis: axis, scale: 1e-10)
    }
  }

  /// What was made of a label.
  enum Reading: Equatable {
    case known(PatternLabel)
    /// It names an axis that patterns here do not have, such as a radius.
    case unsupported
    /// It says nothing about an axis.
    case silent
  }

  /// Reads labels such as "2-Theta Angle (Degrees)", "2th_deg", "q_nm^-1", "Q (Inverse Nanometres)", "d_A".
  static func reading(_ text: String) -> Reading {
    let label = text.lowercased().replacing("å", with: "angstrom")
    let words = label.split { !($0.isLetter || $0.isNumber) }
    let first = words.first ?? ""
    if ["2th", "2theta", "tth", "twotheta", "2θ"].contains(where: { first.hasPrefix($0) })
      || label.hasPrefix("2-theta") || label.hasPrefix("two-theta") || label.hasPrefix("2 theta")
      || first.hasPrefix("chi2theta") || label.hasPrefix("chi_2theta")
    {
      if words.contains("mrad") { return .known(PatternLabel(axis: .twoTheta, scale: 1e-3)) }
      let isRadians = words.contains { $0 == "rad" || $0.hasPrefix("radian") }
      return .known(isRadians ? PatternLabel(axis: .twoTheta, scale: 1) : degrees)
    }
    let isNanometre = words.contains { $0.hasPrefix("nm") || $0.hasPrefix("nanomet") }
    let isAngstrom = words.dropFirst().contains { $0 == "a" || $0.hasPrefix("ang") }
    if first == "q" {
      return isNanometre
        ? .known(PatternLabel(axis: .scatteringVector, scale: 1e9))
        : isAngstrom ? .known(usual(.scatteringVector)) : .unsupported
    }
    if first == "d" || first == "dspacing" {
      if label.hasPrefix("d*") { return .unsupported }
      return isNanometre
        ? .known(PatternLabel(axis: .latticeSpacing, scale: 1e-9))
        : isAngstrom ? .known(usual(.latticeSpacing)) : .unsupported
    }
    if first == "r" || first == "radius" || first == "radial" || first == "log" || first == "channel" {
      return .unsupported
    }
    return .silent
  }

  /// The wavelength that a comment states, in metres: "Wavelength: 8.856e-11 m", "wavelength = 0.8856 A".
  static func wavelength(_ comment: String) -> Double? {
    let text = comment.lowercased()
    guard let range = text.range(of: "wavelength") else { return nil }
    let words = text[range.upperBound...].split { " \t:=,()".contains($0) }
    guard let first = words.first, let value = DecimalParser.number(ArraySlice(first.utf8), decimalComma: false)
    else { return nil }
    let unit = words.dropFirst().first ?? ""
    let metres: Double =
      unit == "m" ? value : unit.hasPrefix("nm") ? value * 1e-9 : unit.isEmpty && value < 1e-7 ? value : value * 1e-10
    return metres > 1e-14 && metres < 1e-7 ? metres : nil
  }
}
