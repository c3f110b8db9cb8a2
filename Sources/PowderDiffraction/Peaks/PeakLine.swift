import Crystallography
import Foundation

/// How one line of a model follows from the free parameters.
struct PeakLine: Sendable {
  /// The rule of the position.
  enum Position: Sendable {
    /// A parameter of its own.
    case own(Int)
    /// The cell, each of whose three edges is multiplied by a parameter over its start; `nil` for an edge that is fixed.
    case cell(edges: [3 of Int?])
    /// Nothing but the displacement moves it.
    case fixed
  }

  /// The rule of the width.
  enum Width: Sendable {
    /// Width and share are known.
    case fixed(PeakProfile)
    /// A width, and a share that is a parameter or known.
    case own(fwhm: Int, mixing: Int?, value: Double)
    /// The instrument's parts in radians, and a square added to the Gaussian: a parameter times a factor.
    case instrument(gaussian: Double, lorentzian: Double, excess: Int?, factor: Double)
  }

  var phase, reflection: Int
  var indices: MillerIndices
  /// The window it lies in.
  var window: Int
  /// Observed angle at the start, in radians.
  var nominal: Double
  /// Full width at the start, in radians; that of a sharp line where the instrument is known.
  var nominalWidth: Double
  /// The parameter of the intensity and the factor on it.
  var intensity: Int
  var intensityFactor: Double
  var position: Position
  var width: Width
  /// (h_i h_j G*_ij) of the cell at the start, in 1/m²: xx, yy, zz, 2yz, 2xz, 2xy.
  var quadratic: [6 of Double]
  /// Starting edges, in metres.
  var edges: [3 of Double]
}

/// A line at given parameters, and how it changes with them.
struct PeakLineState {
  var twoTheta = 0.0
  var fwhm = 1.0
  var mixing = 0.0
  var intensity = 0.0
  /// Up to four parameters that move the line.
  var positionChain = PeakChain()
  var fwhmChain = PeakChain()
  var mixingChain = PeakChain()
}

/// Derivatives of one quantity by a few parameters.
struct PeakChain {
  var count = 0
  var index: [4 of Int] = [0, 0, 0, 0]
  var value: [4 of Double] = [0, 0, 0, 0]

  @inline(__always)
  mutating func add(_ parameter: Int, _ derivative: Double) {
    for place in 0..<count where index[place] == parameter {
      value[place] += derivative
      return
    }
    index[count] = parameter
    value[count] = derivative
    count += 1
  }
}

extension PeakLine {
  /// The observed angle of a true one, and its derivatives by it and by the displacement.
  @inline(__always)
  static func displaced(_ twoTheta: Double, by s: Double) -> (value: Double, slope: Double, byShift: Double) {
    guard s != 0 else {
      let (sine, cosine) = (sin(twoTheta), cos(twoTheta))
      return (twoTheta, 1, -sine * cosine)
    }
    let (sine, cosine) = (sin(twoTheta), cos(twoTheta))
    let scaled = (1 - s) * sine
    let square = cosine * cosine + scaled * scaled
    return (atan2(scaled, cosine), (1 - s) / square, -sine * cosine / square)
  }

  /// The true angle of an observed one, and its derivatives by it and by the displacement.
  static func undisplaced(_ observed: Double, by s: Double) -> (value: Double, slope: Double, byShift: Double) {
    let true2 = atan2(sin(observed), (1 - s) * cos(observed))
    let forward = displaced(true2, by: s)
    return (true2, 1 / forward.slope, -forward.byShift / forward.slope)
  }

  /// The square of the inverse spacing, in 1/m², and its derivatives by the factors on the three edges.
  @inline(__always)
  func inverseSquare(_ factors: [3 of Double]) -> (value: Double, byFactor: [3 of Double]) {
    let (fa, fb, fc) = (1 / factors[0], 1 / factors[1], 1 / factors[2])
    let (xx, yy, zz) = (quadratic[0] * fa * fa, quadratic[1] * fb * fb, quadratic[2] * fc * fc)
    let (yz, xz, xy) = (quadratic[3] * fb * fc, quadratic[4] * fa * fc, quadratic[5] * fa * fb)
    return (
      xx + yy + zz + yz + xz + xy,
      [-fa * (2 * xx + xz + xy), -fb * (2 * yy + yz + xy), -fc * (2 * zz + yz + xz)]
    )
  }

  /// The line at given parameters.
  ///
  /// - Parameters:
  ///   - p: all parameters.
  ///   - wavelength: in metres; not looked at for a line of its own position.
  ///   - displacement: the parameter of the displacement, where it is free.
  ///   - shift: the displacement where it is not.
  ///   - silentAt: where a line that was not found is kept; it tells nothing about position and width. `nil` for others.
  ///   - isWidthHeld: a weak line tells nothing about the width.
  func state(
    _ p: [Double], wavelength: Double, displacement: Int?, shift: Double, silentAt: Double?, isWidthHeld: Bool
  ) -> PeakLineState {
    var state = PeakLineState()
    state.intensity = intensityFactor * p[intensity]
    let isSilent = silentAt != nil
    switch position {
    case .own(let index):
      state.twoTheta = p[index]
      if !isSilent { state.positionChain.add(index, 1) }
    case .cell(let indices):
      var factors: [3 of Double] = [1, 1, 1]
      for axis in 0..<3 { if let index = indices[axis] { factors[axis] = p[index] } }
      let (q, byFactor) = inverseSquare(factors)
      let sine = min(wavelength * q.squareRoot() / 2, 1)
      let theta = asin(sine)
      let s = displacement.map { p[$0] } ?? shift
      let moved = Self.displaced(2 * theta, by: s)
      state.twoTheta = moved.value
      if !isSilent {
        let byQ = tan(theta) / q * moved.slope
        for axis in 0..<3 { if let index = indices[axis] { state.positionChain.add(index, byQ * byFactor[axis]) } }
        if let displacement { state.positionChain.add(displacement, moved.byShift) }
      }
    case .fixed:
      let (q, _) = inverseSquare([1, 1, 1])
      let s = displacement.map { p[$0] } ?? shift
      let moved = Self.displaced(2 * asin(min(wavelength * q.squareRoot() / 2, 1)), by: s)
      state.twoTheta = moved.value
      if !isSilent, let displacement { state.positionChain.add(displacement, moved.byShift) }
    }
    if let silentAt { state.twoTheta = silentAt }
    switch width {
    case .fixed(let profile): (state.fwhm, state.mixing) = (profile.fwhm, profile.mixing)
    case .own(let fwhm, let mixing, let value):
      state.fwhm = p[fwhm]
      state.mixing = mixing.map { p[$0] } ?? value
      if !isSilent, !isWidthHeld {
        state.fwhmChain.add(fwhm, 1)
        if let mixing { state.mixingChain.add(mixing, 1) }
      }
    case .instrument(let gaussian, let lorentzian, let excess, let factor):
      let added = excess.map { p[$0] * factor } ?? 0
      let square = max(gaussian * gaussian + added, 0.01 * gaussian * gaussian, 1e-14)
      let root = square.squareRoot()
      let joined = ThompsonCoxHastings(gaussian: root, lorentzian: lorentzian)
      (state.fwhm, state.mixing) = (joined.fwhm, joined.mixing)
      if !isSilent, !isWidthHeld, let excess {
        let byParameter = factor / (2 * root)
        state.fwhmChain.add(excess, joined.fwhmByGaussian * byParameter)
        state.mixingChain.add(excess, joined.mixingByGaussian * byParameter)
      }
    }
    return state
  }
}
