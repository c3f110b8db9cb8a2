internal import ArrayMath
internal import Foundation

/// What the first steps of an alignment need to know about a projection: how its mass is spread over its rows, and whether
/// all of it was seen.
///
/// The sum of a parallel projection along a row does not depend on the angle, as long as nothing reaches beyond the sides of
/// the field. A projection whose sides hold significantly more than a tenth of its mean fails that test.
struct ViewProfiles: Sendable {
  /// Sum along each row over the columns that hold matter, in the projections' unit.
  var mass: [Double]
  /// Sum of each column over the rows.
  var columns: [Double]
  /// Mean of the sides over the mean of all, and its standard uncertainty from noise.
  var sides: Double
  private var sidesNoise: Double
  /// Standard deviation of the noise of a pixel, from second differences.
  var noise: Double
  /// Nothing was measured, or it is the same everywhere.
  var isEmpty: Bool

  /// Part of the mean that the sides may hold.
  static let limit = 0.1

  var total: Double { mass.reduce(0, +) }
  /// Matter reaches beyond the sides of the field.
  var isTruncated: Bool { !isEmpty && sides > Self.limit + 3 * sidesNoise }

  static func all(_ stack: ProjectionStack, threads: Int) throws -> [ViewProfiles] {
    try parallelMap(count: stack.count, threads: threads) { view in
      let start = view * stack.shape.count
      return stack.pixels.withUnsafeBufferPointer { pixels in
        ViewProfiles(UnsafeBufferPointer(rebasing: pixels[start..<start + stack.shape.count]), stack.shape)
      }
    }
  }

  init(_ pixels: UnsafeBufferPointer<Float>, _ shape: FrameShape) {
    mass = []
    columns = [Double](repeating: 0, count: shape.columns)
    let band = max(2, shape.columns / 64)
    var (left, right, measured) = (0.0, 0.0, 0)
    var (least, most) = (Float.infinity, -Float.infinity)
    var differences: [Float] = []
    var line = [Double](repeating: 0, count: shape.columns)
    for row in 0..<shape.rows {
      let values = UnsafeBufferPointer(rebasing: pixels[row * shape.columns..<(row + 1) * shape.columns])
      let seen = Self.fill(&line, values)
      measured += seen.count
      for value in values where !value.isNaN {
        least = min(least, value)
        most = max(most, value)
      }
      for (column, value) in line.enumerated() { columns[column] += value }
      guard seen.count >= 2 * band else { continue }
      for step in 0..<band {
        left += line[seen.lowerBound + step] / Double(band)
        right += line[seen.upperBound - 1 - step] / Double(band)
      }
      var column = 1 + row % 3
      while column + 1 < shape.columns {
        let second = values[column - 1] - 2 * values[column] + values[column + 1]
        if !second.isNaN { differences.append(abs(second)) }
        column += 3
      }
    }
    noise = Double(median(differences)) * 1.4826 / 6.0.squareRoot()
    (sides, sidesNoise) = (0, 0)
    isEmpty = measured == 0 || !(most > least)
    let reach = extent(margin: 3)
    for row in 0..<shape.rows {
      _ = Self.fill(&line, UnsafeBufferPointer(rebasing: pixels[row * shape.columns..<(row + 1) * shape.columns]))
      mass.append(line[reach].reduce(0, +))
    }
    let mean = columns.reduce(0, +) / Double(max(measured, 1)) * Double(shape.rows)
    guard mean != 0 else { return }
    sides = max(abs(left), abs(right)) / abs(mean)
    sidesNoise = noise * (Double(shape.rows) / Double(band)).squareRoot() / abs(mean)
  }

  /// Pixels that were not measured lie on a line between their neighbours, and are 0 beyond the last one.
  ///
  /// - Returns: from the first to the last pixel that was measured.
  private static func fill(_ line: inout [Double], _ values: UnsafeBufferPointer<Float>) -> Range<Int> {
    guard let first = values.firstIndex(where: { !$0.isNaN }), let last = values.lastIndex(where: { !$0.isNaN }) else {
      for column in line.indices { line[column] = 0 }
      return 0..<0
    }
    var before = first
    for column in values.indices {
      guard column >= first, column <= last else {
        line[column] = 0
        continue
      }
      if !values[column].isNaN {
        line[column] = Double(values[column])
        before = column
        continue
      }
      var after = column + 1
      while values[after].isNaN { after += 1 }
      let part = Double(column - before) / Double(after - before)
      line[column] = (1 - part) * Double(values[before]) + part * Double(values[after])
    }
    return first..<last + 1
  }
}

/// The middle value, 0 for none.
func median<Value: BinaryFloatingPoint>(_ values: [Value]) -> Value {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  return values.count.isMultiple(of: 2)
    ? (sorted[values.count / 2 - 1] + sorted[values.count / 2]) / 2 : sorted[values.count / 2]
}
