import ParticleMechanics
import Testing

@Suite struct ParticleModelFieldsTests {
  let model = ParticleModel(
    structure: .coreShell(SmoothStep(position: 6e-6, width: 1e-6)), coreDiffusivity: 2, radialDiffusivity: 3,
    tangentialDiffusivity: 0.5)

  /// Equation (1) written by its Cartesian components: Dxx = H' D_c + H (D_r c² + D_t s²), Dxy = H (D_r − D_t) c s.
  @Test func diffusivityHasTheCartesianComponentsOfTheEquation() {
    for (x, y) in [(4e-6, 4.6e-6), (1e-6, 2e-6), (3e-6, 9e-6), (6e-6, 0)] {
      let r = (x * x + y * y).squareRoot()
      let (c, s) = (x / r, y / r)
      let h = model.shellWeight(atRadius: r)
      let d = model.diffusivity(x: x, y: y)
      #expect(abs(d.xx - ((1 - h) * 2 + h * (3 * c * c + 0.5 * s * s))) < 1e-14)
      #expect(abs(d.yy - ((1 - h) * 2 + h * (3 * s * s + 0.5 * c * c))) < 1e-14)
      #expect(abs(d.xy - h * 2.5 * c * s) < 1e-14)
      #expect(model.coreWeight(atRadius: r) == 1 - h)
    }
  }

  /// Equation (4): αxx = α_c H' + α_s H s², αxy = −α_s H c s.
  @Test func expansionPointsAlongTheHoop() {
    let (x, y) = (4e-6, 4.6e-6)
    let r = (x * x + y * y).squareRoot()
    let (c, s) = (x / r, y / r)
    let h = model.shellWeight(atRadius: r)
    #expect(h > 0.1 && h < 0.9)
    let a = model.expansionTensor(x: x, y: y)
    #expect(abs(a.xx - ((1 - h) / 2 + h * s * s)) < 1e-14)
    #expect(abs(a.yy - ((1 - h) / 2 + h * c * c)) < 1e-14)
    #expect(abs(a.xy - -h * c * s) < 1e-14 && a.zz == 0)
    let strain = model.eigenstrain(x: x, y: y, lithiation: 0.2)
    #expect(abs(strain.xy - 0.051 * h * c * s) < 1e-14)
  }

  @Test(arguments: ExpansionConvention.allCases) func isIsotropicAtTheCentre(expansion: ExpansionConvention) {
    var changed = model
    changed.expansion = expansion
    let centre = changed.expansionTensor(x: 0, y: 0)
    #expect(centre.xx == centre.yy && centre.xy == 0)
    #expect(changed.diffusivity(x: 0, y: 0).xx == 2)
  }
}
