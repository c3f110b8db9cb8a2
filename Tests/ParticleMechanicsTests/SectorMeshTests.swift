import Foundation
import Testing

@testable import ParticleMechanics

@Suite struct SectorMeshTests {
  let model = ParticleModel(structure: .coreShell(SmoothStep(position: 6e-6, width: 0.1e-6)))

  @Test func resolvesTheTransitionAndTheSurface() throws {
    let mesh = try SectorMesh(model: model)
    let across = mesh.ringRadii.filter { $0 > 5.95e-6 - 1e-12 && $0 < 6.05e-6 + 1e-12 }
    #expect(across.count - 1 >= 5)
    let last = mesh.ringRadii.suffix(2)
    #expect(last[last.startIndex + 1] == 10e-6)
    #expect(last[last.startIndex + 1] - last[last.startIndex] <= 0.025e-6)
    #expect(zip(mesh.ringRadii, mesh.ringRadii.dropFirst()).allSatisfy { $0 < $1 })
    #expect(mesh.firstShellRing == nil)
  }

  @Test func putsAnElementSideOnASharpTransition() throws {
    var sharp = model
    sharp.structure = .coreShell(SmoothStep(position: 6e-6, width: 0))
    let mesh = try SectorMesh(model: sharp)
    let ring = try #require(mesh.firstShellRing)
    #expect(abs(mesh.ringRadii[ring] - 6e-6) < 1e-14)
  }

  @Test func edgesLieOnTheAxesAndTheArcOnTheCircle() throws {
    let mesh = try SectorMesh(model: model)
    #expect(mesh.bottomNodes.allSatisfy { mesh.y[$0] == 0 && mesh.x[$0] >= 0 })
    #expect(mesh.leftNodes.allSatisfy { mesh.x[$0] == 0 && mesh.y[$0] >= 0 })
    #expect(mesh.arcNodes.allSatisfy { abs(hypot(mesh.x[$0], mesh.y[$0]) - 10e-6) < 1e-19 })
    #expect(mesh.nodeCount == Int(mesh.elements.max() ?? 0) + 1)
  }

  @Test func elementsKeepTheirOrientation() throws {
    let mesh = try SectorMesh(model: model)
    for element in 0..<mesh.elementCount {
      mesh.points(ofElement: element) { _, point in #expect(point.area > 0) }
    }
  }

  @Test func locatesPointsOfElements() throws {
    let mesh = SectorMesh(ringRadii: [0, 1, 1.2, 3], angularElements: 3)
    for element in 0..<mesh.elementCount {
      for (xi, eta) in [(-0.7, 0.9), (0.0, -0.4), (0.95, 0.1)] {
        let point = mesh.point(ofElement: element, xi: xi, eta: eta)
        let place = mesh.locate(radius: hypot(point.x, point.y), angle: atan2(point.y, point.x))
        #expect(place.element == element)
        #expect(abs(place.xi - xi) < 1e-9 && abs(place.eta - eta) < 1e-9)
      }
    }
    #expect(mesh.locate(radius: 1.2, angle: 0.1).element / 3 == 2)
    #expect(mesh.locate(radius: 99, angle: 9).element == mesh.elementCount - 1)
    #expect(mesh.locate(radius: 0, angle: 0).xi == -1)
  }

  @Test func refusesAResolutionOutOfRange() {
    for change in [
      { (r: inout MeshResolution) in r.angularElements = 0 }, { $0.transitionElements = -1 },
      { $0.relativeSurfaceElement = 0 }, { $0.relativeLargestElement = .nan }, { $0.surfaceGrowth = 1 },
      { $0.transitionGrowth = .infinity },
    ] as [(inout MeshResolution) -> Void] {
      var resolution = MeshResolution()
      change(&resolution)
      #expect(throws: ParticleModelError.self) { try SectorMesh(model: model, resolution: resolution) }
    }
  }

  @Test func theEliminationNamesEachNodeOnceAndSeparates() throws {
    let mesh = try SectorMesh(model: model)
    let order = mesh.eliminationOrder
    #expect(order.sorted() == (0..<Int32(mesh.nodeCount)).map(\.self))
    #expect(order.last == 0)
    // The ray that halves the circles, or the circle that halves the rays, comes last but the centre: nothing couples
    // the two parts before it.
    let separator = Set(order.suffix(1 + min(mesh.nodesPerCircle, 2 * mesh.ringCount)))
    let first = Set(order.prefix((mesh.nodeCount - separator.count) * 2 / 5))
    let last = Set(order.dropLast(separator.count).suffix((mesh.nodeCount - separator.count) * 2 / 5))
    for element in 0..<mesh.elementCount {
      let nodes = Set(mesh.elements[9 * element..<9 * element + 9])
      #expect(nodes.isDisjoint(with: first) || nodes.isDisjoint(with: last))
    }
  }
}
