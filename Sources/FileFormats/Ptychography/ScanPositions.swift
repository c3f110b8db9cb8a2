import Ptychography

/// Positions from the coordinates that files hold.
enum ScanPositions {
  /// From (x, y) or (x, y, z) for each pattern, as CXI keeps translations.
  ///
  /// - Throws: ``FormatError`` when the last axis is none of coordinates.
  static func positions(
    translations: (values: [Double], shape: [Int], units: String?), unit: Double, _ file: String, _ place: String
  ) throws -> [ScanPosition] {
    guard let last = translations.shape.last, last == 2 || last == 3 else {
      throw FormatError(
        file, at: place, "has the shape \(translations.shape); translations are (patterns, 3): x, y and z")
    }
    return stride(from: 0, to: translations.values.count, by: last).map {
      ScanPosition(y: translations.values[$0 + 1] * unit, x: translations.values[$0] * unit)
    }
  }

  /// From the coordinates of two axes: one a pattern each, or one for each row and each column of a raster.
  ///
  /// - Parameter scanShape: the axes of the patterns before the last two.
  /// - Returns: `nil` where the numbers of coordinates do not fit.
  static func positions(y: [Double], x: [Double], scanShape: [Int]) -> [ScanPosition]? {
    let count = scanShape.reduce(1, *)
    if y.count == count, x.count == count { return zip(y, x).map { ScanPosition(y: $0, x: $1) } }
    guard scanShape.count == 2, y.count == scanShape[0] || y.count == count,
      x.count == scanShape[1] || x.count == count
    else { return nil }
    return (0..<count).map { index in
      ScanPosition(
        y: y.count == count ? y[index] : y[index / scanShape[1]],
        x: x.count == count ? x[index] : x[index % scanShape[1]])
    }
  }
}
