import Crystallography
import ElectronDiffraction
import Figures
import Foundation

/// Pictures of a map on axes in micrometres: x along a row, −y downwards.
struct OrientationPictures {
  let map: OrientationMap
  private let step: SIMD2<Double>
  private let origin: SIMD2<Double>
  /// Points that are taken as one along each edge, so that a report stays small.
  private let block: Int

  /// What is drawn where no orientation was found.
  static let notIndexed = Colour(0x9A9A9A)

  init(_ map: OrientationMap, side: Int = 400) {
    self.map = map
    let grid = map.grid
    // A map of one row or column still has an extent.
    step = SIMD2(grid.stepX > 0 ? grid.stepX : 1e-6, grid.stepY > 0 ? grid.stepY : 1e-6) * 1e6
    origin = map.points.first.map { SIMD2($0.x, $0.y) * 1e6 } ?? .zero
    block = max(1, (max(grid.rows, grid.columns) + side - 1) / side)
  }

  private var rows: Int { (map.grid.rows + block - 1) / block }
  private var columns: Int { (map.grid.columns + block - 1) / block }

  private var xExtent: ClosedRange<Double> {
    let left = origin.x - step.x / 2
    return left...left + step.x * Double(max(columns * block, 1))
  }

  private var yExtent: ClosedRange<Double> {
    let top = -(origin.y - step.y / 2)
    return top - step.y * Double(max(rows * block, 1))...top
  }

  private func index(_ row: Int, _ column: Int) -> Int { row * block * map.grid.columns + column * block }

  /// A colour for each point; grey where no orientation was found.
  func picture(_ colour: (_ index: Int) -> Colour) -> Mark {
    var pixels: [Colour] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let index = index(row, column)
        pixels.append(map.points[index].status == .notIndexed ? Self.notIndexed : colour(index))
      }
    }
    return .picture(Picture(rows: rows, columns: columns, pixels: pixels, xExtent: xExtent, yExtent: yExtent))
  }

  /// A value for each point, NaN for none.
  func values(_ label: String, unit: String, limits: ClosedRange<Double>, _ value: (_ index: Int) -> Double) -> Mark {
    var values: [Float] = []
    for row in 0..<rows {
      for column in 0..<columns { values.append(Float(value(index(row, column)))) }
    }
    return .map(
      PixelMap(
        label: label, unit: unit, rows: rows, columns: columns, values: [values], xExtent: xExtent, yExtent: yExtent,
        colourScale: .sequential, limits: limits))
  }

  /// The lines between points of different grains.
  func boundaries(_ labels: [Int32], name: String = "", colourIndex: Int) -> Mark {
    let grid = map.grid
    var lines: (x0: [Double], y0: [Double], x1: [Double], y1: [Double]) = ([], [], [], [])
    func add(_ from: SIMD2<Double>, _ to: SIMD2<Double>) {
      lines.x0.append(from.x)
      lines.y0.append(-from.y)
      lines.x1.append(to.x)
      lines.y1.append(-to.y)
    }
    func corner(_ row: Int, _ column: Int) -> SIMD2<Double> {
      origin + step * SIMD2(Double(column) - 0.5, Double(row) - 0.5)
    }
    // Neighbouring strokes of one line are one: a map has tens of thousands otherwise.
    for row in 1..<max(grid.rows, 1) {
      var start: Int?
      for column in 0...grid.columns {
        let differs =
          column < grid.columns
          && labels[row * grid.columns + column] != labels[(row - 1) * grid.columns + column]
        if differs, start == nil { start = column }
        if !differs, let from = start {
          add(corner(row, from), corner(row, column))
          start = nil
        }
      }
    }
    for column in 1..<max(grid.columns, 1) {
      var start: Int?
      for row in 0...grid.rows {
        let differs =
          row < grid.rows && labels[row * grid.columns + column] != labels[row * grid.columns + column - 1]
        if differs, start == nil { start = row }
        if !differs, let from = start {
          add(corner(from, column), corner(row, column))
          start = nil
        }
      }
    }
    return .segments(
      Segments(name: name, x0: lines.x0, y0: lines.y0, x1: lines.x1, y1: lines.y1, colourIndex: colourIndex))
  }

  /// Positions of the map's frame, in metres, on the axes of the pictures.
  static func curve(_ name: String, _ places: [SIMD2<Double>], style: Curve.Style = .solid, colourIndex: Int) -> Curve {
    Curve(
      name: name, x: places.map { $0.x * 1e6 }, y: places.map { -$0.y * 1e6 }, style: style, colourIndex: colourIndex)
  }

  func panel(_ title: String, _ marks: [Mark]) -> Panel {
    Panel(
      title: title, x: Axis("x", unit: "um", limits: xExtent), y: Axis("− y", unit: "um", limits: yExtent),
      marks: marks, equalAspect: true)
  }
}
