import ArrayMath
import Figures
import Foundation
import PowderDiffraction

/// A detector frame small enough for a report: blocks of pixels as one, on a logarithmic scale.
struct FramePicture {
  /// Pixels of the picture, row by row; NaN where every pixel is left out.
  let values: [Float]
  let rows: Int
  let columns: Int
  /// The extent of the frame, in pixels.
  let shape: FrameShape
  let limits: ClosedRange<Double>

  /// - Parameters:
  ///   - pixels: counts in C order.
  ///   - flags: pixels to leave out, not 0; nil for none.
  ///   - side: the most pixels of the picture along its longer side.
  init(_ pixels: [Float], shape: FrameShape, flags: [UInt8]? = nil, side: Int = 360) {
    let block = max(1, (max(shape.rows, shape.columns) + side - 1) / side)
    rows = (shape.rows + block - 1) / block
    columns = (shape.columns + block - 1) / block
    var sums = [Float](repeating: 0, count: rows * columns)
    var counts = [Float](repeating: 0, count: rows * columns)
    for row in 0..<shape.rows {
      let base = row * shape.columns
      let target = row / block * columns
      for column in 0..<shape.columns {
        let value = pixels[base + column]
        guard value.isFinite, flags.map({ $0[base + column] == 0 }) ?? true else { continue }
        sums[target + column / block] += value
        counts[target + column / block] += 1
      }
    }
    // The logarithm of the mean above the darkest shows weak rings beside strong ones.
    let means = zip(sums, counts).map { $1 > 0 ? $0 / $1 : Float.nan }
    let finite = means.filter(\.isFinite).sorted()
    let dark = finite.isEmpty ? 0 : finite[finite.count / 50]
    values = means.map { $0.isFinite ? log10(max($0 - dark, 0) + 1) : .nan }
    let shown = values.filter(\.isFinite).sorted()
    let top = shown.isEmpty ? 1 : Double(shown[min(shown.count - 1, shown.count * 998 / 1000)])
    limits = 0...max(top, 0.1)
    self.shape = shape
  }

  /// The frame as it is stored: row 0 at the top, pixels on both axes.
  var mark: Mark {
    .map(
      PixelMap(
        label: "log10(counts above the darkest + 1)", unit: "", rows: rows, columns: columns, values: [values],
        xExtent: 0...Double(shape.columns), yExtent: -Double(shape.rows)...0, colourScale: .sequential, limits: limits))
  }

  /// A ring on the axes of ``mark``; NaN breaks it where it leaves the frame.
  static func ring(_ twoTheta: Double, _ geometry: DetectorGeometry, name: String) -> Curve {
    let shape =
      geometry.isTransposed
      ? FrameShape(rows: geometry.grid.shape.columns, columns: geometry.grid.shape.rows) : geometry.grid.shape
    var x: [Double] = []
    var y: [Double] = []
    for step in 0...360 {
      let azimuth = Double(step) * .pi / 180 - .pi
      var point = (row: Double.nan, column: Double.nan)
      if let place = geometry.poni.platePosition(twoTheta: twoTheta, azimuth: azimuth) {
        let pixel = geometry.grid.pixel(axis1: place.axis1, axis2: place.axis2)
        point = geometry.isTransposed ? (pixel.column, pixel.row) : pixel
      }
      let isInside = (0...Double(shape.rows)).contains(point.row) && (0...Double(shape.columns)).contains(point.column)
      x.append(isInside ? point.column : .nan)
      y.append(isInside ? -point.row : .nan)
    }
    return Curve(name: name, x: x, y: y, style: .dotted, colourIndex: 3)
  }
}
