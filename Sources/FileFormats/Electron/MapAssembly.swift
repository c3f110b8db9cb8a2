import Crystallography
import ElectronDiffraction
import Foundation

/// Puts the points of a file, which come in any order, at their places of a grid.
struct MapAssembly {
  let file: String
  /// What the file says of its grid; nil where it does not. Steps in metres.
  var rows: Int?
  var columns: Int?
  var stepX: Double?
  var stepY: Double?
  /// Whether the file calls its grid hexagonal.
  var isHexagonal = false
  private(set) var notes: [String] = []

  init(file: String, rows: Int? = nil, columns: Int? = nil, stepX: Double? = nil, stepY: Double? = nil) {
    (self.file, self.rows, self.columns, self.stepX, self.stepY) = (file, rows, columns, stepX, stepY)
  }

  private struct Places {
    var cells: [(row: Int, column: Int)]
    /// Where even and odd rows begin.
    var left: [Double]
  }

  /// How far a point may lie off its place, in steps.
  private static let tolerance = 0.2

  /// The points at their places; places without one are not indexed.
  ///
  /// - Throws: what ``arrange(_:)`` throws.
  mutating func assemble(_ points: [MapPoint]) throws -> (grid: MapGrid, points: [MapPoint]) {
    let arranged = try arrange(points)
    let grid = arranged.grid
    var filled = arranged.origins.indices.flatMap { row in
      (0..<grid.columns).map { column in
        MapPoint(
          x: arranged.origins[row].x + Double(column) * grid.stepX, y: arranged.origins[row].y, phase: 0,
          orientation: .identity, status: .notIndexed)
      }
    }
    for (point, place) in zip(points, arranged.places) { filled[place] = point }
    return (grid, filled)
  }

  /// A grid, the place of each point on it (row by row), and the position of the first place of each row.
  struct Arrangement {
    var grid: MapGrid
    var places: [Int]
    var origins: [SIMD2<Double>]
  }

  /// Finds the grid on which the points lie.
  ///
  /// Where the points lie decides whether the grid is square or hexagonal, not what the file calls it.
  ///
  /// - Throws: ``FormatError`` when the points fit on no grid, when two share a place, when more than half are missing.
  mutating func arrange(_ points: [MapPoint]) throws -> Arrangement {
    guard !points.isEmpty else { throw FormatError(file, "holds no point") }
    let steps = Self.steps(of: points)
    let (x, y) = (positive(stepX) ?? steps.x, positive(stepY) ?? steps.y)
    // What the file states first, then what the points show, then hexagonal grids of either step.
    var tries: [(MapGrid.Kind, Double, Double)] = [(.square, x, y), (.square, steps.x, steps.y)]
    tries += [(.hexagonal, x, y), (.hexagonal, x, x * 0.75.squareRoot()), (.hexagonal, steps.x, steps.y)]
    for (kind, stepX, stepY) in tries {
      guard let places = places(of: points, kind, stepX, stepY) else { continue }
      if isHexagonal != (kind == .hexagonal), points.count > 1 {
        notes.append(
          "the file calls its grid \(isHexagonal ? "hexagonal" : "square"), but its points lie on a \(kind) one")
      }
      return try fill(points, places, kind, stepX, stepY)
    }
    guard let places = placesInOrder(of: points, x, y) else {
      throw FormatError(
        file, "its points lie on no grid with steps of \(x * 1e6) and \(y * 1e6) um; correct the steps in its header")
    }
    notes.append("positions are rounded more coarsely than a step; the order of the points gives their places")
    return try fill(points, places, .square, x, y)
  }

  /// Points that lie anywhere.
  mutating func scattered(_ points: [MapPoint]) throws -> (grid: MapGrid, points: [MapPoint]) {
    guard !points.isEmpty else { throw FormatError(file, "holds no point") }
    notes.append("the points lie on no grid: they have no neighbours, so there are no grains")
    return (MapGrid(rows: 1, columns: points.count, stepX: 0, stepY: 0, kind: .scattered), points)
  }

  private func positive(_ value: Double?) -> Double? { value.flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }

