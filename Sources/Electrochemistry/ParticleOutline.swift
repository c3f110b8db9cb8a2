import Foundation
import Quantities

/// The outline of a particle in one micrograph, with what is needed to turn it into lengths.
public struct ParticleOutline: Sendable, Hashable {
  /// How the outline was drawn.
  public enum Shape: Sendable, Hashable {
    /// A closed polygon, [point] of (column, row) in pixels, either way round, the first point not repeated.
    case polygon([SIMD2<Double>])
    /// An ellipse by its semi-axes in pixels; the angle is that of the first from the columns towards the rows, in
    /// radians.
    case ellipse(semiAxes: SIMD2<Double>, angle: Double)
    /// An ellipse by its semi-axes in metres, where somebody has applied the scale already; the scale bar then enters
    /// with its relative uncertainties alone.
    case ellipseInMetres(semiAxes: SIMD2<Double>, angle: Double)
  }

  public var shape: Shape
  public var scaleBar: ScaleBar
  /// Standard uncertainty of where the edge lies, in pixels: the whole outline drawn too far out or in.
  public var edgeUncertainty: Double
  public var tilt: StageTilt
  public var view: ViewDirection

  public init(
    shape: Shape, scaleBar: ScaleBar, edgeUncertainty: Double, tilt: StageTilt = .none, view: ViewDirection = .front
  ) {
    self.shape = shape
    self.scaleBar = scaleBar
    self.edgeUncertainty = edgeUncertainty
    self.tilt = tilt
    self.view = view
  }

  /// Errors of the inputs of an outline, by which a volume is varied.
  struct Perturbation {
    /// Relative error of the length written beside the bar.
    var barLength = 0.0
    /// Error of the bar in the image, in pixels.
    var barPixels = 0.0
    /// Error of the edge, in pixels.
    var edge = 0.0
    /// Error of the tilt, in radians.
    var tilt = 0.0
  }

  /// The ellipse that has the outline's area and the axes' ratio and direction of its second moments, in metres,
  /// corrected for tilt.
  func ellipse(_ error: Perturbation = Perturbation()) throws(ElectrochemistryError) -> OutlineEllipse {
    let scale = scaleBar.length.value * (1 + error.barLength) / (scaleBar.pixels.value + error.barPixels)
    var moments: OutlineEllipse
    switch shape {
    case .polygon(let points): moments = try OutlineEllipse(polygon: points)
    case .ellipse(let axes, let angle): moments = OutlineEllipse(semiAxes: axes, angle: angle)
    case .ellipseInMetres(let axes, let angle):
      moments = OutlineEllipse(semiAxes: axes / scaleBar.metresPerPixel, angle: angle)
    }
    if error.edge != 0 { moments = moments.grown(by: error.edge) }
    let cosine = cos(tilt.angle.value + error.tilt)
    let stretch =
      switch tilt.correction {
      case .silhouette: 1.0
      case .flatFeature: 1 / cosine
      case .undoInstrumentCorrection: cosine
      }
    return moments.stretched(by: stretch, along: tilt.direction).scaled(by: scale)
  }

  func validate() throws(ElectrochemistryError) {
    try scaleBar.length.requirePositive("length of the scale bar")
    try scaleBar.pixels.requirePositive("length of the scale bar in pixels")
    try ElectrochemistryError.requireNotNegative(edgeUncertainty, "uncertainty of the outline")
    try ElectrochemistryError.requireNotNegative(tilt.angle.uncertainty, "uncertainty of the tilt")
    guard scaleBar.pixels.uncertainty < scaleBar.pixels.value, scaleBar.length.relativeUncertainty < 1 else {
      throw .invalidParameter(
        name: "uncertainty of the scale bar", value: scaleBar.pixels.uncertainty, expected: "less than the bar itself")
    }
    guard tilt.angle.value + tilt.angle.uncertainty < .pi / 2 else {
      throw .invalidParameter(
        name: "uncertainty of the tilt", value: tilt.angle.uncertainty,
        expected: "a tilt that stays below 90 degrees with its uncertainty")
    }
    guard tilt.angle.value >= 0, tilt.angle.value < .pi / 2, tilt.direction.isFinite else {
      throw .invalidParameter(name: "tilt", value: tilt.angle.value, expected: "an angle from 0 to below 90 degrees")
    }
    switch shape {
    case .polygon(let points):
      // The search for crossings compares every pair of edges.
      guard points.count <= 20_000 else {
        throw .degenerateOutline(reason: "it has \(points.count) points; at most 20000 are read")
      }
      guard !crossesItself(points) else { throw .degenerateOutline(reason: "its edges cross each other") }
    case .ellipse(let axes, let angle), .ellipseInMetres(let axes, let angle):
      try ElectrochemistryError.requirePositive(axes.x, "first semi-axis")
      try ElectrochemistryError.requirePositive(axes.y, "second semi-axis")
      guard angle.isFinite else {
        throw .invalidParameter(name: "angle of the outline", value: angle, expected: "a finite number")
      }
    }
  }
}
