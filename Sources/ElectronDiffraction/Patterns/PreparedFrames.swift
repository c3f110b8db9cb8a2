public import ArrayMath
import Foundation

/// Patterns of a source with their background removed, as single precision numbers.
///
/// A pattern without a usable pixel, or without any spread, becomes one of zeros.
public struct PreparedFrames<Source: FrameSource>: FrameSource {
  public let source: Source
  public let preparation: PatternPreparation
  /// An orthonormal basis of the polynomials over all pixels, one function after the other.
  private let basis: [[Float]]

  public var shape: FrameShape { source.shape }
  public var pixelType: PixelType { .float32 }
  public var count: Int { source.count }

  /// - Throws: ``PatternPreparationError``.
  public init(_ source: Source, _ preparation: PatternPreparation) throws(PatternPreparationError) {
    (self.source, self.preparation) = (source, preparation)
    let size = source.shape.count
    if let background = preparation.staticBackground, background.count != size {
      throw .otherSize(name: "static background", found: background.count, expected: size)
    }
    if let unusable = preparation.unusable, unusable.count != size {
      throw .otherSize(name: "mask", found: unusable.count, expected: size)
    }
    if let blur = preparation.dynamicBlur, !(blur.isFinite && blur >= 1) {
      throw .badSetting(name: "the blur of the dynamic background", found: "\(blur) rows", expected: "1 or more")
    }
    if let degree = preparation.polynomialDegree, !(1...6 ~= degree) {
      throw .badSetting(name: "the degree of the background's polynomial", found: "\(degree)", expected: "1 to 6")
    }
    basis = preparation.polynomialDegree.map { Self.polynomials(degree: $0, shape: source.shape) } ?? []
  }

  public func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var pattern = try source.floats(frame: index)
    prepare(&pattern)
    pattern.withUnsafeBytes { buffer.copyMemory(from: $0) }
  }

  /// Removes the background of one pattern.
  private func prepare(_ pattern: inout [Float]) {
    let limit = preparation.saturation ?? .infinity
    var usable = pattern.map { $0.isFinite && $0 < limit }
    if let unusable = preparation.unusable {
      for index in usable.indices where unusable[index] { usable[index] = false }
    }
    if let background = preparation.staticBackground {
      for index in pattern.indices {
        switch preparation.staticRemoval {
        case .subtract: pattern[index] -= background[index]
        case .divide: pattern[index] /= background[index]
        }
        if !pattern[index].isFinite { usable[index] = false }
      }
    }
    guard let mean = Self.fill(&pattern, usable: usable) else {
      pattern = [Float](repeating: 0, count: pattern.count)
      return
    }
    if !basis.isEmpty {
      var fit = fitted(pattern)
      // What the fit says of unusable pixels takes their place, until it no longer changes the fit.
      for _ in 0..<(usable.contains(false) ? 8 : 0) {
        for index in pattern.indices where !usable[index] { pattern[index] = fit[index] }
        fit = fitted(pattern)
      }
      remove(fit, from: &pattern, by: preparation.polynomialRemoval, floor: 1e-3 * abs(mean))
      _ = Self.fill(&pattern, usable: usable)
    }
    if let blur = preparation.dynamicBlur {
      let smooth = blurred(pattern, sigma: blur)
      remove(smooth, from: &pattern, by: preparation.dynamicRemoval, floor: 1e-3 * abs(mean))
      _ = Self.fill(&pattern, usable: usable)
    }
  }

  /// Sets unusable pixels to the mean of the others, which it returns; nil where there are none.
  private static func fill(_ pattern: inout [Float], usable: [Bool]) -> Float? {
    var (sum, count) = (0.0, 0)
    for index in pattern.indices where usable[index] {
      sum += Double(pattern[index])
      count += 1
    }
    guard count > 0 else { return nil }
    let mean = Float(sum / Double(count))
    for index in pattern.indices where !usable[index] { pattern[index] = mean }
    return mean
  }

  /// - Parameter floor: a background below it divides by it.
  private func remove(
    _ background: [Float], from pattern: inout [Float], by removal: PatternPreparation.Removal, floor: Float
  ) {
    for index in pattern.indices {
      switch removal {
      case .subtract: pattern[index] -= background[index]
      case .divide: pattern[index] /= max(background[index], floor, .leastNormalMagnitude)
      }
    }
  }

  private func fitted(_ pattern: [Float]) -> [Float] {
    var fit = [Float](repeating: 0, count: pattern.count)
    for function in basis {
      var product: Float = 0
      for index in pattern.indices { product += function[index] * pattern[index] }
      for index in pattern.indices { fit[index] += product * function[index] }
    }
    return fit
  }

  /// Products of Legendre-like powers up to a total degree, made orthonormal by Gram and Schmidt, twice for rounding.
  private static func polynomials(degree: Int, shape: FrameShape) -> [[Float]] {
    var basis: [[Double]] = []
    for total in 0...degree {
      for power in 0...total {
        var function = (0..<shape.count).map { index in
          let x = 2 * (Double(index % shape.columns) + 0.5) / Double(shape.columns) - 1
          let y = 2 * (Double(index / shape.columns) + 0.5) / Double(shape.rows) - 1
          return pow(x, Double(total - power)) * pow(y, Double(power))
        }
        for _ in 0..<2 {
          for other in basis {
            let product = zip(function, other).reduce(0) { $0 + $1.0 * $1.1 }
            for index in function.indices { function[index] -= product * other[index] }
          }
        }
        let norm = function.reduce(0) { $0 + $1 * $1 }.squareRoot()
        // A pattern of few rows or columns does not tell all powers apart.
        if norm > 1e-9 { basis.append(function.map { $0 / norm }) }
      }
    }
    return basis.map { $0.map { Float($0) } }
  }

  /// A Gaussian blur that counts what is inside the pattern only, by three running means in each direction, whose widths
  /// add up to the variance (Kovesi, DICTA (2010)).
  private func blurred(_ pattern: [Float], sigma: Double) -> [Float] {
    var values = pattern
    let width = max(3, Int((4 * sigma * sigma + 1).squareRoot().rounded()) | 1)
    for _ in 0..<3 {
      for row in 0..<shape.rows { runningMean(&values, from: row * shape.columns, step: 1, count: shape.columns, width) }
      for column in 0..<shape.columns {
        runningMean(&values, from: column, step: shape.columns, count: shape.rows, width)
      }
    }
    return values
  }

  private func runningMean(_ values: inout [Float], from first: Int, step: Int, count: Int, _ width: Int) {
    let half = width / 2
    let line = (0..<count).map { values[first + $0 * step] }
    var (sum, inside) = (0.0, 0)
    for index in 0..<min(half, count) {
      sum += Double(line[index])
      inside += 1
    }
    for index in 0..<count {
      if index + half < count {
        sum += Double(line[index + half])
        inside += 1
      }
      if index - half - 1 >= 0 {
        sum -= Double(line[index - half - 1])
        inside -= 1
      }
      values[first + index * step] = Float(sum / Double(inside))
    }
  }
}
