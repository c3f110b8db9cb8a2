import Foundation

/// How far an atom moves about its place.
public enum AtomicDisplacement: Sendable, Hashable {
  /// The mean square displacement U along any direction, in m². B = 8π² U.
  case isotropic(Double)
  /// The tensor U_ij of the CIF (along a*, b*, c* of unit length), in m².
  case anisotropic(SymmetricMatrix3)

  /// The isotropic displacement of a value B = 8π² U, in m².
  public static func isotropic(b: Double) -> AtomicDisplacement { .isotropic(b / (8 * .pi * .pi)) }
}

/// An atom of the asymmetric unit.
public struct AtomSite: Sendable, Hashable {
  /// The name in the file, "Ni1".
  public var label: String
  /// The element.
  public var element: ChemicalElement
  /// The formal charge where the file states one, +2 for "Ni2+".
  public var charge: Int?
  /// Fractional coordinates.
  public var position: SIMD3<Double>
  /// The share of the site that is occupied, 0...1.
  public var occupancy: Double
  /// The displacement about the site.
  public var displacement: AtomicDisplacement

  public init(
    label: String, element: ChemicalElement, charge: Int? = nil, position: SIMD3<Double>, occupancy: Double = 1,
    displacement: AtomicDisplacement = .isotropic(0)
  ) {
    (self.label, self.element, self.charge) = (label, element, charge)
    (self.position, self.occupancy, self.displacement) = (position, occupancy, displacement)
  }
}
