import ArrayMath
import Figures
import Foundation
import Pipeline
import PowderDiffraction

/// An integration in words and figures.
struct AzimuthalIntegrationSummary {
  let value: PatternTable
  let input: AzimuthalIntegrationStage.Input
  let parameters: AzimuthalIntegrationStage.Parameters

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }
  private var prefixed: String { input.name.isEmpty ? "" : "\(input.name)-" }

  var summary: StageSummary {
    StageSummary(
      title: "Azimuthal integration" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines,
      figures: figures, tables: [], assumptions: [],
      conventions: conventions, warnings: warnings, methods: methods, citations: AzimuthalIntegrationStage.citations)
  }

  private var series: PowderPatternSeries { value.series }

  private var headlines: [HeadlineValue] {
    let pixels = (series.pixelCounts ?? []).reduce(0, +)
    let total = Double(input.geometry.grid.shape.count)
    return [
      HeadlineValue(
        key: "\(prefix)integration.frames", label: "frames integrated", value: Double(series.frameCount),
        uncertaintyNote: "a count", unit: "1"),
      HeadlineValue(
        key: "\(prefix)integration.pixels", label: "pixels of the detector that are used",
        value: 100 * pixels / max(total, 1),
        uncertaintyNote: "a count", unit: "%"),
    ]
  }

  private var warnings: [String] {
    var found: [String] = []
    if series.wavelength == nil {
      found.append("The geometry states no wavelength, so positions are angles only.")
    }
    if let narrow = narrowBins { found.append(narrow) }
    let empty = series.intensities.count(where: \.isNaN)
    if empty > 0 {
      found.append("\(empty) of \(series.intensities.count) bins have no pixel; they are not a number in the files.")
    }
    return found
  }

  /// A warning where a split pixel reaches bins that are no neighbours, whose covariance is not kept.
  private var narrowBins: String? {
    guard parameters.splitting != .none, parameters.errors != .none, let first = series.positions.first,
      let last = series.positions.last, let wavelength = series.wavelength,
      let from = series.axis.convert(first, to: .twoTheta, wavelength: wavelength),
      let to = series.axis.convert(last, to: .twoTheta, wavelength: wavelength), series.binCount > 1
    else { return nil }
    let grid = input.geometry.grid
    let pixel = min(grid.pixelHeight, grid.pixelWidth) / input.geometry.poni.distance
    let bin = abs(to - from) / Double(series.binCount - 1)
    guard bin < 0.7 * pixel else { return nil }
    return String(
      format:
        "A bin is %.2g of a pixel wide: a split pixel reaches bins that are no neighbours, whose covariance is not "
        + "kept, and uncertainties of fits come out too small. Take at most %d points, or splitting none.", bin / pixel,
      Int(abs(to - from) / (0.7 * pixel)))
  }

  // MARK: - Figures

  private var axis: (name: String, label: String, unit: String, factor: Double) { series.axis.shown }

  private var figures: [Figure] {
    var figures = [meanFigure]
    if series.frameCount > 1 && series.azimuths == nil { figures.append(seriesFigure) }
    if series.azimuths != nil { figures.append(cakeFigure) }
    return figures
  }

  private var meanFigure: Figure {
    let mean = value.mean
    let bins = series.binCount
    // Of a cake, the mean over its sectors.
    let intensities = (0..<bins).map { bin -> Double in
      let values = (0..<series.sectorCount).map { mean.intensities[$0 * bins + bin] }.filter { !$0.isNaN }
      return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
    let x = series.positions.map { $0 * axis.factor }
    var panels = [
      Panel(
        x: Axis(axis.label, unit: axis.unit), y: Axis("intensity", unit: "counts a pixel"),
        marks: [.line(Curve(name: "mean of \(series.frameCount) frames", x: x, y: intensities))])
    ]
    if let sigmas = mean.sigmas, series.azimuths == nil {
      panels.append(
        Panel(
          title: "Standard uncertainty", x: Axis(axis.label, unit: axis.unit),
          y: Axis("uncertainty", unit: "counts a pixel"),
          marks: [.line(Curve(name: "of the mean", x: x, y: sigmas, colourIndex: 1))]))
    }
    return Figure(
      identifier: "\(prefixed)integration-pattern", title: "The integrated pattern",
      caption: "The mean counts of a pixel at each \(axis.label), over all frames; the stage file has every frame.",
      panels: panels)
  }

  /// At most so many rows and columns of a map.
  private static let mapSide = 500

  private func map(_ rows: Int, _ row: (Int) -> ArraySlice<Double>) -> (values: [Float], rows: Int, columns: Int) {
    let rowStep = (rows + Self.mapSide - 1) / Self.mapSide
    let columnStep = (series.binCount + Self.mapSide - 1) / Self.mapSide
    let columns = (series.binCount + columnStep - 1) / columnStep
    var values: [Float] = []
    for first in stride(from: 0, to: rows, by: rowStep) {
      var sums = [Double](repeating: 0, count: columns)
      var counts = sums
      for index in first..<min(first + rowStep, rows) {
        for (bin, value) in row(index).enumerated() where value.isFinite {
          sums[bin / columnStep] += value
          counts[bin / columnStep] += 1
        }
      }
      values += zip(sums, counts).map { $1 > 0 ? Float(log10(max($0 / $1, 0) + 1)) : .nan }
    }
    return (values, values.count / columns, columns)
  }

  private func mapPanel(
    _ map: (values: [Float], rows: Int, columns: Int), y: Axis, extent: ClosedRange<Double>
  ) -> Panel {
    let shown = map.values.filter(\.isFinite).sorted()
    let limits =
      shown.isEmpty
      ? 0...1 : Double(shown[0])...max(Double(shown[shown.count * 998 / 1000]), Double(shown[0]) + 1e-3)
    let half = series.binCount > 1 ? (series.positions[1] - series.positions[0]) / 2 : 1e-6
    let lower = (series.positions[0] - half) * axis.factor
    let upper = (series.positions[series.binCount - 1] + half) * axis.factor
    return Panel(
      x: Axis(axis.label, unit: axis.unit), y: y,
      marks: [
        .map(
          PixelMap(
            label: "log10(counts a pixel + 1)", unit: "", rows: map.rows, columns: map.columns, values: [map.values],
            xExtent: lower...upper, yExtent: extent, colourScale: .sequential, limits: limits))
      ])
  }

  private var seriesFigure: Figure {
    let bins = series.binCount
    let map = map(series.frameCount) { series.intensities[$0 * bins..<($0 + 1) * bins] }
    return Figure(
      identifier: "\(prefixed)integration-series", title: "All frames",
      caption: "Each row is a frame, the first at the top.",
      panels: [
        mapPanel(map, y: Axis("− frame", unit: ""), extent: -Double(series.frameCount)...0)
      ])
  }

  private var cakeFigure: Figure {
    let bins = series.binCount
    // Rows of a map go down, the azimuth goes up.
    let sectors = series.sectorCount
    let map = map(sectors) { row in
      let start = (sectors - 1 - row) * bins
      return series.intensities[start..<start + bins]
    }
    let azimuths = series.azimuths ?? []
    let half = azimuths.count > 1 ? (azimuths[1] - azimuths[0]) / 2 : .pi
    let extent = ((azimuths.first ?? 0) - half) * 180 / .pi...((azimuths.last ?? 0) + half) * 180 / .pi
    return Figure(
      identifier: "\(prefixed)integration-cake", title: "The cake of the first frame",
      caption: "Straight vertical lines mean that the geometry fits; a wave tells an error of centre or tilt.",
      panels: [mapPanel(map, y: Axis("azimuth", unit: "deg"), extent: extent)])
  }

  // MARK: - Words

  private var conventions: [Convention] {
    let orientation = DetectorCalibrationSummary.words(input.geometry.grid.orientation)
    var found = [
      Convention(
        subject: "detector orientation",
        choice: "first pixel at the \(orientation), looking towards the sample"
          + (input.geometry.isTransposed ? "; the image is transposed" : "")),
      Convention(subject: "azimuth", choice: "0 along axis 2 of the detector, growing towards axis 1"),
    ]
    if parameters.correctPolarisation {
      found.append(
        Convention(
          subject: "polarisation",
          choice: String(format: "%+.3f, (Ih − Iv)/(Ih + Iv), horizontal along axis 2", parameters.polarisation)))
    }
    return found
  }

  private var methods: String {
    var corrections: [String] = []
    if input.dark != nil { corrections.append("the dark image was subtracted") }
    if input.flat != nil { corrections.append("signals were normalised by the flat image") }
    if parameters.correctSolidAngle { corrections.append("by the solid angle of each pixel") }
    if parameters.correctPolarisation { corrections.append("by the polarisation") }
    if parameters.sensorMaterial != nil { corrections.append("by the absorption in the sensor") }
    let splitting =
      switch parameters.splitting {
      case .none: "each pixel belonged to the bin of its centre"
      case .box: "each pixel was spread evenly over the range of its corners"
      case .full: "each pixel was cut by the edges of the bins"
      }
    let errors =
      switch parameters.errors {
      case _ where parameters.average == .median: "A median states no uncertainty."
      case .poisson: "Uncertainties are those of counted quanta."
      case .variance:
        String(
          format: "Uncertainties are those of a detector with %g counts a photon and a read-out noise of %g counts.",
          parameters.gain, parameters.readNoise)
      case .azimuthal: "Uncertainties come from the spread of the pixels in a bin."
      case .none: ""
      }
    let intensity =
      parameters.average == .median
      ? "the weighted median of the signals over their normalisations"
      : "the sum of the signals over the sum of the normalisations"
    let clipping = parameters.clip.map {
      String(format: " Pixels beyond %g standard deviations of their bin were left out.", $0)
    }
    let covariances =
      series.neighbourCovariances == nil
      ? "" : "Bins that share pixels are correlated; the covariance of neighbours is in the stage file."
    return """
      \(series.frameCount) frames were integrated with the geometry of \(input.geometrySource) into \(series.binCount) bins; \
      \(splitting). The intensity of a bin is \(intensity)\
      \(corrections.isEmpty ? "" : ": " + corrections.joined(separator: ", ")).\(clipping ?? "") \(errors) \(covariances)
      """
  }
}
