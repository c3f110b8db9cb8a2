public import ArrayMath

extension Image where Pixel == ComplexFloat {
  /// Σ |P|².
  public var power: Double {
    pixels.withUnsafeBufferPointer { pixels in
      var sum = 0.0
      for i in pixels.indices { sum += Double(pixels[i].squaredModulus) }
      return sum
    }
  }

  /// The field times the number that makes Σ |P|² the photons; a dark field stays dark.
  public func scaled(toPhotons photons: Double) -> ComplexImage {
    let power = power
    guard power > 0 else { return self }
    let factor = Float((photons / power).squareRoot())
    return map { factor * $0 }
  }
}

/// How wide an illumination is.
public struct ProbeExtent: Sendable {
  /// The diameter of the uniform disc whose intensity spreads as far: 2 √2 times the root mean square radius.
  ///
  /// In pixels, rows and columns alike.
  public let diameter: Double
  /// The centre of mass of the intensity, row and column.
  public let centre: (row: Double, column: Double)

  /// - Parameter probes: modes of one shape, whose intensities add.
  public init(of probes: [ComplexImage]) {
    var total = 0.0
    var row = 0.0
    var column = 0.0
    var square = 0.0
    for probe in probes {
      for y in 0..<probe.rows {
        for x in 0..<probe.columns {
          let weight = Double(probe[y, x].squaredModulus)
          total += weight
          row += weight * Double(y)
          column += weight * Double(x)
          square += weight * Double(y * y + x * x)
        }
      }
    }
    guard total > 0 else {
      diameter = 0
      centre = (0, 0)
      return
    }
    row /= total
    column /= total
    diameter = 2 * (2 * max(square / total - row * row - column * column, 0)).squareRoot()
    centre = (row, column)
  }

}
