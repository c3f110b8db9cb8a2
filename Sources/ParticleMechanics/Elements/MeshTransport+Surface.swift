extension MeshTransport {
  /// What passes the wetted surface at a voltage.
  struct SurfaceFlux {
    /// ∫ φ j dA of each node, in m³/s; positive outward.
    var nodes: [Double]
    /// ∫ j dA.
    var total: Double
    /// ∂j/∂u and ∂j/∂V at each point of the surface.
    var lithiationSlopes: [Double]
    var voltageSlopes: [Double]
  }

  /// p of the nodes where stress acts back.
  func surfaceDrive(_ lithiation: [Double], time: Double) throws -> [Double]? {
    try potential?.values(lithiation, time: time)
  }

  /// The flux by the kinetics, the chemical potential at the surface shifted by stress: U + p / (F c_max).
  func surfaceFlux(_ lithiation: [Double], voltage: Double, drive: [Double]?) -> SurfaceFlux {
    let count = system.wetted.facetCount * system.wetted.pointCount
    var flux = SurfaceFlux(
      nodes: [Double](repeating: 0, count: system.count), total: 0,
      lithiationSlopes: [Double](repeating: 0, count: count), voltageSlopes: [Double](repeating: 0, count: count))
    guard let kinetics else { return flux }
    let perCurrent = 1 / (PhysicalConstants.faraday * kinetics.maximumConcentration)
    lithiation.withUnsafeBufferPointer { lithiation in
      (drive ?? []).withUnsafeBufferPointer { drive in
        system.wetted.forEachPoint { point in
          let shift = drive.isEmpty ? 0 : perCurrent * point.value(of: drive)
          let current = kinetics.currentDensity(
            voltage: voltage - shift, surfaceLithiation: point.value(of: lithiation))
          let share = perCurrent * point.area * current.value
          for (local, node) in point.nodes.enumerated() { flux.nodes[Int(node)] += share * point.values[local] }
          flux.total += share
          flux.lithiationSlopes[point.index] = perCurrent * current.lithiationSlope
          flux.voltageSlopes[point.index] = perCurrent * current.voltageSlope
        }
      }
    }
    return flux
  }

  /// ∫ φ c dA of each node, c given at each point of the surface.
  func nodalIntegral(_ coefficients: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: system.count)
    system.wetted.forEachPoint { point in
      let share = point.area * coefficients[point.index]
      for (local, node) in point.nodes.enumerated() { sums[Int(node)] += share * point.values[local] }
    }
    return sums
  }

  /// The terminal voltage at which a state passes a current: dū/dt in 1/s.
  ///
  /// The current rises with the voltage; the voltages that each point of the surface would have alone at the mean current
  /// bracket it.
  func voltage(_ state: MeshState, rate: Double) throws -> Double {
    guard let kinetics else { return .nan }
    let drive = try surfaceDrive(state.lithiation, time: state.time)
    let wanted = -rate * system.volume
    let scale = PhysicalConstants.faraday * kinetics.maximumConcentration
    let density = wanted / system.area * scale
    var (low, high) = (Double.infinity, -Double.infinity)
    state.lithiation.withUnsafeBufferPointer { lithiation in
      (drive ?? []).withUnsafeBufferPointer { drive in
        system.wetted.forEachPoint { point in
          let shift = drive.isEmpty ? 0 : point.value(of: drive) / scale
          let alone = kinetics.voltage(currentDensity: density, surfaceLithiation: point.value(of: lithiation)).value
          low = min(low, alone + shift)
          high = max(high, alone + shift)
        }
      }
    }
    var volts = 0.5 * (low + high)
    for _ in 0..<200 where high - low > 1e-13 * max(abs(low), abs(high)) {
      let flux = surfaceFlux(state.lithiation, voltage: volts, drive: drive)
      if flux.total > wanted { high = volts } else { low = volts }
      let slope = nodalIntegral(flux.voltageSlopes).reduce(0, +)
      let newton = volts + (wanted - flux.total) / slope
      if abs(newton - volts) <= 1e-14 * abs(volts) { return newton }
      volts = newton > low && newton < high ? newton : 0.5 * (low + high)
    }
    return volts
  }
}
