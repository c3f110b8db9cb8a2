import Foundation
import ParticleMechanics
import Testing

/// A particle in an electrolyte along its radius, against closed forms.
@Suite struct RadialCellTests {
  static let kinetics = SurfaceKinetics(
    openCircuitVoltage: .constant(4), exchangeCurrentDensity: .constant(1), maximumConcentration: 49195)

  func material(
    _ geometry: RadialGeometry, diffusivity: Double = 1e-14, radius: Double = 10e-6,
    expansion: ExpansionConvention = .isotropicCore, factor: MaterialFunction? = nil,
    condition: ParticleModel.AxialCondition = .planeStrain
  ) throws -> TexturedMaterial {
    let model = ParticleModel(
      radius: radius, structure: .random, coreDiffusivity: diffusivity, expansion: expansion,
      axialCondition: condition)
    return try TexturedMaterial(model: model, geometry: geometry, diffusivityFactor: factor)
  }

  /// Steps that double until the tolerance binds.
  func follow(
    _ cell: RadialCell, from state: RadialCell.State, to times: [Double], control: SurfaceControl,
    tolerance: Double = 1e-8, first: Double = 1e-3
  ) throws -> [(state: RadialCell.State, reading: CyclingReading)] {
    var state = state
    var time = 0.0
    var length = first
    return try times.map { end in
      var reading = try cell.reading(of: state, control: control)
      while time < end {
        let step = min(length, end - time)
        let next = try cell.step(from: state, duration: step, control: control)
        if next.error > tolerance, step > 1e-6 {
          length = step / 2
          continue
        }
        (state, reading, time) = (next.state, next.reading, time + step)
        if step == length, next.error < tolerance / 16 { length *= 2 }
      }
      return (state, reading)
    }
  }

  @Test(arguments: RadialGeometry.allCases)
  func aConstantCurrentReachesTheQuasiSteadyProfile(geometry: RadialGeometry) throws {
    let cell = try RadialCell(material: material(geometry))
    let rate = -2e-5
    let end = try follow(cell, from: cell.uniform(0.9), to: [16_000], control: .rate(rate))[0]
    let unit = rate * 1e-10 / 1e-14
    let (difference, excess) = geometry == .sphere ? (unit / 6, unit / 15) : (unit / 4, unit / 8)
    let profile = try cell.profile(of: end.state, time: 16_000, radii: [0, 10e-6])
    #expect(abs(profile.lithiation[1] - profile.lithiation[0] - difference) < 1e-6 * abs(difference))
    #expect(abs(profile.lithiation[1] - profile.meanLithiation - excess) < 1e-6 * abs(excess))
    #expect(abs(profile.meanLithiation - (0.9 + rate * 16_000)) < 1e-12)
    #expect(abs(profile.lithiumBalanceDefect) < 1e-12)
    if geometry == .sphere {
      // Section 5.4: J R/(D c_max) = (dū/dt) R²/(3 D); Ω c_max = B.
      let scale = 140e9 * 0.06375 / 0.75 * unit / 3
      #expect(abs(profile.hoopStress[1] + scale / 15) < 1e-6 * abs(scale / 15))
      #expect(abs(profile.radialStress[0] - scale / 15) < 1e-6 * abs(scale / 15))
    } else {
      // σ_θ(R) = E/(1 − ν) (ē − e(R)) and σ_r(0) = E/(1 − ν) (ē − e(0))/2 with e a third of the expansion.
      let scale = 140e9 * 0.06375 / 3 / 0.75 * unit / 8
      #expect(abs(profile.hoopStress[1] + scale) < 1e-6 * abs(scale))
      #expect(abs(profile.radialStress[0] - scale / 2) < 1e-6 * abs(scale))
    }
  }

