import Crystallography
import FileFormats
import Foundation
public import PowderDiffraction

/// The measured map of one secondary particle: 143 patterns of APS 34-ID-E, without uncertainties.
public enum SecondaryParticleMap {
  /// The wavelength that a = 2.865 angstrom gives, in metres.
  public static let wavelength = 0.4942e-10

  /// The patterns in one series; nil where the data are absent.
  public static func series() throws -> PowderPatternSeries? {
    guard let folder = SharedData.path("diffraction/scimap/34-ID-E") else { return nil }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".chi") }.sorted()
    let patterns = try names.map { name in
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + name)))
      return try PatternTextFile.read(bytes, named: name, wavelength: wavelength)
    }
    return try PowderPatternSeries(
      axis: .twoTheta, positions: patterns.first?.positions ?? [], frameCount: patterns.count,
      intensities: patterns.flatMap(\.intensities), wavelength: wavelength)
  }
}

extension SecondaryParticleMap {
  /// 003, 101 and 104, each by itself. 104 stands on the flank of a broad hump, hence backgrounds of third order.
  public static var model: PeakModel {
    let degree = Double.pi / 180
    return PeakModel(
      windows: [(5.54, 6.44), (11.25, 11.9), (13.5, 14.4)].map {
        PeakWindow($0.0 * degree...$0.1 * degree, backgroundOrder: 3)
      },
      phases: [
        PeakPhase(
          "NCA", cell: UnitCell(hexagonal: 2.865e-10, c: 14.192e-10),
          reflections: [MillerIndices(0, 0, 3), MillerIndices(1, 0, 1), MillerIndices(1, 0, 4)])
      ])
  }

  /// The patterns state no uncertainty. Lines are looked for within one per cent of the spacing.
  public static var settings: PeakFitSettings { PeakFitSettings(noise: .scatter, searchRange: 0.01) }

  /// c/a from the mean 003 and the mean 104, which needs no wavelength; the scatter between positions gives the sigma.
  public static func axialRatio(_ series: PeakSeries) -> PeakValue {
    let ratios = series.fits.filter { $0.peaks[0].status == .fitted && $0.peaks[2].status == .fitted }.map { fit in
      let (first, third) = (sin(fit.peaks[0].twoTheta.value / 2), sin(fit.peaks[2].twoTheta.value / 2))
      // 1/d² in units of 4/λ²: 9/c² and 4/(3a²) + 16/c².
      let (c, a) = (3 / first, (4 / 3 / (third * third - 16 * first * first / 9)).squareRoot())
      return c / a
    }
    return mean(ratios)
  }

  /// 2θ of 101 less that of the cell of 003 and 104, in radians.
  public static func disagreement(_ series: PeakSeries) -> PeakValue {
    mean(
      series.fits.filter { fit in fit.peaks.allSatisfy { $0.status == .fitted } }.map { fit in
        let sines = fit.peaks.map { sin($0.twoTheta.value / 2) }
        let (axial, planar) = (sines[0] * sines[0] / 9, sines[2] * sines[2] - 16 * sines[0] * sines[0] / 9)
        return fit.peaks[1].twoTheta.value - 2 * asin((planar + axial).squareRoot())
      })
  }

  private static func mean(_ values: [Double]) -> PeakValue {
    let mean = values.reduce(0, +) / Double(values.count)
    let scatter = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count - 1, 1))
    return PeakValue(mean, sigma: (scatter / Double(values.count)).squareRoot())
  }
}