  /// The distances of neighbours that the positions show.
  private static func steps(of points: [MapPoint]) -> (x: Double, y: Double) {
    func least(_ values: [Double]) -> Double {
      let sorted = values.sorted()
      let extent = (sorted.last ?? 0) - (sorted.first ?? 0)
      var least = Double.infinity
      for (low, high) in zip(sorted, sorted.dropFirst()) where high - low > 1e-5 * extent {
        least = min(least, high - low)
      }
      return least.isFinite ? least : 0
    }
    let first = points[0].y
    let row = points.filter { abs($0.y - first) <= 1e-12 }
    let (x, y) = (least(row.map(\.x)), least(points.map(\.y)))
    // A single row or column has the step of its other axis.
    return (x > 0 ? x : (y > 0 ? y : 1e-6), y > 0 ? y : (x > 0 ? x : 1e-6))
  }

  /// The row and column of each point; nil where one lies off the grid.
  private func places(
    of points: [MapPoint], _ kind: MapGrid.Kind, _ stepX: Double, _ stepY: Double
  ) -> Places? {
    let top = points.reduce(Double.infinity) { min($0, $1.y) }
    var left = [Double.infinity, .infinity]
    var rows: [Int] = []
    rows.reserveCapacity(points.count)
    for point in points {
      let place = (point.y - top) / stepY
      let row = place.rounded()
      guard row < 1e8, abs(place - row) < Self.tolerance else { return nil }
      rows.append(Int(row))
      let parity = kind == .square ? 0 : Int(row) % 2
      left[parity] = min(left[parity], point.x)
    }
    if kind == .hexagonal {
      // Rows of the two kinds begin half a step apart.
      let shift = ((left[1] - left[0]) / stepX).magnitude
      guard abs(shift - 0.5) < Self.tolerance else { return nil }
    }
    var places: [(row: Int, column: Int)] = []
    places.reserveCapacity(points.count)
    for (point, row) in zip(points, rows) {
      let place = (point.x - left[kind == .square ? 0 : row % 2]) / stepX
      let column = place.rounded()
      guard column < 1e8, abs(place - column) < Self.tolerance else { return nil }
      places.append((row, Int(column)))
    }
    if kind == .square { left[1] = left[0] }
    return Places(cells: places, left: left)
  }

  /// Row by row, for files that write positions with five digits; nil where the positions contradict it.
  private func placesInOrder(of points: [MapPoint], _ x: Double, _ y: Double) -> Places? {
    guard let rows, let columns, columns > 0, points.count == rows.multipliedReportingOverflow(by: columns).partialValue
    else { return nil }
    let (left, top) = (points[0].x, points[0].y)
    let places = points.indices.map { (row: $0 / columns, column: $0 % columns) }
    for (point, place) in zip(points, places) {
      let offX = abs(point.x - left - Double(place.column) * x)
      let offY = abs(point.y - top - Double(place.row) * y)
      guard offX < Self.tolerance * x + 1e-4 * abs(point.x), offY < Self.tolerance * y + 1e-4 * abs(point.y) else {
        return nil
      }
    }
    return Places(cells: places, left: [left, left])
  }

  private mutating func fill(
    _ points: [MapPoint], _ found: Places, _ kind: MapGrid.Kind, _ stepX: Double, _ stepY: Double
  ) throws -> Arrangement {
    let rows = max((found.cells.map(\.row).max() ?? 0) + 1, self.rows ?? 0)
    let columns = max((found.cells.map(\.column).max() ?? 0) + 1, self.columns ?? 0)
    if let stated = self.columns, stated > 0, columns > stated {
      notes.append("the file states \(stated) columns, its points fill \(columns)")
    }
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count <= OrientationMapFile.largestPointCount else {
      throw FormatError(file, "claims a map of \(rows) x \(columns) points")
    }
    guard points.count >= count - count / 2 else {
      throw FormatError(
        file, "holds \(points.count) of the \(count) points of its \(rows) x \(columns) grid; it seems cut short")
    }
    var isFilled = [Bool](repeating: false, count: count)
    var places: [Int] = []
    places.reserveCapacity(points.count)
    for cell in found.cells {
      let place = cell.row * columns + cell.column
      guard !isFilled[place] else {
        throw FormatError(file, "has two points at row \(cell.row), column \(cell.column)")
      }
      isFilled[place] = true
      places.append(place)
    }
    let missing = count - points.count
    if missing > 0, missing != (kind == .hexagonal ? rows / 2 : 0) {
      notes.append("\(missing) of \(count) points are missing in the file; they count as not indexed")
    }
    let top = points.reduce(Double.infinity) { min($0, $1.y) }
    return Arrangement(
      grid: MapGrid(rows: rows, columns: columns, stepX: stepX, stepY: stepY, kind: kind), places: places,
      origins: (0..<rows).map { SIMD2(found.left[$0 % 2], top + Double($0) * stepY) })
  }
}
