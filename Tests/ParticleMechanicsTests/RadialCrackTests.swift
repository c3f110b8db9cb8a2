import Foundation
import Testing

@testable import ParticleMechanics

/// A disc with a radial crack from its surface, loaded by its own eigenstrain: the weight function, which knows only the
/// stress of the whole disc, against the energy release of the cracked one.
@Suite struct RadialCrackTests {
  let radius = 10e-6
  let nu = 0.25

  @Test func theWeightFunctionAgreesWithTheCrackedDisc() throws {
    for (relativeDepth, halfSpace) in [(0.02, 0.015), (0.05, 0.04), (0.1, 0.075)] {
      let depth = relativeDepth * radius
      let mesh = quarter(depth: depth)
      let lithiation = (0..<mesh.nodeCount).map { node in
        let (x, y) = (mesh.points[2 * node] / radius, mesh.points[2 * node + 1] / radius)
        return x * x + y * y
      }
      let solid = ExpandingSolid(
        stiffness: .isotropic(youngsModulus: 140e9, poissonRatio: nu), expansion: SymmetricTensor3(xx: -0.01, yy: -0.01)
      )
      let moved = try MeshMechanics(mesh: mesh, material: solid).displacements(lithiations: [lithiation])[0]
      let integral = try EnergyReleaseIntegral(
        tip: SIMD2(radius - depth, 0), direction: SIMD2(-1, 0), radii: 0.1 * depth...0.6 * depth, isHalf: true)
      let release = try integral(
        mesh: mesh, displacement: moved.values, material: solid, lithiation: lithiation)
      // ε = −0.01 (r/R)² in the plane: σ_θ = E'/4 · 0.01 (3 (r/R)² − 1).
      let modulus = 140e9 / (1 - nu * nu)
      let depths = (0...200).map { 0.2 * radius * Double($0) / 200 }
      let stress = try StressAlongLine(
        positions: depths,
        values: depths.map { depth in
          let place = 1 - depth / radius
          return 0.25 * modulus * 0.01 * (3 * place * place - 1)
        })
      let driver = try FlawDriver(youngsModulus: 140e9, poissonRatio: nu)
      let load = try driver.surfaceFlaw(depth: depth, stress: stress, cylinderRadius: radius)
      #expect(abs((load.energyRelease / release).squareRoot() - 1) < 0.004)
      let straight = try driver.surfaceFlaw(depth: depth, stress: stress)
      #expect(abs((straight.energyRelease / release).squareRoot() - 1) < halfSpace)
    }
  }

  /// A quarter of the disc, its elements small around the tip on y = 0; the crack's face there is free.
  private func quarter(depth: Double) -> ElementMesh {
    func graded(_ length: Double, _ first: Double) -> [Double] {
      var (places, step) = ([0.0], first)
      while let last = places.last, last < length {
        places.append(last + step)
        step = min(1.3 * step, length / 8)
      }
      return places.map { $0 * length / (places.last ?? 1) }
    }
    let size = 0.02 * depth
    let inner = graded(radius - depth, size).reversed().map { radius - depth - $0 }
    let radii = inner + graded(depth, size).dropFirst().map { radius - depth + $0 }
    let angles = graded(0.5 * Double.pi, size / radius)
    func halved(_ edges: [Double]) -> [Double] {
      [edges[0]] + zip(edges, edges.dropFirst()).flatMap { [0.5 * ($0 + $1), $1] }
    }
    let (circles, rays) = (halved(radii), halved(angles))
    // The first circle is a point.
    func node(_ circle: Int, _ ray: Int) -> Int32 { circle == 0 ? 0 : Int32(1 + (circle - 1) * rays.count + ray) }
    var points = [0.0, 0.0]
    for circle in circles.dropFirst() { for ray in rays { points += [circle * cos(ray), circle * sin(ray)] } }
    var elements: [Int32] = []
    for ring in 0..<radii.count - 1 {
      for sector in 0..<angles.count - 1 {
        elements += BiquadraticElement.places.map { node(2 * ring + $0.xi, 2 * sector + $0.eta) }
      }
    }
    var (bottom, left): ([Int32], [Int32]) = ([], [])
    for ring in 0..<radii.count - 1 {
      if ring < inner.count - 1 { bottom += [0, 2, 1].map { node(2 * ring + $0, 0) } }
      left += [2, 0, 1].map { node(2 * ring + $0, rays.count - 1) }
    }
    return ElementMesh(
      points: points, shape: .quadrilateral9, elements: elements,
      boundaries: [ElementMesh.BoundaryName.symmetryY: bottom, ElementMesh.BoundaryName.symmetryX: left])
  }
}

@Suite struct GrainBoundaryDriversTests {
  @Test func aUniformStressPullsAtEachPieceByItsNormal() throws {
    // Two grains that meet along the diagonal of a square.
    let mesh = ElementMesh(
      points: [0, 0, 1, 0, 1, 1, 0, 1], shape: .triangle3, elements: [0, 1, 2, 0, 2, 3], regions: [4, 2])
    let stress = MeshStress(
      mesh: mesh, values: [SymmetricTensor3](repeating: SymmetricTensor3(xx: 100e6, yy: 20e6, xy: 10e6), count: 2))
    let driver = try FlawDriver(youngsModulus: 140e9, poissonRatio: 0.25)
    let drivers = try GrainBoundaryDrivers(stress: stress, halfLength: 50e-9, driver: driver)
    let piece = try #require(drivers.pieces.first)
    #expect(drivers.pieces.count == 1 && piece.regions == SIMD2(2, 4))
    #expect(abs(piece.length - 2.0.squareRoot()) < 1e-12 && piece.position == SIMD2(0.5, 0.5))
    // From region 2, above the diagonal, to region 4 below it.
    #expect(abs(piece.normal.x - 0.5.squareRoot()) < 1e-12 && abs(piece.normal.y + 0.5.squareRoot()) < 1e-12)
    #expect(abs(piece.normalTraction - 50e6) < 1 && abs(piece.shearTraction - 40e6) < 1)
    #expect(piece.tractionJump < 1)
    let factor = (Double.pi * 50e-9).squareRoot()
    #expect(abs(piece.load.modeI / (50e6 * factor) - 1) < 1e-12)
    #expect(drivers.share(of: .stays, toughness: try Toughness("weak", range: 1e6...2e6)) == 1)
    #expect(drivers.share(of: .grows, toughness: try Toughness("weak", range: 1e6...2e6)) == 0)
  }

  @Test func oneGrainHasNoBoundary() throws {
    let mesh = ElementMesh(points: [0, 0, 1, 0, 0, 1], shape: .triangle3, elements: [0, 1, 2])
    let stress = MeshStress(mesh: mesh, values: [SymmetricTensor3()])
    let driver = try FlawDriver(youngsModulus: 140e9, poissonRatio: 0.25)
    #expect(try GrainBoundaryDrivers(stress: stress, halfLength: 1, driver: driver).pieces.isEmpty)
  }
}