  @Test func aHeldSurfaceGivesThePeakOfChengAndVerbrugge() throws {
    let cell = try RadialCell(material: material(.sphere))
    let times = (0...8).map { 570 + Double($0) }
    let states = try follow(cell, from: cell.uniform(1), to: times, control: .lithiation(0.2))
    let unit = 140e9 * 0.06375 * 0.8 / (3 * 0.75)
    let stresses = try zip(times, states).map { time, entry in
      try cell.profile(of: entry.state, time: time, radii: [0]).radialStress[0].magnitude / unit
    }
    let peak = stresses.indices.max { stresses[$0] < stresses[$1] } ?? 0
    #expect((1...7).contains(peak))
    // The parabola through the largest three.
    let (a, b, c) = (stresses[peak - 1], stresses[peak], stresses[peak + 1])
    let shift = (a - c) / (2 * (a - 2 * b + c))
    #expect(abs(b - (a - c) * shift / 4 - 0.385574) < 1e-5)
    #expect(abs((times[peak] + shift) * 1e-4 - 0.057420) < 2e-5)
  }

  @Test func agreesWithTheSeriesAndTheTwinAfterAJump() throws {
    for geometry in RadialGeometry.allCases {
      let cell = try RadialCell(material: material(geometry))
      let radii = [0, 2e-6, 5e-6, 8e-6, 9.5e-6]
      let states = try follow(cell, from: cell.uniform(1), to: [100, 500, 2000], control: .lithiation(0.2))
      for (time, entry) in zip([100.0, 500, 2000], states) {
        let closed = geometry == .cylinder ? RadialClosedForms.cylinder : RadialClosedForms.sphere
        let profile = try cell.profile(of: entry.state, time: time, radii: radii)
        for (radius, value) in zip(radii, profile.lithiation) {
          #expect(abs(value - closed(radius * 1e5, time * 1e-4, 1, 0.2)) < 2e-6, "\(geometry) at \(radius)")
        }
        let mean = geometry == .cylinder ? RadialClosedForms.cylinderMean : RadialClosedForms.sphereMean
        #expect(abs(profile.meanLithiation - mean(time * 1e-4, 1, 0.2)) < 2e-6)
        #expect(abs(profile.lithiumBalanceDefect) < 1e-11)
        #expect(abs(entry.reading.passedLithiation - (profile.meanLithiation - 1)) < 1e-11)
      }
    }
  }

