import ArrayMath
import Foundation

/// How well the rings of a calibrant explain a reduced frame, for any geometry.
///
/// The measure is the correlation of the cells' signals with a template that is 1 on the rings and falls off as a
/// Gaussian: unexplained ridges and rings that are absent both lower it.
struct RingCorrelation {
  private let rows: [Float]
  private let columns: [Float]
  private let signal: [Float]
  let rings: [CalibrationRing]
  let wavelength: Double
  let grid: DetectorGrid
  let side: Int
  /// Whether rows of the frame are columns of the grid.
  let isTransposed: Bool

  /// - Parameter isTransposed: whether rows of the frame are columns of the grid.
  init(
    _ frame: ReducedFrame, rings: [CalibrationRing], wavelength: Double, grid: DetectorGrid, isTransposed: Bool = false
  ) {
    var (rows, columns, signal): ([Float], [Float], [Float]) = ([], [], [])
    for row in 0..<frame.rows {
      for column in 0..<frame.columns where !frame.signal[row * frame.columns + column].isNaN {
        rows.append((Float(row) + 0.5) * Float(frame.side))
        columns.append((Float(column) + 0.5) * Float(frame.side))
        signal.append(frame.signal[row * frame.columns + column])
      }
    }
    if isTransposed { swap(&rows, &columns) }
    (self.rows, self.columns, self.signal) = (rows, columns, signal)
    self.isTransposed = isTransposed
    self.rings = rings
    self.wavelength = wavelength
    self.grid = grid
    side = frame.side
  }

  /// Extent of a cell on the plate, in metres.
  var cell: Double { Double(side) * max(grid.pixelHeight, grid.pixelWidth) }

  /// How strongly a ring counts in the template.
  static func weight(_ ring: CalibrationRing) -> Double {
    ring.relativeIntensity.map { 0.25 + 0.75 * min(max($0, 0), 1).squareRoot() } ?? 1
  }

  /// Rings as a function of tan 2θ, as far as a geometry's plate reaches.
  private func template(_ plate: PlateModel, spread: Double, most: Double) -> (values: [Float], scale: Double) {
    // Cells of a tenth of the spread of a ring, in units of the radius at the distance of the plate.
    let cells = min(max(Int(most / (spread / 8)), 64), 20000)
    let scale = Double(cells) / most
    var values = [Float](repeating: 0, count: cells + 2)
    for ring in rings {
      guard let angle = ring.twoTheta(wavelength: wavelength), angle < 1.45 else { continue }
      let radius = plate.distance * tan(angle)
      guard radius < most + 4 * spread else { continue }
      let weight = Float(Self.weight(ring))
      for cell in max(
        Int((radius - 4 * spread) * scale), 0)...max(min(Int((radius + 4 * spread) * scale) + 1, cells + 1), 0)
      {
        let z = (Double(cell) / scale - radius) / spread
        values[cell] = max(values[cell], weight * Float(exp(-0.5 * z * z)))
      }
    }
    return (values, scale)
  }

