/// Why a powder frame cannot be simulated.
public enum ForwardModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A parameter is outside what the model can compute.
  case parameter(name: String, value: Double, expected: String)
  /// A list has the wrong number of entries.
  case count(name: String, found: Int, expected: Int)
  /// A pixel is listed that the detector does not have.
  case pixel(name: String, index: Int, pixels: Int)
  /// The geometry states another wavelength than the beam; both in metres.
  case wavelengths(geometry: Double, beam: Double)
  /// A ring is narrower than the sub-pixel sampling can integrate; both in radians.
  case narrowLine(label: String, width: Double, pixel: Double)

  public var description: String {
    switch self {
    case .parameter(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
    case .count(let name, let found, let expected): "\(name) has \(found) entries; expected \(expected)"
    case .pixel(let name, let index, let pixels): "\(name) lists pixel \(index) of a detector with \(pixels) pixels"
    case .wavelengths(let geometry, let beam):
      "the geometry states a wavelength of \(geometry) m and the beam \(beam) m; give both the same"
    case .narrowLine(let label, let width, let pixel):
      "line \(label) is \(width) rad wide, less than a tenth of a pixel (\(pixel) rad); give it a wider profile"
    }
  }

  /// Holds a parameter against what it may be.
  static func require(_ condition: Bool, _ name: String, _ value: Double, _ expected: String) throws(Self) {
    guard condition && value.isFinite else { throw .parameter(name: name, value: value, expected: expected) }
  }
}
