/// Lattice against charge at an assumed offset of the clocks.
struct ClockModel {
  private let groups: [[ClockSample]]
  private let record: ChargeRecord
  private let response: ClockFit.Response

  init(samples: [ClockSample], record: ChargeRecord, response: ClockFit.Response) {
    groups = Dictionary(grouping: samples, by: \.group).sorted { $0.key < $1.key }.map(\.value)
    self.record = record
    self.response = response
  }

  /// The offset is one of them.
  var parameterCount: Int {
    switch response {
    case .polynomial(let degree): groups.count * (degree + 1) + 1
    case .curveA, .curveC: groups.count + 2
    }
  }

  private func means(_ offset: Double) -> [[Double]] {
    groups.map { group in
      group.map { record.mean(over: $0.exposure.start + offset, $0.exposure.start + $0.exposure.length + offset) }
    }
  }

  /// χ² with all but the offset at their best.
  ///
  /// - Parameter factor: κ, found anew near its last value.
  func chiSquared(_ offset: Double, factor: inout Double) -> Double {
    let means = means(offset)
    switch response {
    case .polynomial(let degree):
      return zip(groups, means).reduce(0) { $0 + polynomial($1.0, $1.1, degree) }
    case .curveA(let curve): return best(means, { curve.a(at: $0) }, &factor)
    case .curveC(let curve): return best(means, { curve.c(at: $0) }, &factor)
    }
  }

  private func best(_ means: [[Double]], _ curve: (Double) -> Double, _ factor: inout Double) -> Double {
    func misfit(_ factor: Double) -> Double {
      zip(groups, means).reduce(0) { sum, group in
        var sums = SIMD3<Double>(0, 0, 0)
        for (sample, mean) in zip(group.0, group.1) {
          let weight = 1 / (sample.sigma * sample.sigma)
          let rest = sample.value - curve(factor * mean)
          sums += weight * SIMD3(1, rest, rest * rest)
        }
        return sum + sums.z - sums.y * sums.y / sums.x
      }
    }
    let trials = (0...30).map { 0.1 * ratio($0) }
    let start = trials.min { misfit($0) < misfit($1) } ?? 1
    factor = goldenSection(start / 1.2...start * 1.2) { misfit($0) }
    return misfit(factor)
  }

  /// From 1 to 100 in thirty steps of equal ratio.
  private func ratio(_ step: Int) -> Double {
    (0..<step).reduce(1) { product, _ in product * 1.165_914_4 }
  }

  /// χ² of the best polynomial; the rest of the values where the charge does not change.
  private func polynomial(_ group: [ClockSample], _ means: [Double], _ degree: Int) -> Double {
    let middle = (means.max() ?? 0) / 2 + (means.min() ?? 0) / 2
    let half = ((means.max() ?? 0) - (means.min() ?? 0)) / 2
    let reference = group[0].value
    for order in stride(from: half > 0 ? degree + 1 : 1, through: 1, by: -1) {
      var matrix = [Double](repeating: 0, count: order * order)
      var right = [Double](repeating: 0, count: order)
      var square = 0.0
      for (sample, mean) in zip(group, means) {
        let weight = 1 / (sample.sigma * sample.sigma)
        let value = sample.value - reference
        let x = half > 0 ? (mean - middle) / half : 0
        var powers = [1.0]
        while powers.count < order { powers.append(powers[powers.count - 1] * x) }
        for i in 0..<order {
          right[i] += weight * powers[i] * value
          for j in 0..<order { matrix[i * order + j] += weight * powers[i] * powers[j] }
        }
        square += weight * value * value
      }
      guard let system = SymmetricSystem(matrix, order: order) else { continue }
      return max(square - zip(system.solve(right), right).reduce(0) { $0 + $1.0 * $1.1 }, 0)
    }
    return 0
  }
}
