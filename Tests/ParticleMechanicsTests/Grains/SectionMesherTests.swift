import ArrayMath
import Foundation
import Testing

@testable import ParticleMechanics

@Suite struct SectionMesherTests {
  private let radius = 10e-6
  private let degree = Double.pi / 180

  /// The smallest angle between two boundaries that meet: no mesh can have a larger one there.
  private func smallestAngle(between partition: SectionPartition) -> Double {
    var ways: [Int: [SIMD2<Double>]] = [:]
    for edge in partition.edges {
      let (a, b) = (partition.points[edge.start], partition.points[edge.end])
      ways[edge.start, default: []].append(edge.point(from: a, to: b, fraction: 1e-4) - a)
      ways[edge.end, default: []].append(edge.point(from: a, to: b, fraction: 1 - 1e-4) - b)
    }
    var smallest = Double.pi
    for directions in ways.values {
      for (index, u) in directions.enumerated() {
        for v in directions[(index + 1)...] {
          smallest = min(smallest, acos((u * v).sum() / ((u * u).sum() * (v * v).sum()).squareRoot()))
        }
      }
    }
    return smallest
  }

  @Test func aDiscHasItsAreaAndCircumference() throws {
    let mesh = try SectionMesher(elementSize: 1e-6).mesh(.disc(radius: radius))
    try mesh.validate()
    // Parabolic sides follow the arc to fourth order in their angle.
    #expect(abs(mesh.regionSizes[0] / (.pi * radius * radius) - 1) < 1e-6)
    #expect(mesh.smallestAngle > 28 * degree)
    let surface = try #require(mesh.boundaries[ElementMesh.BoundaryName.surface])
    #expect(Set(surface) == Set(mesh.outerFacets()))
    for node in Set(surface) {
      let place = mesh.position(Int(node))
      #expect(abs((place * place).sum().squareRoot() / radius - 1) < 1e-12)
    }
    // Sides run anticlockwise, the element on their left.
    for start in stride(from: 0, to: surface.count, by: 3) {
      let (a, b) = (mesh.position(Int(surface[start])), mesh.position(Int(surface[start + 1])))
      #expect(a.x * b.y - a.y * b.x > 0)
    }
  }

  @Test func aQuarterDiscNamesItsPlanesOfSymmetryByTheirNormals() throws {
    let mesh = try SectionMesher(
      elementSize: 2e-6, refinement: BoundaryRefinement(surfaceSize: 0.3e-6)
    ).mesh(.quarterDisc(radius: radius))
    try mesh.validate()
    #expect(abs(mesh.regionSizes[0] / (.pi * radius * radius / 4) - 1) < 1e-6)
    let symmetryX = try #require(mesh.boundaries[ElementMesh.BoundaryName.symmetryX])
    let symmetryY = try #require(mesh.boundaries[ElementMesh.BoundaryName.symmetryY])
    #expect(symmetryX.allSatisfy { mesh.position(Int($0)).x == 0 })
    #expect(symmetryY.allSatisfy { mesh.position(Int($0)).y == 0 })
    #expect(mesh.smallestAngle > 28 * degree)
    // Sides at the surface are near the size asked for there, those in the middle are larger.
    let sides = try #require(mesh.boundaries[ElementMesh.BoundaryName.surface]).count / 3
    #expect(abs(Double(sides) / (.pi * radius / 2 / 0.3e-6) - 1) < 0.5)
    #expect(mesh.elementCount < 2000)
  }