  @Test func agreesWithTheTwinInAParticleOfCoreAndShell() throws {
    // The same particle, surface and mode X by the other path of the program: lithiation and stresses.
    let model = ParticleModel(
      structure: .coreShell(SmoothStep(position: 6e-6, width: 0.4e-6)), coreDiffusivity: 4e-15,
      axialCondition: .generalisedPlaneStrain)
    let crystal = Stiffness.trigonal(c11: 270e9, c12: 90e9, c13: 65e9, c14: 0, c33: 185e9, c44: 50e9)
    let material = try TexturedMaterial(
      model: model, expansion: .crystal(.marker2019, shell: .hoop), elasticity: .crystal(crystal, shell: .hoop))
    let cell = try RadialCell(material: material)
    let radii = [0, 3e-6, 5.9e-6, 6.1e-6, 8e-6, 10e-6]
    let state = try follow(cell, from: cell.uniform(1), to: [800], control: .lithiation(0.2))[0].state
    let seen = try cell.profile(of: state, time: 800, step: 3, radii: radii)
    #expect(seen.leg == 3 && seen.time == 800)
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 800, outputTimes: [800])
    let twin = try RadialParticle(
      material: material, resolution: RadialParticle.Resolution(elements: 16, timeTolerance: 1e-7)
    ).solve(legs: [leg], initialLithiation: 1, radii: radii)[0]
    for (one, other) in zip(seen.lithiation, twin.lithiation) { #expect(abs(one - other) < 1e-6) }
    for (one, other) in [
      (seen.radialStress, twin.radialStress), (seen.hoopStress, twin.hoopStress), (seen.axialStress, twin.axialStress),
    ] {
      for (a, b) in zip(one, other) { #expect(abs(a - b) < 1e4, "\(a) \(b)") }
    }
    #expect(abs(seen.axialStrain - twin.axialStrain) < 1e-8)
  }

  @Test func aHeldSurfaceReadsTheCurrentOfItsGradient() throws {
    let set = CathodeMaterial.oregan2022
    let factor = set.diffusivity.scaled(by: 1e14)
    let cell = try RadialCell(material: material(.sphere, factor: factor), kinetics: set.kinetics())
    let control = SurfaceControl.lithiation(0.5)
    let end = try follow(cell, from: cell.uniform(0.8), to: [1000], control: control, tolerance: 1e-6)[0]
    let reading = try cell.reading(of: end.state, control: control)
    #expect(end.reading.rate < -1e-5)
    #expect(abs(reading.rate - end.reading.rate) < 1e-4 * abs(reading.rate))
    #expect(abs(reading.voltage - end.reading.voltage) < 1e-5)
    // Before the surface has reached what it will be held at, current flows already.
    #expect(try cell.reading(of: cell.uniform(0.8), control: control).rate < 0)
  }

  @Test func fastDiffusionGivesTheVoltageOfAWellMixedParticle() throws {
    let kinetics = CathodeMaterial.chen2020.kinetics(filmResistance: 0.02)
    let cell = try RadialCell(material: material(.sphere, diffusivity: 1e-8, radius: 5e-6), kinetics: kinetics)
    let mixed = WellMixedParticle(kinetics: kinetics, specificSurface: 3 / 5e-6)
    let rate = -1.0 / 3600
    let times = [1.0, 100, 600, 1200, 2000]
    let states = try follow(cell, from: cell.uniform(0.9), to: times, control: .rate(rate), first: 0.1)
    for (time, entry) in zip(times, states) {
      let u = 0.9 + rate * time
      let expected = kinetics.voltage(currentDensity: mixed.currentDensity(rate: rate), surfaceLithiation: u).value
      #expect(abs(entry.reading.voltage - expected) < 1e-6, "\(time)")
      #expect(abs(entry.reading.passedLithiation - rate * time) < 1e-12)
      // So stiff that a single solution would lose five digits of the balance.
      #expect(abs(entry.reading.meanLithiation - u) < 1e-10, "\(time)")
    }
    // A held voltage: the well-mixed particle in steps so small that its own error is below the limit.
    let held = try follow(cell, from: cell.uniform(0.5), to: [20, 200], control: .voltage(4.2), first: 0.01)
    var state = mixed.uniform(0.5)
    var expected: [CyclingReading] = []
    for index in 0..<20_000 {
      let next = try mixed.step(from: state, duration: 0.01, control: .voltage(4.2))
      state = next.state
      if index == 1999 || index == 19_999 { expected.append(next.reading) }
    }
    for (entry, reference) in zip(held, expected) {
      #expect(abs(entry.reading.meanLithiation - reference.meanLithiation) < 1e-6)
      #expect(abs(entry.reading.rate - reference.rate) < 1e-4 * abs(reference.rate) + 1e-9)
      #expect(entry.reading.voltage == 4.2)
      #expect(abs(entry.reading.passedLithiation - (entry.reading.meanLithiation - 0.5)) < 1e-11)
    }
  }

  @Test func whatAPotentiostatCountsIsWhatTheParticleLost() throws {
    let set = CathodeMaterial.oregan2022
    let material = try material(
      .sphere, diffusivity: 4e-15, radius: 4e-6, factor: set.diffusivity.scaled(by: 1 / 4e-15))
    let cell = try RadialCell(material: material, kinetics: set.kinetics(filmResistance: 0.005), elements: 12)
    let cycling = try CyclingProtocol(
      words:
        "charge at 0.5 C until 4.2 V, hold until C/20, rest for 600 s, discharge at 1 C until 3.6 V, repeat 2 times")
    let result = try CyclingDriver(protocol: cycling, interval: 20).run(cell, initialLithiation: 0.85)
    #expect(result.steps.count == 8)
    for sample in result.samples {
      #expect(abs(sample.reading.passedLithiation - (sample.reading.meanLithiation - 0.85)) < 1e-9)
    }
    for (index, step) in result.steps.enumerated() {
      // A constant current has passed what its rate and its time say.
      let change = step.lastReading.meanLithiation - step.firstReading.meanLithiation
      if index % 4 != 1 { #expect(abs(change - step.firstReading.rate * (step.end - step.start)) < 1e-9) }
      if index % 4 == 0 { #expect(abs(step.lastReading.voltage - 4.2) < 1e-6) }
      if index % 4 == 1 { #expect(abs(step.lastReading.rate + 0.05 / 3600) < 1e-6 * 0.05 / 3600) }
      if index % 4 == 3 { #expect(abs(step.lastReading.voltage - 3.6) < 1e-6) }
    }
    // The held voltage by the trapezoidal rule over the record.
    let hold = result.samples.filter { $0.step == 1 }
    let counted = zip(hold, hold.dropFirst()).reduce(0.0) { sum, pair in
      sum + (pair.1.time - pair.0.time) * (pair.0.reading.rate + pair.1.reading.rate) / 2
    }
    #expect(abs(counted - result.steps[1].passedLithiation) < 1e-3 * abs(counted))
    let profile = try cell.profile(of: result.kept[result.kept.count - 1].state, time: 0)
    #expect(abs(profile.lithiumBalanceDefect) < 1e-9)
  }

  @Test func theStepsInTimeConvergeFasterThanTheirSquare() throws {
    let factor = try MaterialFunction.formula("1 + 3*u^2")
    let cell = try RadialCell(material: material(.sphere, factor: factor), elements: 6)
    // A smooth start: the profile of the same current long on its way.
    let rate = SurfaceControl.rate(5e-5)
    let start = try follow(cell, from: cell.uniform(0.1), to: [3000], control: rate)[0].state
    func end(_ count: Int) throws -> [Double] {
      var state = start
      for _ in 0..<count {
        state = try cell.step(from: state, duration: 8000 / Double(count), control: rate).state
      }
      return state.lithiation
    }
    let reference = try end(128)
    let errors = try [8, 16, 32].map { count in
      zip(try end(count), reference).map { abs($0 - $1) }.max() ?? 0
    }
    // Stage order one costs a method of order four up to two orders at a boundary with a flux; constant D keeps them.
    #expect(log2(errors[0] / errors[1]) > 2.2 && log2(errors[1] / errors[2]) > 2.2, "\(errors)")
    #expect(errors[0] < 1e-6)
  }

  @Test func refusesWhatItCannotFollow() throws {
    let plain = try RadialCell(material: material(.sphere))
    #expect(throws: RadialCellError.voltageWithoutKinetics) {
      try plain.step(from: plain.uniform(0.5), duration: 1, control: .voltage(4))
    }
    #expect(throws: RadialCellError.invalidDuration(0)) {
      try plain.step(from: plain.uniform(0.5), duration: 0, control: .rate(0))
    }
    #expect(throws: RadialCellError.self) {
      try plain.step(from: plain.uniform(0.1), duration: 1000, control: .rate(-1e-3))
    }
    #expect(throws: RadialCellError.particle(.invalidRadius(11e-6, limit: 10e-6))) {
      try plain.profile(of: plain.uniform(0.5), time: 0, radii: [11e-6])
    }
    #expect(throws: RadialCellError.self) { try RadialCell(material: material(.sphere, diffusivity: -1)) }
    #expect(throws: RadialCellError.self) { try RadialCell(material: material(.sphere), elements: 0) }
    #expect(throws: RadialCellError.self) {
      try RadialCell(material: material(.sphere, factor: .formula("0.5 - u")))
    }
    var kinetics = Self.kinetics
    kinetics.temperature = -1
    #expect(throws: RadialCellError.self) { try RadialCell(material: material(.sphere), kinetics: kinetics) }
    let coupling = RadialStressCoupling(potential: .idealSolution(temperature: 298.15), maximumConcentration: 49195)
    let shell = try TexturedMaterial(model: ParticleModel(structure: .allShell))
    #expect(throws: RadialCellError.directedCoupling) { try RadialCell(material: shell, coupling: coupling) }
    #expect(plain.uniform(0.3).lithiation.allSatisfy { $0 == 0.3 })
  }
}
