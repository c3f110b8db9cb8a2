import ArrayMath
import Foundation

/// What the grains of a section would show if their axes were random: the grains and their points as they are, every
/// grain with an axis drawn evenly from the sphere.
///
/// The null distribution holds for any sizes and shapes of grains, and for any centre, right or wrong. Points of a grain
/// whose radii agree within a tenth of a bin are taken together.
struct RandomTexture: Sendable {
  /// Share of area in each bin, `replicates` rows of bins.
  let shares: [Double]
  /// Mean cos² θ of each replicate.
  let squaredCosines: [Double]

  init(_ angles: RadialAngles, bins: AngleBins, replicates: Int, seed: UInt64, threads: Int) throws {
    let points = angles.points
    let geometry = angles.geometry
    let fans = angles.grains.indices.map { k in
      Fan(points.positions[points.starts[k]..<points.starts[k + 1]].map { geometry.direction($0) }, bins)
    }
    let total = Double(points.positions.count)
    let grain = 64
    let chunks = try parallelMap(count: (replicates + grain - 1) / grain, threads: threads) { chunk in
      var generator = SeededGenerator(seed: seed, item: chunk)
      var shares = [Double]()
      var means = [Double]()
      for _ in chunk * grain..<min((chunk + 1) * grain, replicates) {
        var counts = [Double](repeating: 0, count: bins.count)
        var sum = 0.0
        for fan in fans {
          let axis: SIMD3<Double>
          if angles.kind == .inSpace {
            axis = evenDirection(&generator)
          } else {
            let azimuth = 2 * .pi * generator.uniform()
            axis = SIMD3(cos(azimuth), sin(azimuth), 0)
          }
          for (direction, weight) in zip(fan.directions, fan.weights) {
            let cosine = (direction * axis).sum()
            let q = min(cosine * cosine, 1)
            sum += weight * q
            counts[bins.bin(squaredCosine: q)] += weight
          }
        }
        shares += counts.map { $0 / total }
        means.append(sum / total)
      }
      return (shares, means)
    }
    shares = chunks.flatMap(\.0)
    squaredCosines = chunks.flatMap(\.1)
  }
}

/// The radii of a grain's points, those that nearly agree taken together.
private struct Fan: Sendable {
  var directions: [SIMD3<Double>] = []
  var weights: [Double] = []

  init(_ radii: [SIMD3<Double>], _ bins: AngleBins) {
    let cell = Double.pi / 2 / Double(10 * bins.count)
    var places: [SIMD3<Int32>: Int] = [:]
    for radius in radii {
      let scaled = (radius / cell).rounded(.toNearestOrEven)
      let key = SIMD3(Int32(scaled.x), Int32(scaled.y), Int32(scaled.z))
      if let place = places[key] {
        directions[place] += radius
        weights[place] += 1
      } else {
        places[key] = weights.count
        directions.append(radius)
        weights.append(1)
      }
    }
    directions = directions.map { $0 / ($0 * $0).sum().squareRoot() }
  }
}
