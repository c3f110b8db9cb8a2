import Foundation
import ParticleMechanics
import TestData
import Testing

/// A charge and a discharge at 1 C beside PyBaMM's single-particle model on two published sets:
/// Tests/Golden/single-particle-pybamm.csv.
@Suite struct SingleParticlePeerTests {
  struct Row {
    var rate: Double
    var time: Double
    var surface: Double
    var voltage: Double
  }

  func rows(_ name: String) throws -> [Row] {
    let file = SharedData.checkout.appending(path: "Tests/Golden/single-particle-pybamm.csv")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
      let cells = line.split(separator: ",").map(String.init)
      guard cells[0] == name, cells.count == 6 else { return nil }
      let numbers = cells.dropFirst().compactMap(Double.init)
      guard numbers.count == 5 else { throw CocoaError(.fileReadCorruptFile) }
      return Row(rate: numbers[0], time: numbers[1], surface: numbers[3], voltage: numbers[4])
    }
  }

  static let openCircuitVoltage = """
    -0.809*u + 4.4875 - 0.0428*tanh(18.5138*(u - 0.5542)) - 17.7326*tanh(15.789*(u - 0.3117)) \
    + 17.5842*tanh(15.9308*(u - 0.312))
    """

  func cell(_ name: String) throws -> RadialCell {
    let isChen = name == "Chen2020"
    let kinetics = SurfaceKinetics(
      openCircuitVoltage: try .formula(Self.openCircuitVoltage),
      exchangeCurrentDensity: try .formula(
        isChen ? "3.42e-6*1000^0.5*63104*(u*(1 - u))^0.5" : "5.028*u^0.43*(1 - u)^0.57"),
      maximumConcentration: isChen ? 63104 : 51765)
    let model = ParticleModel(radius: 5.22e-6, structure: .random, coreDiffusivity: isChen ? 4e-15 : 1)
    let diffusivity: MaterialFunction? =
      isChen
      ? nil
      : try .formula(
        """
        2.7*10^(-13.96 - 0.9231*exp(-(u - 0.3216)^2/0.002534) - 0.4066*exp(-(u - 0.4532)^2/0.003926) \
        - 0.993*exp(-(u - 0.8098)^2/0.09924))
        """)
    let material = try TexturedMaterial(model: model, geometry: .sphere, diffusivityFactor: diffusivity)
    return try RadialCell(material: material, kinetics: kinetics)
  }

  @Test(arguments: ["Chen2020", "ORegan2022"])
  func followsThePeer(name: String) throws {
    let rows = try rows(name)
    let turn = rows.first { $0.rate > 0 }?.time ?? 0
    let end = rows[rows.count - 1].time
    let cycling = CyclingProtocol(steps: [
      CyclingStep(.current(.rate(1)), until: [.duration(turn)]),
      CyclingStep(.current(.rate(-1)), until: [.duration(end - turn)]),
    ])
    let driver = CyclingDriver(protocol: cycling, interval: 60, tolerance: 1e-6)
    let result = try driver.run(cell(name), initialLithiation: 0.9)
    var (surface, voltage, compared) = (0.0, 0.0, 0)
    for row in rows {
      // At the turn the samples are two: before and after the current changes.
      let step = row.rate < 0 ? 0 : 1
      let sample = result.samples.first { $0.time == row.time && $0.step == step }
      guard let sample else { continue }
      surface = max(surface, abs(sample.reading.surfaceLithiation - row.surface))
      voltage = max(voltage, abs(sample.reading.voltage - row.voltage))
      compared += 1
    }
    #expect(compared == rows.count)
    #expect(surface < 1e-4, "\(surface)")
    #expect(voltage < 1e-3, "\(voltage)")
  }
}
