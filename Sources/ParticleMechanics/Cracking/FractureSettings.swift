/// How a crack is smeared out and how the equations are solved.
public struct FractureSettings: Sendable, Hashable {
  /// The local dissipation w(d) and its normalisation, for a surface energy
  /// G_c/(4 c) ∫ (w(d)/l + l |∇d|²) dV.
  public enum Dissipation: String, Sendable, Hashable, CaseIterable {
    /// w = d, c = 2/3: elastic up to a threshold. A crack is 4 l wide.
    case at1 = "AT1"
    /// w = d², c = 1/2: damage from the first load on, in exponential profiles.
    case at2 = "AT2"
  }

  /// Which part of the elastic energy drives damage and is lost with it.
  public enum Split: String, Sendable, Hashable, CaseIterable {
    /// All of it: pressure breaks as tension does.
    case none = "none"
    /// All but the energy of a compression in volume; cracks close under pressure.
    ///
    /// For a crystal the part kept is ½ K_R ⟨−tr e⟩² with Reuss's K_R: then the two parts are orthogonal in the energy,
    /// and for an isotropic solid it is the split of H. Amor, J.-J. Marigo, C. Maurini, J. Mech. Phys. Solids 57 (2009)
    /// 1209.
    case volumetricDeviatoric = "volumetric-deviatoric"
  }

  public var dissipation: Dissipation
  public var split: Split
  /// l, in metres.
  public var lengthScale: Double
  /// The stiffness left where d = 1, as a part of the whole.
  public var residualStiffness: Double
  /// The damage at which the alternation stops to change it.
  public var tolerance: Double
  /// Alternations between displacement and damage in one load step.
  public var maximumIterations: Int
  /// Whether G_c is divided by 1 + h/(2 l) (AT2) or 1 + 3 h/(8 l) (AT1): the row of elements of size h in which a crack
  /// opens is broken all across, which would otherwise be paid for beyond G_c. B. Bourdin, G. A. Francfort, J.-J.
  /// Marigo, J. Elasticity 91 (2008) 5, section 8.1.1.
  public var allowsForOpenRow: Bool

  public init(
    dissipation: Dissipation = .at2, split: Split = .volumetricDeviatoric, lengthScale: Double,
    residualStiffness: Double = 1e-6, tolerance: Double = 1e-4, maximumIterations: Int = 1000,
    allowsForOpenRow: Bool = true
  ) {
    self.dissipation = dissipation
    self.split = split
    self.lengthScale = lengthScale
    self.residualStiffness = residualStiffness
    self.tolerance = tolerance
    self.maximumIterations = maximumIterations
    self.allowsForOpenRow = allowsForOpenRow
  }

  func validate() throws(CrackingError) {
    guard lengthScale.isFinite, lengthScale > 0 else {
      throw .outOfRange(name: "the crack's length scale", value: lengthScale, expected: "a positive length in metres")
    }
    guard residualStiffness > 0, residualStiffness <= 0.01 else {
      throw .outOfRange(name: "the residual stiffness", value: residualStiffness, expected: "a number up to 0.01")
    }
    guard tolerance > 0, tolerance < 0.1 else {
      throw .outOfRange(name: "the tolerance of the damage", value: tolerance, expected: "a number below 0.1")
    }
    guard maximumIterations >= 1 else {
      throw .outOfRange(
        name: "the number of iterations", value: Double(maximumIterations), expected: "at least 1")
    }
  }

  /// What 1 pays for a broken row of elements: see ``allowsForOpenRow``.
  func openRowFactor(elementSize h: Double) -> Double {
    guard allowsForOpenRow else { return 1 }
    switch dissipation {
    case .at1: return 1 + 3 * h / (8 * lengthScale)
    case .at2: return 1 + h / (2 * lengthScale)
    }
  }
}
