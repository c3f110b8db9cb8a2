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

  func cell(_ name: String) throws -> RadialCell {
    let set = try CathodeMaterial.named(name)
    let model = ParticleModel(radius: 5.22e-6, structure: .random, coreDiffusivity: 4e-15)
    let material = try TexturedMaterial(
      model: model, geometry: .sphere, diffusivityFactor: set.diffusivity.scaled(by: 1 / 4e-15))
    return try RadialCell(material: material, kinetics: set.kinetics())
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
