import ArrayMath
import ImageAnalysis
import Testing

@Suite struct ElectronDensityThicknessTests {
  /// The photon energy of the seed, 9.7 keV.
  private let wavelength = 0.127819e-9

  @Test func oneRadianByHand() throws {
    let thickness = try ElectronDensityThickness(wavelength: wavelength)
    // 1/(2.81794e-15 m · 1.27819e-10 m) = 1/3.601863e-25 m²
    #expect(abs(thickness.electrons(-1) / 2.776341e24 - 1) < 1e-5)
    // 1.27819e-10 m/2π
    #expect(abs(thickness.delta(-1) / 2.034303e-11 - 1) < 1e-5)
    #expect(thickness.electrons(0) == 0)
    let other = try ElectronDensityThickness(wavelength: wavelength, sign: .matterPositive)
    #expect(other.electrons(1) == thickness.electrons(-1) && other.delta(1) == thickness.delta(-1))
  }

  @Test func aBallOfNMCHasThePhaseOfItsDensity() throws {
    // 4.7 g/cm³, 45.88 electrons in 97.28 g/mol: 1.3348e30 electrons/m³; 10 µm of it at 9.7 keV.
    let density = 4.7e6 / 97.280 * 6.02214076e23 * 45.880
    let thickness = try ElectronDensityThickness(wavelength: wavelength)
    let phase = -density * 10e-6 / thickness.electrons(-1)
    #expect(abs(thickness.electrons(phase) / (density * 10e-6) - 1) < 1e-12)
    // δ of the reference table, 9.8e-6, and so −4.8 rad.
    #expect(abs(thickness.delta(phase) / 10e-6 - 9.8e-6) < 0.05e-6)
    #expect(abs(phase + 4.81) < 0.05)
  }

  @Test func uncertaintiesAddUp() throws {
    let thickness = try ElectronDensityThickness(wavelength: wavelength, relativeWavelengthUncertainty: 1e-3)
    let unit = thickness.electrons(-1)
    #expect(abs(thickness.electronsUncertainty(-3, phaseUncertainty: 0.004) / unit - 0.005) < 1e-9)
    // 100 pixels of −1 rad: 10 σ of noise, 100 σ of the constant, the wavelength on the sum.
    let phase = ScalarImage(repeating: -1, shape: FrameShape(rows: 10, columns: 10))
    var ramp = PhaseRamp(constant: 0, perRow: 0, perColumn: 0, shape: phase.shape)
    ramp.airDeviation = 0.05
    ramp.covariance[0][0] = 0.002 * 0.002
    ramp.covariance[1][1] = 1
    let total = try thickness.electrons(
      in: phase, area: phase.map { _ in true }, pixelArea: 2e-15, ramp: ramp)
    #expect(abs(total.value / (100 * unit * 2e-15) - 1) < 1e-6)
    let expected = (0.5 * 0.5 + 0.2 * 0.2 + 0.1 * 0.1).squareRoot()
    #expect(abs(total.uncertainty / (expected * unit * 2e-15) - 1) < 1e-6)
  }

  @Test func imagesKeepWhatIsUnknown() throws {
    let thickness = try ElectronDensityThickness(wavelength: wavelength)
    let phase = ScalarImage([-1, .nan], shape: FrameShape(rows: 1, columns: 2))
    #expect(thickness.electrons(phase).pixels[0] == Float(thickness.electrons(-1)))
    #expect(thickness.electrons(phase).pixels[1].isNaN && thickness.delta(phase).pixels[1].isNaN)
  }

  @Test func impossibleWavelengthsAreRefused() {
    #expect(throws: ImageAnalysisError.self) { try ElectronDensityThickness(wavelength: 0) }
    #expect(throws: ImageAnalysisError.self) { try ElectronDensityThickness(wavelength: .nan) }
    #expect(throws: ImageAnalysisError.self) {
      try ElectronDensityThickness(wavelength: 1e-10, relativeWavelengthUncertainty: -1)
    }
  }
}
