/// Comparisons with exact solutions.
extension ElementMesh {
  /// The root mean square over the mesh of the difference of a nodal field and a function of the place, in the field's
  /// unit.
  ///
  /// - Parameters:
  ///   - field: component `i` of node `n` at `components × n + i`.
  ///   - components: 1 to 3.
  ///   - exact: at a place in metres; the first components count.
  package func difference(
    _ field: [Double], components: Int = 1, to exact: (SIMD3<Double>) -> SIMD3<Double>
  ) -> Double {
    var (sum, size) = (0.0, 0.0)
    ElementQuadrature(self, .fine).forEachElement { points in
      for point in 0..<points.pointCount {
        let wanted = exact(points.positions[point])
        for component in 0..<components {
          var value = -wanted[component]
          for (local, node) in points.nodes.enumerated() {
            value += points.values[point * points.nodes.count + local] * field[components * Int(node) + component]
          }
          sum += points.volumes[point] * value * value
        }
        size += points.volumes[point]
      }
    }
    return (sum / size).squareRoot()
  }
}

extension MeshStress {
  /// The root mean square over the points of the difference to a function of the place, all components, in pascals.
  package func difference(to exact: (SIMD3<Double>) -> SymmetricTensor3) -> Double {
    var (sum, size) = (0.0, 0.0)
    ElementQuadrature(mesh, .stress).forEachElement { points in
      for point in 0..<points.pointCount {
        let d = values[points.pointCount * points.element + point] - exact(points.positions[point])
        let normal = d.xx * d.xx + d.yy * d.yy + d.zz * d.zz
        sum += points.volumes[point] * (normal + 2 * (d.yz * d.yz + d.xz * d.xz + d.xy * d.xy))
        size += points.volumes[point]
      }
    }
    return (sum / size).squareRoot()
  }
}
