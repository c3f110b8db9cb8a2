import Foundation
import ParticleMechanics

extension CyclingFields {
  /// Values at the nodes in a state, `[node]`, SI units.
  enum NodalQuantity: Sendable, Hashable {
    case lithiation
    case firstPrincipalStress
    case vonMisesStress
    /// Across the radius in the section; the origin is the centre.
    case hoopStress
    case damage
  }

  func tensor(state: Int, node: Int) -> SymmetricTensor3 {
    let place = 6 * (state * nodeCount + node)
    return SymmetricTensor3(
      xx: stress[place], yy: stress[place + 1], zz: stress[place + 2], yz: stress[place + 3], xz: stress[place + 4],
      xy: stress[place + 5])
  }

  func values(_ quantity: NodalQuantity, state: Int) -> [Double] {
    let nodes = nodeCount
    func stresses(_ value: (Int, SymmetricTensor3) -> Double) -> [Double] {
      (0..<nodes).map { value($0, tensor(state: state, node: $0)) }
    }
    switch quantity {
    case .lithiation: return Array(lithiation[state * nodes..<(state + 1) * nodes])
    case .damage: return Array(damage[state * nodes..<(state + 1) * nodes])
    case .firstPrincipalStress: return stresses { $1.principalValues.max() }
    case .vonMisesStress: return stresses { CyclingCracking.vonMises($1.principalValues) }
    case .hoopStress: return stresses { hoop($1, node: $0) }
    }
  }

  /// The normal stress across the radius within the section.
  func hoop(_ tensor: SymmetricTensor3, node: Int) -> Double {
    let (x, y) = (points[dimension * node], points[dimension * node + 1])
    let radius = (x * x + y * y).squareRoot()
    guard radius > 0 else { return (tensor.xx + tensor.yy) / 2 }
    let tangent = SIMD3(-y / radius, x / radius, 0)
    return tensor.component(tangent, tangent)
  }

  /// The area or volume that each node stands for: an equal share of its elements.
  var nodeWeights: [Double] {
    var weights = [Double](repeating: 0, count: nodeCount)
    for element in 0..<elements.count / cellSize {
      let nodes = elements[element * cellSize..<(element + 1) * cellSize]
      let size = elementSize(Array(nodes.prefix(SectionRaster.cornerCount(cellType))))
      for node in nodes { weights[node] += size / Double(cellSize) }
    }
    return weights
  }

  private func elementSize(_ corners: [Int]) -> Double {
    func point(_ node: Int) -> SIMD3<Double> {
      SIMD3(points[dimension * node], points[dimension * node + 1], dimension == 3 ? points[dimension * node + 2] : 0)
    }
    let origin = point(corners[0])
    if dimension == 2 {
      var twice = 0.0
      for place in 1..<corners.count - 1 {
        let (a, b) = (point(corners[place]) - origin, point(corners[place + 1]) - origin)
        twice += a.x * b.y - a.y * b.x
      }
      return abs(twice) / 2
    }
    let (a, b, c) = (point(corners[1]) - origin, point(corners[2]) - origin, point(corners[3]) - origin)
    let cross = SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    return abs((cross * c).sum()) / 6
  }

  /// The value below which a share of the particle lies.
  static func quantile(_ values: [Double], weights: [Double], share: Double) -> Double {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    let limit = share * weights.reduce(0, +)
    var sum = 0.0
    for place in order {
      sum += weights[place]
      if sum >= limit { return values[place] }
    }
    return order.last.map { values[$0] } ?? .nan
  }
}
