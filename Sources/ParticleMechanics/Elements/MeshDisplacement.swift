/// How the nodes of a mesh have moved.
public struct MeshDisplacement: Sendable, Hashable {
  /// 2 in a section, 3 in space and in a section that warps.
  public var components: Int
  /// Component `i` of node `n` at `components × n + i`, in metres.
  public var values: [Double]
  /// The uniform total strain across a section; 0 in space and in plane strain.
  public var axialStrain: Double

  public init(components: Int, values: [Double], axialStrain: Double = 0) {
    self.components = components
    self.values = values
    self.axialStrain = axialStrain
  }

  /// Of one node, z = 0 where a section does not warp.
  public subscript(node: Int) -> SIMD3<Double> {
    let start = components * node
    return SIMD3(values[start], values[start + 1], components == 3 ? values[start + 2] : 0)
  }
}

extension ElementPoints {
  /// The small strain at a point: the symmetric part of the displacement's gradient, and the axial strain.
  @inline(__always)
  func strain(
    _ point: Int, of displacement: UnsafeBufferPointer<Double>, components: Int, axialStrain: Double
  ) -> SymmetricTensor3 {
    var (x, y, z) = (SIMD3<Double>.zero, SIMD3<Double>.zero, SIMD3<Double>.zero)
    for local in 0..<nodes.count {
      let gradient = gradients[point * nodes.count + local]
      let start = components * Int(nodes[local])
      x += displacement[start] * gradient
      y += displacement[start + 1] * gradient
      if components == 3 { z += displacement[start + 2] * gradient }
    }
    return SymmetricTensor3(
      xx: x.x, yy: y.y, zz: z.z + axialStrain, yz: 0.5 * (y.z + z.y), xz: 0.5 * (x.z + z.x), xy: 0.5 * (x.y + y.x))
  }

  /// Adds ∫ Bᵀ σ of one point to the nodal forces of the unknowns.
  @inline(__always)
  func addForces(
    _ point: Int, _ stress: SymmetricTensor3, components: Int, unknowns: UnsafeBufferPointer<Int32>,
    to forces: UnsafeMutableBufferPointer<Double>, offset: Int
  ) {
    let volume = volumes[point]
    for local in 0..<nodes.count {
      let force = stress(volume * gradients[point * nodes.count + local])
      let start = components * Int(nodes[local])
      for component in 0..<components where unknowns[start + component] >= 0 {
        forces[offset + Int(unknowns[start + component])] += force[component]
      }
    }
  }
}
