import Foundation

/// Adds what a ``RadialTable`` holds to rows of an image.
struct RadialKernel: Sendable {
  private let map: PlateMap
  private let table: RadialTable
  private let isotropic, polarisation: Double
  private let efficiency: SensorEfficiency?
  private let rules: [GaussLegendre]

  /// - Parameter isotropic: photons per steradian that know no polarisation.
  init(map: PlateMap, table: RadialTable, isotropic: Double, polarisation: Double, efficiency: SensorEfficiency?) {
    self.map = map
    self.table = table
    self.isotropic = isotropic
    self.polarisation = polarisation
    self.efficiency = efficiency
    let most = Int(table.samples.max() ?? 1)
    rules = (0...most).map { GaussLegendre($0) }
  }

  func add(row: Int, to pixels: UnsafeMutableBufferPointer<Float>) {
    table.values.withUnsafeBufferPointer { values in
      table.samples.withUnsafeBufferPointer { samples in
        add(row: row, values: values, samples: samples, to: pixels)
      }
    }
  }

  private func add(
    row: Int, values: UnsafeBufferPointer<Float>, samples: UnsafeBufferPointer<UInt8>,
    to pixels: UnsafeMutableBufferPointer<Float>
  ) {
    let last = values.count - 2
    let start = table.start
    let inverseStep = table.inverseStep
    let scale = map.distance * map.pixelArea
    let hasRings = !table.rings.isEmpty
    let middle = map.position(row: Double(row) + 0.5, column: 0.5)

    for column in 0..<map.columns {
      let t = middle + Double(column) * map.columnStep
      let across = t.x * t.x + t.y * t.y
      let square = across + t.z * t.z
      let length = square.squareRoot()
      let place = max((across.squareRoot() / (length + t.z) - start) * inverseStep, 0)
      let index = min(Int(place), last)
      let rings = hasRings ? table.blocks[index / RadialTable.blockSize] : []
      var sum: Double
      if samples[index] == 1 {
        let base = Double(values[index])
        var value = base + (place - Double(index)) * (Double(values[index + 1]) - base)
        for ring in rings { value += ringValue(ring, place) * table.rings[ring].texture.factor(at: t, length: length) }
        sum = (value * polarised(t, square) + isotropic) / (square * length)
      } else {
        let rule = rules[Int(samples[index])]
        sum = 0
        for (rowPoint, rowWeight) in zip(rule.points, rule.weights) {
          let line = t + rowPoint * map.rowStep
          var rowSum = 0.0
          for (columnPoint, columnWeight) in zip(rule.points, rule.weights) {
            let s = line + columnPoint * map.columnStep
            let across = s.x * s.x + s.y * s.y
            let square = across + s.z * s.z
            let length = square.squareRoot()
            let place = max((across.squareRoot() / (length + s.z) - start) * inverseStep, 0)
            let index = min(Int(place), last)
            let base = Double(values[index])
            var value = base + (place - Double(index)) * (Double(values[index + 1]) - base)
            for ring in rings {
              value += ringValue(ring, place) * table.rings[ring].texture.factor(at: s, length: length)
            }
            rowSum += columnWeight * (value * polarised(s, square) + isotropic) / (square * length)
          }
          sum += rowWeight * rowSum
        }
      }
      if let efficiency { sum *= efficiency(cosine: map.distance / length) }
      pixels[column] += Float(sum * scale)
    }
  }

  /// P without angles: cos 2θ = t3/R, cos 2χ sin² 2θ = (t2² − t1²)/R².
  @inline(__always)
  private func polarised(_ t: SIMD3<Double>, _ square: Double) -> Double {
    0.5 + (t.z * t.z - polarisation * (t.y * t.y - t.x * t.x)) * (0.5 / square)
  }

  /// A ring with texture at a place of the table.
  @inline(__always)
  private func ringValue(_ ring: Int, _ place: Double) -> Double {
    let ring = table.rings[ring]
    let local = place - Double(ring.first)
    guard local >= 0, local < Double(ring.values.count - 1) else { return 0 }
    let index = Int(local)
    let base = Double(ring.values[index])
    return base + (local - Double(index)) * (Double(ring.values[index + 1]) - base)
  }
}