  @Test func grainBoundariesAreSidesOfElements() throws {
    for seed in UInt64(1)...5 {
      var generator = SeededGenerator(seed: seed)
      let grains = try VoronoiGrains(count: 60, outline: .disc(radius: radius), using: &generator)
      let mesh = try SectionMesher(elementSize: 0.8e-6).mesh(grains.partition)
      try mesh.validate()
      #expect(mesh.regionCount == 60)
      for (size, expected) in zip(mesh.regionSizes, grains.partition.areas()) {
        #expect(abs(size / expected.area - 1) < 1e-5)
      }
      #expect(abs(mesh.regionSizes.reduce(0, +) / (.pi * radius * radius) - 1) < 1e-6)
      // Every element lies where the partition says, and no angle is smaller than asked for or than boundaries make.
      #expect(mesh.smallestAngle > min(28 * degree, smallestAngle(between: grains.partition)) - 1 * degree)
      let length = mesh.regionBoundaryLines().reduce(0.0) { sum, line in
        sum
          + zip(line, line.dropFirst()).reduce(0.0) { part, ends in
            part + (((ends.1 - ends.0) * (ends.1 - ends.0)).sum()).squareRoot()
          }
      }
      let expected = grains.partition.edges.filter { $0.left >= 0 && $0.right >= 0 }.reduce(0.0) {
        $0 + $1.length(from: grains.partition.points[$1.start], to: grains.partition.points[$1.end])
      }
      #expect(abs(length / expected - 1) < 1e-9)
    }
  }

  @Test func theSameInputGivesTheSameMesh() throws {
    func mesh() throws -> ElementMesh {
      var generator = SeededGenerator(seed: 3)
      return try SectionMesher(elementSize: 1e-6).mesh(
        VoronoiGrains(count: 30, outline: .disc(radius: radius), using: &generator).partition)
    }
    #expect(try mesh() == mesh())
  }

  @Test func anArcOfContactIsNamedWetted() throws {
    let outline = try MeshOutline.disc(radius: radius).wetted(-0.7...0.3)
    let mesh = try SectionMesher(elementSize: 1e-6).mesh(outline)
    let wetted = try #require(mesh.boundaries[ElementMesh.BoundaryName.wetted])
    let angles = wetted.map { node in
      let place = mesh.position(Int(node))
      return atan2(place.y, place.x)
    }
    #expect(abs((angles.min() ?? 0) + 0.7) < 1e-9 && abs((angles.max() ?? 0) - 0.3) < 1e-9)
    let surface = try #require(mesh.boundaries[ElementMesh.BoundaryName.surface])
    #expect(Set(wetted).isSubset(of: Set(surface)) && Set(surface) == Set(mesh.outerFacets()))
  }

  @Test func anOutlineOfAnyShapeIsMeshed() throws {
    // A star with deep notches, clockwise; its area by the shoelace formula.
    let corners = (0..<24).map { index in
      let r = index % 2 == 0 ? 8e-6 : 4e-6
      let angle = -2 * Double.pi * Double(index) / 24
      return SIMD2(20e-6 + r * cos(angle), -5e-6 + r * sin(angle))
    }
    let area = 12 * 8e-6 * 4e-6 * sin(2 * Double.pi / 24)
    let outline = try MeshOutline.polygon(corners)
    #expect(abs(outline.area / area - 1) < 1e-9)
    let mesh = try SectionMesher(elementSize: 0.7e-6).mesh(outline.wetted(1...2))
    try mesh.validate()
    #expect(abs(mesh.regionSizes[0] / area - 1) < 1e-9)
    var generator = SeededGenerator(seed: 1)
    let grains = try VoronoiGrains(count: 25, outline: outline, using: &generator)
    let cut = try SectionMesher(elementSize: 0.7e-6).mesh(grains.partition)
    try cut.validate()
    #expect(abs(cut.regionSizes.reduce(0, +) / area - 1) < 1e-9)
  }

