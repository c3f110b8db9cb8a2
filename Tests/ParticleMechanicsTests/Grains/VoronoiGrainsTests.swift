import ArrayMath
import Foundation
import Testing

@testable import ParticleMechanics

@Suite struct VoronoiGrainsTests {
  private let radius = 10e-6

  @Test func everyPlaceBelongsToTheNearestSeed() throws {
    for seed in UInt64(1)...4 {
      var generator = SeededGenerator(seed: seed)
      let outline = try MeshOutline.disc(radius: radius)
      let grains = try VoronoiGrains(
        count: 40, outline: outline, relaxations: Int(seed), shortestBoundary: 0, using: &generator)
      let mesh = try SectionMesher(elementSize: 1e-6).mesh(grains.partition)
      // The nodes inside an element's grain; those on boundaries have two nearest seeds, to rounding of the grid.
      for element in 0..<mesh.elementCount {
        let own = grains.seeds[Int(mesh.regions[element])]
        for node in mesh.elements[6 * element..<6 * element + 6] {
          let place = mesh.position(Int(node))
          let here = SIMD2(place.x, place.y)
          let nearest = grains.seeds.map { (($0 - here) * ($0 - here)).sum().squareRoot() }.min() ?? 0
          #expect(((own - here) * (own - here)).sum().squareRoot() < nearest + 1e-5 * radius)
        }
      }
    }
  }

  @Test func relaxationEvensOutTheGrains() throws {
    func spread(_ relaxations: Int) throws -> Double {
      var generator = SeededGenerator(seed: 1)
      let areas = try VoronoiGrains(
        count: 60, outline: .disc(radius: radius), relaxations: relaxations, using: &generator
      ).partition.areas().map(\.area)
      #expect(areas.count == 60)
      #expect(abs(areas.reduce(0, +) / (.pi * radius * radius) - 1) < 1e-9)
      let mean = areas.reduce(0, +) / 60
      return (areas.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 60).squareRoot() / mean
    }
    // A Poisson-Voronoi structure has a relative spread of areas of 0.53 (E. N. Gilbert, 1962); the rim lowers it.
    let (poisson, relaxed) = (try spread(0), try spread(10))
    #expect(poisson > 0.35 && poisson < 0.7)
    #expect(relaxed < 0.5 * poisson)
  }

  @Test func shortBoundariesShrinkToVertices() throws {
    var generator = SeededGenerator(seed: 2)
    let partition = try VoronoiGrains(
      count: 200, outline: .disc(radius: radius), shortestBoundary: 0.1, using: &generator
    ).partition
    let shortest =
      partition.edges.map {
        $0.length(from: partition.points[$0.start], to: partition.points[$0.end])
      }.min() ?? 0
    // What is left may be a little shorter than the limit, since ends have moved.
    #expect(shortest > 0.03 * (.pi * radius * radius / 200).squareRoot())
    let areas = partition.areas()
    #expect(areas.allSatisfy { $0.area > 0 })
    #expect(abs(areas.reduce(0) { $0 + $1.area } / (.pi * radius * radius) - 1) < 1e-9)
  }

  @Test func seedsOnAGridMeetInVerticesOfFourGrains() throws {
    // Four seeds on a square: every circumcentre is shared, the hardest case for the triangulation.
    let seeds = (-2...2).flatMap { row in (-2...2).map { SIMD2(Double($0), Double(row)) * 4e-6 } }
    let grains = try VoronoiGrains(seeds: seeds, outline: .disc(radius: radius))
    let mesh = try SectionMesher(elementSize: 1.5e-6).mesh(grains.partition)
    try mesh.validate()
    let middle = try #require(seeds.firstIndex(of: .zero))
    #expect(abs(mesh.regionSizes[middle] / 16e-12 - 1) < 1e-4)
  }

  @Test func oneGrainIsTheWholeSection() throws {
    var generator = SeededGenerator(seed: 1)
    let grains = try VoronoiGrains(count: 1, outline: .disc(radius: radius), using: &generator)
    #expect(abs(grains.partition.areas()[0].area / (.pi * radius * radius) - 1) < 1e-12)
  }

  @Test func badInputIsRefused() throws {
    let outline = try MeshOutline.disc(radius: radius)
    var generator = SeededGenerator(seed: 1)
    #expect(throws: SectionError.self) { try VoronoiGrains(count: 0, outline: outline, using: &generator) }
    #expect(throws: SectionError.self) {
      try VoronoiGrains(count: 5, outline: outline, relaxations: -1, using: &generator)
    }
    #expect(throws: SectionError.self) { try VoronoiGrains(seeds: [], outline: outline) }
    #expect(throws: SectionError.self) {
      try VoronoiGrains(seeds: [.zero, SIMD2(1e-6, 0)], grains: [0], outline: outline)
    }
    #expect(throws: SectionError.self) { try VoronoiGrains(seeds: [.zero, SIMD2(.nan, 0)], outline: outline) }
  }

  @Test func rodsStandAlongTheRadiusWithTheirLayers() throws {
    var generator = SeededGenerator(seed: 1)
    let outline = try MeshOutline.disc(radius: radius)
    let texture = try NanorodTexture(
      outline: outline, coreRadius: 4e-6, grainWidth: 1e-6, aspectRatio: 4, using: &generator)
    let mesh = try SectionMesher(elementSize: 0.5e-6).mesh(texture.grains.partition)
    try mesh.validate()
    #expect(mesh.regionCount == texture.frames.count)
    let centroids = mesh.regionCentroids
    for grain in texture.coreGrainCount..<texture.frames.count {
      let centroid = centroids[grain]
      let r = (centroid * centroid).sum().squareRoot()
      #expect(r > 3.5e-6)
      // c along the hoop: across the radius, in the section.
      #expect(abs((texture.frames[grain].z * centroid).sum()) < 0.1 * r)
      #expect(abs(texture.frames[grain].z.z) < 1e-12)
    }
    // Second moments along and across the radius: the shell's grains are long, weighted by area.
    var (along, across) = (0.0, 0.0)
    ElementQuadrature(mesh).forEachElement { points in
      guard points.region >= texture.coreGrainCount else { return }
      let centroid = centroids[Int(points.region)]
      let direction = centroid / (centroid * centroid).sum().squareRoot()
      for point in 0..<points.pointCount {
        let offset = points.positions[point] - centroid
        let radial = (offset * direction).sum()
        along += points.volumes[point] * radial * radial
        across += points.volumes[point] * ((offset * offset).sum() - radial * radial)
      }
    }
    #expect((along / across).squareRoot() > 2)
    let flat = try NanorodTexture(
      outline: outline, coreRadius: 0, grainWidth: 2e-6, axes: .tangentialPlane, misalignment: 0.1, using: &generator)
    #expect(flat.coreGrainCount == 0)
    try SectionMesher(elementSize: 1e-6).mesh(flat.grains.partition).validate()
    #expect(throws: SectionError.self) {
      try NanorodTexture(outline: outline, coreRadius: 11e-6, grainWidth: 1e-6, using: &generator)
    }
  }
}
