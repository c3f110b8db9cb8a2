internal import ArrayMath

extension MeshMechanics {
  /// What the elements add up to.
  struct Assembled {
    var stiffness: SymmetricSparseMatrix
    /// ∫ Bᵀ C e_zz: what a unit axial strain pulls with.
    var axialForce: [Double]
    /// ∫ C_zzzz, in N, or in N per unit of length across a section.
    var axialStiffness: Double
    /// What each node stands for: an equal share of its elements.
    var nodeWeights: [Double]
  }

  static func assemble(
    mesh: ElementMesh, material: Material, components: Int, unknowns: [Int32], size: Int
  ) -> Assembled {
    let nodes = mesh.shape.nodeCount
    let width = components * nodes
    var connectivity: [Int32] = []
    connectivity.reserveCapacity(components * mesh.elements.count)
    for node in mesh.elements {
      for component in 0..<components { connectivity.append(unknowns[components * Int(node) + component]) }
    }
    let pattern = SparsityPattern(size: size, unknownsPerElement: width, connectivity: connectivity)
    var result = Assembled(
      stiffness: SymmetricSparseMatrix(pattern: pattern), axialForce: [Double](repeating: 0, count: size),
      axialStiffness: 0, nodeWeights: [Double](repeating: 0, count: mesh.nodeCount))
    var local = [Double](repeating: 0, count: width * width)
    let unitAxial = SymmetricTensor3(zz: 1)
    ElementQuadrature(mesh).forEachElement { points in
      local.withUnsafeMutableBufferPointer { local in
        local.update(repeating: 0)
        for point in 0..<points.pointCount {
          let stiffness = material.stiffness(at: points.material(point))
          stiffness.values.withUnsafeBufferPointer { add(points, point, $0, components, to: local) }
          let pull = stiffness(unitAxial)
          result.axialStiffness += points.volumes[point] * pull.zz
          unknowns.withUnsafeBufferPointer { unknowns in
            result.axialForce.withUnsafeMutableBufferPointer {
              points.addForces(point, pull, components: components, unknowns: unknowns, to: $0, offset: 0)
            }
          }
          for node in points.nodes { result.nodeWeights[Int(node)] += points.volumes[point] / Double(nodes) }
        }
      }
      let start = width * points.element
      connectivity.withUnsafeBufferPointer { connectivity in
        local.withUnsafeBufferPointer { local in
          result.stiffness.add(
            element: local, unknowns: UnsafeBufferPointer(rebasing: connectivity[start..<start + width]))
        }
      }
    }
    return result
  }

  /// Adds ∫ Bᵀ C B of one point.
  @inline(__always)
  private static func add(
    _ points: ElementPoints, _ point: Int, _ c: UnsafeBufferPointer<Double>, _ components: Int,
    to local: UnsafeMutableBufferPointer<Double>
  ) {
    let nodes = points.nodes.count
    let width = components * nodes
    for b in 0..<nodes {
      let g = points.gradients[point * nodes + b]
      for component in 0..<components {
        // The strain that a unit of this component makes.
        let strain =
          component == 0
          ? SymmetricTensor3(xx: g.x, xz: 0.5 * g.z, xy: 0.5 * g.y)
          : component == 1
            ? SymmetricTensor3(yy: g.y, yz: 0.5 * g.z, xy: 0.5 * g.x)
            : SymmetricTensor3(zz: g.z, yz: 0.5 * g.y, xz: 0.5 * g.x)
        let stress = points.volumes[point] * Stiffness.stress(c, strain)
        let column = components * b + component
        for a in 0..<nodes {
          let force = stress(points.gradients[point * nodes + a])
          for other in 0..<components { local[(components * a + other) * width + column] += force[other] }
        }
      }
    }
  }

  /// ∫ Bᵀ C ε*(u) of each distribution, and ∫ (C ε*)_zz.
  func eigenstrainLoads(_ lithiations: [[Double]]) -> (forces: [Double], axial: [Double]) {
    let size = unknownCount
    var forces = [Double](repeating: 0, count: size * lithiations.count)
    var axial = [Double](repeating: 0, count: lithiations.count)
    // One after the other in memory: a pointer to each is not at hand for an array of arrays.
    let count = mesh.nodeCount
    let joined = lithiations.count == 1 ? lithiations[0] : lithiations.flatMap(\.self)
    unknowns.withUnsafeBufferPointer { unknowns in
      joined.withUnsafeBufferPointer { joined in
        forces.withUnsafeMutableBufferPointer { forces in
          ElementQuadrature(mesh).forEachElement { points in
            for point in 0..<points.pointCount {
              let place = points.material(point)
              let stiffness = material.stiffness(at: place)
              for state in axial.indices {
                let lithiation = UnsafeBufferPointer(rebasing: joined[state * count..<(state + 1) * count])
                let value = points.value(point, of: lithiation)
                let stress = stiffness(material.eigenstrain(at: place, lithiation: value).value)
                axial[state] += points.volumes[point] * stress.zz
                points.addForces(
                  point, stress, components: components, unknowns: unknowns, to: forces, offset: state * size)
              }
            }
          }
        }
      }
    }
    return (forces, axial)
  }

  /// The displacement under given displacements of the prescribed nodes and a body force; for manufactured solutions.
  ///
  /// - Parameters:
  ///   - lithiation: a value a node.
  ///   - prescribed: the displacement at a place, in metres; taken at the prescribed nodes alone.
  ///   - bodyForce: force per volume at a place, in N/m³.
  package func displacement(
    lithiation: [Double], prescribed: (SIMD3<Double>) -> SIMD3<Double>,
    bodyForce: (SIMD3<Double>) -> SIMD3<Double> = { _ in .zero }
  ) throws -> MeshDisplacement {
    var given = [Double](repeating: 0, count: components * mesh.nodeCount)
    for node in 0..<mesh.nodeCount where (0..<components).allSatisfy({ unknowns[components * node + $0] < 0 }) {
      let value = prescribed(mesh.position(node))
      for component in 0..<components { given[components * node + component] = value[component] }
    }
    var loads = eigenstrainLoads([lithiation])
    unknowns.withUnsafeBufferPointer { unknowns in
      given.withUnsafeBufferPointer { given in
        loads.forces.withUnsafeMutableBufferPointer { forces in
          ElementQuadrature(mesh).forEachElement { points in
            for point in 0..<points.pointCount {
              let strain = points.strain(point, of: given, components: components, axialStrain: 0)
              let stress = -1 * material.stiffness(at: points.material(point))(strain)
              points.addForces(point, stress, components: components, unknowns: unknowns, to: forces, offset: 0)
              let force = points.volumes[point] * bodyForce(points.positions[point])
              for local in 0..<points.nodes.count {
                let start = components * Int(points.nodes[local])
                let part = points.values[point * points.nodes.count + local] * force
                for component in 0..<components where unknowns[start + component] >= 0 {
                  forces[Int(unknowns[start + component])] += part[component]
                }
              }
            }
          }
        }
      }
    }
    let free = try solve(&loads.forces, axialLoads: loads.axial)[0]
    return MeshDisplacement(
      components: components, values: zip(free.values, given).map { $0 + $1 }, axialStrain: free.axialStrain)
  }
}
