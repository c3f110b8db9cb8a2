import ArrayMath

/// Hooks for manufactured solutions: the solver under sources and forces that the model itself does not have.
extension ParticleSimulation {
  /// Lithiation at a time under a source of lithium, from an initial field, the arc held at a value.
  ///
  /// - Parameters:
  ///   - source: f in ∂u/∂t = ∇·(D ∇u) + f, in 1/s, at a time in seconds and a point in metres.
  ///   - initial: lithiation at time 0 at a point.
  ///   - surface: lithiation of the arc.
  ///   - end: the time wanted, in seconds.
  ///   - tolerance: largest error of a time step, in lithiation.
  package func transport(
    source: @escaping (_ time: Double, _ x: Double, _ y: Double) -> Double,
    initial: (_ x: Double, _ y: Double) -> Double,
    surface: Double, until end: Double, tolerance: Double
  ) throws -> [Double] {
    let integrator = try TransportIntegrator(system: TransportSystem(mesh: mesh) { model.diffusivity(x: $0, y: $1) })
    var points: [(element: Int, point: ElementPoint)] = []
    for element in 0..<mesh.elementCount {
      mesh.points(ofElement: element) { points.append((element, $1)) }
    }
    let start = (0..<mesh.nodeCount).map { initial(mesh.x[$0], mesh.y[$0]) }
    var result = start
    try integrator.follow(
      from: start, times: [end],
      settings: .init(tolerance: tolerance, firstStep: end * 0x1p-12, surface: surface),
      load: { time, load in
        for (element, point) in points {
          let value = point.area * source(time, point.x, point.y)
          for a in 0..<9 { load[Int(mesh.elements[9 * element + a])] += value * point.value[a] }
        }
      }, progress: { _ in }, output: { result = $0.lithiation })
    return result
  }

  /// Displacements, x and y component of each node in turn, that a lithiation, a body force and a traction on the arc
  /// cause under plane strain; in metres, N/m³ and pascals.
  package func displacement(
    lithiation: [Double], bodyForce: (_ x: Double, _ y: Double) -> SIMD2<Double>,
    traction: (_ x: Double, _ y: Double) -> SIMD2<Double>
  ) throws -> [Double] {
    let solver = try ElasticitySolver(mesh: mesh, model: model)
    let free = try solver.displacements(lithiations: [lithiation])[0].displacement
    let forced = try solver.displacement(bodyForce: bodyForce, traction: traction)
    return zip(free, forced).map { $0 + $1 }
  }

  /// The root mean square over the sector of the difference of a nodal field and a function of the point.
  package func difference(_ field: [Double], to exact: (_ x: Double, _ y: Double) -> Double) -> Double {
    meanSquare { element, _, _, point in
      var value = -exact(point.x, point.y)
      for a in 0..<9 { value += point.value[a] * field[Int(mesh.elements[9 * element + a])] }
      return value * value
    }
  }

  /// The root mean square over the sector of the difference of a stress and a function of the point, all components.
  package func difference(
    _ field: StressField, to exact: (_ x: Double, _ y: Double) -> SymmetricTensor
  ) -> Double {
    meanSquare { element, xi, eta, point in
      let radius = (point.x * point.x + point.y * point.y).squareRoot()
      let polar = field.polar(element: element, xi: xi, eta: eta)
      let seen = SymmetricTensor(
        radial: polar.radial, hoop: polar.hoop, axial: polar.axial, shear: polar.shear, cosine: point.x / radius,
        sine: point.y / radius)
      let wanted = exact(point.x, point.y)
      let (xx, yy, zz, xy) = (seen.xx - wanted.xx, seen.yy - wanted.yy, seen.zz - wanted.zz, seen.xy - wanted.xy)
      return xx * xx + yy * yy + zz * zz + 2 * xy * xy
    }
  }

  private func meanSquare(
    _ square: (_ element: Int, _ xi: Double, _ eta: Double, _ point: ElementPoint) -> Double
  ) -> Double {
    var (sum, area) = (0.0, 0.0)
    let rule = GaussRule.four
    for element in 0..<mesh.elementCount {
      mesh.points(ofElement: element) { number, point in
        sum += point.area * square(element, rule[number % 4].place, rule[number / 4].place, point)
        area += point.area
      }
    }
    return (sum / area).squareRoot()
  }
}
