import ArrayMath
import Figures
import Foundation
import Pipeline
import PowderDiffraction

/// A calibration in words and figures.
struct DetectorCalibrationSummary {
  let result: CalibrationResult
  let value: DetectorCalibration
  let input: DetectorCalibrationStage.Input
  let parameters: DetectorCalibrationStage.Parameters

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }
  private var prefixed: String { input.name.isEmpty ? "" : "\(input.name)-" }

  var summary: StageSummary {
    StageSummary(
      title: "Detector calibration on \(input.calibrantName)" + (input.name.isEmpty ? "" : ": \(input.name)"),
      headlines: headlines, figures: figures, tables: tables,
      assumptions: input.assumptions, conventions: conventions, warnings: input.warnings + result.warnings,
      methods: methods,
      citations: DetectorCalibrationStage.citations)
  }

  // MARK: - Numbers

  private var headlines: [HeadlineValue] {
    let poni = result.geometry.poni
    let beam = result.beamParameters
    let beamSigmas = (0..<8).map { result.beamCovariance[$0 * 9].squareRoot() }
    let sigmas = result.sigmas
    let grid = result.geometry.grid
    func value(
      _ key: String, _ label: String, _ number: Double, _ sigma: Double, _ unit: String, isAnswer: Bool = false
    ) -> HeadlineValue {
      HeadlineValue(
        key: "\(prefix)calibration.\(key)", label: label, value: number, uncertainty: sigma > 0 ? sigma : nil,
        uncertaintyNote: sigma > 0 ? "" : "held", unit: unit, isAnswer: isAnswer)
    }
    let milli = 1e3
    let tilt = (beam[3] * beam[3] + beam[4] * beam[4]).squareRoot()
    // Propagated along the direction of the tilt; where there is none, the mean of both components.
    let tiltVariance =
      tilt > 1e-9
      ? (beam[3] * beam[3] * result.beamCovariance[27] + beam[4] * beam[4] * result.beamCovariance[36]
        + 2 * beam[3] * beam[4] * result.beamCovariance[28]) / (tilt * tilt)
      : (result.beamCovariance[27] + result.beamCovariance[36]) / 2
    let degree = 180 / Double.pi
    var values = [
      value(
        "distance", "distance from sample to detector", poni.distance * milli, sigmas[0] * milli, "mm", isAnswer: true),
      value("poni1", "PONI along axis 1", poni.poni1 * milli, sigmas[1] * milli, "mm"),
      value("poni2", "PONI along axis 2", poni.poni2 * milli, sigmas[2] * milli, "mm"),
      value("rotation1", "rotation about axis 1", poni.rotation1 * milli, sigmas[3] * milli, "mrad"),
      value("rotation2", "rotation about axis 2", poni.rotation2 * milli, sigmas[4] * milli, "mrad"),
      value(
        "tilt", "tilt of the detector", asin(min(tilt, 1)) * degree, max(tiltVariance, 0).squareRoot() * degree, "deg",
        isAnswer: true),
      value(
        "beam_axis1", "beam centre along axis 1", beam[1] / grid.pixelHeight, beamSigmas[1] / grid.pixelHeight, "pixel",
        isAnswer: true),
      value(
        "beam_axis2", "beam centre along axis 2", beam[2] / grid.pixelWidth, beamSigmas[2] / grid.pixelWidth, "pixel",
        isAnswer: true),
    ]
    if let wavelength = result.geometry.wavelength {
      values.append(value("wavelength", "wavelength", wavelength * 1e10, sigmas[5] * wavelength * 1e10, "angstrom"))
    }
    let used = result.points.filter { $0.weight > 0 }
    let square = used.reduce(0) { $0 + $1.weight * $1.residual * $1.residual }
    let weight = used.reduce(0) { $0 + $1.weight }
    values.append(
      HeadlineValue(
        key: "\(prefix)calibration.residual", label: "root mean square residual of \(used.count) ring points",
        value: (square / max(weight, 1e-300)).squareRoot() * degree * milli,
        uncertaintyNote: "a scatter, not an estimate", unit: "mdeg"))
    return values
  }

  // MARK: - Figures

  private var figures: [Figure] {
    let frame = input.frames[0]
    let degree = 180 / Double.pi
    let picture = FramePicture(frame.pixels, shape: frame.shape)
    let wavelength = result.geometry.wavelength ?? frame.wavelength
    let seen = Set(result.rings.filter { $0.frame == 0 }.map(\.ring))
    let rings = seen.sorted().compactMap { index in input.rings[index].twoTheta(wavelength: wavelength) }
    var overlay: [Mark] = [picture.mark]
    for (index, twoTheta) in rings.prefix(24).enumerated() {
      overlay.append(.line(FramePicture.ring(twoTheta, result.geometry, name: index == 0 ? "calibrated rings" : "")))
    }
    let image = Figure(
      identifier: "\(prefixed)calibration-frame", title: "The calibrant and its rings",
      caption: "The image as it is stored, row 0 at the top; dotted, where the calibrated geometry puts the rings.",
      panels: [
        Panel(
          x: Axis("column", unit: "pixel"), y: Axis("− row", unit: "pixel"), marks: overlay, equalAspect: true)
      ])

    let order = Dictionary(uniqueKeysWithValues: seen.sorted().enumerated().map { ($1, $0) })
    let residuals = Figure(
      identifier: "\(prefixed)calibration-residuals", title: "Residuals of the ring points",
      caption:
        "2θ of the geometry less that of the ring. A constant would show an error of the distance or the wavelength, "
        + "one wave around the ring an error of the centre, two waves one of the tilt.",
      panels: [
        Panel(
          title: "along the rings", x: Axis("azimuth", unit: "deg", limits: -180...180),
          y: Axis("residual", unit: "mdeg"),
          marks: seen.sorted().prefix(8).map { ring in
            let points = result.points.filter { $0.frame == 0 && $0.ring == ring && $0.weight > 0 }
              .sorted { $0.azimuth < $1.azimuth }
            return .points(
              Curve(
                name: input.rings[ring].label, x: points.map { $0.azimuth * degree },
                y: points.map { $0.residual * degree * 1e3 }, colourIndex: order[ring]))
          }),
        Panel(
          title: "mean of each ring", x: Axis("2θ", unit: "deg"), y: Axis("mean residual", unit: "mdeg"),
          marks: [
            .points(
              Curve(
                name: "rings", x: result.rings.map { $0.twoTheta * degree },
                y: result.rings.map { $0.meanResidual * degree * 1e3 },
                yUncertainty: result.rings.map { ($0.harmonicSigmas.first ?? 0) * degree * 1e3 })),
            .horizontalLine(at: 0, label: ""),
          ]),
      ])

    let map = result.residualMap
    let values = map.mean.map { Float($0 * degree * 1e3) }
    let sorted = values.filter(\.isFinite).map(abs).sorted()
    let limit = Double(sorted.isEmpty ? 1 : max(sorted[sorted.count * 98 / 100], 1e-3))
    let plate = Figure(
      identifier: "\(prefixed)calibration-plate", title: "Residuals over the plate",
      caption: "Mean residual of the ring points in each cell of the image; a pattern tells a distorted plate or a "
        + "misplaced module.",
      panels: [
        Panel(
          x: Axis("column", unit: "pixel"), y: Axis("− row", unit: "pixel"),
          marks: [
            .map(
              PixelMap(
                label: "mean residual", unit: "mdeg", rows: map.rows, columns: map.columns, values: [values],
                xExtent: 0...Double(frame.shape.columns), yExtent: -Double(frame.shape.rows)...0,
                colourScale: .diverging, limits: -limit...limit))
          ], equalAspect: true)
      ])
    return [image, residuals, plate]
  }

  // MARK: - Tables

  private var tables: [Table] {
    let degree = 180 / Double.pi
    func text(_ value: Double, _ digits: Int = 4) -> String { String(format: "%.\(digits)g", value) }
    let free = result.parameters.filter { result.free.contains($0) }
    let correlation = result.correlation
    let beamCorrelation = result.beamCorrelation
    let names = ["distance", "poni1", "poni2", "rotation1", "rotation2", "wavelength", "drift 1", "drift 2"]
    let beamNames = ["distance", "beam 1", "beam 2", "tilt 1", "tilt 2", "wavelength", "drift 1", "drift 2"]
    func matrix(_ title: String, _ names: [String], _ values: [Double], _ caption: String) -> Table {
      Table(
        title: title, columns: [""] + free.map { names[$0.rawValue] },
        rows: free.map { row in
          [names[row.rawValue]] + free.map { String(format: "%+.3f", values[row.rawValue * 8 + $0.rawValue]) }
        }, caption: caption)
    }
    let rings = Table(
      title: "Rings",
      columns: [
        "ring", "2θ / deg", "points", "sectors", "mean residual / mdeg", "rms / mdeg", "width / mdeg", "height",
      ],
      rows: result.rings.map { ring in
        [
          input.rings[ring.ring].label + (input.frames.count > 1 ? ", image \(ring.frame + 1)" : ""),
          String(format: "%.4f", ring.twoTheta * degree), "\(ring.points)", "\(ring.sectors)",
          text(ring.meanResidual * degree * 1e3), text(ring.rmsResidual * degree * 1e3),
          text(ring.width * degree * 1e3), text(ring.height),
        ]
      }, caption: "Sectors are pieces of a ring that the plate sees; points are those that were kept.")
    let transforms = Table(
      title: "How the image lies on the detector",
      columns: ["first pixel", "transposed", "finding", "rms residual / mdeg", "polarisation seen", "why"],
      rows: result.transforms.map { verdict in
        [
          Self.words(verdict.transform.orientation), verdict.transform.isTransposed ? "yes" : "no",
          verdict.finding.rawValue, verdict.residualVariance.map { text($0.squareRoot() * degree * 1e3) } ?? "no start",
          verdict.polarisation.map { value in
            text(value, 3) + (verdict.polarisationSigma.map { " ± " + text($0, 2) } ?? "")
          } ?? "not told", verdict.reason,
        ]
      }, caption: "All eight ways are tried. The corner is that of the first stored pixel, looking towards the sample.")
    return [
      rings, transforms,
      matrix(
        "Correlations of the PONI parameters", names, correlation,
        "Rotations and PONI are nearly the same thing for a small tilt, so these come close to one; the pairs below do not."
      ),
      matrix(
        "Correlations of beam centre and tilt", beamNames, beamCorrelation,
        "The same fit in parameters that the rings tell apart."),
    ]
  }

  static func words(_ orientation: DetectorOrientation) -> String {
    switch orientation {
    case .topLeft: "top left"
    case .topRight: "top right"
    case .bottomRight: "bottom right"
    case .bottomLeft: "bottom left"
    }
  }

  // MARK: - Words

  private var conventions: [Convention] {
    [
      Convention(
        subject: "geometry", choice: "PONI: axis 1 up along the rows, axis 2 along the columns, axis 3 the beam"),
      Convention(
        subject: "detector orientation",
        choice: "first pixel at the \(Self.words(result.geometry.grid.orientation)), looking towards the sample"
          + (result.geometry.isTransposed ? "; the image is transposed" : "")),
      Convention(
        subject: "polarisation",
        choice: String(format: "%+.3f along axis 2, horizontal positive", parameters.polarisation)),
    ]
  }

  private var methods: String {
    let used = result.points.count { $0.weight > 0 }
    return """
      The rings of \(input.calibrantName) (\(input.calibrantSource)) were found in the image without a start by hand. Each \
      ring was cut into sectors of azimuth; in each, a line on a sloping background was fitted by the likelihood of Poisson \
      counts. \(used) points with their standard deviations determined \(result.free.count) parameters by robust least \
      squares (Huber's weights, then Tukey's); the covariance is that of the last step, times chi-square over its \
      degrees of freedom where that exceeds one.
      """
  }
}
