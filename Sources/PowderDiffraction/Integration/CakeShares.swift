/// The bins of a cake that one pixel belongs to.
struct CakeShares: ~Copyable {
  /// The bins, ascending, and the share of each in units that add up.
  private(set) var shares: [(bin: Int, quanta: Int)] = []

  private var radial: PixelShares
  private var azimuthal: PixelShares
  private var areas: [Double] = []

  init(radialBins: Int, azimuthalBins: Int) {
    radial = PixelShares(bins: radialBins)
    azimuthal = PixelShares(bins: azimuthalBins)
  }

  mutating func clear() { shares.removeAll(keepingCapacity: true) }

  mutating func share(
    _ radii: borrowing RowRadii, _ azimuths: borrowing RowAzimuths, _ column: Int, _ axis: BinAxis,
    _ azimuthalAxis: BinAxis, _ splitting: PixelSplitting
  ) {
    clear()
    switch splitting {
    case .none:
      azimuthal.assign(place: azimuthalAxis.place(azimuths.centre(column)), bins: azimuthalAxis.count)
      radii.share(column, on: axis, into: &radial)
      multiply(axis)
    case .box:
      let (centre, reach) = (azimuths.centre(column), azimuths.reach(column))
      azimuthal.spread(
        from: azimuthalAxis.place(centre - reach), to: azimuthalAxis.place(centre + reach), bins: azimuthalAxis.count)
      radii.share(column, on: axis, into: &radial)
      multiply(axis)
    case .full:
      cut(radii.corners(column), Self.beside(azimuths.centre(column), azimuths.corners(column)), axis, azimuthalAxis)
    }
  }

  /// Corners on the same side of χ = ±π as the centre.
  private static func beside(_ centre: Double, _ corners: SIMD4<Double>) -> SIMD4<Double> {
    var corners = corners
    for index in 0..<4 {
      if corners[index] - centre > .pi { corners[index] -= 2 * .pi }
      if centre - corners[index] > .pi { corners[index] += 2 * .pi }
    }
    return corners
  }

  /// Shares of a rectangle are products; the last bin of each row gets what rounding leaves.
  private mutating func multiply(_ axis: BinAxis) {
    guard radial.count > 0, azimuthal.count > 0 else { return }
    let unit = 1 / Double(PixelShares.unit)
    for row in 0..<azimuthal.count {
      var left = azimuthal.quanta[row]
      for column in 0..<radial.count {
        let isLast = column == radial.count - 1
        let product = Int((Double(azimuthal.quanta[row]) * Double(radial.quanta[column]) * unit).rounded(.down))
        let quanta = isLast ? left : product
        left -= quanta
        let bin = (azimuthal.first + row) * axis.count + radial.first + column
        if quanta > 0 { shares.append((bin, quanta)) }
      }
    }
  }

  /// Cuts the quadrilateral of the corners at the edges of the bins of both axes.
  private mutating func cut(
    _ radii: SIMD4<Double>, _ azimuths: SIMD4<Double>, _ axis: BinAxis, _ azimuthalAxis: BinAxis
  ) {
    guard radii.max() >= axis.lower, radii.min() <= axis.upper, azimuths.max() >= azimuthalAxis.lower,
      azimuths.min() < azimuthalAxis.upper
    else { return }
    let x = ((radii - axis.lower) / axis.width).clamped(
      lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: Double(axis.count).nextDown))
    let y = ((azimuths - azimuthalAxis.lower) / azimuthalAxis.width).clamped(
      lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: Double(azimuthalAxis.count).nextDown))
    let (firstRow, lastRow) = (Int(y.min()), Int(y.max()))
    let (first, last) = (Int(x.min()), Int(x.max()))
    if firstRow == lastRow, first == last {
      shares.append((firstRow * axis.count + first, PixelShares.unit))
      return
    }
    let (rows, columns) = (lastRow - firstRow + 1, last - first + 1)
    areas.removeAll(keepingCapacity: true)
    areas.append(contentsOf: repeatElement(0, count: rows * columns))
    let (left, bottom) = (x - Double(first), y - Double(firstRow))
    for corner in 0..<4 {
      let next = (corner + 1) & 3
      addEdge(left[corner], bottom[corner], left[next], bottom[next], rows: rows, columns: columns)
    }
    let total = areas.reduce(0, +)
    guard total != 0, total.isFinite else { return }
    var reached = 0.0
    var given = 0
    for row in 0..<rows {
      for column in 0..<columns {
        reached += max(areas[row * columns + column] / total, 0)
        let upTo = min(Int((reached * Double(PixelShares.unit)).rounded()), PixelShares.unit)
        if upTo > given { shares.append(((firstRow + row) * axis.count + first + column, upTo - given)) }
        given = max(given, upTo)
      }
    }
    if given < PixelShares.unit, !shares.isEmpty { shares[shares.count - 1].quanta += PixelShares.unit - given }
  }

  /// Adds the area under an edge, with the sign of its direction, to the bins of each column it passes.
  ///
  /// As in pyFAI a column is filled from below, each bin as wide as the edge is there: exact between columns, and an
  /// approximation between rows where the edge passes from one to the next.
  private mutating func addEdge(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, rows: Int, columns: Int) {
    guard x0 != x1 else { return }
    let slope = (y1 - y0) / (x1 - x0)
    let intercept = y1 - slope * x1
    let sign: Double = x0 < x1 ? 1 : -1
    let (left, right) = (min(x0, x1), max(x0, x1))
    for column in max(Int(left), 0)...min(Int(right), columns - 1) {
      let from = max(left, Double(column))
      let to = min(right, Double(column + 1))
      guard to > from else { continue }
      var rest = (to - from) * (0.5 * slope * (from + to) + intercept)
      var row = 0
      while rest > 0, row < rows {
        let area = min(rest, to - from)
        areas[row * columns + column] += sign * area
        rest -= area
        row += 1
      }
    }
  }
}
