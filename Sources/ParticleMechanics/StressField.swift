/// The stress of one state, in pascals.
///
/// Stress is computed at the 2 × 2 Gauss points of each element, where the strain of quadratic elements is most accurate
/// and where a quadratic eigenstrain equals its projection on what that strain can follow. It is kept by radial, hoop,
/// axial and shear component and continued bilinearly in local coordinates over the element, never across an element's
/// side: an eigenstrain may jump there.
public struct StressField: Sendable {
  public let mesh: SectorMesh
  /// Radial, hoop, axial and radial-hoop component at each of the four points of each element, ξ fastest, in pascals:
  /// 16 values an element.
  public let values: [Double]
  /// The uniform total strain along the axis.
  public let axialStrain: Double

  /// - Precondition: 16 values an element.
  public init(mesh: SectorMesh, values: [Double], axialStrain: Double) {
    precondition(values.count == 16 * mesh.elementCount, "16 values an element")
    self.mesh = mesh
    self.values = values
    self.axialStrain = axialStrain
  }

  /// Stress from displacement and lithiation: σ = C : (ε(v) − ε*(u)).
  init(mesh: SectorMesh, model: ParticleModel, lithiation: [Double], displacement: [Double], axialStrain: Double) {
    let (lambda, mu) = model.lame
    let values = [Double](unsafeUninitializedCapacity: 16 * mesh.elementCount) { values, count in
      let table = ShapeTable.two
      for element in 0..<mesh.elementCount {
        // Along ξ and η first, so that no gradient of a shape function is needed; a lane a point.
        var (xXi, xEta, yXi, yEta) = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
        var (vxXi, vxEta, vyXi, vyEta) = (xXi, xXi, xXi, xXi)
        var (x, y, u) = (xXi, xXi, xXi)
        for a in 0..<9 {
          let node = Int(mesh.elements[9 * element + a])
          let (value, alongXi, alongEta) = (table.value[a], table.alongXi[a], table.alongEta[a])
          let (px, py) = (mesh.x[node], mesh.y[node])
          let (vx, vy) = (displacement[2 * node], displacement[2 * node + 1])
          x += value * px
          y += value * py
          u += value * lithiation[node]
          xXi += alongXi * px
          yXi += alongXi * py
          xEta += alongEta * px
          yEta += alongEta * py
          vxXi += alongXi * vx
          vyXi += alongXi * vy
          vxEta += alongEta * vx
          vyEta += alongEta * vy
        }
        let determinant = xXi * yEta - xEta * yXi
        let xx = (yEta * vxXi - yXi * vxEta) / determinant
        let yy = (xXi * vyEta - xEta * vyXi) / determinant
        let xy = 0.5 * (xXi * vxEta - xEta * vxXi + yEta * vyXi - yXi * vyEta) / determinant
        let radius = (x * x + y * y).squareRoot()
        let (cosine, sine) = (x / radius, y / radius)
        for number in 0..<4 {
          let strain = SymmetricTensor(xx: xx[number], yy: yy[number], zz: axialStrain, xy: xy[number])
          let free = model.eigenstrain(x: x[number], y: y[number], lithiation: u[number])
          let elastic = SymmetricTensor(
            xx: strain.xx - free.xx, yy: strain.yy - free.yy, zz: strain.zz - free.zz, xy: strain.xy - free.xy)
          let trace = lambda * (elastic.xx + elastic.yy + elastic.zz)
          let stress = SymmetricTensor(
            xx: trace + 2 * mu * elastic.xx, yy: trace + 2 * mu * elastic.yy, zz: trace + 2 * mu * elastic.zz,
            xy: 2 * mu * elastic.xy)
          let polar = stress.polar(cosine: cosine[number], sine: sine[number])
          let start = 16 * element + 4 * number
          (values[start], values[start + 1]) = (polar.radial, polar.hoop)
          (values[start + 2], values[start + 3]) = (polar.axial, polar.shear)
        }
      }
      count = 16 * mesh.elementCount
    }
    self.init(mesh: mesh, values: values, axialStrain: axialStrain)
  }

  /// Radial, hoop, axial and radial-hoop stress at a point, in pascals.
  ///
  /// - Parameters:
  ///   - radius: distance from the centre, in metres; beyond the arc its value is given.
  ///   - angle: from the x axis, in radians, 0...π/2.
  public func polar(radius: Double, angle: Double) -> (radial: Double, hoop: Double, axial: Double, shear: Double) {
    let place = mesh.locate(radius: radius, angle: angle)
    return polar(element: place.element, xi: place.xi, eta: place.eta)
  }