  @Test func anOutlineOfVoxelsWithPoresIsSimplified() throws {
    // A square traced in unit steps with a square pore; a speck beside it is left out.
    func square(_ low: Int, _ high: Int) -> [SIMD2<Double>] {
      let n = Double(high - low)
      let sides = (0..<4 * (high - low)).map { step -> SIMD2<Double> in
        let part = Double(step % (high - low))
        switch step / (high - low) {
        case 0: return SIMD2(part, 0)
        case 1: return SIMD2(n, part)
        case 2: return SIMD2(n - part, n)
        default: return SIMD2(0, n - part)
        }
      }
      return sides.map { ($0 + Double(low)) * 1e-6 }
    }
    let outline = try MeshOutline.polygons([square(4, 6), square(0, 20), square(30, 32)], tolerance: 0.1e-6)
    #expect(outline.sides.count == 8)
    #expect(abs(outline.area / 396e-12 - 1) < 1e-9)
    let mesh = try SectionMesher(elementSize: 2e-6).mesh(outline)
    try mesh.validate()
    #expect(abs(mesh.regionSizes[0] / 396e-12 - 1) < 1e-9)
    let wetted = try #require(mesh.boundaries[ElementMesh.BoundaryName.wetted])
    let surface = try #require(mesh.boundaries[ElementMesh.BoundaryName.surface])
    #expect(
      Set(surface).subtracting(Set(wetted)).allSatisfy { node in
        let place = mesh.position(Int(node))
        return place.x > 3.9e-6 && place.x < 6.1e-6 && place.y > 3.9e-6 && place.y < 6.1e-6
      })
    let contact = try SectionMesher(elementSize: 2e-6).mesh(outline.wetted(0...1))
    #expect((contact.boundaries[ElementMesh.BoundaryName.wetted]?.count ?? 0) < wetted.count / 2)
  }

  @Test func meansOfRegionsAreThoseOfTheField() throws {
    var generator = SeededGenerator(seed: 2)
    let grains = try VoronoiGrains(count: 12, outline: .disc(radius: radius), using: &generator)
    let mesh = try SectionMesher(elementSize: 1e-6).mesh(grains.partition)
    let means = mesh.regionMeans(of: (0..<mesh.nodeCount).map { 2 + mesh.position($0).x / radius })
    for (mean, region) in zip(means, grains.partition.areas()) {
      #expect(abs(mean - 2 - region.centroid.x / radius) < 1e-5)
    }
    for (centroid, region) in zip(mesh.regionCentroids, grains.partition.areas()) {
      #expect(abs(centroid.y - region.centroid.y) < 1e-5 * radius)
    }
  }

  @Test func badOutlinesAreRefused() throws {
    #expect(throws: SectionError.self) { try MeshOutline.disc(radius: -1) }
    #expect(throws: SectionError.self) { try MeshOutline.polygon([SIMD2(0, 0), SIMD2(1, 0)]) }
    #expect(throws: SectionError.self) { try MeshOutline.polygon([SIMD2(0, 0), SIMD2(1, 1), SIMD2(2, 2)]) }
    #expect(throws: SectionError.self) {
      try MeshOutline.polygon([SIMD2(0, 0), SIMD2(1, 1), SIMD2(1, 0), SIMD2(0, 1)])
    }
    #expect(throws: SectionError.self) {
      try MeshOutline.polygon([SIMD2(0, 0), SIMD2(1, 0), SIMD2(1, .nan)])
    }
    #expect(throws: SectionError.self) { try MeshOutline.disc(radius: 1).wetted(1...1) }
    #expect(throws: SectionError.self) { try SectionMesher(elementSize: 0).mesh(.disc(radius: 1)) }
    #expect(throws: SectionError.self) {
      try SectionMesher(elementSize: 0.1, smallestAngle: 0.7).mesh(.disc(radius: 1))
    }
    #expect(throws: SectionError.self) {
      try SectionMesher(elementSize: 0.01, largestElementCount: 1000).mesh(.disc(radius: 1))
    }
    #expect(throws: SectionError.self) {
      try VoronoiGrains(seeds: [SIMD2(0, 0), SIMD2(0, 0)], outline: .disc(radius: 1))
    }
    // Two boundaries that cross.
    let crossed = SectionPartition(
      points: [SIMD2(-1, -1), SIMD2(1, -1), SIMD2(1, 1), SIMD2(-1, 1)],
      edges: [
        SectionPartition.Edge(start: 0, end: 1, left: 0, right: -1),
        SectionPartition.Edge(start: 1, end: 2, left: 0, right: -1),
        SectionPartition.Edge(start: 2, end: 3, left: 0, right: -1),
        SectionPartition.Edge(start: 3, end: 0, left: 0, right: -1),
        SectionPartition.Edge(start: 0, end: 2, left: 0, right: 0),
        SectionPartition.Edge(start: 1, end: 3, left: 0, right: 0),
      ])
    #expect(throws: SectionError.self) { try SectionMesher(elementSize: 0.3).mesh(crossed) }
  }
}
