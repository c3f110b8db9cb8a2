public import FileFormats
import Foundation
public import PowderDiffraction

/// The patterns of a series of frames, with when each was taken.
public struct PatternTable: NeXusRepresentable, Hashable {
  public var series: PowderPatternSeries
  /// When each exposure began, in seconds since 1970; nil where it is not known.
  public var times: [Double]?
  /// Exposure time of a frame, in seconds; nil where it is not known.
  public var exposure: Double?

  public init(_ series: PowderPatternSeries, times: [Double]?, exposure: Double?) {
    self.series = series
    self.times = times
    self.exposure = exposure
  }

  /// The mean over all frames, with its uncertainty.
  ///
  /// - Returns: NaN in bins that no frame fills.
  public var mean: (intensities: [Double], sigmas: [Double]?) {
    let bins = series.binCount * series.sectorCount
    var sums = [Double](repeating: 0, count: bins)
    var variances = sums
    var counts = sums
    for frame in 0..<series.frameCount {
      for bin in 0..<bins where !series.intensities[frame * bins + bin].isNaN {
        sums[bin] += series.intensities[frame * bins + bin]
        if let sigma = series.sigmas?[frame * bins + bin] { variances[bin] += sigma * sigma }
        counts[bin] += 1
      }
    }
    let means = zip(sums, counts).map { $1 > 0 ? $0 / $1 : .nan }
    guard series.sigmas != nil else { return (means, nil) }
    return (means, zip(variances, counts).map { $1 > 0 ? $0.squareRoot() / $1 : .nan })
  }

  // MARK: - NeXus

  public var defaultPlot: String { "patterns" }

  public var nexusChildren: [String: NeXusNode] {
    let bins = series.binCount
    let (name, _, unit, factor) = series.axis.shown
    let isCake = series.azimuths != nil
    let shape = isCake ? [series.frameCount, series.sectorCount, bins] : [series.frameCount, bins]
    var datasets: [String: NeXusDataset] = [
      name: NeXusDataset(series.positions.map { $0 * factor }, units: unit, longName: "\(name) / \(unit)"),
      "intensity": NeXusDataset(series.intensities, shape: shape, units: "counts", longName: "mean counts of a pixel"),
      "frame": NeXusDataset((0..<series.frameCount).map { $0 }),
    ]
    if let azimuths = series.azimuths {
      datasets["azimuth"] = NeXusDataset(azimuths.map { $0 * 180 / .pi }, units: "deg", longName: "azimuth / deg")
    }
    if let sigmas = series.sigmas {
      datasets["intensity_errors"] = NeXusDataset(sigmas, shape: shape, units: "counts")
    }
    if let covariances = series.neighbourCovariances {
      datasets["neighbour_covariance"] = NeXusDataset(
        covariances, shape: [series.frameCount, bins - 1], units: "counts2")
    }
    if let counts = series.pixelCounts {
      datasets["pixels"] = NeXusDataset(counts, shape: isCake ? Array(shape[1...]) : [bins], units: "")
    }
    if let times { datasets["start_time"] = NeXusDataset(times, units: "s") }
    if let exposure { datasets["exposure_time"] = NeXusDataset(exposure, units: "s") }
    if let wavelength = series.wavelength {
      datasets["wavelength"] = NeXusDataset(wavelength * 1e10, units: "angstrom")
    }
    return [
      defaultPlot: .group(
        .data(
          signal: "intensity", axes: isCake ? ["frame", "azimuth", name] : ["frame", name],
          title: "Integrated frames", interpretation: isCake ? "image" : "spectrum", datasets: datasets))
    ]
  }

  public init(entry: NeXusGroup) throws {
    guard let data = entry[group: "patterns"] else {
      throw StageDocumentError(path: "/entry", problem: "there are no patterns")
    }
    guard
      let axis = PatternAxis.allCases.first(where: { data[dataset: $0.shown.name] != nil }),
      let positions = data[dataset: axis.shown.name]?.numbers, let intensity = data[dataset: "intensity"],
      let intensities = intensity.numbers, let frames = intensity.shape.first
    else { throw StageDocumentError(path: "/entry/patterns", problem: "there are no intensities over an axis") }
    series = try PowderPatternSeries(
      axis: axis, positions: positions.map { $0 / axis.shown.factor },
      azimuths: data[dataset: "azimuth"]?.numbers?.map { $0 * .pi / 180 }, frameCount: frames, intensities: intensities,
      sigmas: data[dataset: "intensity_errors"]?.numbers,
      neighbourCovariances: data[dataset: "neighbour_covariance"]?.numbers,
      pixelCounts: data[dataset: "pixels"]?.numbers,
      wavelength: data[dataset: "wavelength"]?.numbers?.first.map { $0 * 1e-10 })
    times = data[dataset: "start_time"]?.numbers
    exposure = data[dataset: "exposure_time"]?.numbers?.first
  }
}
