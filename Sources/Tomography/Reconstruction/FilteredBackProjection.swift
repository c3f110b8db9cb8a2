public import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Filtered back-projection of parallel projections.
///
/// With q the projection filtered along its rows and w the part of half a turn that it stands for,
/// f(x, y) = Σ w q(x cos θ + y sin θ), in the projections' unit a pixel: a disc of radius R pixels whose projection is
/// 2√(R² − t²) comes out as 1, whatever the number and spacing of angles.
public struct FilteredBackProjection: Sendable {
  public var filter: RampFilter
  /// Rows and columns of the slices; nil is the width of the projections. Beyond the circle that every projection sees,
  /// voxels are 0.
  public var size: Int?

  public init(_ filter: RampFilter = RampFilter(), size: Int? = nil) {
    self.filter = filter
    self.size = size
  }

  /// The volume, a slice for every row of the projections.
  ///
  /// - Parameters:
  ///   - stack: pixels that were not measured (NaN) count as 0.
  ///   - threads: the result does not depend on it.
  public func callAsFunction(_ stack: ProjectionStack, threads: Int) throws -> ScalarVolume {
    let (rows, columns) = (stack.shape.rows, stack.shape.columns)
    let size = size ?? columns
    let geometry = stack.geometry
    let weights = geometry.angularWeights
    let kernel: [Double] = (0..<columns).map { n in
      if n == 0 { return 0.25 }
      return n.isMultiple(of: 2) ? 0 : -1 / (Double.pi * Double.pi * Double(n * n))
    }
    precondition(filter.window == .ramp && filter.cutOff == 1, "the first version knows the ramp alone")
    let slices: [[Float]] = try parallelMap(count: rows, threads: threads) { slice -> [Float] in
      var plane = [Float](repeating: 0, count: size * size)
      var filtered = [Double](repeating: 0, count: columns)
      for view in 0..<geometry.count {
        let shift = geometry.displacements[view]
        let line = Double(slice) + shift.rows
        let (top, part) = (Int(line.rounded(.down)), line - line.rounded(.down))
        func value(_ column: Int) -> Double {
          func at(_ row: Int) -> Double {
            guard (0..<rows).contains(row) else { return 0 }
            let pixel = stack.pixels[(view * rows + row) * columns + column]
            return pixel.isNaN ? 0 : Double(pixel)
          }
          return part == 0 ? at(top) : (1 - part) * at(top) + part * at(top + 1)
        }
        let values = (0..<columns).map(value)
        for t in 0..<columns {
          var sum = 0.0
          for s in 0..<columns { sum += kernel[abs(t - s)] * values[s] }
          filtered[t] = sum * weights[view]
        }
        let angle = geometry.sense.sign * geometry.angles[view]
        let (c, s) = (cos(angle), sin(angle))
        let lean = tan(geometry.axisTilt) * (Double(slice) + 0.5 + shift.rows - Double(rows) / 2)
        let axis = geometry.axisColumn + shift.columns - lean
        for i in 0..<size {
          let y = Double(i) + 0.5 - Double(size) / 2
          for j in 0..<size {
            let x = Double(j) + 0.5 - Double(size) / 2
            guard x * x + y * y <= Double(size * size) / 4 else { continue }
            let column = axis + x * c + y * s - 0.5
            let left = Int(column.rounded(.down))
            guard left >= 0, left + 1 < columns else { continue }
            let f = column - Double(left)
            plane[i * size + j] += Float((1 - f) * filtered[left] + f * filtered[left + 1])
          }
        }
      }
      return plane
    }
    return ScalarVolume(Array(slices.joined()), shape: VolumeShape(slices: rows, rows: size, columns: size))
  }
}