  /// The stress tensor at a point, in pascals; parameters as for ``polar(radius:angle:)``.
  public func tensor(radius: Double, angle: Double) -> SymmetricTensor {
    let value = polar(radius: radius, angle: angle)
    let direction = SIMD2.direction(angle)
    return SymmetricTensor(
      radial: value.radial, hoop: value.hoop, axial: value.axial, shear: value.shear, cosine: direction.x,
      sine: direction.y)
  }

  func polar(
    element: Int, xi: Double, eta: Double
  ) -> (radial: Double, hoop: Double, axial: Double, shear: Double) {
    let root = 3.0.squareRoot()
    let (a, b) = (0.5 * (1 - root * xi), 0.5 * (1 + root * xi))
    let (c, d) = (0.5 * (1 - root * eta), 0.5 * (1 + root * eta))
    let weights = SIMD4(a * c, b * c, a * d, b * d)
    var sum = SIMD4<Double>.zero
    for point in 0..<4 {
      let start = 16 * element + 4 * point
      sum += weights[point] * SIMD4(values[start], values[start + 1], values[start + 2], values[start + 3])
    }
    return (sum.x, sum.y, sum.z, sum.w)
  }

  /// The stress tensor at each node, in pascals: the mean of what the elements around it say.
  ///
  /// At a sharp transition from core to shell, where stress jumps, a node belongs to the shell alone.
  public func nodalTensors() -> [SymmetricTensor] {
    var sums = [SIMD4<Double>](repeating: .zero, count: mesh.nodeCount)
    var counts = [Double](repeating: 0, count: mesh.nodeCount)
    let interface = mesh.firstShellRing.map { ring in
      mesh.node(circle: 2 * ring, angle: 0)..<mesh.node(circle: 2 * ring + 1, angle: 0)
    }
    for element in 0..<mesh.elementCount {
      let ring = element / mesh.angularElements
      for local in 0..<9 {
        let node = Int(mesh.elements[9 * element + local])
        if let interface, let shell = mesh.firstShellRing, interface.contains(node), ring < shell { continue }
        let place = BiquadraticElement.places[local]
        let value = polar(element: element, xi: Double(place.xi - 1), eta: Double(place.eta - 1))
        // The collapsed nodes of the centre have the direction of their side of the element.
        let direction =
          node == 0
          ? SIMD2.direction(
            (Double(element % mesh.angularElements) + 0.5 * Double(place.eta)) * .pi / 2
              / Double(mesh.angularElements))
          : SIMD2(mesh.x[node], mesh.y[node]) / (mesh.x[node] * mesh.x[node] + mesh.y[node] * mesh.y[node]).squareRoot()
        let tensor = SymmetricTensor(
          radial: value.radial, hoop: value.hoop, axial: value.axial, shear: value.shear, cosine: direction.x,
          sine: direction.y)
        sums[node] += SIMD4(tensor.xx, tensor.yy, tensor.zz, tensor.xy)
        counts[node] += 1
      }
    }
    return zip(sums, counts).map { sum, count in
      SymmetricTensor(xx: sum.x / count, yy: sum.y / count, zz: sum.z / count, xy: sum.w / count)
    }
  }

  /// One component of the stress at each node, in pascals.
  public func nodalValues(_ component: StressComponent) -> [Double] {
    nodalTensors().enumerated().map { node, tensor in
      let radius = (mesh.x[node] * mesh.x[node] + mesh.y[node] * mesh.y[node]).squareRoot()
      return component.value(
        of: tensor, cosine: radius > 0 ? mesh.x[node] / radius : 1, sine: radius > 0 ? mesh.y[node] / radius : 0)
    }
  }

  /// The smallest and the largest value of a component among the nodes, and where they are.
  ///
  /// - Parameters:
  ///   - component: what is looked for.
  ///   - singularityCutOff: nodes nearer to the centre are left out, in metres. An all-shell particle's stress grows
  ///     without bound towards the centre, where a mesh's largest value means nothing.
  public func extrema(
    _ component: StressComponent, singularityCutOff: Double = 0
  ) -> (smallest: (value: Double, radius: Double), largest: (value: Double, radius: Double)) {
    var smallest = (value: Double.infinity, radius: 0.0)
    var largest = (value: -Double.infinity, radius: 0.0)
    for (node, value) in nodalValues(component).enumerated() {
      let radius = (mesh.x[node] * mesh.x[node] + mesh.y[node] * mesh.y[node]).squareRoot()
      guard radius >= singularityCutOff * (1 - 1e-12) else { continue }
      if value < smallest.value { smallest = (value, radius) }
      if value > largest.value { largest = (value, radius) }
    }
    return (smallest, largest)
  }
}
