import Foundation
import ParticleMechanics
import Quantities

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
  /// - Parameter stresses: `[state]`.
  /// - Throws: `CrackingError`.
  mutating func followBoundaries(_ stresses: [MeshStress], _ cracking: CyclingCracking) throws {
    guard dimension == 2, Set(regions).count > 1 else { return }
    for (state, stress) in stresses.enumerated() {
      let drivers = try GrainBoundaryDrivers(
        stress: stress, halfLength: cracking.settings.flawLength.value.si, driver: cracking.driver)
      if state == 0 {
        boundaries = drivers.pieces.flatMap { piece in
          let half = 0.5 * piece.length * SIMD2(-piece.normal.y, piece.normal.x)
          let (start, end) = (piece.position - half, piece.position + half)
          return [start.x, start.y, end.x, end.y]
        }
      }
      boundaryIntensity += drivers.pieces.map(\.load.effectiveIntensity)
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
