import Foundation

/// Whether a section of grains blocks lithium that would get through in space.
///
/// In space lithium walks around a grain that stands in its way; in a section it cannot. Grains of D_ab and D_c whose c
/// axes lie anywhere in the plane conduct together like √(D_ab D_c), exactly (A. M. Dykhne, Sov. Phys. JETP 32 (1971)
/// 63): nothing where D_c = 0. The same crystals in space conduct like D_ab/2 by the self-consistent estimate. A section
/// that conducts far less than that says more about its two dimensions than about the particle. Crystals turned in all
/// directions of space, and layers along the radius, do not block in a section.
///
/// Elements of finite size leak a little, so that the figure for a blocking section is an upper bound.
public struct SectionBlocking: Sendable, Hashable {
  /// Of an isotropic section that lets lithium out in the same mean time, in m²/s.
  public let sectionDiffusivity: Double
  /// Of crystals of all orientations in space, in m²/s.
  public let spaceDiffusivity: Double

  /// The first over the second.
  public var ratio: Double { sectionDiffusivity / spaceDiffusivity }

  /// Less than this is worth a warning.
  public static let warningRatio = 0.5

  /// What to tell the user; nil where the section does not block.
  public var warning: String? {
    guard ratio < Self.warningRatio else { return nil }
    let percent = String(format: "%.2g", 100 * ratio)
    return
      "the section of grains lets lithium through like \(percent) % of what the same crystals would in space: in two "
      + "dimensions lithium cannot walk around a grain that blocks it. Give c some diffusivity, turn c out of the plane, "
      + "or read rates from this model as a lower bound"
  }

  /// Measures a section by one steady solution, ``SectionDiffusion/meanExitTime(_:diffusivity:)``, relative to that of an
  /// isotropic section.
  ///
  /// - Parameters:
  ///   - mesh: of the section.
  ///   - material: of its grains.
  ///   - lithiation: at which diffusivities are taken.
  public init(_ mesh: ElementMesh, _ material: GrainMaterial, lithiation: Double = 0.5) throws {
    try material.validate(for: mesh)
    let inPlane = material.diffusivityInPlane(lithiation)
    let along = material.diffusivityAlongC(lithiation)
    // A grain that blocks altogether would leave the steady state undefined.
    let floor = 1e-6 * inPlane
    let axes = material.frames.map(\.z)
    let isotropic = try SectionDiffusion.meanExitTime(mesh) { _ in SymmetricTensor3(isotropic: inPlane) }
    let grains = try SectionDiffusion.meanExitTime(mesh) { point in
      SymmetricTensor3(axis: axes[Int(point.region)], along: max(along, floor), across: inPlane)
    }
    sectionDiffusivity = inPlane * isotropic / grains
    spaceDiffusivity = Self.selfConsistent(inPlane: inPlane, alongC: along)
  }

  /// D of a polycrystal without texture in space: the root of 2 (D_ab − D)/(D_ab + 2 D) + (D_c − D)/(D_c + 2 D) = 0.
  ///
  /// J. Helsing, A. Helte, J. Appl. Phys. 69 (1991) 3583.
  public static func selfConsistent(inPlane a: Double, alongC c: Double) -> Double {
    // Over a common denominator this is 2 D² − a D − a c = 0.
    (a + (a * a + 8 * a * c).squareRoot()) / 4
  }
}
