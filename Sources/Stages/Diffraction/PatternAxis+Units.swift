import PowderDiffraction

extension PatternAxis {
  init(_ unit: RadialUnit) {
    switch unit {
    case .twoTheta: self = .twoTheta
    case .scatteringVector: self = .scatteringVector
    case .dSpacing: self = .latticeSpacing
    }
  }

  /// How the axis is shown and stored: the name of its dataset, its label, its unit, and how many of them are an SI unit.
  var shown: (name: String, label: String, unit: String, factor: Double) {
    switch self {
    case .twoTheta: ("two_theta", "2θ", "deg", 180 / .pi)
    case .scatteringVector: ("q", "q", "1/angstrom", 1e-10)
    case .latticeSpacing: ("d", "d", "angstrom", 1e10)
    }
  }
}
