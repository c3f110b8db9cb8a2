public import Crystallography
import Foundation

/// A line of the powder pattern of a calibrant: all families of planes of one spacing.
public struct CalibrantLine: Sendable, Hashable {
  /// The spacing of the planes, in metres.
  public var dSpacing: Double
  /// The scattering angle 2θ, in radians.
  public var twoTheta: Double
  /// The families of planes that coincide here, for example 300 and 221 of a cubic crystal.
  public var indices: [MillerIndices]
  /// The number of planes that reflect into the line, Friedel's mates included.
  public var multiplicity: Int
  /// The intensity in a pixel or slit (``LorentzPolarisation/fixedArc``), the strongest line of the list being 100; nil
  /// where the atoms' places are not known.
  public var relativeIntensity: Double?

  /// The indices as text, "104" or "300, 221".
  public var label: String { indices.map(\.description).joined(separator: ", ") }
}

/// A substance whose powder lines lie at known places: what a detector's geometry is calibrated with.
public struct Calibrant: Sendable, Hashable {
  /// For example "LaB6_SRM660c".
  public let name: String
  /// Where the lattice parameters come from.
  public let source: String
  let lattice: Lattice

  enum Lattice: Sendable, Hashable {
    case crystal(CrystalStructure)
    /// Layers of this period, in metres: only 00l.
    case layers(period: Double)
  }

  init(name: String, source: String, lattice: Lattice) {
    (self.name, self.source, self.lattice) = (name, source, lattice)
  }

  /// Any crystal as a calibrant.
  ///
  /// - Parameters:
  ///   - structure: the crystal; without sites its lines have no intensities and none is left out as too weak.
  ///   - name: its name; that of the structure unless given.
  ///   - source: where its lattice parameters come from.
  public init(_ structure: CrystalStructure, name: String? = nil, source: String = "") {
    self.init(name: name ?? structure.name, source: source, lattice: .crystal(structure))
  }

  /// The crystal structure; nil for a pile of layers.
  public var structure: CrystalStructure? {
    if case .crystal(let structure) = lattice { structure } else { nil }
  }

  /// A share of the scattering of all electrons in phase below which a line does not exist: |F|²/F(000)².
  ///
  /// Planes such as 222 of silicon, which the group allows and the places of its atoms extinguish, give 1e-30.
  private static let extinctShare = 1e-9

  /// The lines up to an angle, by rising angle.
  ///
  /// - Parameters:
  ///   - wavelength: in metres.
  ///   - maximumTwoTheta: the largest scattering angle, in radians, up to π.
  /// - Throws: `CrystallographyError` for a wavelength or an angle out of range, or where there are too many lines.
  public func lines(wavelength: Double, maximumTwoTheta: Double) throws(CrystallographyError) -> [CalibrantLine] {
    guard wavelength.isFinite, wavelength > 0 else {
      throw .outOfRange(name: "the wavelength", value: wavelength, expected: "a positive length in metres")
    }
    guard maximumTwoTheta > 0, maximumTwoTheta <= .pi else {
      throw .outOfRange(name: "the largest 2theta", value: maximumTwoTheta, expected: "an angle in 0...pi radians")
    }
    let smallest = wavelength / (2 * sin(maximumTwoTheta / 2))
    func twoTheta(_ spacing: Double) -> Double { 2 * asin(min(wavelength / (2 * spacing), 1)) }
    switch lattice {
    case .layers(let period):
      let count = (period / smallest * (1 + 1e-12)).rounded(.down)
      guard count <= 100_000 else { throw .tooManyReflections(limit: 100_000) }
      return (0..<Int(count)).map { index in
        let spacing = period / Double(index + 1)
        return CalibrantLine(
          dSpacing: spacing, twoTheta: twoTheta(spacing), indices: [MillerIndices(0, 0, index + 1)], multiplicity: 2,
          relativeIntensity: nil)
      }
    case .crystal(let structure):
      return try Self.lines(structure, wavelength: wavelength, smallest: smallest, twoTheta: twoTheta)
    }
  }

  private static func lines(
    _ structure: CrystalStructure, wavelength: Double, smallest: Double, twoTheta: (Double) -> Double
  ) throws(CrystallographyError) -> [CalibrantLine] {
    let group = structure.spaceGroup
    guard !structure.sites.isEmpty else {
      let reflections = try group.reflections(cell: structure.cell, minimumSpacing: smallest)
      return SpaceGroup.groupedBySpacing(reflections).map { line($0, intensity: nil, twoTheta) }
    }
    let everything = try structure.structureFactor(MillerIndices(0, 0, 0)).squaredMagnitude
    let all = try structure.powderReflections(
      wavelength: wavelength, minimumSpacing: smallest, correction: .fixedArc
    ).filter { $0.squaredMagnitude > extinctShare * everything }
    let strength = Dictionary(uniqueKeysWithValues: all.map { ($0.reflection.indices, $0.intensity) })
    let lines = SpaceGroup.groupedBySpacing(all.map(\.reflection)).map { family in
      line(family, intensity: family.reduce(0) { $0 + (strength[$1.indices] ?? 0) }, twoTheta)
    }
    let strongest = lines.reduce(0) { max($0, $1.relativeIntensity ?? 0) }
    return lines.map { line in
      var line = line
      line.relativeIntensity = line.relativeIntensity.map { 100 * $0 / strongest }
      return line
    }
  }

  private static func line(
    _ family: [Reflection], intensity: Double?, _ twoTheta: (Double) -> Double
  ) -> CalibrantLine {
    CalibrantLine(
      dSpacing: family[0].dSpacing, twoTheta: twoTheta(family[0].dSpacing), indices: family.map(\.indices),
      multiplicity: family.reduce(0) { $0 + $1.multiplicity }, relativeIntensity: intensity)
  }
}
