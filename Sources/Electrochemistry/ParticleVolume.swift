public import Quantities

/// The body that outlines are taken to belong to.
public enum ParticleShape: String, Sendable, Hashable, CaseIterable {
  /// A sphere with the mean of the outlines' areas.
  case sphere
  /// The outline turned about its longer axis (an egg): 4/3 π a b², the mean over the outlines.
  case spheroidAboutLongAxis
  /// The outline turned about its shorter axis (a lentil): 4/3 π a² b, the mean over the outlines.
  case spheroidAboutShortAxis
  /// An ellipsoid with three axes, by least squares over several views.
  case ellipsoid
}

/// A particle's volume from its outlines, with what is uncertain about it.
public struct ParticleVolume: Sendable, Hashable {
  public var shape: ParticleShape
  /// In m³; the uncertainty is that of scale, edge and tilt together with ``shapeUncertainty``.
  public var volume: UncertainValue
  /// From the length written beside the scale bar and its measurement in the images, in m³.
  public var scaleUncertainty: Double
  /// From where the edge was drawn, in m³.
  public var edgeUncertainty: Double
  /// From the tilt of the stage, in m³.
  public var tiltUncertainty: Double
  /// From not knowing the body: the spread of the shapes in ``alternatives`` as a rectangular distribution,
  /// (largest − smallest) / √12, in m³. Zero for an ellipsoid that the views determine.
  public var shapeUncertainty: Double
  /// The volume of every shape that the outlines allow, in m³.
  public var alternatives: [ParticleShape: Double]
  /// The semi-axes of the fitted ellipsoid, the longest first, in metres; nil unless the shape is an ellipsoid.
  public var semiAxes: SIMD3<Double>?
  /// Root mean square misfit of the ellipsoid's outlines, as a fraction of the mean square semi-axis; nil unless the
  /// shape is an ellipsoid.
  public var misfit: Double?
  /// Whether the views determine all of the ellipsoid. Two views leave one number open, which is then chosen by least
  /// norm; nil unless the shape is an ellipsoid.
  public var isDetermined: Bool?
}

/// The volume of a particle from the outlines of one or several micrographs.
///
/// Every input is varied by its standard uncertainty, up and down, and half the change of the volume is its
/// contribution; contributions are independent and add in quadrature. The length written beside the scale bar is
/// varied in all outlines at once (one microscope), the measurement of the bar, the edge and the tilt in one outline
/// at a time.
///
/// - Parameters:
///   - outlines: at least one; an ellipsoid needs two in different directions, and three to be determined.
///   - shape: the body that the outlines belong to.
/// - Throws: `ElectrochemistryError` for outlines without area, parameters out of range, and views that no ellipsoid
///   fits.
public func particleVolume(
  from outlines: [ParticleOutline], as shape: ParticleShape
) throws(ElectrochemistryError) -> ParticleVolume {
  guard !outlines.isEmpty else { throw .undeterminedShape(reason: "there is no outline") }
  for outline in outlines { try outline.validate() }
  let still = [ParticleOutline.Perturbation](repeating: .init(), count: outlines.count)
  func volume(_ errors: [ParticleOutline.Perturbation]) throws(ElectrochemistryError) -> Double {
    try shapeVolume(ellipses(outlines, errors), outlines, shape)
  }
  func halfChange(
    _ set: (inout ParticleOutline.Perturbation, Double) -> Void, only index: Int
  ) throws(ElectrochemistryError) -> Double {
    var (up, down) = (still, still)
    set(&up[index], 1)
    set(&down[index], -1)
    return (try volume(up) - volume(down)) / 2
  }

  var (bars, edges, tilts) = (0.0, 0.0, 0.0)
  for (index, outline) in outlines.enumerated() {
    let bar = try halfChange({ $0.barPixels = $1 * outline.scaleBar.pixels.uncertainty }, only: index)
    let edge = try halfChange({ $0.edge = $1 * outline.edgeUncertainty }, only: index)
    let tilt = try halfChange({ $0.tilt = $1 * outline.tilt.angle.uncertainty }, only: index)
    bars += bar * bar
    edges += edge * edge
    tilts += tilt * tilt
  }
  func withBarLength(_ sign: Double) -> [ParticleOutline.Perturbation] {
    outlines.map { .init(barLength: sign * $0.scaleBar.length.relativeUncertainty) }
  }
  let lengths = (try volume(withBarLength(1)) - volume(withBarLength(-1))) / 2

  let plain = try ellipses(outlines, still)
  let value = try shapeVolume(plain, outlines, shape)
  var alternatives = [ParticleShape: Double]()
  for other in ParticleShape.allCases where other != .ellipsoid {
    alternatives[other] = try shapeVolume(plain, outlines, other)
  }
  alternatives[shape] = value
  let fit = shape == .ellipsoid ? try EllipsoidFit(plain, seenFrom: outlines.map(\.view)) : nil
  let spread =
    fit?.isDetermined == true
    ? 0 : ((alternatives.values.max() ?? value) - (alternatives.values.min() ?? value)) / 12.0.squareRoot()
  let variance = lengths * lengths + bars + edges + tilts + spread * spread
  return ParticleVolume(
    shape: shape, volume: UncertainValue(value, uncertainty: variance.squareRoot()),
    scaleUncertainty: (lengths * lengths + bars).squareRoot(), edgeUncertainty: edges.squareRoot(),
    tiltUncertainty: tilts.squareRoot(), shapeUncertainty: spread, alternatives: alternatives,
    semiAxes: fit?.semiAxes, misfit: fit?.misfit, isDetermined: fit?.isDetermined)
}

private func ellipses(
  _ outlines: [ParticleOutline], _ errors: [ParticleOutline.Perturbation]
) throws(ElectrochemistryError) -> [OutlineEllipse] {
  var result = [OutlineEllipse]()
  for (outline, error) in zip(outlines, errors) { result.append(try outline.ellipse(error)) }
  return result
}

private func shapeVolume(
  _ ellipses: [OutlineEllipse], _ outlines: [ParticleOutline], _ shape: ParticleShape
) throws(ElectrochemistryError) -> Double {
  let count = Double(ellipses.count)
  switch shape {
  case .sphere:
    let square = ellipses.reduce(0) { $0 + $1.area / .pi } / count
    return 4 / 3 * .pi * square * square.squareRoot()
  case .spheroidAboutLongAxis:
    return 4 / 3 * .pi * ellipses.reduce(0) { $0 + $1.axes.long * $1.axes.short * $1.axes.short } / count
  case .spheroidAboutShortAxis:
    return 4 / 3 * .pi * ellipses.reduce(0) { $0 + $1.axes.long * $1.axes.long * $1.axes.short } / count
  case .ellipsoid:
    return try EllipsoidFit(ellipses, seenFrom: outlines.map(\.view)).volume
  }
}
