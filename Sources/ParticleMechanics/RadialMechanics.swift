/// Small-strain elasticity along the radius with an eigenstrain, by finite elements of degree six for w(r).
///
/// The weak form of σ_r' + m (σ_r − σ_θ)/r = 0 on a particle of unit radius with a free surface,
///
///     ∫ (σ_r v' + m σ_θ v/r) rᵐ dr = 0   for every v with v(0) = 0,
///
/// with σ = C (ε − ε*), ε_r = w', ε_θ = w/r and, along the axis of a cylinder, zero (plane strain) or, of a sphere,
/// again w/r. A uniform axial strain ε_z adds w = −ν ε_z r and σ_z = E ε_z exactly.
struct RadialMechanics {
  static let degree = 6

  let mesh: RadialMesh
  private let element: RadialElement
  private let factor: RadialBandMatrix
  private let power: Int
  /// λ and λ + 2μ per Young's modulus.
  private let lambda: Double
  private let modulus: Double
  private let poissonRatio: Double
  private let rule: [(point: Double, weight: Double)]
  private let shapes: [(values: [Double], slopes: [Double])]

  /// Points of Gauss's rule in every element: for the product of w's slope, the lithiation and the step.
  static let points = 10

  init(mesh: RadialMesh, power: Int, poissonRatio: Double) {
    self.mesh = mesh
    self.power = power
    self.poissonRatio = poissonRatio
    lambda = poissonRatio / ((1 + poissonRatio) * (1 - 2 * poissonRatio))
    modulus = (1 - poissonRatio) / ((1 + poissonRatio) * (1 - 2 * poissonRatio))
    let degree = Self.degree
    let element = RadialElement(degree: degree)
    self.element = element
    let rule = RadialElement.gauss(Self.points)
    let shapes = rule.map { element.shapes(at: $0.point) }
    self.rule = rule
    self.shapes = shapes
    var matrix = RadialBandMatrix(order: mesh.elementCount * degree + 1, bandwidth: degree)
    let m = Double(power)
    let tangential = m * (modulus + (m - 1) * lambda)
    for e in 0..<mesh.elementCount {
      let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
      for (q, shape) in zip(rule, shapes) {
        let radius = mesh.edges[e] + half * (1 + q.point)
        let volume = q.weight * half * (power == 1 ? radius : radius * radius)
        for i in 0...degree {
          let (slope, hoop) = (shape.slopes[i] / half, shape.values[i] / radius)
          for j in 0...i {
            let (otherSlope, otherHoop) = (shape.slopes[j] / half, shape.values[j] / radius)
            matrix[e * degree + i, e * degree + j] +=
              volume
              * (modulus * slope * otherSlope + m * lambda * (slope * otherHoop + hoop * otherSlope) + tangential * hoop
                * otherHoop)
          }
        }
      }
    }
    matrix.prescribe(0)
    matrix.factor()
    factor = matrix
  }

  /// A displacement per radius at every node, and the uniform axial strain on top of it.
  struct Solution {
    var displacement: [Double]
    var axialStrain: Double
  }

  /// Solves for the displacement.
  ///
  /// - Parameters:
  ///   - freesAxis: whether the net axial force of a cylinder vanishes (generalised plane strain).
  ///   - eigenstrain: ε* along radius and the two tangents at a point of the rule in an element; the radius is given.
  func solve(
    freesAxis: Bool, eigenstrain: (_ element: Int, _ point: Int, _ radius: Double) -> SIMD3<Double>
  ) -> Solution {
    let degree = Self.degree
    var load = [Double](repeating: 0, count: factor.order)
    var axial = 0.0
    for e in 0..<mesh.elementCount {
      let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
      for q in rule.indices {
        let radius = mesh.edges[e] + half * (1 + rule[q].point)
        let volume = rule[q].weight * half * (power == 1 ? radius : radius * radius)
        let strain = eigenstrain(e, q, radius)
        let stress = stress(of: strain)
        let tangential = power == 1 ? stress.y : stress.y + stress.z
        axial += volume * strain.z
        for i in 0...degree {
          load[e * degree + i] +=
            volume * (stress.x * shapes[q].slopes[i] / half + tangential * shapes[q].values[i] / radius)
        }
      }
    }
    load[0] = 0
    factor.solve(&load)
    // The mean of σ_r + σ_θ vanishes in equilibrium, so that of σ_z is E (ε_z − mean ε*_z).
    return Solution(displacement: load, axialStrain: freesAxis && power == 1 ? 2 * axial : 0)
  }

  /// The displacement per radius and the stress per Young's modulus along radius and the two tangents.
  ///
  /// - Parameter eigenstrain: ε* at the radius.
  func evaluate(
    _ solution: Solution, at radius: Double, eigenstrain: SIMD3<Double>
  ) -> (displacement: Double, stress: SIMD3<Double>) {
    let e = mesh.element(at: radius)
    let shape = element.shapes(at: mesh.local(radius, in: e))
    let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
    var displacement = 0.0
    var slope = 0.0
    for i in 0...Self.degree {
      displacement += shape.values[i] * solution.displacement[e * Self.degree + i]
      slope += shape.slopes[i] / half * solution.displacement[e * Self.degree + i]
    }
    // At the centre w vanishes and w/r is the slope.
    let hoop = radius > 0 ? displacement / radius : slope
    var stress = stress(of: SIMD3(slope, hoop, power == 1 ? 0 : hoop) - eigenstrain)
    stress.z += solution.axialStrain
    return (displacement - poissonRatio * solution.axialStrain * radius, stress)
  }

  /// Hooke's law per Young's modulus.
  private func stress(of strain: SIMD3<Double>) -> SIMD3<Double> {
    (modulus - lambda) * strain + SIMD3(repeating: lambda * strain.sum())
  }
}
