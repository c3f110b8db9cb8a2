public import ArrayMath

extension Reconstruction {
  /// Photons that fell on each pixel of the object over the whole scan, Σ_j Σ_k |P_k(r − R_j)|², windows at their nearest
  /// whole pixels.
  public func illumination() -> ScalarImage {
    guard let window = probes.first?.shape else { return ScalarImage(repeating: 0, shape: object.shape) }
    var intensity = [Float](repeating: 0, count: window.count)
    for probe in probes {
      for i in intensity.indices { intensity[i] += probe.pixels[i].squaredModulus }
    }
    var sum = ScalarImage(repeating: 0, shape: object.shape)
    let columns = object.columns
    sum.pixels.withUnsafeMutableBufferPointer { sum in
      for position in positions {
        let (top, left) = position.rounded
        for row in 0..<window.rows {
          let line = (top + row) * columns + left
          for column in 0..<window.columns { sum[line + column] += intensity[row * window.columns + column] }
        }
      }
    }
    return sum
  }

  /// The illumination where it is at least a share of its largest value, and 0 elsewhere: weights for comparing objects
  /// within what was scanned.
  public func scanWeights(above share: Double = 0.1) -> ScalarImage {
    let light = illumination()
    let least = Float(share) * (light.pixels.max() ?? 0)
    return light.map { $0 >= least ? $0 : 0 }
  }
}
