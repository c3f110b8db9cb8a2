import Foundation
import TestData
import Testing

@testable import ParticleMechanics

@Suite struct ElementShapeTests {
  static let solids: [ElementShape] = [.triangle3, .triangle6, .quadrilateral9, .tetrahedron4, .tetrahedron10]

  @Test(arguments: ElementShape.allCases) func functionsAreOneAtTheirNodeAndZeroAtTheOthers(shape: ElementShape) {
    #expect(shape.nodePlaces.count == shape.nodeCount)
    for (node, place) in shape.nodePlaces.enumerated() {
      for (other, value) in shape.functions(at: place).values.enumerated() {
        #expect(abs(value - (node == other ? 1 : 0)) < 1e-14)
      }
    }
  }

  @Test(arguments: ElementShape.allCases) func slopesAreDerivatives(shape: ElementShape) {
    let place = SIMD3(0.21, shape.dimension > 1 ? 0.17 : 0, shape.dimension > 2 ? 0.29 : 0)
    let slopes = shape.functions(at: place).slopes
    for axis in 0..<shape.dimension {
      var step = SIMD3<Double>.zero
      step[axis] = 1e-5
      let (up, down) = (shape.functions(at: place + step).values, shape.functions(at: place - step).values)
      for node in 0..<shape.nodeCount {
        #expect(abs((up[node] - down[node]) / 2e-5 - slopes[node][axis]) < 1e-9)
      }
    }
    // Everywhere they add up to one: their slopes to nothing.
    #expect(abs(shape.functions(at: place).values.reduce(0, +) - 1) < 1e-14)
    #expect(slopes.reduce(.zero, +).max() < 1e-14)
  }

  /// ∫ ξⁱ ηʲ ζᵏ over a simplex is i! j! k! / (i + j + k + d)!, over −1...1 it is 2/(i + 1) for even i.
  @Test(arguments: ElementShape.allCases) func rulesIntegratePolynomials(shape: ElementShape) {
    let isSimplex = ![.line2, .line3, .quadrilateral9].contains(shape)
    let degrees: [QuadratureRule.Accuracy: Int] =
      switch shape {
      case .line2: [.stress: 3, .standard: 3, .fine: 7]
      case .line3: [.stress: 5, .standard: 5, .fine: 7]
      case .quadrilateral9: [.stress: 3, .standard: 5, .fine: 7]
      case .triangle3: [.stress: 1, .standard: 2, .fine: 6]
      case .triangle6: [.stress: 2, .standard: 6, .fine: 8]
      case .tetrahedron4: [.stress: 1, .standard: 2, .fine: 5]
      case .tetrahedron10: [.stress: 2, .standard: 5, .fine: 5]
      }
    func factorial(_ n: Int) -> Double { n < 2 ? 1 : (2...n).reduce(1) { $0 * Double($1) } }
    for (accuracy, degree) in degrees {
      let rule = QuadratureRule(shape, accuracy)
      #expect(rule.weights.allSatisfy { $0 > 0 })
      for i in 0...degree {
        for j in 0...(shape.dimension > 1 ? degree - i : 0) {
          for k in 0...(shape.dimension > 2 ? degree - i - j : 0) {
            var exact = 1.0
            if isSimplex {
              exact = factorial(i) * factorial(j) * factorial(k) / factorial(i + j + k + shape.dimension)
            } else {
              for power in [i, j][..<shape.dimension] { exact *= power % 2 == 0 ? 2 / Double(power + 1) : 0 }
            }
            var sum = 0.0
            for (place, weight) in zip(rule.points, rule.weights) {
              let along = pow(place.x, Double(i)) * pow(place.y, Double(j))
              sum += weight * along * pow(place.z, Double(k))
            }
            #expect(abs(sum - exact) < 1e-14, "\(shape) \(accuracy) \(i) \(j) \(k)")
          }
        }
      }
    }
  }

  @Test(arguments: solids) func sidesCloseTheElement(shape: ElementShape) throws {
    // Outward normals of a closed body add up to nothing, and ∮ x·n / d is its size.
    let mesh = SampleMeshes.box(shape, count: 1)
    try mesh.validate()
    for element in 0..<mesh.elementCount {
      let nodes = shape.facetNodes.flatMap { $0.map { mesh.elements[element * shape.nodeCount + $0] } }
      var (sum, size) = (SIMD3<Double>.zero, 0.0)
      FacetQuadrature(mesh, facets: nodes).forEachPoint { point in
        sum += point.area * point.normal
        size += point.area * (point.normal * point.position).sum() / Double(shape.dimension)
      }
      var volume = 0.0
      ElementQuadrature(mesh).forEachElement(in: element..<element + 1) { volume += $0.volumes.reduce(0, +) }
      #expect(abs(size - volume) < 1e-14 && volume > 0)
      #expect((sum * sum).sum() < 1e-28)
    }
  }
}
