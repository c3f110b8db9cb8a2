import Foundation

/// The order about the true radius where the section's height is known without its sign.
///
/// Axes with symmetry about a radius have about a direction at the angle ε from it the order S P₂(cos ε), by the addition
/// theorem of the Legendre polynomials. With radii drawn in the section, ε = atan(h / r), the order is therefore
///
///     S = Σ a P₂(cos ε) s / Σ a P₂(cos ε)²,
///
/// s being each point's (3 cos² θ − 1)/2 and a its area: the estimate of least squares.
public struct OffCentreOrder: Sendable, Hashable {
  public let value: Double
  /// Standard uncertainty from the scatter of grains.
  public let uncertainty: Double
  /// What the same radii give without the correction.
  public let apparent: Double

  /// - Parameters:
  ///   - angles: in space, of a section at height 0: the radii as they are drawn.
  ///   - height: of the section, of either sign, in metres.
  public init(_ angles: RadialAngles, height: Double) throws(TextureError) {
    guard angles.kind == .inSpace, angles.height.value == 0 else {
      throw .invalidParameter(
        name: "height of the angles' section", value: angles.height.value,
        expected: "angles in space with radii in the section's plane")
    }
    let points = angles.points
    let geometry = angles.geometry
    var grains = [(product: Double, square: Double)]()
    var apparent = 0.0
    for k in points.grains.indices {
      var (product, square) = (0.0, 0.0)
      for place in points.starts[k]..<points.starts[k + 1] {
        let d = points.positions[place] - geometry.centre
        let flat = (d * d).sum()
        let cosine2 = flat + height * height > 0 ? flat / (flat + height * height) : 1
        let legendre = (3 * cosine2 - 1) / 2
        let s = (3 * geometry.squaredCosine(points.positions[place], points.axes[place]) - 1) / 2
        product += legendre * s
        square += legendre * legendre
        apparent += s
      }
      grains.append((product, square))
    }
    let square = grains.reduce(0) { $0 + $1.square }
    let value = grains.reduce(0) { $0 + $1.product } / square
    let scatter = grains.reduce(0) {
      $0 + ($1.product - value * $1.square) * ($1.product - value * $1.square)
    }
    let count = Double(grains.count)
    self.value = value
    uncertainty = (scatter * count / (count - 1)).squareRoot() / square
    self.apparent = apparent / Double(points.positions.count)
  }
}

extension RadialAngles {
  /// The same section on the other side of the particle's centre.
  public var reflected: RadialAngles {
    var other = height
    other.value = -other.value
    return RadialAngles(self, height: other)
  }

  /// How much more likely the axes are with the section on this side of the centre than on the other: the difference of
  /// the logarithms of the largest likelihoods of a core and a shell with a sharp step anywhere.
  ///
  /// Positive where the stated sign is the better one; above about 3 the axes decide.
  public var supportOfSide: Double {
    func gain(_ angles: RadialAngles) -> Double {
      let likelihood = CoreShellLikelihood(
        radii: angles.grainRadii, squaredCosines: angles.grainAngles.map { cos($0) * cos($0) })
      return likelihood.largestGain(least: 1, squares: likelihood.squares) + likelihood.constant().logLikelihood
    }
    return gain(self) - gain(reflected)
  }
}
