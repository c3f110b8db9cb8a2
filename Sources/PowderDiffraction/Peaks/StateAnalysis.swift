public import Crystallography
import Foundation

/// Decides how many states a reflection shows.
public struct StateAnalysis: Sendable, Hashable {
  /// The part of the pattern that holds the line.
  public var window: PeakWindow
  /// The cell the line is near.
  public var cell: UnitCell
  /// The reflection.
  public var reflection: MillerIndices
  /// Width of a sharp line; without it only the presence of a line can be stated.
  public var instrument: InstrumentProfile?
  /// Lines of other phases in the window.
  public var neighbours: [PeakPhase]
  /// In metres; `nil` takes that of the pattern.
  public var wavelength: Double?

  public init(
    window: PeakWindow, cell: UnitCell, reflection: MillerIndices, instrument: InstrumentProfile?,
    neighbours: [PeakPhase] = [], wavelength: Double? = nil
  ) {
    self.window = window
    self.cell = cell
    self.reflection = reflection
    self.instrument = instrument
    self.neighbours = neighbours
    self.wavelength = wavelength
  }

  /// What a richer description has to gain.
  static let leastGain = 10.0
  /// 95 % of normal deviates lie below.
  static let power = 1.6448536269514722
  /// Sigmas that each of two lines must stand above nothing.
  static let leastStrength = 4.0

  /// Weighs the evidence in one pattern.
  ///
  /// - Throws: ``PeakFitError`` when window and pattern do not fit together.
  public func evidence(
    _ pattern: PowderPattern, settings: PeakFitSettings = PeakFitSettings()
  ) throws(PeakFitError) -> StateEvidence {
    var settings = settings
    // However wide the line is, here the width is the question.
    settings.largestWidthRatio = .greatestFiniteMagnitude
    let broadened = try model(names: ["state"], widths: instrument == nil ? .free() : .broadened)
      .fitter(pattern, settings)
    var broad = broadened
    let first = broad.fit(from: nil)
    let estimate = first.peaks[0]
    let bins = broad.data.validCount(broad.layout.windows[0])
    let found = estimate.status == .fitted || estimate.status == .overlapped
    guard found, instrument != nil else {
      return StateEvidence(
        verdict: found ? .instrumentUnknown : .noPeak, candidates: [], bins: bins, dSpacing: estimate.dSpacing,
        spread: .unknown)
    }
    // One covariance for all: that of the broadened line, which is close to either.
    var sharp = try model(names: ["state"], widths: .instrument).fitter(pattern, settings)
    var double = try model(names: ["state", "second"], widths: .instrument).fitter(pattern, settings)
    sharp.data = broad.data
    double.data = broad.data
    var comparison = StateComparison(sharp: sharp, broad: broad, double: double)
    comparison.compare(start: first)
    return comparison.evidence(bins: bins)
  }

  private func model(names: [String], widths: PeakWidths) -> PeakModel {
    let states = names.map {
      PeakPhase($0, cell: cell, reflections: [reflection], positions: .free, widths: widths)
    }
    return PeakModel(
      windows: [window], phases: states + neighbours, instrument: instrument, wavelength: wavelength)
  }
}

extension PeakModel {
  /// A fitter that holds one pattern.
  func fitter(_ pattern: PowderPattern, _ settings: PeakFitSettings) throws(PeakFitError) -> PeakFitter {
    let converted: PowderPattern
    do { converted = try pattern.converted(to: .twoTheta) } catch { throw .pattern(error) }
    var fitter = try PeakFitter(
      self, settings, edges: Self.edges(converted.positions), hasSigmas: converted.sigmas != nil,
      wavelength: converted.wavelength)
    fitter.data.load(
      fitter.layout, intensities: converted.intensities, sigmas: converted.sigmas,
      covariances: converted.neighbourCovariances, first: 0, firstPair: 0)
    return fitter
  }
}
