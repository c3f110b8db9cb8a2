public import ArrayMath
internal import Foundation

extension Volume where Voxel == Float {
  /// The volume smoothed by a Gaussian; at its faces, and beside voxels that are NaN, by the part of it that is there.
  ///
  /// - Parameters:
  ///   - deviation: standard deviation in voxels; 0 changes nothing.
  ///   - threads: the result does not depend on it.
  /// - Returns: NaN where the volume is.
  public func smoothed(deviation: Double, threads: Int) throws -> ScalarVolume {
    guard deviation > 0, shape.count > 0 else { return self }
    let reach = Int((3.5 * deviation).rounded(.up))
    let kernel = (0...reach).map { Float(exp(-0.5 * Double($0 * $0) / (deviation * deviation))) }
    let holes = voxels.contains { !$0.isFinite }
    var values = self
    if holes {
      for index in values.voxels.indices where !values.voxels[index].isFinite { values.voxels[index] = 0 }
    }
    try values.convolve(kernel, threads: threads)
    if holes {
      var weights = map { $0.isFinite ? Float(1) : 0 }
      try weights.convolve(kernel, threads: threads)
      for index in voxels.indices {
        values.voxels[index] = voxels[index].isFinite ? values.voxels[index] / weights.voxels[index] : .nan
      }
    }
    return values
  }

  /// Convolves along each axis with a symmetric kernel, divided by the sum of what lies inside.
  private mutating func convolve(_ kernel: [Float], threads: Int) throws {
    let (slices, rows, columns) = (shape.slices, shape.rows, shape.columns)
    func norms(_ length: Int) -> [Float] {
      (0..<length).map { place in
        1
          / kernel.indices.reduce(Float(0)) { sum, k in
            let left: Float = place - k >= 0 ? kernel[k] : 0
            let right: Float = place + k < length ? kernel[k] : 0
            return sum + (k == 0 ? kernel[0] : left + right)
          }
      }
    }
    let (across, down, through) = (norms(columns), norms(rows), norms(slices))
    try voxels.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let field = base
      try parallelFor(count: slices, threads: threads) { slice in
        let plane = field + slice * rows * columns
        withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { line in
          guard let line = line.baseAddress else { return }
          for row in 0..<rows {
            let source = plane + row * columns
            line.update(from: source, count: columns)
            for column in 0..<columns { source[column] = kernel[0] * line[column] }
            for k in 1..<kernel.count where k < columns {
              let factor = kernel[k]
              for column in 0..<columns - k { source[column] += factor * line[column + k] }
              for column in k..<columns { source[column] += factor * line[column - k] }
            }
            for column in 0..<columns { source[column] *= across[column] }
          }
        }
        Self.convolveLines(plane, length: rows, stride: columns, width: columns, kernel, down)
      }
      try parallelFor(count: rows, threads: threads) { row in
        Self.convolveLines(
          field + row * columns, length: slices, stride: rows * columns, width: columns, kernel, through)
      }
    }
  }

  /// Convolves lines of `width` neighbours with each other.
  private static func convolveLines(
    _ field: UnsafeMutablePointer<Float>, length: Int, stride: Int, width: Int, _ kernel: [Float], _ norms: [Float]
  ) {
    // Strips of a cache line or two, so that the copy stays small.
    let block = 32
    withUnsafeTemporaryAllocation(of: Float.self, capacity: length * block) { copy in
      guard let copy = copy.baseAddress else { return }
      for first in Swift.stride(from: 0, to: width, by: block) {
        let count = Swift.min(block, width - first)
        for index in 0..<length { (copy + index * block).update(from: field + index * stride + first, count: count) }
        for index in 0..<length {
          let target = field + index * stride + first
          let middle = copy + index * block
          for i in 0..<count { target[i] = kernel[0] * middle[i] }
          for k in 1..<kernel.count {
            let factor = kernel[k]
            if index + k < length {
              let other = copy + (index + k) * block
              for i in 0..<count { target[i] += factor * other[i] }
            }
            if index >= k {
              let other = copy + (index - k) * block
              for i in 0..<count { target[i] += factor * other[i] }
            }
          }
          let norm = norms[index]
          for i in 0..<count { target[i] *= norm }
        }
      }
    }
  }
}
