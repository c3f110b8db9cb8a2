import Crystallography
import Foundation

/// Line lists of the calibrant, the cathode and what surrounds it.
///
/// Relative intensities are `m |F|² / sin θ` at 19 keV, the strongest line 100, from form factors of the International
/// Tables, anomalous scattering of Cromer & Liberman and isotropic displacements, computed with gemmi 0.7.5. They set
/// how bright a simulated ring is; nothing is measured against them.
public enum PowderLines {
  /// LaB6, NIST SRM 660c: a = 4.156826 angstrom at 22.5 °C; B at x = 0.1993.
  public static let lanthanumHexaboride = cubic(
    4.156826,
    [
      (1, 0, 0, 6, 41.8), (1, 1, 0, 12, 100), (1, 1, 1, 8, 54.2), (2, 0, 0, 6, 32.9), (2, 1, 0, 24, 85.7),
      (2, 1, 1, 24, 51.0), (2, 2, 0, 12, 23.1), (3, 0, 0, 30, 71.6), (3, 1, 0, 24, 54.5), (3, 1, 1, 24, 35.7),
      (2, 2, 2, 8, 6.4), (3, 2, 0, 24, 24.7), (3, 2, 1, 48, 52.7), (4, 0, 0, 6, 9.1), (4, 1, 0, 48, 43.6),
    ])

  /// Aluminium, sputtered on the needle: a = 4.0494 angstrom at 25 °C (Swanson & Tatge, NBS Circular 539 I (1953)).
  public static let aluminium = cubic(
    4.0494, [(1, 1, 1, 8, 100), (2, 0, 0, 6, 57.3), (2, 2, 0, 12, 54.4), (3, 1, 1, 24, 71.5), (2, 2, 2, 8, 21.0)])

  /// Tungsten, the needle: a = 3.1648 angstrom at 25 °C (Swanson & Tatge, NBS Circular 539 I (1953)).
  public static let tungsten = cubic(
    3.1648, [(1, 1, 0, 12, 100), (2, 0, 0, 6, 28.0), (2, 1, 1, 24, 75.7), (2, 2, 0, 12, 27.9)])

  /// Platinum, the deposit that holds the particle: a = 3.9231 angstrom at 25 °C (Swanson & Tatge, NBS Circular 539 I
  /// (1953)). A deposit from a gas under an ion beam is fine-grained and holds carbon: give it broad rings.
  public static let platinum = cubic(
    3.9231, [(1, 1, 1, 8, 100), (2, 0, 0, 6, 59.1), (2, 2, 0, 12, 62.1), (3, 1, 1, 24, 88.6), (2, 2, 2, 8, 26.8)])

  /// Lithium, the counter electrode: a = 3.5100 angstrom at 25 °C (Nadler & Kempter, Anal. Chem. 31, 2109 (1959)).
  public static let lithium = cubic(
    3.51, [(1, 1, 0, 12, 100), (2, 0, 0, 6, 19.4), (2, 1, 1, 24, 35.8), (2, 2, 0, 12, 8.8), (3, 1, 0, 24, 9.1)])

  /// Copper, a current collector: a = 3.6149 angstrom at 25 °C (Swanson & Tatge, NBS Circular 539 I (1953)). Relative
  /// intensities are the published ones for Cu Kα radiation.
  public static let copper = cubic(
    3.6149, [(1, 1, 1, 8, 100), (2, 0, 0, 6, 46), (2, 2, 0, 12, 20), (3, 1, 1, 24, 17)])

  /// Graphite windows: a = 2.464, c = 6.711 angstrom at 25 °C (Howe, Rawn, Jones & Ow, Powder Diffr. 18, 150 (2003)).
  /// Relative intensities are round values.
  public static let graphite: [DiffractionLine] = {
    let cell = UnitCell(a: 2.464e-10, b: 2.464e-10, c: 6.711e-10, alpha: .pi / 2, beta: .pi / 2, gamma: 2 * .pi / 3)
    let table: [(Int, Int, Int, Int, Double)] = [
      (0, 0, 2, 2, 100), (1, 0, 0, 6, 4), (1, 0, 1, 12, 15), (0, 0, 4, 2, 6), (1, 1, 0, 6, 4), (1, 1, 2, 12, 6),
    ]
    return table.map { h, k, l, multiplicity, intensity in
      DiffractionLine(h: h, k: k, l: l, cell: cell, intensity: intensity, multiplicity: multiplicity)
    }
  }()

  /// LiNi0.8Mn0.1Co0.1O2, R-3m in the hexagonal setting, with the angle of each family of planes to the c axis.
  ///
  /// Pristine: a = 2.8704, c = 14.1918 angstrom (Märker et al., Chem. Mater. 31, 2545 (2019)). The intensities are
  /// those of the pristine structure at any a and c.
  ///
  /// - Parameters:
  ///   - a: in metres.
  ///   - c: in metres.
  public static func nmc811(a: Double = 2.8704e-10, c: Double = 14.1918e-10) -> [DiffractionLine] {
    nmc811Table.indices.map { nmc811Line($0, a: a, c: c) }
  }

  private static let nmc811Table: [(Int, Int, Int, Int, Double)] = [
    (0, 0, 3, 2, 47.7), (1, 0, 1, 6, 42.0), (0, 0, 6, 2, 7.5), (0, 1, 2, 6, 20.7), (1, 0, 4, 6, 100),
    (0, 1, 5, 6, 20.4), (0, 0, 9, 2, 3.9), (1, 0, 7, 6, 25.5), (0, 1, 8, 6, 41.7), (1, 1, 0, 6, 43.0),
    (1, 1, 3, 12, 30.9), (0, 2, 1, 6, 9.9), (1, 0, 10, 6, 8.2), (1, 1, 6, 12, 14.9), (2, 0, 2, 6, 7.1),
  ]

  /// One of the lines of ``nmc811(a:c:)``, by its place in that list.
  static func nmc811Line(_ index: Int, a: Double, c: Double) -> DiffractionLine {
    let cell = UnitCell(a: a, b: a, c: c, alpha: .pi / 2, beta: .pi / 2, gamma: 2 * .pi / 3)
    let (h, k, l, multiplicity, intensity) = nmc811Table[index]
    var line = DiffractionLine(h: h, k: k, l: l, cell: cell, intensity: intensity, multiplicity: multiplicity)
    line.poleAngles = [acos(min(Double(l) / c * line.dSpacing, 1))]
    return line
  }

  /// - Parameter edge: in angstrom.
  private static func cubic(_ edge: Double, _ table: [(Int, Int, Int, Int, Double)]) -> [DiffractionLine] {
    table.map { h, k, l, multiplicity, intensity in
      DiffractionLine(
        "\(h)\(k)\(l)", dSpacing: edge * 1e-10 / Double(h * h + k * k + l * l).squareRoot(), intensity: intensity,
        multiplicity: multiplicity)
    }
  }
}
