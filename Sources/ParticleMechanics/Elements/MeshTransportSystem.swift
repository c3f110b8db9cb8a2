internal import ArrayMath

/// Mass and stiffness of transport on a mesh, and what passes its wetted surface.
///
/// The semi-discrete equation is M du/dt + K(u) u = −∫ φ j dA, with j the outward flux of lithiation in m/s: the current
/// density over F c_max.
struct MeshTransportSystem<Material: ParticleMaterial> {
  let material: Material
  let quadrature: ElementQuadrature
  let wetted: FacetQuadrature
  let wettedNodes: [Int]
  let pattern: SparsityPattern
  let mass: SymmetricSparseMatrix
  /// ∫ φ dV of each node; its sum is ``volume``.
  let weights: [Double]
  let volume: Double
  /// ∫ φ dA of each node over the wetted surface; its sum is ``area``.
  let surfaceWeights: [Double]
  let area: Double
  /// Where the entries of each element are in the matrix, its lower triangle row by row.
  private let positions: [Int32]
  /// Where the entries of each wetted side are, in the same way.
  private let sidePositions: [Int32]

  var mesh: ElementMesh { quadrature.mesh }
  var count: Int { weights.count }

  init(mesh: ElementMesh, material: Material) throws(MeshTransportError) {
    self.material = material
    quadrature = ElementQuadrature(mesh)
    wetted = FacetQuadrature(mesh, facets: mesh.wettedFacets())
    guard wetted.facetCount > 0 else { throw .noSurface }
    wettedNodes = ElementMesh.nodes(of: wetted.facets)
    let pattern = SparsityPattern(
      size: mesh.nodeCount, unknownsPerElement: mesh.shape.nodeCount, connectivity: mesh.elements)
    self.pattern = pattern
    func places(_ connectivity: [Int32], width: Int) -> [Int32] {
      var places: [Int32] = []
      places.reserveCapacity(connectivity.count * (width + 1) / 2)
      for start in stride(from: 0, to: connectivity.count, by: width) {
        for a in 0..<width {
          for b in 0...a {
            let position = pattern.position(row: Int(connectivity[start + a]), column: Int(connectivity[start + b]))
            places.append(Int32(position ?? 0))
          }
        }
      }
      return places
    }
    positions = places(mesh.elements, width: mesh.shape.nodeCount)
    sidePositions = places(wetted.facets, width: wetted.nodeCount)
    var weights = [Double](repeating: 0, count: mesh.nodeCount)
    var surfaceWeights = weights
    var mass = SymmetricSparseMatrix(pattern: pattern)
    Self.assemble(quadrature, positions, into: &mass.values) { points, point, row, column in
      let product = points.values[point * points.nodes.count + row] * points.values[point * points.nodes.count + column]
      return points.volumes[point] * product
    }
    quadrature.forEachElement { points in
      for point in 0..<points.pointCount {
        for (local, node) in points.nodes.enumerated() {
          weights[Int(node)] += points.volumes[point] * points.values[point * points.nodes.count + local]
        }
      }
    }
    wetted.forEachPoint { point in
      for (local, node) in point.nodes.enumerated() { surfaceWeights[Int(node)] += point.area * point.values[local] }
    }
    self.mass = mass
    self.weights = weights
    self.surfaceWeights = surfaceWeights
    volume = weights.reduce(0, +)
    area = surfaceWeights.reduce(0, +)
  }

  /// Adds an integrand over the lower triangle of each element to a matrix.
  @inline(__always)
  private static func assemble(
    _ quadrature: ElementQuadrature, _ positions: [Int32], into values: inout [Double],
    _ integrand: (_ points: ElementPoints, _ point: Int, _ row: Int, _ column: Int) -> Double
  ) {
    let nodes = quadrature.nodeCount
    let entries = nodes * (nodes + 1) / 2
    values.withUnsafeMutableBufferPointer { values in
      positions.withUnsafeBufferPointer { positions in
        quadrature.forEachElement { points in
          var entry = points.element * entries
          for a in 0..<nodes {
            for b in 0...a {
              var sum = 0.0
              for point in 0..<points.pointCount { sum += integrand(points, point, a, b) }
              // A node that the element repeats: both mirror images fall on the diagonal.
              if a != b, points.nodes[a] == points.nodes[b] { sum *= 2 }
              values[Int(positions[entry])] += sum
              entry += 1
            }
          }
        }
      }
    }
  }

