import ArrayMath
import Crystallography
import ElectronDiffraction
import Figures
import Foundation

/// Where an orientation puts bands on the screen, as curves over a picture of the pattern.
struct BandOverlay {
  let geometry: KikuchiGeometry
  let orientation: Rotation
  /// In metres; band edges lie at the Bragg angle of it.
  let wavelength: Double

  /// The edges of the bands of a family, as one broken curve.
  ///
  /// - Returns: nil where none of them crosses the screen.
  func edges(of reflector: Reflector, colourIndex: Int) -> Mark? {
    let bragg = asin(min(wavelength / (2 * reflector.dSpacing), 1))
    return curve(
      "edges of {\(reflector.indices)}", reflector.poles.flatMap { cone(about: $0, bragg) + cone(about: $0, -bragg) },
      style: .solid, colourIndex: colourIndex)
  }

  /// The middle lines of several families, as one broken curve.
  ///
  /// - Returns: nil where none of them crosses the screen.
  func middles(of reflectors: [Reflector], name: String, colourIndex: Int) -> Mark? {
    curve(
      name, reflectors.flatMap { $0.poles.flatMap { cone(about: $0, 0) } }, style: .dashed, colourIndex: colourIndex)
  }

  /// A pattern with row 0 at the top; both axes in pixels.
  static func picture(_ pixels: [Float], geometry: KikuchiGeometry) -> Mark {
    let shape = geometry.shape
    let finite = pixels.filter(\.isFinite).sorted()
    let low = finite.isEmpty ? 0 : Double(finite[finite.count / 200])
    let high = finite.isEmpty ? 1 : Double(finite[finite.count - 1 - finite.count / 200])
    return .map(
      PixelMap(
        label: "intensity", unit: "", rows: shape.rows, columns: shape.columns, values: [pixels],
        xExtent: 0...Double(shape.columns), yExtent: -Double(shape.rows)...0, colourScale: .sequential,
        limits: low...max(high, low + 1e-6 * max(abs(low), 1))))
  }

  /// The axes of such a picture.
  static func panel(_ title: String, geometry: KikuchiGeometry, marks: [Mark]) -> Panel {
    Panel(
      title: title, x: Axis("column", unit: "pixels", limits: 0...Double(geometry.shape.columns)),
      y: Axis("− row", unit: "pixels", limits: -Double(geometry.shape.rows)...0), marks: marks, equalAspect: true)
  }

  // MARK: - Curves

  private func curve(
    _ name: String, _ points: [SIMD2<Double>], style: Curve.Style, colourIndex: Int
  ) -> Mark? {
    points.isEmpty
      ? nil : .line(Curve(name: name, x: points.map(\.x), y: points.map(\.y), style: style, colourIndex: colourIndex))
  }

  /// Directions at an angle beyond the plane of a pole (positive towards it), where they meet the screen; NaN between.
  private func cone(about pole: SIMD3<Double>, _ angle: Double) -> [SIMD2<Double>] {
    let normal = geometry.detectorToSample.inverse(orientation.inverse(pole))
    let helper = abs(normal.z) < 0.9 ? SIMD3(0, 0, 1.0) : SIMD3(1.0, 0, 0)
    let first = unit(helper - (helper * normal).sum() * normal)
    let second = SIMD3(
      normal.y * first.z - normal.z * first.y, normal.z * first.x - normal.x * first.z,
      normal.x * first.y - normal.y * first.x)
    let steps = 720
    var points: [SIMD2<Double>] = []
    var isBroken = true
    for step in 0...steps {
      let turn = 2 * .pi * Double(step) / Double(steps)
      let direction = cos(angle) * (cos(turn) * first + sin(turn) * second) + sin(angle) * normal
      if let place = place(direction) {
        points.append(place)
        isBroken = false
      } else if !isBroken {
        points.append(SIMD2(.nan, .nan))
        isBroken = true
      }
    }
    if !isBroken { points.append(SIMD2(.nan, .nan)) }
    return points
  }

  private func unit(_ vector: SIMD3<Double>) -> SIMD3<Double> { vector / (vector * vector).sum().squareRoot() }

  /// Where a direction of the detector's frame meets the screen, in pixels; nil beside it.
  private func place(_ direction: SIMD3<Double>) -> SIMD2<Double>? {
    guard direction.z > 1e-6 else { return nil }
    let (rows, columns) = (Double(geometry.shape.rows), Double(geometry.shape.columns))
    let centre = geometry.patternCentre
    let column = columns * centre.x + rows * centre.z * direction.x / direction.z
    let row = rows * (centre.y - centre.z * direction.y / direction.z)
    guard (0...columns).contains(column), (0...rows).contains(row) else { return nil }
    return SIMD2(column, -row)
  }
}
