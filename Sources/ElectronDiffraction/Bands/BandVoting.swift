import Crystallography
import Foundation

/// Orientations that explain many of a pattern's bands.
///
/// Every pair of bands is held against every pair of planes with the same angle; the rotation that this fixes is tried on
/// all other bands. A band that agrees completes a triplet in the sense of Wright and Adams (Metall. Trans. A 23, 759
/// (1992)), so an orientation that explains m bands has the votes of all m (m − 1) (m − 2) / 6 of them, and unlike
/// there each vote is for one and the same rotation.
struct BandVoting: Sendable {
  /// A rotation from the detector's frame to the crystal's, and what speaks for it.
  struct Candidate: Sendable {
    var rotation: Rotation
    var score: Float
  }

  let pairs: PolePairs
  private let tolerance: Double
  private let leastCosine: Float
  private let x, y, z: [SIMD8<Float>]

  init(pairs: PolePairs, tolerance: Double) {
    self.pairs = pairs
    self.tolerance = tolerance
    leastCosine = Float(cos(tolerance))
    let blocks = (pairs.poles.count + 7) / 8
    func lanes(_ component: Int) -> [SIMD8<Float>] {
      (0..<blocks).map { block in
        var values = SIMD8<Float>.zero
        for lane in 0..<8 where block * 8 + lane < pairs.poles.count {
          values[lane] = Float(pairs.poles[block * 8 + lane].normal[component])
        }
        return values
      }
    }
    (x, y, z) = (lanes(0), lanes(1), lanes(2))
  }

  /// The best orientations, the best first, none nearer to a better one than twice the tolerance.
  ///
  /// - Parameters:
  ///   - normals: of the bands in the detector's frame, the strongest first.
  ///   - weights: what explaining each of them is worth.
  ///   - count: the most orientations.
  func candidates(normals: [SIMD3<Double>], weights: [Float], count: Int) -> [Candidate] {
    let bands = normals.map { SIMD3<Float>($0) }
    var best: [Candidate] = []
    let remaining = weights.reduce(0, +)
    for i in bands.indices {
      for j in bands.indices where j > i {
        let cosine = (normals[i] * normals[j]).sum()
        guard abs(cosine) < PairFrame.largestCosine else { continue }
        let angle = acos(cosine)
        let frame = PairFrame(bands[i], bands[j])
        let range = pairs.pairs(from: Float(cos(angle + tolerance)), to: Float(cos(angle - tolerance)))
        for pair in range {
          let threshold = best.count < count ? 0 : best[best.count - 1].score
          let other = pairs.frames[pair]
          guard
            let score = score(other, frame, bands: bands, weights: weights, total: remaining, above: threshold)
          else { continue }
          insert(other, frame, score: score, into: &best, count: count)
        }
      }
    }
    return best
  }

  @inline(__always)
  private func score(
    _ crystal: PairFrame, _ detector: PairFrame, bands: [SIMD3<Float>], weights: [Float], total: Float,
    above threshold: Float
  ) -> Float? {
    var score: Float = 0
    var left = total
    let scale = 1 / (1 - leastCosine)
    for index in bands.indices {
      let band = bands[index]
      let v =
        crystal.sum * (detector.sum * band).sum() + crystal.difference * (detector.difference * band).sum()
        + crystal.cross * (detector.cross * band).sum()
      var largest = SIMD8<Float>.zero
      for block in x.indices {
        let dot = x[block] * v.x + y[block] * v.y + z[block] * v.z
        largest = pointwiseMax(largest, pointwiseMax(dot, -dot))
      }
      score += weights[index] * max(0, 1 - (1 - largest.max()) * scale)
      left -= weights[index]
      if score + left <= threshold { return nil }
    }
    return score
  }

  private func insert(
    _ crystal: PairFrame, _ detector: PairFrame, score: Float, into best: inout [Candidate], count: Int
  ) {
    // R = Σ c dᵀ over the three axes of the frames.
    let (c, d) = (crystal, detector)
    func row(_ axis: Int) -> SIMD3<Double> {
      SIMD3<Double>(c.sum[axis] * d.sum + c.difference[axis] * d.difference + c.cross[axis] * d.cross)
    }
    let rotation = Rotation(matrix: Matrix3(row(0), row(1), row(2)))
    if let near = best.firstIndex(where: { pairs.group.disorientation($0.rotation, rotation) < 2 * tolerance }) {
      guard score > best[near].score else { return }
      best.remove(at: near)
    }
    let place = best.firstIndex { $0.score < score } ?? best.count
    best.insert(Candidate(rotation: rotation, score: score), at: place)
    if best.count > count { best.removeLast() }
  }
}
