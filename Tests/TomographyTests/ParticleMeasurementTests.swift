import ArrayMath
import Foundation
import ImageAnalysis
import Quantities
import Testing
import Tomography

@Suite struct ParticleMeasurementTests {
  @Test func study() throws {
    let env = ProcessInfo.processInfo.environment
    let seeds = Int(env["STUDY_SEEDS"] ?? "2") ?? 2
    let noise = Double(env["STUDY_NOISE"] ?? "0.05") ?? 0.05
    let reduction = Double(env["STUDY_REDUCTION"] ?? "6") ?? 6
    var rows: [[Double]] = []
    for seed in 1...seeds {
      var generator = SeededGenerator(seed: UInt64(seed))
      var character = PorousParticle.Character.seed(electronDensity: 1.36e30)
      if env["STUDY_NEEDLE"] == "0" { character.needle = nil }
      if let p = env["STUDY_POROSITY"].flatMap(Double.init) { character.porosity = p }
      let body = PorousParticle.random(character, using: &generator)
      let simulation = TomographySimulation.seed(body, reduction: reduction, seed: UInt64(seed))
      let pixel = simulation.pixel
      let geometry = ProjectionGeometry(angles: simulation.angles, axisColumn: simulation.axisColumn)
      let images = try parallelMap(count: geometry.count, threads: 2) { view -> [Float] in
        var g = SeededGenerator(seed: UInt64(seed) &+ 1000, item: view)
        return body.projection(geometry, view: view, shape: simulation.shape, pixel: pixel).pixels.map {
          Float($0 * ContrastScale.electronRadius * simulation.wavelength + noise * g.normal())
        }
      }
      let stack = try ProjectionStack(Array(images.joined()), shape: simulation.shape, geometry: geometry)
      let fbp = FilteredBackProjection()
      let odd = stack.selecting(Array(stride(from: 0, to: stack.count, by: 2)))
      let even = stack.selecting(Array(stride(from: 1, to: stack.count, by: 2)))
      let volume = try fbp(stack, threads: 2)
      let halves = (try fbp(odd, threads: 2), try fbp(even, threads: 2))
      let start = Date()
      let particle = try ParticleSegmentation()(volume, threads: 2)
      let resolution = try FourierShellCorrelation.between(halves.0, halves.1, threads: 2).resolution()
      let composition = try ElectronComposition(formula: "LiNi0.8Mn0.1Co0.1O2", wavelength: simulation.wavelength)
      let measurement = ParticleMeasurement(
        voxel: UncertainValue(pixel), wavelength: UncertainValue(simulation.wavelength), medium: .vacuum,
        composition: composition)
      let q = try measurement(
        volume, particle,
        evidence: .init(halves: halves, projections: stack, resolution: resolution.map { min($0, 10) }), threads: 2)
      let time = Date().timeIntervalSince(start)
      let electrons = try #require(q.electronCount)
      let s = 100 * (q.solidVolume.value / body.solidVolume - 1)
      let e = 100 * (q.envelopeVolume.value / body.envelopeVolume - 1)
      let m = 100 * (electrons.value / body.electrons - 1)
      let us = 100 * q.solidVolume.uncertain.relativeUncertainty
      let ue = 100 * q.envelopeVolume.uncertain.relativeUncertainty
      let um = 100 * electrons.relativeUncertainty
      rows.append([s, us, e, ue, m, um])
      print(String(format: "%d solid %+.3f u %.3f half %+.3f | envelope %+.3f u %.3f | electrons %+.3f u %.3f | porosity %.4f true %.4f voids %d true | sphericity %.4f smoothing %.1f res %.2f rho %.4f %@ %.1f s", seed, s, us, 100 * (q.methods.halfLevelCount / body.solidVolume - 1), e, ue, m, um, q.porosity.value, body.porosity, q.voids.count, q.sphericity, particle.smoothing, resolution ?? 0,
        (q.electronDensity?.value ?? 0) / body.meanElectronDensity - 1, particle.notes.joined(separator: ";"), time))
      if seed <= 2 {
        for (name, b) in [("solid", q.solidVolume), ("envelope", q.envelopeVolume)] {
          print("   ", name, b.budget.entries.map { String(format: "%@ %.4f", $0.source.rawValue, 100 * $0.contribution / b.value) })
        }
        print("   ", q.massFromElectrons.map { b in b.budget.entries.map { String(format: "%@ %.4f", $0.source.rawValue, 100 * $0.contribution / b.value) } } ?? [])
      }
    }
    for (k, name) in ["solid", "envelope", "electrons"].enumerated() {
      let z = rows.map { $0[2 * k] / $0[2 * k + 1] }
      let errors = rows.map { $0[2 * k] }
      let mean = errors.reduce(0, +) / Double(seeds)
      let sd = (errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(seeds - 1, 1))).squareRoot()
      print(name, String(format: "mean %+.4f %% sd %.4f %%, mean sigma %.4f %%, within 2 sigma %d of %d, z mean %.2f", mean, sd,
        rows.map { $0[2 * k + 1] }.reduce(0, +) / Double(seeds), z.filter { abs($0) < 1.96 }.count, seeds, z.reduce(0, +) / Double(seeds)))
    }
  }
}
