/// The damage of a section at any place in it.
struct DamageField: Sendable {
  private let mesh: FractureMesh
  private let damage: [Double]
  /// A grid of square cells, each with the triangles that its square may touch.
  private let origin: SIMD2<Double>
  private let cell: Double
  private let columns: Int
  private let rows: Int
  private let starts: [Int32]
  private let members: [Int32]

  init(mesh section: ElementMesh, damage: [Double]) throws(CrackingError) {
    let mesh = try FractureMesh(section)
    guard damage.count == mesh.nodeCount, damage.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
      throw .invalidField(
        name: "the damage",
        reason: "\(damage.count) values; expected one from 0 to 1 for each of \(mesh.nodeCount) nodes")
    }
    var (low, high) = (mesh.points[0], mesh.points[0])
    for point in mesh.points {
      low = pointwiseMin(low, point)
      high = pointwiseMax(high, point)
    }
    let extent = high - low
    // About two triangles a cell.
    let cell = max((2 * extent.x * extent.y / Double(mesh.count)).squareRoot(), 1e-3 * extent.max())
    let (columns, rows) = (Int(extent.x / cell) + 1, Int(extent.y / cell) + 1)
    var cells = [[Int32]](repeating: [], count: columns * rows)
    for triangle in 0..<mesh.count {
      let corners = (0..<3).map { mesh.points[Int(mesh.triangles[3 * triangle + $0])] }
      let first = (pointwiseMin(pointwiseMin(corners[0], corners[1]), corners[2]) - low) / cell
      let last = (pointwiseMax(pointwiseMax(corners[0], corners[1]), corners[2]) - low) / cell
      for row in Int(first.y)...min(Int(last.y), rows - 1) {
        for column in Int(first.x)...min(Int(last.x), columns - 1) {
          cells[row * columns + column].append(Int32(triangle))
        }
      }
    }
    var starts: [Int32] = [0]
    for cell in cells { starts.append(starts[starts.count - 1] + Int32(cell.count)) }
    self.mesh = mesh
    self.damage = damage
    origin = low
    self.cell = cell
    self.columns = columns
    self.rows = rows
    self.starts = starts
    members = cells.flatMap(\.self)
  }

  /// The damage and its gradient, in 1/m; outside the section those of a triangle beside the place, or none.
  func damage(at position: SIMD3<Double>) -> (value: Double, gradient: SIMD2<Double>) {
    let place = SIMD2(position.x, position.y)
    let relative = (place - origin) / cell
    let column = min(max(Int(relative.x.rounded(.down)), 0), columns - 1)
    let row = min(max(Int(relative.y.rounded(.down)), 0), rows - 1)
    var (best, bestWeight) = (-1, -Double.infinity)
    for index in Int(starts[row * columns + column])..<Int(starts[row * columns + column + 1]) {
      let triangle = Int(members[index])
      let weight = shares(triangle, place).min()
      if weight > bestWeight { (best, bestWeight) = (triangle, weight) }
      if weight >= 0 { break }
    }
    // A place beside a curved side lies a little outside the straight pieces; further off there is nothing.
    guard best >= 0, bestWeight > -1 else { return (0, .zero) }
    let weights = shares(best, place)
    var (value, gradient) = (0.0, SIMD2<Double>.zero)
    for corner in 0..<3 {
      let d = damage[Int(mesh.triangles[3 * best + corner])]
      value += weights[corner] * d
      gradient += d * mesh.gradients[3 * best + corner]
    }
    return (min(max(value, 0), 1), gradient)
  }

  /// The shape functions of a triangle at a place.
  private func shares(_ triangle: Int, _ place: SIMD2<Double>) -> SIMD3<Double> {
    let arm = place - mesh.points[Int(mesh.triangles[3 * triangle])]
    let second = (mesh.gradients[3 * triangle + 1] * arm).sum()
    let third = (mesh.gradients[3 * triangle + 2] * arm).sum()
    return SIMD3(1 - second - third, second, third)
  }
}
