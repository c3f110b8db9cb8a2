internal import Foundation

/// The fracture energy of a polycrystal whose grain boundaries are weaker than its grains.
///
/// A crack along a boundary is smeared over more than the boundary, and pays for the grains beside it too. Within a
/// distance b of a boundary the energy is therefore lowered to the G_w with which an AT2 crack in the middle of the band
/// costs the boundary's own G_i in all:
///
///     t G_w² + (G_s − G_i) G_w − G_i G_s t = 0,    t = tanh(b/l)
///
/// from the minimum of ∫ G(x) (d²/l + l d'²)/2 dx with d(0) = 1 and G = G_w for |x| < b, G_s beyond. Along a straight
/// boundary of large grains this is exact; where boundaries meet, bands overlap. For AT1 the same value is an estimate.
public struct WeakBoundaries: Sendable {
  /// G_s of a grain, in J/m².
  public let grain: Double
  /// G_i of a boundary, in J/m².
  public let boundary: Double
  /// G_w, in J/m².
  public let band: Double
  /// b, in metres.
  public let halfWidth: Double

  /// Ends of the boundary's pieces, and which of them may come near a square of a grid of size b.
  private let ends: [(SIMD2<Double>, SIMD2<Double>)]
  private let cells: [SIMD2<Int32>: [Int32]]

  /// - Parameters:
  ///   - mesh: a section with a region a grain.
  ///   - halfWidth: b; at least the size of an element, at most about l.
  ///   - lengthScale: l of the cracks.
  public init(
    mesh: ElementMesh, grain: Double, boundary: Double, halfWidth: Double, lengthScale: Double
  ) throws(CrackingError) {
    for (name, value) in [
      ("the fracture energy of a grain", grain), ("the fracture energy of a grain boundary", boundary),
    ] where !(value.isFinite && value > 0) {
      throw .outOfRange(name: name, value: value, expected: "a positive number of J/m²")
    }
    guard boundary <= grain else {
      throw .outOfRange(
        name: "the fracture energy of a grain boundary", value: boundary, expected: "no more than the grain's, \(grain)"
      )
    }
    for (name, value) in [("half the width of the weak band", halfWidth), ("the crack's length scale", lengthScale)]
    where !(value.isFinite && value > 0) {
      throw .outOfRange(name: name, value: value, expected: "a positive length in metres")
    }
    let pieces = try FractureMesh(mesh)
    let extent = pieces.points.reduce(0) { max($0, $1.x.magnitude, $1.y.magnitude) }
    guard halfWidth >= 1e-5 * extent else {
      throw .outOfRange(
        name: "half the width of the weak band", value: halfWidth, expected: "at least the size of an element")
    }
    self.grain = grain
    self.boundary = boundary
    self.halfWidth = halfWidth
    let t = tanh(halfWidth / lengthScale)
    let difference = grain - boundary
    let root = (difference * difference + 4 * t * t * boundary * grain).squareRoot()
    // The form without cancellation of the positive root.
    band = 2 * boundary * grain * t / (difference + root)
    ends = Self.boundaries(pieces)
    var cells: [SIMD2<Int32>: [Int32]] = [:]
    for (index, piece) in ends.enumerated() {
      let low = Self.cell(pointwiseMin(piece.0, piece.1) - halfWidth, halfWidth)
      let high = Self.cell(pointwiseMax(piece.0, piece.1) + halfWidth, halfWidth)
      for x in low.x...high.x { for y in low.y...high.y { cells[SIMD2(x, y), default: []].append(Int32(index)) } }
    }
    self.cells = cells
  }

  /// G_c at a place, in J/m².
  public func callAsFunction(_ point: MaterialPoint) -> Double {
    let place = SIMD2(point.position.x, point.position.y)
    for index in cells[Self.cell(place, halfWidth)] ?? [] {
      let (start, end) = ends[Int(index)]
      let (along, arm) = (end - start, place - start)
      let part = min(max((arm * along).sum() / (along * along).sum(), 0), 1)
      let away = arm - part * along
      if (away * away).sum() <= halfWidth * halfWidth { return band }
    }
    return grain
  }

  private static func cell(_ place: SIMD2<Double>, _ size: Double) -> SIMD2<Int32> {
    let relative = place / size
    return SIMD2(Int32(relative.x.rounded(.down)), Int32(relative.y.rounded(.down)))
  }

  /// The sides that two triangles of different regions share.
  private static func boundaries(_ mesh: FractureMesh) -> [(SIMD2<Double>, SIMD2<Double>)] {
    var seen: [SIMD2<Int32>: Int32] = [:]
    var ends: [(SIMD2<Double>, SIMD2<Double>)] = []
    for triangle in 0..<mesh.count {
      for corner in 0..<3 {
        let (a, b) = (mesh.triangles[3 * triangle + corner], mesh.triangles[3 * triangle + (corner + 1) % 3])
        guard let other = seen.updateValue(mesh.regions[triangle], forKey: SIMD2(min(a, b), max(a, b))) else {
          continue
        }
        if other != mesh.regions[triangle] { ends.append((mesh.points[Int(a)], mesh.points[Int(b)])) }
      }
    }
    return ends
  }
}
