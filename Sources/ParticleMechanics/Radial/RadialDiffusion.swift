/// Diffusion along the radius with a diffusivity that depends on lithiation, by finite elements of degree four:
///
///     M u' + k(u) = q e_surface,   k_i = ∫ rᵐ D(u) (∂_r u + χ(u) ∂_r μ_el) ∂_r N_i dr
///
/// with lengths per radius of the particle and times in seconds. μ_el, where stress acts back, is interpolated between
/// its values at the nodes: only the slope of the expansion enters, which tables have without jumps.
struct RadialDiffusion: Sendable {
  static let degree = RadialTransport.degree
  /// Exact for the mass matrix of a sphere, with room for the diffusivity's own change within an element.
  private static let points = 8

  let mesh: RadialMesh
  let element: RadialElement
  let power: Int
  let mass: RadialBandMatrix
  private let factor: MaterialFunction?
  private let elastic: RadialElasticPotential?
  /// Five values for each point of the rule.
  private let values: [Double]
  private let slopes: [Double]
  /// For every point of every element: rᵐ dr, and rᵐ D/R² for slopes with respect to the element's own coordinate.
  private let volumes: [Double]
  private let conductances: [Double]
  /// D/R² of the model at the surface.
  private let surfaceConductance: Double

  var order: Int { mass.order }

  init(material: TexturedMaterial, mesh: RadialMesh, elastic: RadialElasticPotential?) {
    self.mesh = mesh
    self.elastic = elastic
    power = material.geometry.power
    factor = material.diffusivityFactor
    let degree = Self.degree
    let element = RadialElement(degree: degree)
    self.element = element
    let rule = RadialElement.gauss(Self.points)
    let shapes = rule.map { element.shapes(at: $0.point) }
    values = shapes.flatMap(\.values)
    slopes = shapes.flatMap(\.slopes)
    let model = material.model
    /// D/R² of the model.
    func conductance(_ radius: Double) -> Double {
      let weight = model.shellWeight(atRadius: radius * model.radius)
      let diffusivity = (1 - weight) * model.coreDiffusivity + weight * model.radialDiffusivity
      return diffusivity / (model.radius * model.radius)
    }
    surfaceConductance = conductance(1)
    var mass = RadialBandMatrix(order: mesh.elementCount * degree + 1, bandwidth: degree)
    var volumes: [Double] = []
    var conductances: [Double] = []
    for e in 0..<mesh.elementCount {
      let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
      for (q, shape) in zip(rule, shapes) {
        let radius = mesh.edges[e] + half * (1 + q.point)
        let area = power == 1 ? radius : radius * radius
        let volume = q.weight * half * area
        volumes.append(volume)
        conductances.append(q.weight * area / half * conductance(radius))
        for i in 0...degree {
          for j in 0...i { mass[e * degree + i, e * degree + j] += volume * shape.values[i] * shape.values[j] }
        }
      }
    }
    self.mass = mass
    self.volumes = volumes
    self.conductances = conductances
  }

  /// Whether K does not depend on u.
  var isLinear: Bool { elastic == nil && (factor?.isConstant ?? true) }

