import Foundation
import ParticleMechanics
import Testing

/// Stress that acts back on lithium, against the effective diffusivity and the stresses themselves.
@Suite struct RadialCouplingTests {
  let maximum = 49195.0
  /// Large enough for an effect far above rounding: Ω = 5.2e-6 m³/mol.
  let strain = 0.255

  func material(
    _ geometry: RadialGeometry, expansion: ExpansionConvention = .isotropicCore, factor: MaterialFunction? = nil,
    condition: ParticleModel.AxialCondition = .planeStrain, crystal: CrystalExpansion? = nil
  ) throws -> TexturedMaterial {
    let model = ParticleModel(
      structure: .random, expansion: expansion, volumetricStrainPerLithiation: strain, axialCondition: condition)
    return try TexturedMaterial(
      model: model, geometry: geometry, expansion: crystal.map { .crystal($0, shell: .tangentialPlane) } ?? .volumetric,
      diffusivityFactor: factor)
  }

  func steps(_ cell: RadialCell, from start: Double, control: SurfaceControl) throws -> RadialCell.State {
    var state = cell.uniform(start)
    var length = 0.01
    for _ in 0..<26 {
      state = try cell.step(from: state, duration: length, control: control).state
      length *= 1.4
    }
    return state
  }

  @Test func anIdealSolutionDiffusesWithTheFactorOfZhang() throws {
    // D (1 + θ c) with θ = 2 Ω² E/(9 (1 − ν) R_g T), for the sphere and for the cylinder under plane strain.
    let omega = strain / maximum
    let theta = 2 * omega * omega * 140e9 / (9 * 0.75 * 8.314462618 * 298.15)
    #expect(theta * maximum > 10)
    let coupling = RadialStressCoupling(potential: .idealSolution(temperature: 298.15), maximumConcentration: maximum)
    for geometry in RadialGeometry.allCases {
      let coupled = try RadialCell(material: material(geometry), coupling: coupling)
      let effective = try RadialCell(
        material: material(geometry, factor: .formula("1 + \(theta * maximum)*u")))
      for control in [SurfaceControl.rate(-5e-4), .lithiation(0.3)] {
        let one = try steps(coupled, from: 0.8, control: control)
        let other = try steps(effective, from: 0.8, control: control)
        let worst = zip(one.lithiation, other.lithiation).map { abs($0 - $1) }.max() ?? 1
        #expect(worst < 1e-11, "\(geometry): \(worst)")
        let without = try steps(RadialCell(material: material(geometry)), from: 0.8, control: control)
        #expect(abs(without.lithiation[0] - one.lithiation[0]) > 1e-3)
      }
    }
  }

  @Test func theMeasuredPotentialWeighsStressAgainstTheSlopeOfTheVoltage() throws {
    // 1/χ = F |U'|: the factor is 1 + 2 Ω² E c_max/(9 (1 − ν))/(F |U'|), here with U = 4.4 − 0.8 u + 0.1 u².
    let omega = strain / maximum
    let energy = 2 * omega * omega * 140e9 * maximum / (9 * 0.75)
    let coupling = RadialStressCoupling(
      potential: .openCircuitVoltage(try .formula("4.4 - 0.8*u + 0.1*u^2")), maximumConcentration: maximum)
    let coupled = try RadialCell(material: material(.sphere), coupling: coupling)
    let effective = try RadialCell(
      material: material(.sphere, factor: .formula("1 + \(energy / 96485.33212)/(0.8 - 0.2*u)")))
    let one = try steps(coupled, from: 0.9, control: .rate(-3e-4))
    let other = try steps(effective, from: 0.9, control: .rate(-3e-4))
    #expect(zip(one.lithiation, other.lithiation).allSatisfy { abs($0 - $1) < 1e-11 })
  }

