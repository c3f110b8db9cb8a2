public import ParticleMechanics

/// A material given by functions of the place and the lithiation.
public struct SampleMaterial: ParticleMaterial {
  public typealias Field = @Sendable (MaterialPoint, Double) -> (value: SymmetricTensor3, slope: SymmetricTensor3)

  var diffusivityField: Field
  var eigenstrainField: Field
  var stiffnessField: @Sendable (MaterialPoint) -> Stiffness
  public var hasConstantDiffusivity: Bool

  public init(
    diffusivity: @escaping Field = { _, _ in (SymmetricTensor3(isotropic: 1), SymmetricTensor3()) },
    eigenstrain: @escaping Field = { _, _ in (SymmetricTensor3(), SymmetricTensor3()) },
    stiffness: @escaping @Sendable (MaterialPoint) -> Stiffness = { _ in
      .isotropic(youngsModulus: 1, poissonRatio: 0.3)
    },
    hasConstantDiffusivity: Bool = true
  ) {
    diffusivityField = diffusivity
    eigenstrainField = eigenstrain
    stiffnessField = stiffness
    self.hasConstantDiffusivity = hasConstantDiffusivity
  }

  public func diffusivity(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) { diffusivityField(point, lithiation) }

  public func eigenstrain(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) { eigenstrainField(point, lithiation) }

  public func stiffness(at point: MaterialPoint) -> Stiffness { stiffnessField(point) }

  /// The seed's particle, core-shell, all shell or random.
  public init(_ model: ParticleModel) {
    @Sendable func space(_ t: SymmetricTensor) -> SymmetricTensor3 { SymmetricTensor3(xx: t.xx, yy: t.yy, zz: t.zz, xy: t.xy) }
    let stiffness = Stiffness.isotropic(youngsModulus: model.youngsModulus, poissonRatio: model.poissonRatio)
    self.init(
      diffusivity: { point, _ in
        (space(model.diffusivity(x: point.position.x, y: point.position.y)), SymmetricTensor3())
      },
      eigenstrain: { point, u in
        let tensor = space(model.expansionTensor(x: point.position.x, y: point.position.y))
        let slope = model.volumetricStrainPerLithiation * tensor
        return ((u - model.referenceLithiation) * slope, slope)
      },
      stiffness: { _ in stiffness })
  }
}

extension Stiffness {
  /// A stable crystal without any symmetry, of the order of 1 Pa.
  public static let triclinic: Stiffness = {
    let upper: [Double] = [
      2.1, 0.7, 0.6, 0.13, -0.08, 0.11, 1.8, 0.5, -0.09, 0.12, 0.07, 1.6, 0.1, 0.06, -0.12, 0.6, 0.08, 0.05, 0.55,
      -0.07,
      0.7,
    ]
    var values = [Double](repeating: 0, count: 36)
    var next = 0
    for row in 0..<6 {
      for column in row..<6 {
        values[6 * row + column] = upper[next]
        values[6 * column + row] = upper[next]
        next += 1
      }
    }
    return Stiffness(values)
  }()
}
