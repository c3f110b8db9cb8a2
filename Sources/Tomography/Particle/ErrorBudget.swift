/// What a result's uncertainty is made of.
///
/// Each source moves the result by a standard uncertainty of its own; the sources are independent of each other. The sign
/// says which way the result goes when the source's quantity rises, so that what two results share can be told.
public struct ErrorBudget: Sendable, Hashable {
  public enum Source: String, Sendable, Hashable, Codable, CaseIterable {
    case pixelSize = "pixel size"
    case wavelength
    /// Noise of the voxels, from the difference of the volumes of odd and even views.
    case noise
    /// Unevenness of the void about the particle.
    case background
    /// The density inside the particle, to which the volume is referred.
    case solidDensity = "density of the solid"
    /// Blur that reaches to the places where void and solid are read.
    case blur
    case alignment
    case mountCut = "cut of the mount"
    /// Surface where other matter touches and the edge cannot be integrated.
    case contact = "contact with other matter"
    /// Pores in the rim of the envelope that cannot be told from its edge.
    case rim = "pores in the rim"
    /// Scatter of the total phase from view to view.
    case views = "scatter between views"
    /// Matter outside of the field of view.
    case truncation
    /// The density by which a volume is multiplied.
    case massDensity = "mass density"
    case composition
    case medium = "surrounding medium"
    case charge
    case specificCapacity = "specific capacity"
  }

  public struct Entry: Sendable, Hashable {
    public var source: Source
    /// Standard uncertainty with the sign of the sensitivity, in the unit of the result.
    public var contribution: Double
  }

  public private(set) var entries: [Entry] = []

  public init() {}

  /// Adds what a source does; what is 0 is left out.
  mutating func add(_ source: Source, _ contribution: Double) {
    guard contribution != 0 else { return }
    if let index = entries.firstIndex(where: { $0.source == source }) {
      entries[index].contribution += contribution
    } else {
      entries.append(Entry(source: source, contribution: contribution))
    }
  }

  /// The standard uncertainty of the result.
  public var uncertainty: Double {
    entries.reduce(0) { $0 + $1.contribution * $1.contribution }.squareRoot()
  }

  /// What a source contributes, 0 where it is not there.
  public func contribution(_ source: Source) -> Double {
    entries.first { $0.source == source }?.contribution ?? 0
  }

  /// The budget of the result times a factor.
  func scaled(by factor: Double) -> ErrorBudget {
    var scaled = self
    for index in scaled.entries.indices { scaled.entries[index].contribution *= factor }
    return scaled
  }

  /// The standard uncertainty of the difference of two results, what they share taken off.
  static func uncertaintyOfDifference(_ a: ErrorBudget, _ b: ErrorBudget) -> Double {
    Source.allCases.reduce(0) { sum, source in
      let d = a.contribution(source) - b.contribution(source)
      return sum + d * d
    }.squareRoot()
  }
}
