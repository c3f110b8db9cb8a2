import Foundation
import ParticleMechanics
import Testing

@Suite struct SymmetricTensorTests {
  let tensor = SymmetricTensor(xx: 3, yy: -1, zz: 0.5, xy: 2)

  @Test func rotatesThereAndBack() {
    let (c, s) = (cos(0.7), sin(0.7))
    let polar = tensor.polar(cosine: c, sine: s)
    let back = SymmetricTensor(
      radial: polar.radial, hoop: polar.hoop, axial: polar.axial, shear: polar.shear, cosine: c, sine: s)
    #expect(abs(back.xx - 3) < 1e-14 && abs(back.yy + 1) < 1e-14 && abs(back.xy - 2) < 1e-14 && back.zz == 0.5)
  }

  @Test func hoopPointsAlongYOnTheXAxis() {
    let polar = tensor.polar(cosine: 1, sine: 0)
    #expect(polar.radial == 3 && polar.hoop == -1 && polar.shear == 2)
    let upright = tensor.polar(cosine: 0, sine: 1)
    #expect(upright.radial == -1 && upright.hoop == 3 && upright.shear == -2)
  }

  @Test func principalValuesAreInOrderAndKeepTheInvariants() {
    let principal = tensor.principal
    #expect(principal.x >= principal.y && principal.y >= principal.z)
    #expect(abs(principal.sum() - 2.5) < 1e-14)
    #expect(abs(principal.x * principal.y * principal.z - (3 * -1 - 4) * 0.5) < 1e-13)
  }

  @Test func equivalentStressOfPureShearAndOfTension() {
    #expect(abs(SymmetricTensor(xy: 2).vonMises - 2 * 3.0.squareRoot()) < 1e-14)
    #expect(abs(SymmetricTensor(zz: -5).vonMises - 5) < 1e-14)
    #expect(SymmetricTensor(xx: 4, yy: 4, zz: 4).vonMises == 0)
  }
}
