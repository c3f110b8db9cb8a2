import Foundation

/// Which of a file's fields gives the energy of the photons.
///
/// NXcxi_ptycho keeps it in `beam_1`, and has the energy of the machine in `source_1/energy`; CXI 1.x has no `beam_1` and
/// keeps the energy of the photons in `source_1/energy`. So the beam's fields come first, the source's count only
/// where they are the energy of a photon of X-rays, and two plausible ones that disagree are an error.
struct PhotonEnergyRule {
  /// Energies that a photon of ptychography may have: 50 eV to 150 keV, in joules.
  static let plausible = 50 * FrameMetadata.electronvolt...150e3 * FrameMetadata.electronvolt
  /// Plausible energies may differ by this fraction.
  static let tolerance = 1e-3

  private struct Statement {
    let field: String
    /// In joules.
    let energy: Double
  }

  private let file: String
  private var statements: [Statement] = []

  init(file: String) { self.file = file }

  /// Notes an energy in joules; those of the beam are noted before those of the source.
  mutating func add(energy: Double, _ field: String) { statements.append(Statement(field: field, energy: energy)) }

  /// Notes a wavelength in metres.
  mutating func add(wavelength: Double, _ field: String) {
    guard let energy = FrameMetadata.wavelength(energy: wavelength) else { return }
    // λ = h c / E and E = h c / λ are one formula.
    add(energy: energy, field)
  }

  /// The energy in joules, and a sentence that says where it is from; `nil` where no field is plausible.
  ///
  /// - Throws: ``FormatError`` when two plausible fields differ by more than 0.1 %.
  func choose() throws -> (energy: Double, note: String)? {
    let usable = statements.filter { Self.plausible.contains($0.energy) }
    guard let first = usable.first else { return nil }
    if let other = usable.first(where: { abs($0.energy - first.energy) > Self.tolerance * first.energy }) {
      throw FormatError(
        file,
        "states two photon energies: \(Self.text(first.energy)) at \(first.field) and \(Self.text(other.energy)) at "
          + "\(other.field); give the right one")
    }
    let ignored = statements.filter { !Self.plausible.contains($0.energy) }.map {
      "; \($0.field) is \(Self.text($0.energy)), no photon's energy"
    }
    return (first.energy, "photon energy \(Self.text(first.energy)) from \(first.field)" + ignored.joined())
  }

  /// What was found where nothing is plausible, for a message.
  var found: String {
    statements.map { "\($0.field) is \(Self.text($0.energy)), outside 50 eV to 150 keV" }.joined(separator: "; ")
  }

  /// Such as `9.7 keV`.
  static func text(_ energy: Double) -> String {
    String(format: "%.6g keV", energy / FrameMetadata.electronvolt / 1e3)
  }
}
