import Foundation
import ParticleMechanics

extension CyclingFields {
  /// The states of a mesh without what follows from stress in its boundaries.
  ///
  /// - Parameters:
  ///   - split: of the mesh.
  ///   - axes: c of each region, of unit length; nil where a region has none.
  ///   - times: ascending.
  ///   - lithiations: `[state][node of the mesh]`.
  ///   - stresses: `[state][entry of the split]`.
  init(
    _ mesh: ElementMesh, _ split: RegionNodes, axes: [SIMD3<Double>?], times: [Double], lithiations: [[Double]],
    displacements: [MeshDisplacement], stresses: [[SymmetricTensor3]]
  ) {
    let d = mesh.dimension
    dimension = d
    points = split.nodes.flatMap { node in (0..<d).map { mesh.points[d * Int(node) + $0] } }
    (cellType, cellSize) = (Int(mesh.shape.vtkType), mesh.shape.nodeCount)
    elements = split.elements.map(Int.init)
    regions = mesh.regions.map(Int.init)
    // Axes have no direction: the one that points out of the section stands for both.
    let upwards = axes.map { axis in axis.map { $0.z < 0 ? -$0 : $0 } }
    tilt = upwards.map { axis in axis.map { acos(min($0.z, 1)) } ?? .nan }
    azimuth = upwards.map { axis in axis.map { atan2($0.y, $0.x) } ?? .nan }
    time = times
    lithiation = lithiations.flatMap { split.values($0) }
    displacement = displacements.flatMap { moved in
      split.nodes.flatMap { node in
        let place = moved[Int(node)]
        return (0..<d).map { place[$0] }
      }
    }
    stress = stresses.flatMap { $0.flatMap { [$0.xx, $0.yy, $0.zz, $0.yz, $0.xz, $0.xy] } }
    damage = []
    boundaries = []
    boundaryIntensity = []
  }

  /// Finds the pieces of the boundaries between regions of a section and what a flaw in each of them bears.
  ///
  /// - Throws: `CrackingError`.
  mutating func followBoundaries(of mesh: ElementMesh, _ split: RegionNodes, _ cracking: CyclingCracking) throws {
    guard dimension == 2 else { return }
    let nodes = mesh.shape.nodeCount
    let pieces = mesh.regionBoundaries().map { side in
      // The entries of the side in the elements on both sides of it.
      let entries = [side.lowerElement, side.higherElement].flatMap { element in
        (0..<nodes).map { element * nodes + $0 }.filter { side.nodes.contains(mesh.elements[$0]) }
          .map { Int(split.elements[$0]) }
      }
      return (start: mesh.position(Int(side.nodes[0])), end: mesh.position(Int(side.nodes[1])), entries: entries)
    }
    boundaries = pieces.flatMap { [$0.start.x, $0.start.y, $0.end.x, $0.end.y] }
    boundaryIntensity = []
    boundaryIntensity.reserveCapacity(time.count * pieces.count)
    for state in time.indices {
      for piece in pieces {
        let along = piece.end - piece.start
        // The traction is the same on both sides; what the elements say of it is averaged.
        var sum = SymmetricTensor3()
        for entry in piece.entries { sum = sum + tensor(state: state, node: entry) }
        let mean = (1 / Double(piece.entries.count)) * sum
        boundaryIntensity.append(
          try cracking.boundaryIntensity(normal: SIMD3(along.y, -along.x, 0), stress: mean))
      }
    }
  }
}

extension ElementMesh {
  /// The entries of a split that lie at the particle's outside.
  func surfaceEntries(_ split: RegionNodes) -> [Int] {
    let outside = Set(surfaceFacets())
    return split.nodes.indices.filter { outside.contains(split.nodes[$0]) }
  }
}
