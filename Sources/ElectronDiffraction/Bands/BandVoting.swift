import CKernels
import Crystallography
import Foundation

/// Orientations that explain many of a pattern's bands.
///
/// Every pair of bands is held against every pair of planes with the same angle; the rotation that this fixes is tried on
/// all other bands. A band that agrees completes a triplet in the sense of Wright and Adams (Metall. Trans. A 23, 759
/// (1992)), so an orientation that explains m bands has the votes of all m (m − 1) (m − 2) / 6 of them, and unlike
/// there each vote is for one and the same rotation.
struct BandVoting: Sendable {
  /// A rotation from the detector's frame to the crystal's, and what speaks for it: the sum of the weights of the bands
  /// that it explains, less where it misses them by more.
  struct Candidate: Sendable {
    var rotation: Rotation
    var score: Float
  }

  let pairs: PolePairs
  private let tolerance: Double
  private static let leastBands = 5
  private static let enough: Float = 0.6
  private let symmetries: [SIMD4<Double>]

  init(pairs: PolePairs, tolerance: Double) {
    (self.pairs, self.tolerance) = (pairs, tolerance)
    symmetries = pairs.group.rotations.map(\.quaternion)
  }

  /// The best orientations, the best first, none nearer to a better one than twice the tolerance.
  ///
  /// - Parameters:
  ///   - normals: of the bands in the detector's frame, the strongest first.
  ///   - weights: what explaining each of them is worth.
  ///   - count: the most orientations.
  func candidates(normals: [SIMD3<Double>], weights: [Float], count: Int) -> [Candidate] {
    let bands = normals.flatMap { [Float($0.x), Float($0.y), Float($0.z)] }
    let steepness = Float(1 / (1 - cos(tolerance)))
    var scores = [Float](repeating: 0, count: pairs.cosines.count)
    var best: [Candidate] = []
    let total = weights.reduce(0, +)
    // Strong pairs first. Once most of the bands are explained, pairs of weaker ones add nothing: orientations that are
    // as good share the angles between the strong bands.
    for j in normals.indices {
      if j >= Self.leastBands, let first = best.first, first.score > Self.enough * total { break }
      for i in 0..<j {
        let cosine = (normals[i] * normals[j]).sum()
        guard abs(cosine) < PairFrame.largestCosine else { continue }
        let angle = acos(cosine)
        let range = pairs.pairs(from: Float(cos(angle + tolerance)), to: Float(cos(angle - tolerance)))
        guard !range.isEmpty else { continue }
        let frame = PairFrame(SIMD3<Float>(normals[i]), SIMD3<Float>(normals[j])).values
        let threshold = best.count < count ? 0 : best[best.count - 1].score
        pairs.frames.withUnsafeBufferPointer { frames in
          guard let first = frames.baseAddress else { return }
          operando_band_votes(
            pairs.components, pairs.padded, first + 9 * range.lowerBound, range.count, frame, bands, weights,
            weights.count, steepness, threshold, &scores)
        }
        for (index, pair) in range.enumerated() where best.count < count || scores[index] > best[best.count - 1].score {
          insert(rotation(pair, frame), score: scores[index], into: &best, count: count)
        }
      }
    }
    return best
  }

  /// R = Σ c dᵀ over the three axes of the frames.
  private func rotation(_ pair: Int, _ detector: [Float]) -> Rotation {
    func row(_ axis: Int) -> SIMD3<Double> {
      var sum = SIMD3<Double>.zero
      for k in 0..<3 {
        let d = SIMD3(Double(detector[3 * k]), Double(detector[3 * k + 1]), Double(detector[3 * k + 2]))
        sum += Double(pairs.frames[9 * pair + 3 * k + axis]) * d
      }
      return sum
    }
    return Rotation(matrix: Matrix3(row(0), row(1), row(2)))
  }

  private func insert(_ rotation: Rotation, score: Float, into best: inout [Candidate], count: Int) {
    let least = cos(tolerance)
    let near = best.firstIndex { other in
      let difference = (other.rotation * rotation.inverse).quaternion
      return symmetries.contains { abs(($0 * difference).sum()) > least }
    }
    if let near {
      guard score > best[near].score else { return }
      best.remove(at: near)
    }
    let place = best.firstIndex { $0.score < score } ?? best.count
    best.insert(Candidate(rotation: rotation, score: score), at: place)
    if best.count > count { best.removeLast() }
  }
}
