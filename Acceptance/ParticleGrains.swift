import ArrayMath
import Foundation
import ParticleMechanics

/// Meshes of many sections of grains, and the conduction of polycrystals against Dykhne's law.
func particleGrainLines() throws -> [AcceptanceLine] {
  let radius = 10e-6
  let outline = try MeshOutline.disc(radius: radius)
  var (worstArea, worstAngle, smallest) = (0.0, Double.infinity, Double.infinity)
  var (bad, count) = (0, 0)
  for seed in UInt64(1)...300 {
    var generator = SeededGenerator(seed: seed)
    let grains = try VoronoiGrains(count: 60, outline: outline, relaxations: Int(seed % 4), using: &generator)
    let mesh = try SectionMesher(elementSize: 0.6e-6).mesh(grains.partition)
    do { try mesh.validate() } catch { bad += 1 }
    count += mesh.elementCount
    let area = mesh.regionSizes.reduce(0, +)
    worstArea = max(worstArea, abs(area / (.pi * radius * radius) - 1))
    let angle = mesh.smallestAngle * 180 / .pi
    smallest = min(smallest, angle)
    let limit = min(28, smallestAngle(between: grains.partition) * 180 / .pi)
    worstAngle = min(worstAngle, angle - limit)
  }
  var lines = [
    AcceptanceLine("5", "inverted elements in 300 Voronoi sections of 60 grains", Double(bad), atMost: 0),
    AcceptanceLine("5", "error of their areas", worstArea, atMost: 1e-6),
    // Where a boundary meets the arc the straight side of an element leaves the tangent by half the angle it spans.
    AcceptanceLine(
      "5", "smallest angle less the smaller of 28° and that between boundaries (smallest of all \(format(smallest))°)",
      worstAngle, atLeast: -0.6e-6 / (2 * radius) * 180 / .pi, unit: "°"),
    AcceptanceLine("5", "elements a section", Double(count) / 300, atMost: 5000),
  ]
  for (grains, elements) in [(16, 0.12), (16, 0.06), (400, 0.2)] {
    var (worst, mean) = (0.0, 0.0)
    for seed in UInt64(1)...4 {
      let product = try conductivityProduct(grains: grains, elements: elements, seed: seed, alongC: 0.1)
      worst = max(worst, abs(product / 0.1 - 1))
      mean += product.squareRoot() / 4
    }
    lines.append(
      AcceptanceLine(
        "5", "D_x D_y over D_ab D_c less 1, \(grains) grains, elements of \(elements) grains, mean \(format(mean))",
        worst,
        atMost: 0.012))
  }
  return lines
}

private func format(_ value: Double) -> String { String(format: "%.4g", value) }

/// The smallest angle under which two boundaries meet, in radians.
private func smallestAngle(between partition: SectionPartition) -> Double {
  var ways: [Int: [SIMD2<Double>]] = [:]
  for edge in partition.edges {
    let (a, b) = (partition.points[edge.start], partition.points[edge.end])
    var (first, last) = (b - a, a - b)
    if let centre = edge.arcCentre {
      // The tangents of an arc, on the way along it.
      (first, last) = (SIMD2(centre.y - a.y, a.x - centre.x), SIMD2(b.y - centre.y, centre.x - b.x))
    }
    ways[edge.start, default: []].append(first)
    ways[edge.end, default: []].append(last)
  }
  var smallest = Double.pi
  for directions in ways.values {
    for (index, u) in directions.enumerated() {
      for v in directions[(index + 1)...] {
        let cosine = (u * v).sum() / ((u * u).sum() * (v * v).sum()).squareRoot()
        smallest = min(smallest, acos(min(max(cosine, -1), 1)))
      }
    }
  }
  return smallest
}

private func conductivityProduct(grains: Int, elements: Double, seed: UInt64, alongC: Double) throws -> Double {
  var generator = SeededGenerator(seed: seed)
  let voronoi = try VoronoiGrains(count: grains, outline: .rectangle(width: 1, height: 1), using: &generator)
  let mesh = try SectionMesher(elementSize: elements / Double(grains).squareRoot()).mesh(voronoi.partition)
  let axes = (0..<grains).map { _ in
    let angle = Double.pi * generator.uniform()
    return SIMD3(cos(angle), sin(angle), 0)
  }
  func tensor(_ point: MaterialPoint) -> SymmetricTensor3 {
    SymmetricTensor3(axis: axes[Int(point.region)], along: alongC, across: 1)
  }
  let x = try SectionDiffusion.effectiveDiffusivity(
    mesh, from: "left", to: "right", length: 1, width: 1, diffusivity: tensor)
  let y = try SectionDiffusion.effectiveDiffusivity(
    mesh, from: "bottom", to: "top", length: 1, width: 1, diffusivity: tensor)
  return x * y
}
