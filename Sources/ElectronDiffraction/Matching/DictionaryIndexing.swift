import ArrayMath
import COpenBLASSystem
public import Crystallography
import Foundation
import Synchronization

/// Finds the orientation of a pattern by comparison with projected patterns of many orientations.
///
/// Patterns of mean 0 and unit norm over the mask are rows of a matrix; their correlations with a tile of the dictionary
/// are one matrix product (Chen et al., Microsc. Microanal. 21, 739 (2015)). The tile is projected, multiplied and searched
/// for the best before the next is made, so neither the dictionary nor the matrix of all correlations is ever held; with
/// compression the dictionary is held in its principal components.
public struct DictionaryIndexing: Sendable {
  /// Projects the master.
  public let projector: PatternProjector
  /// The orientations of the dictionary.
  public let orientations: [Rotation]
  /// The share of the dictionary's power that its compression keeps; 1 without.
  public var compressedShare: Double { compression?.share ?? 1 }

  private let compression: PatternCompression?
  private let compressedDictionary: [Float]

  // Rows of the dictionary and of patterns in one product: both fit the second and third cache.
  private static let tile = 256
  private static let patternTile = 512

  /// - Parameters:
  ///   - components: principal components that are compared in place of pixels; all pixels where nil.
  ///   - threads: at most so many.
  /// - Precondition: there are orientations, and `components` is positive.
  public init(
    _ projector: PatternProjector, orientations: [Rotation], components: Int? = nil, threads: Int = 1
  ) {
    precondition(!orientations.isEmpty, "a dictionary has orientations")
    precondition(components.map { $0 > 0 } ?? true, "a compressed pattern has components")
    openblas_set_num_threads(1)
    (self.projector, self.orientations) = (projector, orientations)
    guard let components else {
      (compression, compressedDictionary) = (nil, [])
      return
    }
    // Three times as many patterns as components, spread over the dictionary, span what matters of it.
    let sampled = min(orientations.count, max(3 * components, min(projector.count + 1, 500)))
    let sample = (0..<sampled).map { orientations[$0 * orientations.count / sampled] }
    let compression = PatternCompression(
      patterns: Self.rows(sample[...], projector), pixels: projector.count, components: components)
    self.compression = compression
    guard let compression else {
      compressedDictionary = []
      return
    }
    let tiles = try? parallelMap(count: (orientations.count + Self.tile - 1) / Self.tile, threads: threads) { tile in
      let range = tile * Self.tile..<min((tile + 1) * Self.tile, orientations.count)
      return compression.compressed(Self.rows(orientations[range], projector))
    }
    compressedDictionary = (tiles ?? []).flatMap(\.self)
  }

  /// The memory of a comparison in bytes, beside the patterns as they are handed over.
  ///
  /// - Parameters:
  ///   - patterns: handed over at once.
  ///   - best: matches kept of each.
  public func memory(patterns: Int, best: Int, threads: Int) -> Int {
    let length = compression?.components ?? projector.count
    let float = MemoryLayout<Float>.size
    let held = (compressedDictionary.count + (compression?.basis.count ?? 0)) * float
    let rows = patterns * (length + (compression == nil ? 0 : projector.count)) * float
    let tiles = threads * (Self.tile * (length + Self.patternTile)) * float
    return held + rows + tiles + (threads + 1) * patterns * best * MemoryLayout<DictionaryMatch>.stride
  }

  /// The best matches of each pattern, the best first.
  ///
  /// - Parameters:
  ///   - patterns: all pixels in C order, background taken off. Constant or not finite ones match nothing.
  ///   - best: how many matches are kept.
  ///   - threads: at most so many; the result does not depend on it.
  public func matches(_ patterns: [[Float]], best: Int = 1, threads: Int = 1) -> [[DictionaryMatch]] {
    guard !patterns.isEmpty, best > 0 else { return patterns.map { _ in [] } }
    let units = patterns.map { Self.unit(projector.mask.values($0)) }
    let valid = units.map { $0 != nil }
    let rows = units.flatMap { $0 ?? [Float](repeating: 0, count: projector.count) }
    let features = compression.map { $0.compressed(rows) } ?? rows
    let length = compression?.components ?? projector.count
    let tiles = (orientations.count + Self.tile - 1) / Self.tile
    let empty = [TopMatches](repeating: TopMatches(limit: best), count: patterns.count)
    let total = Mutex(empty)
    try? parallelFor(count: tiles, threads: threads) { tile in
      let range = tile * Self.tile..<min((tile + 1) * Self.tile, orientations.count)
      let dictionary =
        compression == nil
        ? Self.rows(orientations[range], projector)
        : [Float](compressedDictionary[range.lowerBound * length..<range.upperBound * length])
      var scores = [Float](repeating: 0, count: Self.patternTile * range.count)
      for first in stride(from: 0, to: patterns.count, by: Self.patternTile) {
        let count = min(Self.patternTile, patterns.count - first)
        features.withUnsafeBufferPointer { features in
          guard let base = features.baseAddress else { return }
          cblas_sgemm(
            101, 111, 112, Int32(count), Int32(range.count), Int32(length), 1, base + first * length, Int32(length),
            dictionary, Int32(length), 0, &scores, Int32(range.count))
        }
        scores.withUnsafeBufferPointer { scores in
          total.withLock { total in
            for row in 0..<count where valid[first + row] {
              total[first + row].insert(
                UnsafeBufferPointer(rebasing: scores[row * range.count..<(row + 1) * range.count]),
                first: range.lowerBound)
            }
          }
        }
      }
    }
    return total.withLock { $0.map(\.matches) }
  }

  /// Projected patterns of mean 0 and unit norm by rows.
  private static func rows(_ orientations: ArraySlice<Rotation>, _ projector: PatternProjector) -> [Float] {
    let count = projector.count
    return [Float](unsafeUninitializedCapacity: orientations.count * count) { buffer, initialized in
      for (row, orientation) in orientations.enumerated() {
        let target = UnsafeMutableBufferPointer(rebasing: buffer[row * count..<(row + 1) * count])
        projector.project(CrystalPose(orientation, in: projector.geometry), into: target)
        var (sum, squares): (Float, Float) = (0, 0)
        for value in target { sum += value }
        let mean = sum / Float(count)
        for index in 0..<count {
          target[index] -= mean
          squares += target[index] * target[index]
        }
        let scale = squares > 0 ? 1 / squares.squareRoot() : 0
        for index in 0..<count { target[index] *= scale }
      }
      initialized = orientations.count * count
    }
  }

  /// Values of mean 0 and unit norm; nil where they do not vary or are not finite.
  private static func unit(_ values: [Float]) -> [Float]? {
    let normalised = OrientationRefinement.normalised(values)
    let squares = normalised.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard abs(squares / Double(values.count) - 1) < 0.01 else { return nil }
    let scale = Float(1 / squares.squareRoot())
    return normalised.map { $0 * scale }
  }
}
