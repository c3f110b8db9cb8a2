import Foundation
import Testing

@testable import ParticleMechanics

@Suite struct EnergyReleaseIntegralTests {
  @Test(arguments: [0.2, 0.35, 0.5]) func aSingleEdgeCrackHasTheClosedForm(relativeLength: Double) throws {
    let plate = try SingleEdgePlate(
      width: 10e-6, halfHeight: 25e-6, crackLength: relativeLength * 10e-6, youngsModulus: 140e9, poissonRatio: 0.25)
    let displacement = try plate.displacement(tension: 100e6)
    let wide = try plate.energyRelease(tension: 100e6, displacement: displacement)
    let narrow = try plate.energyRelease(tension: 100e6, displacement: displacement, ring: 0.05...0.2)
    let intensity = (wide * 140e9 / (1 - 0.0625)).squareRoot()
    // The polynomial is good to 0.5 %.
    #expect(abs(intensity / plate.closedFormIntensity(tension: 100e6) - 1) < 0.006)
    #expect(abs(narrow / wide - 1) < 1e-4)
    // The handbook's other form, good for every length: better than 0.1 % here.
    let quarter = 0.25 * Double.pi * 2 * relativeLength
    let rest = 1 - sin(quarter)
    let sum = 0.752 + 2.02 * relativeLength + 0.37 * rest * rest * rest
    let shape = (tan(quarter) / quarter).squareRoot() * sum / cos(quarter)
    let reference = 100e6 * (Double.pi * relativeLength * 10e-6).squareRoot() * shape
    #expect(abs(intensity / reference - 1) < 0.003)
  }

  @Test func theNearFieldOfATipHasItsEnergyRelease() throws {
    // The displacement of K_I = 1 MPa√m and of K_II = 0.5 MPa√m around a tip, on a ring of elements cut open along it.
    let (modulus, nu) = (140e9, 0.25)
    let shear = modulus / (2 * (1 + nu))
    let kappa = 3 - 4 * nu
    let (rings, sectors) = (12, 48)
    var (points, displacement, elements): ([Double], [Double], [Int32]) = ([], [], [])
    for ring in 0...2 * rings {
      for sector in 0...2 * sectors {
        let radius = 0.2e-6 + 0.8e-6 * Double(ring) / Double(2 * rings)
        let angle = -Double.pi + 2 * Double.pi * Double(sector) / Double(2 * sectors)
        points += [radius * cos(angle), radius * sin(angle)]
        let scale = (radius / (2 * Double.pi)).squareRoot() / (2 * shear)
        let (c, s) = (cos(angle / 2), sin(angle / 2))
        let opening = 1e6 * (kappa - cos(angle))
        let x = opening * c + 0.5e6 * s * (kappa + 2 + cos(angle))
        let y = opening * s - 0.5e6 * c * (kappa - 2 + cos(angle))
        displacement += [scale * x, scale * y]
      }
    }
    for ring in 0..<rings {
      for sector in 0..<sectors {
        elements += BiquadraticElement.places.map {
          Int32((2 * ring + $0.xi) * (2 * sectors + 1) + 2 * sector + $0.eta)
        }
      }
    }
    let mesh = ElementMesh(points: points, shape: .quadrilateral9, elements: elements)
    // The weight is 1 inside the hole of the ring: only its fall counts.
    let integral = try EnergyReleaseIntegral(tip: .zero, direction: SIMD2(2, 0), radii: 0.3e-6...0.9e-6)
    let solid = UniformSolid(stiffness: .isotropic(youngsModulus: modulus, poissonRatio: nu))
    let release = try integral(mesh: mesh, displacement: displacement, material: solid)
    let expected = (1e12 + 0.25e12) * (1 - nu * nu) / modulus
    #expect(abs(release / expected - 1) < 1e-3)
  }

  @Test func anEigenstrainThatVariesReleasesNothingWithoutACrack() throws {
    // A clamped body whose eigenstrain along x varies with y, free of stress along y: in equilibrium.
    let (elements, size) = (16, 1e-6)
    let steps = (0...2 * elements).map { size * (Double($0) / Double(elements) - 1) }
    let points = steps.flatMap { y in steps.flatMap { [$0, y] } }
    var connectivity: [Int32] = []
    for row in 0..<elements {
      for column in 0..<elements {
        connectivity += BiquadraticElement.places.map {
          Int32((2 * row + $0.eta) * steps.count + 2 * column + $0.xi)
        }
      }
    }
    let mesh = ElementMesh(points: points, shape: .quadrilateral9, elements: connectivity)
    let lithiation = (0..<mesh.nodeCount).map { 0.5 + 0.4 * mesh.points[2 * $0 + 1] / size }
    let nu = 0.25
    let material = ExpandingSolid(
      stiffness: .isotropic(youngsModulus: 140e9, poissonRatio: nu),
      expansion: SymmetricTensor3(xx: 0.02, yy: -0.02 * nu / (1 - nu)))
    let still = [Double](repeating: 0, count: 2 * mesh.nodeCount)
    let integral = try EnergyReleaseIntegral(tip: .zero, direction: SIMD2(0, 1), radii: 0.2e-6...0.8e-6)
    let release = try integral(mesh: mesh, displacement: still, material: material, lithiation: lithiation)
    // Energy per volume times length: the size of either integral.
    let scale = 0.5 * 140e9 * 0.01 * 0.01 * size
    #expect(abs(release) < 1e-3 * scale)
  }

  @Test func badInputIsNamed() throws {
    #expect(throws: CrackingError.self) { try EnergyReleaseIntegral(tip: .zero, direction: .zero, radii: 0...1) }
    #expect(throws: CrackingError.self) { try EnergyReleaseIntegral(tip: .zero, direction: SIMD2(1, 0), radii: 1...1) }
    #expect(throws: CrackingError.self) {
      try SingleEdgePlate(width: 1, halfHeight: 0.5, crackLength: 0.2, youngsModulus: 1, poissonRatio: 0.2)
    }
    #expect(throws: CrackingError.self) {
      try SingleEdgePlate(width: 1, halfHeight: 2, crackLength: 1, youngsModulus: 1, poissonRatio: 0.2)
    }
    let mesh = ElementMesh(points: [0, 0, 1, 0, 0, 1], shape: .triangle3, elements: [0, 1, 2])
    let integral = try EnergyReleaseIntegral(tip: .zero, direction: SIMD2(1, 0), radii: 0.2...0.8)
    let solid = UniformSolid(stiffness: .isotropic(youngsModulus: 1, poissonRatio: 0.2))
    #expect(throws: CrackingError.self) { try integral(mesh: mesh, displacement: [0], material: solid) }
    let coarse = #expect(throws: CrackingError.self) {
      try integral(mesh: mesh, displacement: [0, 0, 0, 0, 0, 0], material: solid)
    }
    #expect(coarse?.description.contains("refine") == true)
  }
}

/// A solid that expands in proportion to its lithiation.
struct ExpandingSolid: ParticleMaterial {
  var stiffness: Stiffness
  var expansion = SymmetricTensor3()
  var diffusion = SymmetricTensor3(isotropic: 1e-14)
  var hasConstantDiffusivity: Bool { true }

  func diffusivity(at point: MaterialPoint, lithiation: Double) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    (diffusion, SymmetricTensor3())
  }
  func eigenstrain(at point: MaterialPoint, lithiation: Double) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    (lithiation * expansion, expansion)
  }
  func stiffness(at point: MaterialPoint) -> Stiffness { stiffness }
}
