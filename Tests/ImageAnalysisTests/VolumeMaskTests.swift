import ArrayMath
import Foundation
import ImageAnalysis
import Testing

@Suite struct VolumeMaskTests {
  static func random(_ shape: VolumeShape, part: Double, seed: UInt64) -> Volume<Bool> {
    var generator = SeededGenerator(seed: seed)
    return Volume((0..<shape.count).map { _ in generator.uniform() < part }, shape: shape)
  }

  /// From the definition: the least over all voxels that are true.
  static func plainDistances(_ mask: Volume<Bool>) -> [Float] {
    let shape = mask.shape
    func place(_ index: Int) -> SIMD3<Int> {
      SIMD3(index / (shape.rows * shape.columns), index / shape.columns % shape.rows, index % shape.columns)
    }
    let truth = mask.voxels.indices.filter { mask.voxels[$0] }.map(place)
    return mask.voxels.indices.map { index in
      truth.reduce(Float.infinity) { least, other in
        let d = place(index) &- other
        return min(least, Float((d &* d).wrappedSum()))
      }
    }
  }

  @Test(arguments: [0.0, 0.004, 0.05, 0.5, 1.0]) func distancesAreThoseToTheNearest(part: Double) throws {
    let shape = VolumeShape(slices: 11, rows: 19, columns: 21)
    let mask = Self.random(shape, part: part, seed: 1)
    let fast = try DistanceTransform.squared(to: mask, threads: 2)
    #expect(fast.voxels == Self.plainDistances(mask))
    #expect(try DistanceTransform.squared(to: mask, threads: 1) == fast)
  }

  /// By flooding from each voxel that has no number yet.
  static func plainLabels(_ mask: Volume<Bool>, _ connectivity: ConnectedComponents.Connectivity) -> [Int] {
    let shape = mask.shape
    var labels = [Int](repeating: -1, count: shape.count)
    var next = 0
    for start in mask.voxels.indices where mask.voxels[start] && labels[start] < 0 {
      var front = [start]
      labels[start] = next
      while let index = front.popLast() {
        let (s, r, c) = (
          index / (shape.rows * shape.columns), index / shape.columns % shape.rows, index % shape.columns
        )
        for ds in -1...1 {
          for dr in -1...1 {
            for dc in -1...1 where abs(ds) + abs(dr) + abs(dc) <= (connectivity == .faces ? 1 : 3) {
              let (i, j, k) = (s + ds, r + dr, c + dc)
              guard i >= 0, j >= 0, k >= 0, i < shape.slices, j < shape.rows, k < shape.columns else { continue }
              let other = (i * shape.rows + j) * shape.columns + k
              guard mask.voxels[other], labels[other] < 0 else { continue }
              labels[other] = next
              front.append(other)
            }
          }
        }
      }
      next += 1
    }
    return labels
  }

  @Test(arguments: [0.08, 0.3, 0.6]) func componentsAreThoseOfAFlood(part: Double) {
    let shape = VolumeShape(slices: 13, rows: 12, columns: 17)
    let mask = Self.random(shape, part: part, seed: 2)
    for connectivity in [ConnectedComponents.Connectivity.faces, .corners] {
      let components = ConnectedComponents(mask, connectivity: connectivity)
      let plain = Self.plainLabels(mask, connectivity)
      var labels = [Int](repeating: -1, count: shape.count)
      components.visit { component, range in for index in range { labels[index] = component } }
      #expect(labels == plain)
      #expect(components.sizes == (0..<components.count).map { label in plain.filter { $0 == label }.count })
      let border = (0..<shape.count).filter { index in
        let (s, r, c) = (
          index / (shape.rows * shape.columns), index / shape.columns % shape.rows, index % shape.columns
        )
        return s == 0 || r == 0 || c == 0 || s == 12 || r == 11 || c == 16
      }
      let touching = Set(border.map { plain[$0] })
      #expect((0..<components.count).allSatisfy { components.touchesBorder[$0] == touching.contains($0) })
      #expect(components.largest.map { components.sizes[$0] } == components.sizes.max())
    }
  }

  @Test func nothingHasNoComponent() {
    let components = ConnectedComponents(
      Volume(repeating: false, shape: VolumeShape(slices: 2, rows: 2, columns: 2)), connectivity: .faces)
    #expect(components.count == 0 && components.largest == nil)
  }

  @Test func ballsGrowAndShrink() throws {
    let shape = VolumeShape(slices: 15, rows: 16, columns: 17)
    let mask = Self.random(shape, part: 0.02, seed: 3)
    let distances = Self.plainDistances(mask)
    #expect(try mask.dilated(by: 2.5, threads: 2).voxels == distances.map { $0 <= 6.25 })
    // Shrinking the rest is growing the mask.
    let rest = try mask.map { !$0 }.eroded(by: 2.5, threads: 1)
    #expect(rest.voxels == distances.map { $0 > 6.25 })
    let closed = try mask.closed(by: 2, threads: 1)
    #expect(zip(closed.voxels, mask.voxels).allSatisfy { $0 || !$1 })
    #expect(try closed.closed(by: 2, threads: 1) == closed)
  }

  @Test func closedHolesAloneAreFilled() {
    let shape = VolumeShape(slices: 7, rows: 7, columns: 7)
    var mask = Volume(repeating: false, shape: shape)
    for s in 1...5 { for r in 1...5 { for c in 1...5 { mask[s, r, c] = true } } }
    mask[3, 3, 3] = false
    #expect(mask.holesFilled().trueCount == 125)
    // A corner is no way out, a face is.
    mask[2, 2, 2] = false
    mask[1, 1, 1] = false
    #expect(mask.holesFilled().trueCount == 124)
    mask[3, 3, 4] = false
    mask[3, 3, 5] = false
    #expect(mask.holesFilled().trueCount == 121)
  }
}
