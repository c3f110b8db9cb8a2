public import Crystallography

/// What a crystal of a layered oxide does along its c axis and across it.
public struct LayeredCrystal: Sendable, Hashable, Codable {
  /// Diffusivity of lithium in the a-b planes and along c, in square metres a second.
  public var diffusivityInPlane, diffusivityAlongC: Double
  /// Chemical strain of the a-b planes and of the c axis between two stated states of charge; expansion is positive.
  public var strainInPlane, strainAlongC: Double
  public var stiffness: TransverseStiffness

  public init(
    diffusivityInPlane: Double, diffusivityAlongC: Double, strainInPlane: Double, strainAlongC: Double,
    stiffness: TransverseStiffness
  ) {
    (self.diffusivityInPlane, self.diffusivityAlongC) = (diffusivityInPlane, diffusivityAlongC)
    (self.strainInPlane, self.strainAlongC, self.stiffness) = (strainInPlane, strainAlongC, stiffness)
  }

  /// D_ab (I − c cᵀ) + D_c c cᵀ for a c axis along a unit vector.
  public func diffusivity(axis: SIMD3<Double>) -> SymmetricMatrix3 {
    Self.tensor(across: diffusivityInPlane, along: diffusivityAlongC, axis)
  }

  /// ε_a (I − c cᵀ) + ε_c c cᵀ for a c axis along a unit vector.
  public func strain(axis: SIMD3<Double>) -> SymmetricMatrix3 {
    Self.tensor(across: strainInPlane, along: strainAlongC, axis)
  }

  private static func tensor(across: Double, along: Double, _ c: SIMD3<Double>) -> SymmetricMatrix3 {
    let excess = along - across
    return SymmetricMatrix3(
      xx: across + excess * c.x * c.x, yy: across + excess * c.y * c.y, zz: across + excess * c.z * c.z,
      yz: excess * c.y * c.z, xz: excess * c.x * c.z, xy: excess * c.x * c.y)
  }

  func validate() throws(TextureError) {
    try TextureError.requirePositive(diffusivityInPlane, "diffusivity in the a-b planes")
    try TextureError.requireNotNegative(diffusivityAlongC, "diffusivity along c")
    for (name, strain) in [("strain of the a-b planes", strainInPlane), ("strain along c", strainAlongC)] {
      guard strain.isFinite, abs(strain) < 0.5 else {
        throw .invalidParameter(name: name, value: strain, expected: "a number from -0.5 to 0.5")
      }
    }
    guard stiffness.isPositiveDefinite else {
      throw .invalidParameter(
        name: "stiffness C33", value: stiffness.c33,
        expected: "a stiffness by which every deformation costs energy")
    }
  }
}
