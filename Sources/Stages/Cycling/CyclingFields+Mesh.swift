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
    let pieces = Self.pieces(of: mesh, split)
    boundaries = pieces.flatMap { piece in
      let (a, b) = (mesh.position(Int(piece.start)), mesh.position(Int(piece.end)))
      return [a.x, a.y, b.x, b.y]
    }
    boundaryIntensity = []
    boundaryIntensity.reserveCapacity(time.count * pieces.count)
    for state in time.indices {
      for piece in pieces {
        let along = mesh.position(Int(piece.end)) - mesh.position(Int(piece.start))
        // The traction is the same on both sides; what the elements say of it is averaged.
        var sum = SymmetricTensor3()
        for entry in piece.entries { sum = sum + tensor(state: state, node: Int(entry)) }
        let mean = (1 / Double(piece.entries.count)) * sum
        boundaryIntensity.append(
          try cracking.boundaryIntensity(normal: SIMD3(along.y, -along.x, 0), stress: mean))
      }
    }
  }

  private struct Piece {
    /// Nodes of the mesh.
    var start: Int32
    var end: Int32
    /// Entries of the split on both sides.
    var entries: [Int32]
  }

  private static func pieces(of mesh: ElementMesh, _ split: RegionNodes) -> [Piece] {
    let nodes = mesh.shape.nodeCount, corners = SectionRaster.cornerCount(Int(mesh.shape.vtkType))
    let hasMiddles = nodes > corners
    var seen: [SIMD2<Int32>: (region: Int32, entries: [Int32])] = [:]
    var found: [Piece] = []
    for element in 0..<mesh.elementCount {
      let base = element * nodes
      for side in 0..<corners {
        var places = [base + side, base + (side + 1) % corners]
        if hasMiddles { places.append(base + corners + side) }
        let (a, b) = (mesh.elements[places[0]], mesh.elements[places[1]])
        let key = SIMD2(min(a, b), max(a, b)), entries = places.map { split.elements[$0] }
        guard let other = seen.removeValue(forKey: key) else {
          seen[key] = (mesh.regions[element], entries)
          continue
        }
        if other.region != mesh.regions[element] {
          found.append(Piece(start: a, end: b, entries: other.entries + entries))
        }
      }
    }
    return found
  }
}

extension ElementMesh {
  /// The entries of a split that lie at the particle's outside.
  func surfaceEntries(_ split: RegionNodes) -> [Int] {
    let outside = Set(surfaceFacets())
    return split.nodes.indices.filter { outside.contains(split.nodes[$0]) }
  }
}
