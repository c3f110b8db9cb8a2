/// A layered oxide of many grains: each region of the mesh is a crystal with a frame of its own.
///
/// With ĉ the c axis of the grain,
///
///     D = D_ab(u) (I − ĉ⊗ĉ) + D_c(u) ĉ⊗ĉ,     ε* = ε_a(u) (I − ĉ⊗ĉ) + ε_c(u) ĉ⊗ĉ,
///
/// and the trigonal stiffness is turned with the frame (W. L. Bond, Bell Syst. Tech. J. 22 (1943) 1).
///
/// In a section only the components of D in its plane act: a grain whose c axis lies in the plane lets lithium pass
/// along one line only, and with D_c = 0 the section as a whole blocks; see ``SectionBlocking``.
public struct GrainMaterial: ParticleMaterial {
  /// The frame of each region.
  public let frames: [GrainFrame]
  /// In the layers and across them, in m²/s.
  public let diffusivityInPlane: MaterialFunction
  public let diffusivityAlongC: MaterialFunction
  public let expansion: CrystalExpansion
  /// In the crystal's frame.
  public let crystalStiffness: Stiffness

  private let axes: [SIMD3<Double>]
  private let stiffnesses: [Stiffness]

  /// - Parameters:
  ///   - frames: one for each region, in order.
  ///   - diffusivityInPlane: D_ab of the lithiation, in m²/s.
  ///   - diffusivityAlongC: D_c of the lithiation, in m²/s; for Ni-rich oxides 10⁻³ of D_ab or less.
  ///   - expansion: a(u) and c(u).
  ///   - stiffness: in the crystal's frame, x along a and z along c.
  public init(
    frames: [GrainFrame], diffusivityInPlane: MaterialFunction, diffusivityAlongC: MaterialFunction,
    expansion: CrystalExpansion, stiffness: Stiffness = .nmc811Estimate
  ) throws(SectionError) {
    guard !frames.isEmpty else { throw .wrongCount(name: "frames of grains", found: 0, expected: "one for each grain") }
    self.frames = frames
    self.diffusivityInPlane = diffusivityInPlane
    self.diffusivityAlongC = diffusivityAlongC
    self.expansion = expansion
    crystalStiffness = stiffness
    axes = frames.map(\.z)
    stiffnesses = frames.map { stiffness.rotated(x: $0.x, y: $0.y, z: $0.z) }
  }

  /// Whether every region of a mesh has a frame.
  ///
  /// - Throws: ``SectionError/missingFrame(label:)`` for the first one that has none.
  public func validate(for mesh: ElementMesh) throws(SectionError) {
    if let region = mesh.regions.first(where: { $0 < 0 || Int($0) >= frames.count }) {
      throw .missingFrame(label: Int(region))
    }
  }

  public var hasConstantDiffusivity: Bool { diffusivityInPlane.isConstant && diffusivityAlongC.isConstant }

  public func diffusivity(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    let axis = axes[Int(point.region)]
    let (inPlane, along) = (diffusivityInPlane.valueAndSlope(lithiation), diffusivityAlongC.valueAndSlope(lithiation))
    return (
      SymmetricTensor3(axis: axis, along: along.value, across: inPlane.value),
      SymmetricTensor3(axis: axis, along: along.slope, across: inPlane.slope)
    )
  }

  public func eigenstrain(
    at point: MaterialPoint, lithiation: Double
  ) -> (value: SymmetricTensor3, slope: SymmetricTensor3) {
    let axis = axes[Int(point.region)]
    let (strain, slope) = expansion(lithiation)
    return (
      SymmetricTensor3(axis: axis, along: strain.c, across: strain.a),
      SymmetricTensor3(axis: axis, along: slope.c, across: slope.a)
    )
  }

  public func stiffness(at point: MaterialPoint) -> Stiffness { stiffnesses[Int(point.region)] }
}
