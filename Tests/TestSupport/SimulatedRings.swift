public import ArrayMath
import Foundation
public import PowderDiffraction

/// A calibrant frame of known geometry: rings that are Gaussian in 2θ on a flat background, averaged over each pixel,
/// with the counts of Poisson's law.
public struct SimulatedRings: Sendable {
  /// Where the plate stands, its pixels and the wavelength.
  public var geometry: DetectorGeometry
  /// Spacings of the calibrant, in metres.
  public var dSpacings: [Double]
  /// Heights of the rings, in counts; the last one goes for all that follow.
  public var heights: [Double]
  /// Counts between the rings.
  public var background: Double
  /// Full width at half maximum, in radians of 2θ.
  public var width: Double
  /// Degree of linear polarisation along axis 2; `nil` leaves out polarisation.
  public var polarisation: Double?
  /// Whether pixels farther from the PONI see less of the sphere.
  public var solidAngle = false

  public init(
    geometry: DetectorGeometry, dSpacings: [Double], height: Double, background: Double, width: Double
  ) {
    self.geometry = geometry
    self.dSpacings = dSpacings
    heights = [height]
    self.background = background
    self.width = width
  }

  /// Spacings of LaB6 (SRM 660c, a = 4.156826 Å), largest first, in metres.
  ///
  /// - Parameter least: the smallest spacing listed, in metres.
  public static func lanthanumHexaboride(least: Double) -> [Double] {
    cubic(4.156826e-10, least: least) { _, _, _ in true }
  }

  /// Spacings of CeO2 (a = 5.41165 Å), largest first, in metres: indices all odd or all even.
  public static func ceria(least: Double) -> [Double] {
    cubic(5.41165e-10, least: least) { h, k, l in h % 2 == k % 2 && k % 2 == l % 2 }
  }

  private static func cubic(_ a: Double, least: Double, _ allowed: (Int, Int, Int) -> Bool) -> [Double] {
    let most = Int((a / least) * (a / least))
    let reach = Int(Double(most).squareRoot())
    var sums: Set<Int> = []
    for h in 0...reach {
      for k in 0...h {
        for l in 0...k where h > 0 && h * h + k * k + l * l <= most && allowed(h, k, l) {
          sums.insert(h * h + k * k + l * l)
        }
      }
    }
    return sums.sorted().map { a / Double($0).squareRoot() }
  }

  /// One frame of counts, C order as a file stores it.
  ///
  /// - Parameters:
  ///   - seed: of the noise; rows draw from streams of their own.
  ///   - noise: whether the counts are drawn or are the expectation itself.
  public func frame(seed: UInt64, noise: Bool = true, threads: Int = 1) throws -> [Float] {
    let shape = geometry.grid.shape
    let pixels = UnsafeMutableBufferPointer<Float>.allocate(capacity: shape.count)
    defer { pixels.deallocate() }
    nonisolated(unsafe) let target = pixels
    try parallelFor(count: shape.rows, threads: threads) { row in
      var generator = SeededGenerator(seed: seed, item: row)
      let place = row * shape.columns
      fillExpectation(row: row, into: UnsafeMutableBufferPointer(rebasing: target[place..<place + shape.columns]))
      guard noise else { return }
      for index in place..<place + shape.columns { target[index] = Float(generator.poisson(Double(target[index]))) }
    }
    return Array(pixels)
  }

  /// The expected counts of one row.
  private func fillExpectation(row: Int, into target: UnsafeMutableBufferPointer<Float>) {
    let wavelength = geometry.wavelength ?? 0
    let angles = dSpacings.compactMap { d -> Double? in
      wavelength < 2 * d ? 2 * asin(wavelength / (2 * d)) : nil
    }
    let sigma = width / 2.3548200450309493
    let reach = 6.5 * sigma
    for column in target.indices {
      let middle = geometry.twoTheta(row: Double(row) + 0.5, column: Double(column) + 0.5)
      var sum = background
      for (index, angle) in angles.enumerated() where abs(middle - angle) < reach {
        let height = heights[min(index, heights.count - 1)]
        // Gauss-Legendre, 3 x 3 points: exact to the fifth order across the pixel.
        var mean = 0.0
        for (u, wu) in Self.nodes {
          for (v, wv) in Self.nodes {
            let twoTheta = geometry.twoTheta(row: Double(row) + u, column: Double(column) + v)
            let z = (twoTheta - angle) / sigma
            mean += wu * wv * exp(-0.5 * z * z)
          }
        }
        sum += height * mean * response(row: row, column: column)
      }
      target[column] = Float(sum)
    }
  }

  private func response(row: Int, column: Int) -> Double {
    let (row, column) = (Double(row) + 0.5, Double(column) + 0.5)
    var factor = 1.0
    if let polarisation {
      let cosine = cos(geometry.twoTheta(row: row, column: column))
      let azimuth = geometry.azimuth(row: row, column: column)
      factor *= 0.5 * (1 + cosine * cosine - polarisation * cos(2 * azimuth) * (1 - cosine * cosine))
    }
    if solidAngle {
      let place = geometry.grid.position(row: row, column: column)
      let (x, y) = (place.axis1 - geometry.poni.poni1, place.axis2 - geometry.poni.poni2)
      let distance = geometry.poni.distance
      factor *= pow(distance / (distance * distance + x * x + y * y).squareRoot(), 3)
    }
    return factor
  }

  private static let nodes: [(Double, Double)] = [
    (0.5 - 0.3872983346207417, 5.0 / 18), (0.5, 8.0 / 18), (0.5 + 0.3872983346207417, 5.0 / 18),
  ]
}

extension SeededGenerator {
  /// A count drawn from Poisson's law: multiplication for small means, W. Hörmann's transformed rejection (PTRS, 1993)
  /// for large ones.
  public mutating func poisson(_ mean: Double) -> Int {
    guard mean > 0 else { return 0 }
    if mean < 10 {
      let limit = exp(-mean)
      var product = uniform()
      var count = 0
      while product > limit {
        product *= uniform()
        count += 1
      }
      return count
    }
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let vr = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = uniform() - 0.5
      let v = uniform()
      let us = 0.5 - abs(u)
      let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
      if us >= 0.07, v <= vr { return Int(k) }
      if k < 0 || (us < 0.013 && v > us) { continue }
      if log(v * inverseAlpha / (a / (us * us) + b)) <= k * log(mean) - mean - lgamma(k + 1) { return Int(k) }
    }
  }
}
