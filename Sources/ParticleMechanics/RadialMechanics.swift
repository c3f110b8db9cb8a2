/// Small-strain elasticity along the radius with an eigenstrain, by finite elements of degree six for w(r).
///
/// The weak form of σ_r' + m (σ_r − σ_θ)/r = 0 on a particle of unit radius with a free surface,
///
///     ∫ (σ_r v' + σ_1 v/r + (m − 1) σ_2 v/r) rᵐ dr = 0   for every v with v(0) = 0,
///
/// with σ = C (ε − ε*), ε_r = w', ε_1 = w/r and, along the second tangent, again w/r in a sphere and the uniform axial
/// strain ε_z in a cylinder: zero (plane strain), or such that ∫ σ_z r dr = 0. C may be anisotropic, with its axes along
/// radius and tangents, and may change along the radius.
struct RadialMechanics: Sendable {
  static let degree = 6

  let mesh: RadialMesh
  private let element: RadialElement
  private let factor: RadialBandMatrix
  private let power: Int
  private let rule: [(point: Double, weight: Double)]
  private let shapes: [(values: [Double], slopes: [Double])]
  private let stiffness: @Sendable (Double) -> RadialStiffness
  /// C at every point of the rule in every element.
  private let pointStiffness: [RadialStiffness]
  /// The stress of a unit axial strain of a free cylinder at the rule's points.
  private let axialStress: [SIMD3<Double>]
  /// −w/r of the same where the material is isotropic: Poisson's ratio.
  private let contraction: Double
  /// The radius of every node.
  private let nodes: [Double]

  /// Points of Gauss's rule in every element: for the product of w's slope, the lithiation and the step.
  static let points = 10

  /// - Parameter stiffness: at a radius of 0...1, in any unit of stress near one.
  init(mesh: RadialMesh, power: Int, stiffness: @escaping @Sendable (Double) -> RadialStiffness) {
    self.mesh = mesh
    self.power = power
    self.stiffness = stiffness
    let degree = Self.degree
    let element = RadialElement(degree: degree)
    self.element = element
    let rule = RadialElement.gauss(Self.points)
    let shapes = rule.map { element.shapes(at: $0.point) }
    self.rule = rule
    self.shapes = shapes
    var matrix = RadialBandMatrix(order: mesh.elementCount * degree + 1, bandwidth: degree)
    var pointStiffness: [RadialStiffness] = []
    // Of a unit axial strain the affine part −ν r is taken out: without anisotropy nothing else remains.
    let sample = stiffness(0.5)
    let contraction = sample.second.x / (sample.radial.x + sample.first.x)
    let axial = SIMD3(-contraction, -contraction, 1)
    var load = [Double](repeating: 0, count: matrix.order)
    for e in 0..<mesh.elementCount {
      let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
      for (q, shape) in zip(rule, shapes) {
        let radius = mesh.edges[e] + half * (1 + q.point)
        let volume = q.weight * half * (power == 1 ? radius : radius * radius)
        let local = stiffness(radius)
        let axialStress = local(axial)
        pointStiffness.append(local)
        for i in 0...degree {
          let strain = Self.strain(shape.slopes[i] / half, shape.values[i] / radius, power)
          load[e * degree + i] -= volume * (axialStress * strain).sum()
          let stress = local(strain)
          for j in 0...i {
            let other = Self.strain(shape.slopes[j] / half, shape.values[j] / radius, power)
            matrix[e * degree + i, e * degree + j] += volume * (stress * other).sum()
          }
        }
      }
    }
    self.pointStiffness = pointStiffness
    matrix.prescribe(0)
    matrix.factor()
    factor = matrix
    load[0] = 0
    matrix.solve(&load)
    var axialStress: [SIMD3<Double>] = []
    for e in 0..<mesh.elementCount {
      let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
      for (q, shape) in zip(rule.indices, shapes) {
        let radius = mesh.edges[e] + half * (1 + rule[q].point)
        var strain = axial
        for i in 0...degree {
          let unit = Self.strain(shape.slopes[i] / half, shape.values[i] / radius, power)
          strain += load[e * degree + i] * unit
        }
        axialStress.append(pointStiffness[e * rule.count + q](strain))
      }
    }
    self.axialStress = axialStress
    var nodes: [Double] = []
    for e in 0..<mesh.elementCount {
      let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
      for node in element.nodes.dropLast() { nodes.append(mesh.edges[e] + half * (1 + node)) }
    }
    self.nodes = nodes + [1]
    self.contraction = contraction
  }

  /// A displacement per radius at every node, and the uniform axial strain that it belongs to.
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
    var strains: [SIMD3<Double>] = []
    var volumes: [Double] = []
    var mean = SIMD3<Double>.zero
    var (axialLoad, axialStiffness) = (0.0, 0.0)
    for e in 0..<mesh.elementCount {
      let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
      for q in rule.indices {
        let radius = mesh.edges[e] + half * (1 + rule[q].point)
        let volume = rule[q].weight * half * (power == 1 ? radius : radius * radius)
        let strain = eigenstrain(e, q, radius)
        let axial = axialStress[e * rule.count + q]
        strains.append(strain)
        volumes.append(volume)
        mean += Double(power + 1) * volume * strain
        axialLoad += volume * (strain * axial).sum()
        axialStiffness += volume * axial.z
      }
    }
    // ∫ σ_z r dr vanishes where ε_z is the mean of ε* weighted by the stress of a unit axial strain (reciprocity).
    let axialStrain = freesAxis && power == 1 ? axialLoad / axialStiffness : 0
    // The affine displacement of the surface of an isotropic particle is taken out: what is left to solve is small, and
    // with it what rounding does to it on elements of very different lengths.
    let affine =
      power == 1 ? (mean.x + mean.y) / 2 + contraction * (mean.z - axialStrain) : (mean.x + mean.y + mean.z) / 3
    let removed = SIMD3(affine, affine, power == 1 ? axialStrain : affine)
    var load = [Double](repeating: 0, count: factor.order)
    for e in 0..<mesh.elementCount {
      let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
      for q in rule.indices {
        let point = e * rule.count + q
        let stress = volumes[point] * pointStiffness[point](strains[point] - removed)
        let tangential = (power == 1 ? stress.y : stress.y + stress.z) / (mesh.edges[e] + half * (1 + rule[q].point))
        for i in 0...degree {
          load[e * degree + i] += stress.x * shapes[q].slopes[i] / half + tangential * shapes[q].values[i]
        }
      }
    }
    load[0] = 0
    factor.solve(&load)
    for n in load.indices { load[n] += affine * nodes[n] }
    return Solution(displacement: load, axialStrain: axialStrain)
  }

  /// The displacement per radius and the stress, in the unit of the stiffness, along radius and the two tangents.
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
    var strain = Self.strain(slope, radius > 0 ? displacement / radius : slope, power)
    if power == 1 { strain.z = solution.axialStrain }
    return (displacement, stiffness(radius)(strain - eigenstrain))
  }

  /// The strain of a displacement of the section alone, from w' and w/r.
  private static func strain(_ slope: Double, _ hoop: Double, _ power: Int) -> SIMD3<Double> {
    SIMD3(slope, hoop, power == 1 ? 0 : hoop)
  }
}
