/// The motions of a body that do not strain it, and which of them a set of held displacements leaves free.
///
/// Translations along the axes, then rotations about them, about the middle of the mesh and per size of the mesh, so that
/// all are alike in magnitude. In a section: two translations and one rotation, and the translation across it where
/// the section may warp.
struct RigidMotions {
  private let mesh: ElementMesh
  private let components: Int
  private let middle: SIMD3<Double>
  private let size: Double
  /// Combinations of the motions that the held components leave free, orthonormal.
  private(set) var free: [[Double]] = []
  /// Nodes and components to be held so that nothing moves: one for each of ``free``.
  private(set) var pins: [(node: Int, component: Int)] = []

  /// - Parameters:
  ///   - components: displacement components of a node, 2 or 3.
  ///   - isHeld: of component `i` of node `n` at `components × n + i`.
  init(mesh: ElementMesh, components: Int, isHeld: [Bool]) {
    self.mesh = mesh
    self.components = components
    var (low, high) = (mesh.position(0), mesh.position(0))
    for node in 0..<mesh.nodeCount {
      low.replace(with: mesh.position(node), where: mesh.position(node) .< low)
      high.replace(with: mesh.position(node), where: mesh.position(node) .> high)
    }
    middle = 0.5 * (low + high)
    size = (high - low).max()
    var directions: [[Double]] = []
    for index in isHeld.indices where isHeld[index] && directions.count < motionCount {
      let rest = remainder(row(index / components, index % components), without: directions)
      if rest.length > 1e-6 { directions.append(rest.direction) }
    }
    while directions.count < motionCount {
      var best = (index: 0, length: 0.0, direction: [Double]())
      for index in isHeld.indices where !isHeld[index] {
        let rest = remainder(row(index / components, index % components), without: directions)
        if rest.length > best.length * (1 + 1e-9) { best = (index, rest.length, rest.direction) }
      }
      directions.append(best.direction)
      free.append(best.direction)
      pins.append((node: best.index / components, component: best.index % components))
    }
  }

  private var motionCount: Int { mesh.dimension == 3 ? 6 : components == 3 ? 4 : 3 }

  /// What each motion gives a component of a node.
  private func row(_ node: Int, _ component: Int) -> [Double] {
    let arm = (1 / size) * (mesh.position(node) - middle)
    let rotations: [SIMD3<Double>] = [SIMD3(0, -arm.z, arm.y), SIMD3(arm.z, 0, -arm.x), SIMD3(-arm.y, arm.x, 0)]
    let translations = (0..<components).map { $0 == component ? 1.0 : 0 }
    return mesh.dimension == 3
      ? translations + rotations.map { $0[component] } : translations + [rotations[2][component]]
  }

  private func remainder(
    _ vector: [Double], without directions: [[Double]]
  ) -> (length: Double, direction: [Double]) {
    var rest = vector
    // Twice, against rounding.
    for _ in 0..<2 {
      for direction in directions {
        let part = zip(rest, direction).reduce(0) { $0 + $1.0 * $1.1 }
        for index in rest.indices { rest[index] -= part * direction[index] }
      }
    }
    let length = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return (length, rest.map { $0 / length })
  }

  /// Takes the free motions out of a displacement: what is left is smallest in the mean square over the nodes.
  ///
  /// - Parameter weights: what each node stands for.
  func remove(from displacement: inout [Double], weights: [Double]) {
    guard !free.isEmpty else { return }
    let count = free.count
    var matrix = [Double](repeating: 0, count: count * count)
    var right = [Double](repeating: 0, count: count)
    func values(_ index: Int) -> [Double] {
      let row = row(index / components, index % components)
      return free.map { zip($0, row).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    for index in displacement.indices {
      let motion = values(index)
      for a in 0..<count {
        right[a] += weights[index / components] * motion[a] * displacement[index]
        for b in 0..<count { matrix[count * a + b] += weights[index / components] * motion[a] * motion[b] }
      }
    }
    let parts = DenseSystem.solve(matrix, right)
    for index in displacement.indices {
      displacement[index] -= zip(parts, values(index)).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }
}
