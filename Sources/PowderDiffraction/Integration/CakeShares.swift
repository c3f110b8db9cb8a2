/// The bins of a cake that one pixel belongs to.
struct CakeShares {
  /// The bins, ascending, and the share of each in units that add up.
  private(set) var shares: [(bin: Int, quanta: Int)] = []

  private var radial = PixelShares()
  private var azimuthal = PixelShares()
  private var areas: [(bin: Int, area: Double)] = []

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
  private mutating func cut(_ radii: SIMD4<Double>, _ azimuths: SIMD4<Double>, _ axis: BinAxis, _ azimuthalAxis: BinAxis) {
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
    let quadrilateral = (0..<4).map { SIMD2(x[$0], y[$0]) }
    areas.removeAll(keepingCapacity: true)
    var total = 0.0
    for row in firstRow...lastRow {
      let strip =
        firstRow == lastRow
        ? quadrilateral : Polygon.clipped(Polygon.clipped(quadrilateral, 1, above: Double(row)), 1, below: Double(row + 1))
      for column in first...last {
        let cell =
          first == last ? strip : Polygon.clipped(Polygon.clipped(strip, 0, above: Double(column)), 0, below: Double(column + 1))
        let area = abs(Polygon.area(cell))
        if area > 0 { areas.append((row * axis.count + column, area)) }
        total += area
      }
    }
    guard total > 0 else { return }
    var reached = 0.0
    var given = 0
    for (bin, area) in areas {
      reached += area
      let upTo = min(Int((reached / total * Double(PixelShares.unit)).rounded()), PixelShares.unit)
      if upTo > given { shares.append((bin, upTo - given)) }
      given = max(given, upTo)
    }
  }
}

/// Polygons as lists of corners.
enum Polygon {
  static func area(_ corners: [SIMD2<Double>]) -> Double {
    guard let origin = corners.first else { return 0 }
    var sum = 0.0
    for index in corners.indices {
      let a = corners[index] - origin
      let b = corners[index + 1 < corners.count ? index + 1 : 0] - origin
      sum += a.x * b.y - a.y * b.x
    }
    return sum / 2
  }

  /// What lies above, or below, a line across an axis (Sutherland & Hodgman 1974).
  static func clipped(_ corners: [SIMD2<Double>], _ axis: Int, above: Double) -> [SIMD2<Double>] {
    clipped(corners, axis, at: above, sign: 1)
  }

  static func clipped(_ corners: [SIMD2<Double>], _ axis: Int, below: Double) -> [SIMD2<Double>] {
    clipped(corners, axis, at: below, sign: -1)
  }

  private static func clipped(_ corners: [SIMD2<Double>], _ axis: Int, at edge: Double, sign: Double) -> [SIMD2<Double>] {
    var result: [SIMD2<Double>] = []
    for index in corners.indices {
      let a = corners[index]
      let b = corners[index + 1 < corners.count ? index + 1 : 0]
      let (heightA, heightB) = (sign * (a[axis] - edge), sign * (b[axis] - edge))
      if heightA >= 0 { result.append(a) }
      if (heightA > 0 && heightB < 0) || (heightA < 0 && heightB > 0) {
        result.append(a + (b - a) * (heightA / (heightA - heightB)))
      }
    }
    return result
  }
}