  /// Adds k(u) to a residual, γh ∂k/∂u to a matrix where that is wanted, and ∂k/∂M to a column.
  func assemble(
    _ u: [Double], meanStrain: Double, scale: Double, residual: inout [Double], matrix: inout RadialBandFactor,
    setsMatrix: Bool, column: inout [Double]
  ) {
    let size = Self.degree + 1
    let (values, slopes, conductances) = (values.span, slopes.span, conductances.span)
    let potentials = elastic.map { elastic in u.map { elastic($0, meanStrain: meanStrain) } } ?? []
    let u = u.span
    var residual = residual.mutableSpan
    var column = column.mutableSpan
    var storage = [Double](repeating: 0, count: size * size)
    for e in 0..<mesh.elementCount {
      let first = e * Self.degree
      var block = storage.mutableSpan
      for n in 0..<block.count { block[n] = 0 }
      for q in 0..<Self.points {
        let base = q * size
        var (value, slope) = (0.0, 0.0)
        for i in 0..<size {
          value += values[base + i] * u[first + i]
          slope += slopes[base + i] * u[first + i]
        }
        let (factor, factorSlope) = factor?.valueAndSlope(value) ?? (1, 0)
        let conductance = conductances[e * Self.points + q]
        var force = slope
        var bent = 0.0
        var susceptibility = 0.0
        if let elastic {
          var (pull, push) = (0.0, 0.0)
          for i in 0..<size {
            pull += slopes[base + i] * potentials[first + i].value
            push += slopes[base + i] * potentials[first + i].meanSlope
          }
          let (chi, chiSlope) = elastic.susceptibility(value)
          susceptibility = chi
          force += chi * pull
          bent = factor * chiSlope * pull
          let pushed = conductance * factor * chi * push
          for i in 0..<size { column[first + i] += pushed * slopes[base + i] }
        }
        bent = conductance * (bent + factorSlope * force)
        let straight = conductance * factor
        let flux = straight * force
        for i in 0..<size { residual[first + i] += flux * slopes[base + i] }
        guard setsMatrix else { continue }
        for j in 0..<size {
          let own = susceptibility == 0 ? 1 : 1 + susceptibility * potentials[first + j].slope
          let column = straight * own * slopes[base + j] + bent * values[base + j]
          for i in 0..<size { block[i * size + j] += slopes[base + i] * column }
        }
      }
      if setsMatrix { matrix.add(storage.span, scale: scale, at: first) }
    }
  }

  /// Whether lithium runs downhill at every node: the effective diffusivity D (1 + χ dμ_el/du) is positive.
  func isStable(_ u: [Double], meanStrain: Double) -> Bool {
    u.allSatisfy { u in
      guard (factor?(u) ?? 1) > 0 else { return false }
      guard let elastic else { return true }
      return 1 + elastic.susceptibility(u).value * elastic(u, meanStrain: meanStrain).slope > 0
    }
  }

  /// The mean of a function of lithiation over the particle, and its derivatives with respect to the nodes.
  func mean(
    _ u: [Double], of function: (Double) -> (value: Double, slope: Double), gradient: inout [Double]
  ) -> Double {
    let size = Self.degree + 1
    var sum = 0.0
    for n in gradient.indices { gradient[n] = 0 }
    for e in 0..<mesh.elementCount {
      let first = e * Self.degree
      for q in 0..<Self.points {
        let base = q * size
        let value = (0..<size).reduce(0.0) { $0 + values[base + $1] * u[first + $1] }
        let (strain, slope) = function(value)
        let volume = Double(power + 1) * volumes[e * Self.points + q]
        sum += volume * strain
        for i in 0..<size { gradient[first + i] += volume * slope * values[base + i] }
      }
    }
    return sum
  }

  /// ū.
  func mean(_ u: [Double]) -> Double {
    let size = Self.degree + 1
    var sum = 0.0
    for e in 0..<mesh.elementCount {
      for q in 0..<Self.points {
        let value = (0..<size).reduce(0.0) { $0 + values[q * size + $1] * u[e * Self.degree + $1] }
        sum += volumes[e * Self.points + q] * value
      }
    }
    return Double(power + 1) * sum
  }

  /// D ∂u/∂r at the surface, per R², from the gradient itself: what enters, before any time has passed.
  func surfaceFlux(_ u: [Double], meanStrain: Double) -> Double {
    let e = mesh.elementCount - 1
    let shape = element.shapes(at: 1)
    let half = (mesh.edges[e + 1] - mesh.edges[e]) / 2
    let slope = (0...Self.degree).reduce(0.0) { $0 + shape.slopes[$1] / half * u[e * Self.degree + $1] }
    let value = u[order - 1]
    var effective = factor?(value) ?? 1
    if let elastic {
      effective *= 1 + elastic.susceptibility(value).value * elastic(value, meanStrain: meanStrain).slope
    }
    return surfaceConductance * effective * slope
  }
}
