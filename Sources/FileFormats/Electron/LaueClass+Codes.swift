import Crystallography

extension LaueClass {
  /// The class of HKL's and Oxford's number, 1 to 11.
  init?(channelNumber number: Int) {
    guard Self.channelOrder.indices.contains(number - 1) else { return nil }
    self = Self.channelOrder[number - 1]
  }

  /// HKL's and Oxford's number.
  var channelNumber: Int { (Self.channelOrder.firstIndex(of: self) ?? 0) + 1 }

  private static let channelOrder: [LaueClass] = [
    .triclinic, .monoclinic, .orthorhombic, .tetragonalLow, .tetragonalHigh, .trigonalLow, .trigonalHigh,
    .hexagonalLow, .hexagonalHigh, .cubicLow, .cubicHigh,
  ]

  /// The class of EDAX's code, which spells the rotations: 62 for 622.
  init?(edaxCode code: Int) {
    switch code {
    case 1: self = .triclinic
    case 2, 20, 21: self = .monoclinic
    case 22: self = .orthorhombic
    case 4: self = .tetragonalLow
    case 42: self = .tetragonalHigh
    case 3: self = .trigonalLow
    case 32: self = .trigonalHigh
    case 6: self = .hexagonalLow
    case 62: self = .hexagonalHigh
    case 23: self = .cubicLow
    case 43: self = .cubicHigh
    default: return nil
    }
  }

  /// EDAX's code.
  var edaxCode: Int {
    switch self {
    case .triclinic: 1
    case .monoclinic: 20
    case .orthorhombic: 22
    case .tetragonalLow: 4
    case .tetragonalHigh: 42
    case .trigonalLow: 3
    case .trigonalHigh: 32
    case .hexagonalLow: 6
    case .hexagonalHigh: 62
    case .cubicLow: 23
    case .cubicHigh: 43
    }
  }
}

extension UnitCell {
  /// A cell from edges in angstrom and angles in degrees; nil where they enclose no volume, as where a file leaves them
  /// out.
  init?(angstrom edges: [Double], degrees angles: [Double]) {
    guard edges.count == 3, angles.count == 3 else { return nil }
    let (lengths, radians) = (edges.map { $0 * 1e-10 }, angles.map { $0 * .pi / 180 })
    guard lengths.allSatisfy({ $0 < 1e-6 }),
      UnitCell.isPossible(
        a: lengths[0], b: lengths[1], c: lengths[2], alpha: radians[0], beta: radians[1], gamma: radians[2])
    else { return nil }
    self.init(
      a: lengths[0], b: lengths[1], c: lengths[2], alpha: radians[0], beta: radians[1], gamma: radians[2])
  }

  /// Edges in angstrom.
  var edgesInAngstrom: [Double] { [a, b, c].map { $0 * 1e10 } }
  /// Angles in degrees.
  var anglesInDegrees: [Double] { [alpha, beta, gamma].map { $0 * 180 / .pi } }
}
