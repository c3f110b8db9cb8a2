import ArrayMath
import Foundation
import ImageAnalysis
import Testing

@testable import Tomography

@Suite struct TomographySimulationTests {
  static func simulation(seed: UInt64 = 1, reduction: Double = 10) -> TomographySimulation {
    .seed(PorousParticleTests.particle(seed: seed), reduction: reduction, seed: seed)
  }

  @Test func isTheSeedsAtFullSize() {
    let simulation = TomographySimulation.seed(PorousParticleTests.particle(), seed: 1)
    #expect(simulation.angles.count == 600 && abs(simulation.angles[1] * 180 / .pi - 0.3) < 1e-12)
    #expect((400...470).contains(simulation.shape.columns) && (400...470).contains(simulation.shape.rows))
    #expect(abs(simulation.pixel - 42.98e-9) < 1e-14)
  }

  /// 2.2 and 4.77 g/cm3 of NMC811 have 0.625 and 1.355 electrons per cubic angstrom.
  @Test(arguments: [(0.6248e30, 3.72), (1.3547e30, 8.08)]) func peakPhaseTellsTheDensity(density: Double, peak: Double)
  {
    let particle = PorousParticleTests.particle {
      ($0.porosity, $0.grains, $0.asphericity, $0.electronDensity) = (0, 0, 0, density)
    }
    let simulation = TomographySimulation.seed(particle, reduction: 4, seed: 1)
    let most = simulation.phase(0, simulation.truth()).pixels.max() ?? 0
    #expect(abs(most - peak) < 0.03)
  }

  @Test func faultsHaveTheStatedSize() {
    let simulation = Self.simulation(reduction: 1)
    let truth = simulation.truth()
    func deviation(_ values: [Double]) -> Double {
      (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    #expect(abs(deviation(truth.ramps.map(\.constant)) - 0.5) < 0.06)
    #expect(abs(deviation(truth.ramps.flatMap { [$0.down, $0.right] }) - 0.02) < 0.002)
    // Differences of neighbours hold no drift: √2 times the jitter.
    let rows = truth.geometry.displacements.map(\.rows)
    #expect(abs(deviation(zip(rows, rows.dropFirst()).map { $1 - $0 }) - 3 * 2.0.squareRoot()) < 0.4)
    #expect(truth.failures.count == 6 && Set(truth.failures.values).count == 3)
    #expect(truth == simulation.truth())
    #expect(truth != Self.simulation(seed: 2, reduction: 1).truth())
  }

  @Test func complexProjectionsAreTheStackWrapped() throws {
    var simulation = Self.simulation()
    simulation.faults.fading = 3
    simulation.faults.noise = 1e-4
    let complex = try simulation.projections(threads: 2)
    let stack = try simulation.stack(threads: 1)
    #expect(complex.count == 60 && stack.count == 60)
    var wrapped = 0
    for view in [0, 7, 59] {
      for (object, value) in zip(complex[view].object.pixels, stack.image(view).pixels) {
        #expect((object == .zero) == value.isNaN)
        guard !value.isNaN else { continue }
        let difference = Double(object.phase + value)
        #expect(abs(difference - 2 * .pi * (difference / (2 * .pi)).rounded()) < 0.02)
        if abs(difference) > 3 { wrapped += 1 }
      }
    }
    #expect(wrapped > 100)
    #expect(try simulation.projections(threads: 1)[7].object == complex[7].object)
  }

  @Test func noiseOfThePhaseIsTheOneStated() throws {
    var simulation = Self.simulation()
    simulation.faults = .none
    simulation.faults.noise = 0.05
    let truth = simulation.truth()
    let stack = try simulation.stack(threads: 2)
    let complex = try simulation.projections(threads: 2)
    var (real, wrapped) = (0.0, 0.0)
    for (index, exact) in simulation.phase(3, truth).pixels.enumerated() {
      let difference = Double(stack.image(3).pixels[index]) - exact
      real += difference * difference
      let rest = Double(complex[3].object.pixels[index].phase) + exact
      let least = rest - 2 * .pi * (rest / (2 * .pi)).rounded()
      wrapped += least * least
    }
    let count = Double(simulation.shape.count)
    #expect(abs((real / count).squareRoot() - 0.05) < 0.003)
    #expect(abs((wrapped / count).squareRoot() - 0.05) < 0.003)
  }

  @Test func failedViewsDoNotFit() throws {
    var simulation = Self.simulation()
    simulation.faults = .none
    let good = simulation.truth()
    simulation.faults.badViews = 0.05
    let truth = simulation.truth()
    #expect(truth.failures.count == 3)
    for (view, failure) in truth.failures {
      let (fine, bad) = (simulation.phase(view, good), simulation.phase(view, truth))
      #expect((fine == bad) == (failure == .noisy))
    }
  }
}