  /// All cases in which expansion has no direction along radius and hoop.
  static let cases: [(RadialGeometry, ExpansionConvention, ParticleModel.AxialCondition, Bool)] = [
    (.sphere, .isotropicCore, .planeStrain, false), (.sphere, .isotropicCore, .planeStrain, true),
    (.cylinder, .isotropicCore, .planeStrain, false), (.cylinder, .isotropicCore, .generalisedPlaneStrain, false),
    (.cylinder, .equalArea, .planeStrain, false), (.cylinder, .equalLinear, .generalisedPlaneStrain, false),
    (.cylinder, .isotropicCore, .planeStrain, true), (.cylinder, .isotropicCore, .generalisedPlaneStrain, true),
  ]

  @Test(arguments: cases)
  func theVoltageAtRestIsShiftedByTheWorkOfTheStresses(
    geometry: RadialGeometry, convention: ExpansionConvention, condition: ParticleModel.AxialCondition,
    usesCrystal: Bool
  ) throws {
    // V = U(u_s) + σ:∂ε*/∂u /(F c_max) at the surface, with the stresses of the mechanics.
    let kinetics = SurfaceKinetics(
      openCircuitVoltage: try .formula("4.4 - 0.8*u"), exchangeCurrentDensity: .constant(2),
      maximumConcentration: maximum)
    let coupling = RadialStressCoupling(
      potential: .openCircuitVoltage(kinetics.openCircuitVoltage), maximumConcentration: maximum)
    let material = try material(
      geometry, expansion: convention, condition: condition, crystal: usesCrystal ? .marker2019 : nil)
    let cell = try RadialCell(material: material, kinetics: kinetics, coupling: coupling)
    let state = try steps(cell, from: 0.6, control: .rate(-4e-4))
    let reading = try cell.reading(of: state, control: .rate(0))
    let profile = try cell.profile(of: state, time: 0, radii: [10e-6])
    let surface = profile.lithiation[0]
    let slope = material.principalEigenstrain(atRadius: 10e-6, lithiation: surface).slope
    let work =
      profile.radialStress[0] * slope.x + profile.hoopStress[0] * slope.y + profile.axialStress[0] * slope.z
    let expected = 4.4 - 0.8 * surface + work / (96485.33212 * maximum)
    #expect(abs(work / (96485.33212 * maximum)) > 1e-4)
    #expect(abs(reading.voltage - expected) < 1e-8, "\(reading.voltage) \(expected)")
    // The voltage that belongs to a current, held instead, drives that current; and lithium balances.
    let driven = try cell.reading(of: state, control: .rate(-2e-4))
    let held = try cell.reading(of: state, control: .voltage(driven.voltage))
    #expect(abs(held.rate + 2e-4) < 1e-12)
    let next = try cell.step(from: state, duration: 5, control: .voltage(driven.voltage))
    #expect(
      abs(next.reading.passedLithiation - (next.reading.meanLithiation - 0.6)) < 1e-11)
    #expect(abs(next.reading.rate + 2e-4) < 1e-4)
  }

  @Test func aHeldVoltageEndsWithoutStressOrCurrent() throws {
    let kinetics = SurfaceKinetics(
      openCircuitVoltage: try .formula("4.4 - 0.8*u"), exchangeCurrentDensity: .constant(2),
      maximumConcentration: maximum)
    let coupling = RadialStressCoupling(
      potential: .openCircuitVoltage(kinetics.openCircuitVoltage), maximumConcentration: maximum)
    let material = try material(.sphere, crystal: .marker2019)
    let cell = try RadialCell(material: material, kinetics: kinetics, coupling: coupling)
    var state = cell.uniform(0.6)
    var length = 0.01
    for _ in 0..<60 {
      state = try cell.step(from: state, duration: length, control: .voltage(4.1)).state
      length = min(1.3 * length, 4000)
    }
    #expect(state.lithiation.allSatisfy { abs($0 - 0.375) < 1e-6 })
    #expect(abs(state.passedLithiation + 0.225) < 1e-6)
  }

  @Test func refusesAConcentrationThatIsNone() throws {
    let coupling = RadialStressCoupling(potential: .idealSolution(temperature: 298.15), maximumConcentration: 0)
    #expect(throws: RadialCellError.invalidConcentration(0)) {
      try RadialCell(material: material(.sphere), coupling: coupling)
    }
  }
}
