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
  private(set) var pixels: [(colour: Colour, cover: Double)?]
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
    let (width, height) = (xExtent.upperBound - xExtent.lowerBound, yExtent.upperBound - yExtent.lowerBound)
    let step = max(width, height) / Double(Self.side)
    columns = max(1, Int((width / step).rounded()))
    rows = max(1, Int((height / step).rounded()))
    let fine = step / Double(Self.samples)
    let (fineRows, fineColumns) = (rows * Self.samples, columns * Self.samples)
    var depth = [Double](repeating: -.infinity, count: fineRows * fineColumns)
    var light = [Double](repeating: 0, count: fineRows * fineColumns)
    let lamp = SIMD3(-0.4, 0.5, 0.77)
    for triangle in 0..<surface.triangleCount {
      let corners = (0..<3).map { points[Int(surface.triangles[3 * triangle + $0])] }
      let (p, q, r) = (corners[0], corners[1], corners[2])
      let (a, b) = (q - p, r - p)
      let normal = SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
      let length = (normal * normal).sum().squareRoot()
      let area = normal.z
      guard length > 0, abs(area) > 1e-30 else { continue }
      // Both sides are lit, so that a surface that is turned inside out is seen too.
      let shade = 0.25 + 0.75 * max(0, (normal * lamp).sum() * (area > 0 ? 1 : -1) / length)
      func column(_ x: Double) -> Double { (x - xExtent.lowerBound) / fine - 0.5 }
      func row(_ y: Double) -> Double { (yExtent.upperBound - y) / fine - 0.5 }
      let xs = corners.map { column($0.x) }
      let ys = corners.map { row($0.y) }
      let left = max(0, Int((xs.min() ?? 0).rounded(.up)))
      let right = min(fineColumns - 1, Int((xs.max() ?? 0).rounded(.down)))
      let top = max(0, Int((ys.min() ?? 0).rounded(.up)))
      let bottom = min(fineRows - 1, Int((ys.max() ?? 0).rounded(.down)))
      guard left <= right, top <= bottom else { continue }
      for line in top...bottom {
        let y = yExtent.upperBound - (Double(line) + 0.5) * fine - p.y
        for place in left...right {
          let x = xExtent.lowerBound + (Double(place) + 0.5) * fine - p.x
          let s = (x * b.y - y * b.x) / area
          let t = (a.x * y - a.y * x) / area
          guard s >= -1e-9, t >= -1e-9, s + t <= 1 + 1e-9 else { continue }
          let z = p.z + s * a.z + t * b.z
          if z > depth[line * fineColumns + place] {
            depth[line * fineColumns + place] = z
            light[line * fineColumns + place] = shade
          }
        }
      }
    }
    pixels = []
    pixels.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var (sum, count) = (0.0, 0)
        for line in row * Self.samples..<(row + 1) * Self.samples {
          for place in column * Self.samples..<(column + 1) * Self.samples
          where depth[line * fineColumns + place] > -.infinity {
            sum += light[line * fineColumns + place]
            count += 1
          }
        }
        guard count > 0 else {
          pixels.append(nil)
          continue
        }
        let shade = sum / Double(count)
        let lit = Colour(
          red: shade * Double(colour.red), green: shade * Double(colour.green), blue: shade * Double(colour.blue))
        pixels.append((lit, Double(count) / Double(Self.samples * Self.samples)))
      }
    }
  }
}
