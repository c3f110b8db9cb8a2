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
