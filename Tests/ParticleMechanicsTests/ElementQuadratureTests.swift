import Foundation
import TestData
import Testing

@testable import ParticleMechanics

@Suite struct ElementQuadratureTests {
  /// On distorted, curved elements: size, a linear field's gradient, and its value at the points.
  @Test(arguments: ElementShapeTests.solids) func reproducesLinearFields(shape: ElementShape) throws {
    let mesh = SampleMeshes.box(shape, count: 3, size: 2, distortion: 0.3, bend: 0.1)
    try mesh.validate()
    let slope = SIMD3(0.4, -1.1, mesh.dimension == 3 ? 0.7 : 0)
    let field = (0..<mesh.nodeCount).map { 3 + (slope * mesh.position($0)).sum() }
    var volume = 0.0
    var largest = 0.0
    field.withUnsafeBufferPointer { field in
      ElementQuadrature(mesh).forEachElement { points in
        for point in 0..<points.pointCount {
          volume += points.volumes[point]
          let gradient = points.gradient(point, of: field) - slope
          largest = max(largest, gradient.max(), -gradient.min())
          largest = max(largest, abs(points.value(point, of: field) - 3 - (slope * points.positions[point]).sum()))
        }
      }
    }
    #expect(abs(volume - pow(2, Double(mesh.dimension))) < 1e-12)
    #expect(largest < 1e-12)
  }

  @Test func aDiscHasTheAreaOfACircle() throws {
    let mesh = SampleMeshes.disc(radius: 2, rings: 8)
    try mesh.validate()
    var area = 0.0
    ElementQuadrature(mesh).forEachElement { area += $0.volumes.reduce(0, +) }
    #expect(abs(area / (4 * .pi) - 1) < 1e-6)
    var length = 0.0
    FacetQuadrature(mesh, facets: mesh.surfaceFacets()).forEachPoint { point in
      length += point.area
      #expect((point.normal * point.position).sum() > 1.9)
    }
    #expect(abs(length / (4 * .pi) - 1) < 1e-6)
  }

  @Test func theQuarterDiscKeepsItsBoundaries() throws {
    let sector = SectorMesh(ringRadii: [0, 1, 1.5, 3], angularElements: 4, firstShellRing: 2)
    let mesh = ElementMesh(sector)
    try mesh.validate()
    #expect(mesh.regions.filter { $0 == 1 }.count == 4)
    #expect(mesh.surfaceFacets().count == 12)
    // Without names the outside is arc and edges together; the collapsed centre is no side.
    var unnamed = mesh
    unnamed.boundaries = [:]
    #expect(unnamed.surfaceFacets().count == 3 * (4 + 3 + 3))
    // And with the planes of symmetry named it is the arc again.
    unnamed.boundaries = mesh.boundaries
    unnamed.boundaries[ElementMesh.BoundaryName.surface] = nil
    #expect(Set(unnamed.wettedFacets()) == Set(mesh.surfaceFacets()))
  }

  @Test func aDamagedMeshIsRefused() {
    let good = SampleMeshes.box(.triangle3, count: 2)
    #expect(throws: Never.self) { try good.validate() }
    func refused(_ error: ElementMeshError, _ change: (inout ElementMesh) -> Void) {
      var mesh = good
      change(&mesh)
      #expect(throws: error) { try mesh.validate() }
      #expect(!error.description.isEmpty)
    }
    refused(.empty) { $0.elements = [] }
    refused(.wrongShape(.line2)) { $0.shape = .line2 }
    refused(.wrongCount(name: "the list of regions", count: 1, expected: "8")) { $0.regions = [0] }
    refused(.wrongCount(name: "the list of elements", count: 23, expected: "3 an element")) { $0.elements.removeLast() }
    refused(.wrongCount(name: "the list of coordinates", count: 17, expected: "2 a node")) { $0.points.removeLast() }
    refused(.unknownNode(element: 1, node: 9, nodeCount: 9)) { $0.elements[4] = 9 }
    refused(.unknownNode(element: 0, node: -1, nodeCount: 9)) { $0.elements[0] = -1 }
    refused(.notFinite(node: 4)) { $0.points[9] = .nan }
    refused(.looseNode(9)) { $0.points += [5, 5] }
    refused(.unknownBoundaryNode(boundary: "wetted", node: 40, nodeCount: 9)) { $0.boundaries["wetted"] = [0, 40] }
    refused(.wrongCount(name: "the boundary “wetted”", count: 3, expected: "2 a side")) {
      $0.boundaries["wetted"] = [0, 1, 2]
    }
    refused(.invertedElement(element: 0, size: -0.0416666666666666644)) { $0.elements.swapAt(1, 2) }
  }
}
