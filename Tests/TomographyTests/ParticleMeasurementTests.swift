import ArrayMath
import Foundation
import ImageAnalysis
import Quantities
import Testing
import Tomography

@Suite struct ParticleMeasurementTests {
  static let cube = pow(MeasuredBall.voxel, 3)

  @Test(arguments: [0.0, 0.1]) func study(noise: Double) throws {
    for pores in [0, 20] {
      for hasNeedle in [false, true] {
        var ball = PorousBall.porous(seed: 1, count: pores, radii: 2.5...5)
        if hasNeedle { ball.needle = (6, 0.05) }
        let measured = try MeasuredBall(ball.projections(views: 150, noise: noise, seed: 1))
        let q = measured.quantities
        func percent(_ value: Double, _ truth: Double) -> String {
          String(format: "%+.3f %%", 100 * (value / Self.cube / truth - 1))
        }
        let scale = ContrastScale(wavelength: MeasuredBall.wavelength, voxel: MeasuredBall.voxel)
        let electrons = ball.solid * ball.density * scale.electrons
        print(
          "noise", noise, "pores", pores, "needle", hasNeedle, "smoothing", measured.particle.smoothing,
          "res", measured.resolution ?? 0, "reach voxels")
        print(
          "  solid", percent(q.solidVolume.value, ball.solid), "u",
          String(format: "%.3f %%", 100 * q.solidVolume.uncertain.relativeUncertainty),
          "half", percent(q.methods.halfLevelCount, ball.solid), "otsu", percent(q.methods.otsuCount, ball.solid))
        print(
          "  envelope", percent(q.envelopeVolume.value, ball.envelope),
          String(format: "%.3f %%", 100 * q.envelopeVolume.uncertain.relativeUncertainty),
          "porosity", q.porosity, 1 - ball.solid / ball.envelope, "voids", q.voids.count, "sphericity", q.sphericity)
        print(
          "  electrons", String(format: "%+.3f %%", 100 * ((q.electronCount?.value ?? 0) / electrons - 1)),
          String(format: "%.3f %%", 100 * (q.electronCount?.relativeUncertainty ?? 0)))
        for e in q.solidVolume.budget.entries {
          print("     ", e.source.rawValue, e.contribution / Self.cube / ball.solid * 100)
        }
        print("  notes", q.notes, q.warnings)
      }
    }
  }
}