  /// - Parameters:
  ///   - spread: standard deviation of a ring in the template, in metres of radius.
  ///   - every: looks at one cell in so many.
  /// - Returns: the correlation, −1...1.
  func callAsFunction(_ plate: PlateModel, spread: Double, every: Int = 1) -> Double {
    let range = PlateRange(plate, grid)
    let most = plate.distance * tan(min(range.most, 1.4)) + 4 * spread
    guard most.isFinite, most > 0, plate.distance > 0 else { return -1 }
    let (values, scale) = template(plate, spread: spread, most: most)
    let origin = grid.position(row: 0, column: 0)
    let next = grid.position(row: 1, column: 1)
    let (o1, o2) = (Float(origin.axis1 - plate.beam1), Float(origin.axis2 - plate.beam2))
    let (s1, s2) = (Float(next.axis1 - origin.axis1), Float(next.axis2 - origin.axis2))
    let (u1, u2, d) = (Float(plate.tilt1), Float(plate.tilt2), Float(plate.distance))
    let factor = Float(scale) * d
    let last = Float(values.count - 2)
    var (st, stt, sv, svv, stv) = (Float(0), Float(0), Float(0), Float(0), Float(0))
    var (t, tt, v, vv, tv) = (0.0, 0.0, 0.0, 0.0, 0.0)
    let count = signal.count
    let step = every
    signal.withUnsafeBufferPointer { signal in
      rows.withUnsafeBufferPointer { rows in
        columns.withUnsafeBufferPointer { columns in
          values.withUnsafeBufferPointer { values in
            var index = 0
            var seen = 0
            while index < count {
              let x1 = o1 + s1 * rows[index]
              let x2 = o2 + s2 * columns[index]
              let s = u1 * x1 + u2 * x2
              let r = max(x1 * x1 + x2 * x2 - s * s, 0).squareRoot()
              let place = d + s > 0 ? min(factor * r / (d + s), last) : last
              let cell = Int(place)
              let part = place - Float(cell)
              let model = values[cell] + part * (values[cell + 1] - values[cell])
              let value = signal[index]
              st += model
              stt += model * model
              sv += value
              svv += value * value
              stv += model * value
              index += step
              seen += 1
              if seen & 1023 == 0 {
                (t, tt, v, vv, tv) = (
                  t + Double(st), tt + Double(stt), v + Double(sv), vv + Double(svv), tv + Double(stv)
                )
                (st, stt, sv, svv, stv) = (0, 0, 0, 0, 0)
              }
            }
          }
        }
      }
    }
    (t, tt, v, vv, tv) = (t + Double(st), tt + Double(stt), v + Double(sv), vv + Double(svv), tv + Double(stv))
    let n = Double(max((count + step - 1) / step, 1))
    let variance = (tt - t * t / n) * (vv - v * v / n)
    return variance > 0 ? (tv - t * v / n) / variance.squareRoot() : -1
  }

  /// The share of the signal that lies on rings, and the share of the frame that rings take up.
  func explained(_ plate: PlateModel, spread: Double) -> (signal: Double, area: Double) {
    let most = plate.distance * tan(min(PlateRange(plate, grid).most, 1.4)) + 4 * spread
    let (values, scale) = template(plate, spread: spread, most: most)
    var (on, all, area) = (0.0, 0.0, 0.0)
    for index in signal.indices {
      let place = grid.position(row: Double(rows[index]), column: Double(columns[index]))
      let radius = plate.distance * tan(min(plate.twoTheta(place.axis1, place.axis2), 1.5))
      let cell = Int(min(radius * scale, Double(values.count - 1)))
      all += Double(signal[index])
      if values[cell] > 0.1 {
        on += Double(signal[index])
        area += 1
      }
    }
    return (all > 0 ? on / all : 0, area / Double(max(signal.count, 1)))
  }

  /// The mean signal as a function of the radius about a point, in bins of one cell, with the number of cells in each.
  func profile(row: Double, column: Double) -> (mean: [Double], number: [Double]) {
    let reach = Double(max(grid.shape.rows, grid.shape.columns) * 4 / side)
    var sum = [Float](repeating: 0, count: Int(reach) + 2)
    var number = sum
    let (r0, c0, scale) = (Float(row), Float(column), 1 / Float(side))
    for index in signal.indices {
      let (y, x) = (rows[index] - r0, columns[index] - c0)
      let bin = min(Int((x * x + y * y).squareRoot() * scale), sum.count - 1)
      sum[bin] += signal[index]
      number[bin] += 1
    }
    return (zip(sum, number).map { $1 > 0 ? Double($0 / $1) : 0 }, number.map(Double.init))
  }

  /// The share of the signal's variance that the radius about a point explains, 0...1.
  func contrast(row: Double, column: Double) -> Double {
    let (mean, number) = profile(row: row, column: column)
    let n = number.reduce(0, +)
    let total = signal.reduce(0.0) { $0 + Double($1) } / max(n, 1)
    let whole = signal.reduce(0.0) { $0 + (Double($1) - total) * (Double($1) - total) }
    var between = 0.0
    var bins = 0.0
    for (value, count) in zip(mean, number) where count > 0 {
      between += count * (value - total) * (value - total)
      bins += 1
    }
    guard whole > 0, n > bins + 1 else { return 0 }
    // Bins explain a little of anything: that share is taken off.
    return max(1 - (whole - between) / whole * (n - 1) / (n - bins), 0)
  }
}
