import Foundation

/// A surface seen from one side, without perspective, lit from the viewer's upper left: what a page without scripts shows.
struct SurfacePicture {
  /// Pixels along the longer side.
  private static let side = 360
  /// Samples along each edge of a pixel.
  private static let samples = 2
  /// The azimuth of the viewer from x towards y and the height above the horizon, in radians: as Plotly's scene begins.
  static let azimuth = -Double.pi / 3
  static let elevation = Double.pi / 9

  let rows: Int
  let columns: Int
  /// `[row × columns + column]`, row 0 at the top; nil beside the surface, and the share of a pixel that it covers.
  let pixels: [(colour: Colour, cover: Double)?]
  let xExtent: ClosedRange<Double>
  let yExtent: ClosedRange<Double>

  /// Where a point is seen: to the right, up, and towards the viewer.
  private static func seen(_ x: Double, _ y: Double, _ z: Double) -> SIMD3<Double> {
    let (c, s) = (cos(azimuth), sin(azimuth))
    let (ce, se) = (cos(elevation), sin(elevation))
    let right = y * c - x * s
    let outward = x * c + y * s
    return SIMD3(right, z * ce - outward * se, outward * ce + z * se)
  }

  /// What the picture of a surface spans, with a little room.
  static func extent(_ surface: Surface) -> (x: ClosedRange<Double>, y: ClosedRange<Double>)? {
    extent(of: points(surface))
  }

  private static func points(_ surface: Surface) -> [SIMD3<Double>] {
    (0..<surface.cornerCount).map { index in
      seen(
        Double(surface.corners[3 * index]), Double(surface.corners[3 * index + 1]),
        Double(surface.corners[3 * index + 2]))
    }
  }

  private static func extent(of points: [SIMD3<Double>]) -> (x: ClosedRange<Double>, y: ClosedRange<Double>)? {
    let finite = points.filter { $0.x.isFinite && $0.y.isFinite }
    guard let first = finite.first else { return nil }
    var (low, high) = (first, first)
    for point in finite {
      low = pointwiseMin(low, point)
      high = pointwiseMax(high, point)
    }
    let room = 0.04 * max(high.x - low.x, high.y - low.y, 1e-300)
    return (low.x - room...high.x + room, low.y - room...high.y + room)
  }

  init?(_ surface: Surface, colour: Colour) {
    let points = Self.points(surface)
    guard let extent = Self.extent(of: points) else { return nil }
    (xExtent, yExtent) = extent
    let (width, height) = (
      extent.x.upperBound - extent.x.lowerBound, extent.y.upperBound - extent.y.lowerBound
    )
    let step = max(width, height) / Double(Self.side)
    (columns, rows) = (max(1, Int((width / step).rounded())), max(1, Int((height / step).rounded())))
    var canvas = Canvas(
      rows: rows * Self.samples, columns: columns * Self.samples, left: extent.x.lowerBound, top: extent.y.upperBound,
      step: step / Double(Self.samples))
    for triangle in 0..<surface.triangleCount {
      let corners = (0..<3).map { points[Int(surface.triangles[3 * triangle + $0])] }
      canvas.draw(corners[0], corners[1], corners[2])
    }
    let whole = canvas.columns
    var drawn: [(colour: Colour, cover: Double)?] = []
    drawn.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var (sum, count) = (0.0, 0)
        for line in row * Self.samples..<(row + 1) * Self.samples {
          for place in column * Self.samples..<(column + 1) * Self.samples
          where canvas.depth[line * whole + place] > -.infinity {
            sum += canvas.light[line * whole + place]
            count += 1
          }
        }
        guard count > 0 else {
          drawn.append(nil)
          continue
        }
        let shade = sum / Double(count)
        let lit = Colour(
          red: shade * Double(colour.red), green: shade * Double(colour.green), blue: shade * Double(colour.blue))
        drawn.append((lit, Double(count) / Double(Self.samples * Self.samples)))
      }
    }
    pixels = drawn
  }
}

/// What is nearest to the viewer at each sample, and how light it is.
private struct Canvas {
  let rows: Int
  let columns: Int
  let left: Double
  let top: Double
  /// From one sample to the next.
  let step: Double
  var depth: [Double]
  var light: [Double]

  /// The direction of the light.
  private static let lamp = SIMD3(-0.4, 0.5, 0.77)

  init(rows: Int, columns: Int, left: Double, top: Double, step: Double) {
    (self.rows, self.columns, self.left, self.top, self.step) = (rows, columns, left, top, step)
    depth = Array(repeating: -.infinity, count: rows * columns)
    light = Array(repeating: 0, count: rows * columns)
  }

  /// A triangle by its corners: to the right, up, and towards the viewer.
  mutating func draw(_ p: SIMD3<Double>, _ q: SIMD3<Double>, _ r: SIMD3<Double>) {
    let (a, b) = (q - p, r - p)
    let normal = SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    let length = (normal * normal).sum().squareRoot()
    let area = normal.z
    guard length > 0, abs(area) > 1e-12 * length else { return }
    // Both sides are lit, so that a surface that is turned inside out is seen too.
    let shade = 0.25 + 0.75 * max(0, (normal * Self.lamp).sum() * (area > 0 ? 1 : -1) / length)
    let xs = [p.x, q.x, r.x].map { ($0 - left) / step - 0.5 }
    let ys = [p.y, q.y, r.y].map { (top - $0) / step - 0.5 }
    let first = max(0, Int((xs.min() ?? 0).rounded(.up)))
    let last = min(columns - 1, Int((xs.max() ?? 0).rounded(.down)))
    let upper = max(0, Int((ys.min() ?? 0).rounded(.up)))
    let lower = min(rows - 1, Int((ys.max() ?? 0).rounded(.down)))
    guard first <= last, upper <= lower else { return }
    for line in upper...lower {
      let y = top - (Double(line) + 0.5) * step - p.y
      for place in first...last {
        let x = left + (Double(place) + 0.5) * step - p.x
        let s = (x * b.y - y * b.x) / area
        let t = (a.x * y - a.y * x) / area
        guard s >= -1e-9, t >= -1e-9, s + t <= 1 + 1e-9 else { continue }
        let z = p.z + s * a.z + t * b.z
        let index = line * columns + place
        guard z > depth[index] else { continue }
        (depth[index], light[index]) = (z, shade)
      }
    }
  }
}
