import ArrayMath
import Foundation
import Testing

@testable import ParticleMechanics

@Suite struct GrainLabelMapTests {
  private let step = 0.1e-6

  private func map(_ rows: [[Int]]) throws -> GrainLabelMap {
    try GrainLabelMap(
      rows: rows.count, columns: rows[0].count, labels: rows.flatMap { $0 }, stepX: step, stepY: step)
  }

  private func frames(_ labels: Int...) -> [Int: GrainFrame] {
    Dictionary(uniqueKeysWithValues: labels.map { ($0, GrainFrame.identity) })
  }

  /// Labels of a block of rows and columns.
  private func block(_ rows: Int, _ columns: Int, _ label: (Int, Int) -> Int) -> [[Int]] {
    (0..<rows).map { row in (0..<columns).map { label(row, $0) } }
  }

  @Test func theImageIsTurnedIntoTheModelOnce() throws {
    // Label 7 in the upper left, 3 in the rest: an image with rows pointing down.
    let map = try map(block(20, 30) { row, column in row < 8 && column < 10 ? 7 : 3 })
    let own = GrainFrame(cAxis: SIMD3(0.1, 0.6, 0.3), turn: 0.4)
    let grains = try map.grains(frames: [7: own, 3: .identity])
    #expect(grains.labels == [3, 7])
    let areas = grains.partition.areas()
    #expect(areas[1].centroid.x < 0 && areas[1].centroid.y > 0)
    // y and z of the crystal's axes change sign, x does not.
    #expect(grains.frames[1].z == own.z * SIMD3(1, -1, -1))
    #expect(grains.frames[1].x == own.x * SIMD3(1, -1, -1))
    // The origin is the centroid of all points; a point of the map finds its grain.
    #expect(abs(grains.origin.x - 14.5 * step) < 0.3 * step && abs(grains.origin.y - 9.5 * step) < 0.3 * step)
    let place = grains.modelPlace(x: 4.5 * step, y: 3.5 * step)
    #expect(abs(place.x - areas[1].centroid.x) < 0.3 * step && abs(place.y - areas[1].centroid.y) < 0.3 * step)
    // Areas are those of the points, but for half a point at a corner or so.
    #expect(abs(areas[1].area / (step * step) - 80) < 2)
    #expect(abs(areas[0].area / (step * step) - 520) < 3)
    let centred = try map.grains(frames: frames(7, 3), centre: SIMD2(2 * step, 5 * step))
    #expect(centred.origin == SIMD2(2 * step, 5 * step))
    #expect(abs(centred.modelPlace(x: 2 * step, y: 5 * step).x) < 1e-20)
  }

  @Test func holesAndSpecksAreRepaired() throws {
    var labels = block(40, 40) { _, column in column < 20 ? 0 : 1 }
    for row in 10..<14 { for column in 17..<23 { labels[row][column] = -1 } }
    labels[30][5] = 2
    labels[0][8] = -1
    for row in 38..<40 { labels[row][39] = -1 }
    let grains = try map(labels).grains(frames: frames(0, 1))
    #expect(grains.labels == [0, 1])
    #expect(grains.filledPoints >= 24)
    let areas = grains.partition.areas()
    #expect(abs(areas[0].area / (800 * step * step) - 1) < 0.02)
    #expect(abs(areas[1].area / (800 * step * step) - 1) < 0.02)
    let mesh = try SectionMesher(elementSize: 4 * step).mesh(grains.partition)
    try mesh.validate()
    #expect(mesh.regionCount == 2)
  }

  @Test func largeHolesStayAsPoresThatTheElectrolyteDoesNotReach() throws {
    var labels = block(40, 40) { _, _ in 4 }
    for row in 10..<20 { for column in 10..<20 { labels[row][column] = -1 } }
    for row in 30..<32 { for column in 30..<32 { labels[row][column] = -1 } }
    let options = GrainLabelMap.Options(largestFilledHole: 50)
    let grains = try map(labels).grains(frames: frames(4), options: options)
    let mesh = try SectionMesher(elementSize: 4 * step).mesh(grains.partition)
    try mesh.validate()
    #expect(abs(mesh.regionSizes[0] / (1500 * step * step) - 1) < 0.02)
    let wetted = try #require(mesh.boundaries[ElementMesh.BoundaryName.wetted])
    let surface = try #require(mesh.boundaries[ElementMesh.BoundaryName.surface])
    #expect(Set(surface) == Set(mesh.outerFacets()))
    #expect(wetted.count < surface.count)
    // Every wetted node lies on the rim of the square.
    let half = 19.5 * step
    for node in wetted {
      let place = mesh.position(Int(node)) + SIMD3(grains.origin.x - half, half - grains.origin.y, 0)
      #expect(max(abs(place.x), abs(place.y)) > 19 * step)
    }
    let contact = try SectionMesher(elementSize: 4 * step).mesh(grains.partition.wetted(-0.5...0.5))
    let touched = try #require(contact.boundaries[ElementMesh.BoundaryName.wetted])
    #expect(touched.count < wetted.count / 3)
    #expect(touched.allSatisfy { contact.position(Int($0)).x > 0 })
  }

  @Test func aGrainInsideAGrainHasAClosedBoundary() throws {
    let disc = block(50, 50) { row, column in
      let (y, x) = (Double(row) - 24.5, Double(column) - 24.5)
      let r = (x * x + y * y).squareRoot()
      return r < 10 ? 1 : r < 24 ? 0 : -1
    }
    let grains = try map(disc).grains(frames: frames(0, 1))
    let mesh = try SectionMesher(elementSize: 3 * step).mesh(grains.partition)
    try mesh.validate()
    #expect(abs(mesh.regionSizes[1] / (.pi * 100 * step * step) - 1) < 0.02)
    #expect(abs(mesh.regionSizes[0] / (.pi * 476 * step * step) - 1) < 0.02)
  }

  @Test func noiseIsMeshedWhateverItLooksLike() throws {
    // Labels at random, a third of the points without: junctions, islands and corners of every kind.
    for seed in UInt64(1)...40 {
      var generator = SeededGenerator(seed: seed)
      let labels = block(16, 16) { _, _ in Int(7.5 * generator.uniform()) - 2 }.map { $0.map { max($0, -1) } }
      let options = GrainLabelMap.Options(closing: Int(seed % 3), smallestGrain: seed % 2 == 0 ? 1 : 4)
      let grains = try map(labels).grains(frames: frames(0, 1, 2, 3, 4, 5), options: options)
      let mesh = try SectionMesher(elementSize: 3 * step).mesh(grains.partition)
      try mesh.validate()
      let expected = grains.partition.areas().reduce(0) { $0 + $1.area }
      #expect(abs(mesh.regionSizes.reduce(0, +) / expected - 1) < 1e-9)
    }
  }

  @Test func badMapsAreRefused() throws {
    #expect(throws: SectionError.self) {
      try GrainLabelMap(rows: 2, columns: 2, labels: [0, 0, 0], stepX: 1, stepY: 1)
    }
    #expect(throws: SectionError.self) {
      try GrainLabelMap(rows: 1, columns: 1, labels: [0], stepX: 0, stepY: 1)
    }
    let empty = try map(block(4, 4) { _, _ in -1 })
    #expect(throws: SectionError.self) { try empty.grains(frames: [:]) }
    let whole = try map(block(6, 6) { _, _ in 3 })
    #expect(throws: SectionError.missingFrame(label: 3)) { try whole.grains(frames: [:]) }
    #expect(throws: SectionError.self) {
      try whole.grains(frames: frames(3), options: GrainLabelMap.Options(tolerance: 0))
    }
  }
}
