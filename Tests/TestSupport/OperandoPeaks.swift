import ArrayMath
public import Crystallography
import Foundation
public import PowderDiffraction

/// Patterns like those of the published experiment at 19 keV: NMC811, the aluminium window and the tungsten needle, on
/// 2000 bins up to 25 degrees, with the pixels at the edges of bins shared by two.
public struct OperandoPeaks: Sendable {
  public static let degree = Double.pi / 180
  public static let wavelength = 0.6525484e-10
  public static let aluminium = UnitCell(cubic: 4.0495e-10)
  public static let tungsten = UnitCell(cubic: 3.1652e-10)
  public static let pristine = UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10)
  /// Gaussian 22 mdeg and Lorentzian 6 mdeg.
  public static let instrument = InstrumentProfile(w: 4.84e-4 * degree * degree, y: 0.006 * degree)
  /// The sample is nearer to the plate by this fraction of the distance.
  public static let displacement = 2e-4

  public var cell: UnitCell
  /// Height of 003 over a background of ``background``.
  public var height: Double
  public var background: Double
  public var hasAluminium: Bool

  public init(cell: UnitCell, height: Double, background: Double, hasAluminium: Bool = true) {
    self.cell = cell
    self.height = height
    self.background = background
    self.hasAluminium = hasAluminium
  }

  /// The cell whose 104 lies an angle beyond Al 200, with c = 14.45 angstrom.
  public static func cell(beyondAluminium angle: Double) -> UnitCell {
    let c = 14.45e-10
    let d = wavelength / (2 * sin((twoTheta(aluminium, MillerIndices(2, 0, 0)) + angle) / 2))
    return UnitCell(hexagonal: (4.0 / 3 / (1 / (d * d) - 16 / (c * c))).squareRoot(), c: c)
  }

  public static func twoTheta(_ cell: UnitCell, _ indices: MillerIndices) -> Double {
    2 * asin(wavelength / (2 * cell.dSpacing(indices)))
  }

  /// The lines: 003, 104, 006, 012 of the sample, Al 111, Al 200, W 110.
  public var lines: [SimulatedPeaks.Line] {
    let sample: [(MillerIndices, Double, Double)] = [
      (MillerIndices(0, 0, 3), 1, 0.010), (MillerIndices(1, 0, 4), 0.8, 0.012), (MillerIndices(0, 0, 6), 0.15, 0.010),
      (MillerIndices(0, 1, 2), 0.25, 0.010),
    ]
    let metal = hasAluminium ? 1.0 : 0
    return sample.map { line(Self.twoTheta(cell, $0.0), $0.1, broadening: $0.2 * Self.degree) } + [
      line(Self.twoTheta(Self.aluminium, MillerIndices(1, 1, 1)), 0.9 * metal),
      line(Self.twoTheta(Self.aluminium, MillerIndices(2, 0, 0)), 0.6 * metal),
      line(Self.twoTheta(Self.tungsten, MillerIndices(1, 1, 0)), 0.8),
    ]
  }

  private func line(_ angle: Double, _ share: Double, broadening: Double = 0) -> SimulatedPeaks.Line {
    let g = Self.instrument.gaussian(twoTheta: angle)
    let profile = PeakProfile(
      gaussian: (g * g + broadening * broadening).squareRoot(), lorentzian: Self.instrument.lorentzian(twoTheta: angle))
    return SimulatedPeaks.Line(
      twoTheta: atan((1 - Self.displacement) * tan(angle)), area: height * share * 0.026 * Self.degree,
      fwhm: profile.fwhm, mixing: profile.mixing)
  }

  public var simulation: SimulatedPeaks {
    SimulatedPeaks(
      from: 0.002 * Self.degree, to: 25 * Self.degree, bins: 2000, lines: lines, background: background, slope: -2,
      pixels: 30, shared: 0.3)
  }

  /// What is fitted: starts 0.07 % off in a and 0.08 % in c.
  public func model(tiedToCell: Bool) -> PeakModel {
    PeakModel(
      windows: [
        PeakWindow(7.4 * Self.degree...8.4 * Self.degree), PeakWindow(15.5 * Self.degree...17.2 * Self.degree),
        PeakWindow(18 * Self.degree...19 * Self.degree),
      ],
      phases: [
        PeakPhase(
          "NMC811", cell: UnitCell(hexagonal: cell.a * 1.0007, c: cell.c * 0.9992),
          reflections: [
            MillerIndices(0, 0, 3), MillerIndices(1, 0, 4), MillerIndices(0, 0, 6), MillerIndices(0, 1, 2),
          ], positions: tiedToCell ? .cell : .free, widths: .broadened),
        PeakPhase(
          "Al", cell: Self.aluminium, reflections: [MillerIndices(1, 1, 1), MillerIndices(2, 0, 0)], positions: .fixed,
          widths: .instrument),
        PeakPhase(
          "W", cell: Self.tungsten, reflections: [MillerIndices(1, 1, 0)], positions: .fixed, widths: .instrument),
      ], instrument: Self.instrument, displacement: .free)
  }

  /// Fits patterns of seeds 1...count and collects the pulls of 003 and 104, of a and c, by name.
  ///
  /// - Parameter knownAluminium: relative standard deviation of what is known of Al 200 beforehand; `nil` for nothing.
  public func pulls(
    seeds: Int, tiedToCell: Bool, knownAluminium: Double? = nil, threads: Int = 1
  ) throws -> [String: PeakPulls] {
    let model = model(tiedToCell: tiedToCell)
    let truth = lines
    let fits = try parallelMap(count: seeds, threads: threads) { item in
      var generator = SeededGenerator(seed: UInt64(item + 1))
      let pattern = try simulation.pattern(&generator, wavelength: Self.wavelength)
      var own = model
      if let knownAluminium {
        let sigma = knownAluminium * truth[5].area
        own.phases[1].intensities = .restrained([
          nil, PeakValue(truth[5].area + sigma * generator.normal(), sigma: sigma),
        ])
      }
      return try own.fit(pattern)
    }
    var pulls: [String: PeakPulls] = [:]
    for fit in fits {
      for (index, name) in ["003", "104"].enumerated() where fit.peaks[index].status == .fitted {
        let (peak, line) = (fit.peaks[index], truth[index])
        pulls[name + " position", default: PeakPulls()].add(
          peak.twoTheta.value, peak.twoTheta.sigma, truth: line.twoTheta)
        pulls[name + " intensity", default: PeakPulls()].add(
          peak.intensity.value, peak.intensity.sigma, truth: line.area)
        if peak.fwhm.sigma.isFinite {
          pulls[name + " width", default: PeakPulls()].add(peak.fwhm.value, peak.fwhm.sigma, truth: line.fwhm)
        }
      }
      for found in fit.cells where found.sigmaA.isFinite {
        pulls["a", default: PeakPulls()].add(found.cell.a, found.sigmaA, truth: cell.a)
        pulls["c", default: PeakPulls()].add(found.cell.c, found.sigmaC, truth: cell.c)
      }
    }
    return pulls
  }
}
