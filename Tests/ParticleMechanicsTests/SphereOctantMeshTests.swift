import Foundation
import ParticleMechanics
import Testing

@Suite struct SphereOctantMeshTests {
  /// Quadratic shape functions and their derivatives from barycentric coordinates: corners, then the middles of `sides`.
  private func shape(
    _ bary: [Double], sides: [(Int, Int)]
  ) -> (value: [Double], slopes: [[Double]]) {
    // The last coordinates are independent; the first one is 1 minus their sum.
    let dimension = bary.count - 1
    func slope(_ corner: Int, _ axis: Int) -> Double { corner == 0 ? -1 : (corner == axis + 1 ? 1 : 0) }
    let value = bary.map { $0 * (2 * $0 - 1) } + sides.map { 4 * bary[$0.0] * bary[$0.1] }
    let slopes = (0..<dimension).map { axis in
      bary.indices.map { (4 * bary[$0] - 1) * slope($0, axis) }
        + sides.map { 4 * (bary[$0.0] * slope($0.1, axis) + bary[$0.1] * slope($0.0, axis)) }
    }
    return (value, slopes)
  }

  private func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }

  private func sum(_ factors: [Double], _ nodes: ArraySlice<Int32>, _ mesh: ElementMesh) -> SIMD3<Double> {
    zip(factors, nodes).reduce(SIMD3.zero) { $0 + $1.0 * mesh.position(Int($1.1)) }
  }

  private let tetrahedronSides = [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)]

  /// Jacobian's determinant of an element at a point.
  private func determinant(_ mesh: ElementMesh, _ element: Int, _ bary: [Double]) -> Double {
    let nodes = mesh.elements[10 * element..<10 * element + 10]
    let slopes = shape(bary, sides: tetrahedronSides).slopes.map { sum($0, nodes, mesh) }
    return (cross(slopes[0], slopes[1]) * slopes[2]).sum()
  }

  /// By a rule exact for degree 3, that of the determinant.
  private func volume(_ mesh: ElementMesh, region: Int32? = nil) -> Double {
    var total = 0.0
    for element in 0..<mesh.elementCount where region == nil || mesh.regions[element] == region {
      total += -0.8 / 6 * determinant(mesh, element, [0.25, 0.25, 0.25, 0.25])
      for corner in 0..<4 {
        var bary = [Double](repeating: 1.0 / 6, count: 4)
        bary[corner] = 0.5
        total += 0.45 / 6 * determinant(mesh, element, bary)
      }
    }
    return total
  }

  /// ∫ n dA and ⅓ ∫ x·n dA over a boundary, by a rule exact for degree 4.
  private func fluxes(_ mesh: ElementMesh, _ name: String) -> (area: SIMD3<Double>, volume: Double) {
    let facets = mesh.boundaries[name] ?? []
    var (area, volume) = (SIMD3<Double>.zero, 0.0)
    for start in stride(from: 0, to: facets.count, by: 6) {
      for (a, weight) in [(0.445948490915965, 0.223381589678011), (0.091576213509771, 0.109951743655322)] {
        for corner in 0..<3 {
          var bary = [a, a, a]
          bary[corner] = 1 - 2 * a
          let (value, slopes) = shape(bary, sides: [(0, 1), (1, 2), (2, 0)])
          let nodes = facets[start..<start + 6]
          let normal = cross(sum(slopes[0], nodes, mesh), sum(slopes[1], nodes, mesh))
          area += weight / 2 * normal
          volume += weight / 6 * (normal * sum(value, nodes, mesh)).sum()
        }
      }
    }
    return (area, volume)
  }

  private let names = [
    ElementMesh.BoundaryName.surface, ElementMesh.BoundaryName.symmetryX, ElementMesh.BoundaryName.symmetryY,
    ElementMesh.BoundaryName.symmetryZ,
  ]

  @Test func fillsTheOctantAndConverges() throws {
    let errors = try [4, 8, 16].map { layers in
      let mesh = try ElementMesh.sphereOctant(radius: 2, layers: layers)
      #expect(mesh.elementCount == layers * layers * layers)
      #expect(mesh.nodeCount == (2 * layers + 1) * (2 * layers + 2) * (2 * layers + 3) / 6)
      return abs(volume(mesh) / (Double.pi / 6 * 8) - 1)
    }
    // A quadratic surface is of order 4.
    #expect(errors[0] < 1e-3)
    #expect(errors[1] < errors[0] / 14 && errors[2] < errors[1] / 14, "\(errors)")
  }

  @Test func boundariesEncloseTheVolumeAndFaceOutward() throws {
    let mesh = try ElementMesh.sphereOctant(radius: 3, layers: 5, transitionRadius: 1.8)
    var (closed, inside) = (SIMD3<Double>.zero, 0.0)
    for name in names {
      let flux = fluxes(mesh, name)
      closed += flux.area
      inside += flux.volume
    }
    #expect(abs(closed.x) < 1e-12 && abs(closed.y) < 1e-12 && abs(closed.z) < 1e-12)
    #expect(abs(inside - volume(mesh)) < 1e-12 * inside)
    #expect(fluxes(mesh, names[1]).area.x < -7 && fluxes(mesh, names[2]).area.y < -7)
    #expect(fluxes(mesh, names[3]).area.z < -7 && fluxes(mesh, names[0]).area.x > 7)
    for (axis, name) in names.dropFirst().enumerated() {
      for node in mesh.boundaries[name] ?? [] { #expect(mesh.position(Int(node))[axis] == 0) }
    }
    for node in mesh.boundaries[names[0]] ?? [] {
      let place = mesh.position(Int(node))
      #expect(abs((place * place).sum().squareRoot() - 3) < 1e-14)
    }
  }

  @Test func elementsAreWellShapedAndMeetSideToSide() throws {
    let mesh = try ElementMesh.sphereOctant(radius: 1, layers: 6)
    var sides: [Set<Int32>: Int] = [:]
    for element in 0..<mesh.elementCount {
      let nodes = Array(mesh.elements[10 * element..<10 * element + 10])
      for side in [[0, 1, 2, 4, 5, 6], [0, 1, 3, 4, 8, 7], [1, 2, 3, 5, 9, 8], [0, 2, 3, 6, 9, 7]] {
        sides[Set(side.map { nodes[$0] }), default: 0] += 1
      }
      // Positive at the corners and middles of the sides too.
      let corners = (0..<4).map { corner in (0..<4).map { $0 == corner ? 1.0 : 0 } }
      let middles = tetrahedronSides.map { side in (0..<4).map { $0 == side.0 || $0 == side.1 ? 0.5 : 0 } }
      let determinants = (corners + middles).map { determinant(mesh, element, $0) }
      #expect((determinants.min() ?? 0) > 0.2 * (determinants.max() ?? 1))
    }
    let outside = names.reduce(0) { $0 + (mesh.boundaries[$1] ?? []).count / 6 }
    #expect(sides.values.allSatisfy { $0 <= 2 })
    #expect(sides.values.filter { $0 == 1 }.count == outside && outside == 4 * 36)
  }

  @Test func sidesFollowTheTransition() throws {
    let mesh = try ElementMesh.sphereOctant(radius: 1, layers: 7, transitionRadius: 0.6)
    let core = volume(mesh, region: 0)
    // Layer 4 of 7 is the nearest to the transition: the core is a sphere of its own.
    #expect(abs(core / volume(try ElementMesh.sphereOctant(radius: 0.6, layers: 4)) - 1) < 1e-12)
    #expect(abs(core + volume(mesh, region: 1) - volume(mesh)) < 1e-14)
    for element in 0..<mesh.elementCount {
      for node in mesh.elements[10 * element..<10 * element + 10] {
        let place = mesh.position(Int(node))
        let radius = (place * place).sum().squareRoot()
        #expect(mesh.regions[element] == 0 ? radius < 0.6 + 1e-12 : radius > 0.6 - 1e-12)
      }
    }
    #expect(mesh.regionNames == [0: "core", 1: "shell"])
  }

  @Test func refusesSizesThatMakeNoSphere() {
    #expect(throws: ParticleModelError.self) { try ElementMesh.sphereOctant(radius: -1, layers: 4) }
    #expect(throws: ParticleModelError.self) { try ElementMesh.sphereOctant(radius: .nan, layers: 4) }
    #expect(throws: ParticleModelError.self) { try ElementMesh.sphereOctant(radius: 1, layers: 0) }
    #expect(throws: ParticleModelError.self) {
      try ElementMesh.sphereOctant(radius: 1, layers: 1, transitionRadius: 0.5)
    }
    #expect(throws: ParticleModelError.self) { try ElementMesh.sphereOctant(radius: 1, layers: 4, transitionRadius: 1) }
  }
}
