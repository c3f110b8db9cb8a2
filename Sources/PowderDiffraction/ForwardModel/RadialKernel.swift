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

  /// - Parameter image: all rows, each of as many columns as the detector has.
  func add(rows: Range<Int>, to image: UnsafeMutableBufferPointer<Float>) {
    table.values.withUnsafeBufferPointer { values in
      table.samples.withUnsafeBufferPointer { samples in
        for row in rows {
          let pixels = UnsafeMutableBufferPointer(rebasing: image[row * map.columns..<(row + 1) * map.columns])
          if table.rings.isEmpty {
            add(row: row, values: values, samples: samples, to: pixels)
          } else {
            addTextured(row: row, values: values, samples: samples, to: pixels)
          }
        }
      }
    }
  }

  /// A row without texture: the loop that sets the speed of smooth rings.
  private func add(
    row: Int, values: UnsafeBufferPointer<Float>, samples: UnsafeBufferPointer<UInt8>,
    to pixels: UnsafeMutableBufferPointer<Float>
  ) {
    let middle = map.position(row: Double(row) + 0.5, column: 0.5)
    for column in pixels.indices {
      let t = middle + Double(column) * map.columnStep
      let point = Point(t, table, last: values.count - 2)
      let count = Int(samples[point.index])
      var sum = 0.0
      if count == 1 {
        sum = received(point.value(in: values), at: t, point)
      } else {
        let rule = rules[count]
        for i in 0..<count {
          let line = t + rule.points[i] * map.rowStep
          for j in 0..<count {
            let s = line + rule.points[j] * map.columnStep
            let point = Point(s, table, last: values.count - 2)
            sum += rule.weights[i] * rule.weights[j] * received(point.value(in: values), at: s, point)
          }
        }
      }
      pixels[column] += Float(sum * scale(point))
    }
  }

  /// A row with rings that change along themselves. Their texture is taken at the centre of the pixel: it turns over
  /// many.
  private func addTextured(
    row: Int, values: UnsafeBufferPointer<Float>, samples: UnsafeBufferPointer<UInt8>,
    to pixels: UnsafeMutableBufferPointer<Float>
  ) {
    let middle = map.position(row: Double(row) + 0.5, column: 0.5)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: table.rings.count) { factors in
      for column in pixels.indices {
        let t = middle + Double(column) * map.columnStep
        let point = Point(t, table, last: values.count - 2)
        let here = table.blocks[point.index / RadialTable.blockSize]
        for ring in here { factors[ring] = table.rings[ring].texture.factor(at: t, length: point.length) }
        let count = Int(samples[point.index])
        let rule = rules[count]
        var sum = 0.0
        for i in 0..<count {
          let line = t + rule.points[i] * map.rowStep
          for j in 0..<count {
            let s = line + rule.points[j] * map.columnStep
            let point = Point(s, table, last: values.count - 2)
            var value = point.value(in: values)
            for ring in here { value += factors[ring] * table.ringValue(ring, at: point.place) }
            sum += rule.weights[i] * rule.weights[j] * received(value, at: s, point)
          }
        }
        pixels[column] += Float(sum * scale(point))
      }
    }
  }

  /// A place of the plate: its distance from the sample and its place in the table.
  private struct Point {
    let square, length, place: Double
    let index: Int

    @inline(__always)
    init(_ t: SIMD3<Double>, _ table: RadialTable, last: Int) {
      let across = t.x * t.x + t.y * t.y
      square = across + t.z * t.z
      length = square.squareRoot()
      place = max((across.squareRoot() / (length + t.z) - table.start) * table.inverseStep, 0)
      index = min(Int(place), last)
    }

    @inline(__always)
    func value(in values: UnsafeBufferPointer<Float>) -> Double {
      let base = values[index]
      return Double(base) + (place - Double(index)) * Double(values[index + 1] - base)
    }
  }

  /// Photons per steradian times dΩ/dA / L. P without angles: cos 2θ = t3/R, cos 2χ sin² 2θ = (t2² − t1²)/R².
  @inline(__always)
  private func received(_ value: Double, at t: SIMD3<Double>, _ point: Point) -> Double {
    let inverse = 1 / point.square
    let polarised = 0.5 + 0.5 * inverse * (t.z * t.z - polarisation * (t.y * t.y - t.x * t.x))
    return (value * polarised + isotropic) * point.length * inverse * inverse
  }

  /// What turns that into photons in a pixel.
  @inline(__always)
  private func scale(_ point: Point) -> Double {
    let scale = map.distance * map.pixelArea
    guard let efficiency else { return scale }
    return scale * efficiency(cosine: map.distance / point.length)
  }
}