  /// K at a distribution of lithium.
  func stiffness(_ lithiation: [Double]) -> SymmetricSparseMatrix {
    var matrix = SymmetricSparseMatrix(pattern: pattern)
    let (nodes, pointCount) = (quadrature.nodeCount, quadrature.pointCount)
    let entries = nodes * (nodes + 1) / 2
    var fluxes = [SIMD3<Double>](repeating: .zero, count: nodes)
    var sums = [Double](repeating: 0, count: entries)
    lithiation.withUnsafeBufferPointer { lithiation in
      positions.withUnsafeBufferPointer { positions in
        matrix.values.withUnsafeMutableBufferPointer { values in
          fluxes.withUnsafeMutableBufferPointer { fluxes in
            sums.withUnsafeMutableBufferPointer { sums in
              quadrature.forEachElement { points in
                sums.update(repeating: 0)
                for point in 0..<pointCount {
                  let u = points.value(point, of: lithiation)
                  let diffusivity = material.diffusivity(at: points.material(point), lithiation: u).value
                  let start = point * nodes
                  for b in 0..<nodes { fluxes[b] = diffusivity(points.volumes[point] * points.gradients[start + b]) }
                  var entry = 0
                  for a in 0..<nodes {
                    let gradient = points.gradients[start + a]
                    for b in 0...a {
                      sums[entry] += (gradient * fluxes[b]).sum()
                      entry += 1
                    }
                  }
                }
                let first = points.element * entries
                var entry = 0
                for a in 0..<nodes {
                  for b in 0...a {
                    let doubled = a != b && points.nodes[a] == points.nodes[b]
                    values[Int(positions[first + entry])] += doubled ? 2 * sums[entry] : sums[entry]
                    entry += 1
                  }
                }
              }
            }
          }
        }
      }
    }
    return matrix
  }

  /// Adds ∫ φ_a c φ_b dA over the wetted surface to the values of a matrix, c given at each of its points.
  func addSurfaceMass(_ coefficients: [Double], factor: Double, to values: inout [Double]) {
    let nodes = wetted.nodeCount
    let entries = nodes * (nodes + 1) / 2
    wetted.forEachPoint { point in
      let scale = factor * point.area * coefficients[point.index]
      var entry = point.index / wetted.pointCount * entries
      for a in 0..<nodes {
        for b in 0...a {
          values[Int(sidePositions[entry])] += scale * point.values[a] * point.values[b]
          entry += 1
        }
      }
    }
  }

  /// Adds K(u) u to a vector, and the share that a potential p drives: ∫ D (∇u − w(u) ∇p) · ∇φ.
  func addDiffusion(
    _ lithiation: [Double], potential: [Double]?, weight: (Double) -> Double, to sum: inout [Double]
  ) {
    let nodes = quadrature.nodeCount
    lithiation.withUnsafeBufferPointer { lithiation in
      (potential ?? []).withUnsafeBufferPointer { potential in
        sum.withUnsafeMutableBufferPointer { sum in
          quadrature.forEachElement { points in
            for point in 0..<points.pointCount {
              let u = points.value(point, of: lithiation)
              var gradient = points.gradient(point, of: lithiation)
              if !potential.isEmpty { gradient -= weight(u) * points.gradient(point, of: potential) }
              let diffusivity = material.diffusivity(at: points.material(point), lithiation: u).value
              let flux = diffusivity(points.volumes[point] * gradient)
              for local in 0..<nodes {
                sum[Int(points.nodes[local])] += (flux * points.gradients[point * nodes + local]).sum()
              }
            }
          }
        }
      }
    }
  }

  /// Adds ∫ φ f dV of a source to a vector.
  func addSource(_ source: (SIMD3<Double>) -> Double, to sum: inout [Double]) {
    quadrature.forEachElement { points in
      for point in 0..<points.pointCount {
        let value = points.volumes[point] * source(points.positions[point])
        for (local, node) in points.nodes.enumerated() {
          sum[Int(node)] += value * points.values[point * points.nodes.count + local]
        }
      }
    }
  }

  /// Mean lithiation of the particle.
  func mean(_ lithiation: [Double]) -> Double { Self.dot(weights, lithiation) / volume }

  /// Mean lithiation of the wetted surface.
  func surfaceMean(_ lithiation: [Double]) -> Double {
    wettedNodes.reduce(0) { $0 + surfaceWeights[$1] * lithiation[$1] } / area
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }
}
