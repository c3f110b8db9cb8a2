/// A parameter of the widths of lines.
public enum WidthParameter: Int, Sendable, Hashable, Codable, CaseIterable {
  case u, v, w, x, y
}

extension InstrumentProfile {
  /// One of the parameters, in radians (x and y) or square radians.
  public subscript(parameter: WidthParameter) -> Double {
    get {
      switch parameter {
      case .u: u
      case .v: v
      case .w: w
      case .x: x
      case .y: y
      }
    }
    set {
      switch parameter {
      case .u: u = newValue
      case .v: v = newValue
      case .w: w = newValue
      case .x: x = newValue
      case .y: y = newValue
      }
    }
  }
}
