import Foundation
public import Pipeline
public import PowderDiffraction
public import Quantities

/// What stands around the sample, as far as it is known; only what is given is drawn.
public struct DiffractionSetupSettings: ExperimentDecodable {
  @Setting(
    "diameter of the needle that holds the particle, at its end", in: Length(si: 1e-8)...Length(si: 1e-2),
    example: "4 um")
  public var needleDiameter: Length?
  @Setting(
    "diameter of the particle; left out, what the scan finds", in: Length(si: 1e-8)...Length(si: 1e-2), example: "16 um"
  )
  public var particleDiameter: Length?
  @Setting("diameter of the lithium disc", in: Length(si: 1e-6)...Length(si: 1), example: "4 mm")
  public var lithiumDiameter: Length?
  @Setting("thickness of the lithium disc", in: Length(si: 1e-7)...Length(si: 1), example: "0.5 mm")
  public var lithiumThickness: Length?
  @Setting(
    "from the particle's free edge to the lithium, filled with ionic liquid", in: Length(si: 0)...Length(si: 1),
    example: "200 um")
  public var lithiumGap: Length?
  @Setting("diameter of the Kapton container", in: Length(si: 1e-5)...Length(si: 1), example: "6 mm")
  public var kaptonDiameter: Length?

  public init() {}
}

/// Distances and sizes of a diffraction measurement, for its drawing and the check of its beam.
public struct DiffractionSetup: Sendable {
  public var geometry: DetectorGeometry
  public var parts: DiffractionSetupSettings
  /// Full widths at half maximum of the beam on the sample, in metres; nil where they are not stated.
  public var beamHeight, beamWidth: Double?

  public init(
    geometry: DetectorGeometry, parts: DiffractionSetupSettings = DiffractionSetupSettings(),
    beamHeight: Double? = nil, beamWidth: Double? = nil
  ) {
    self.geometry = geometry
    self.parts = parts
    self.beamHeight = beamHeight
    self.beamWidth = beamWidth
  }
}

/// What a parallel beam of the stated size does to the rings: it moves them over the plate by its own size.
struct BeamFootprint {
  /// Full widths at half maximum on the sample, in metres.
  var height, width: Double
  /// Smear of the rings in pixels along rows and columns.
  var pixels: (vertical: Double, horizontal: Double)
  /// The larger smear as an angle at the line, in radians.
  var angle: Double
  /// The median width of the fitted lines at that angle, in radians; nil where no line was fitted.
  var lineWidth: Double?
  /// The largest footprint that the fitted lines allow, in metres.
  var largest: Double?

  /// - Parameter peaks: whose fitted lines are compared with.
  init?(_ setup: DiffractionSetup, peaks: PeakTable?) {
    guard let height = setup.beamHeight, let width = setup.beamWidth else { return nil }
    (self.height, self.width) = (height, width)
    let grid = setup.geometry.grid
    let distance = setup.geometry.poni.distance
    pixels = (height / grid.pixelHeight, width / grid.pixelWidth)
    var lines: [(twoTheta: Double, fwhm: Double)] = []
    if let peaks {
      let own = peaks.lines.indices.filter { peaks.lines[$0].phase == peaks.samplePhase }
      for pattern in 0..<peaks.patternCount {
        for line in own where peaks.isUsable(pattern: pattern, line: line) {
          let place = pattern * peaks.lines.count + line
          lines.append((peaks.twoTheta.values[place], peaks.fwhm.values[place]))
        }
      }
    }
    // r = L tan 2θ, so that d2θ = dr cos² 2θ / L.
    func turned(_ length: Double, _ twoTheta: Double) -> Double { length * cos(twoTheta) * cos(twoTheta) / distance }
    let middle = lines.sorted { $0.fwhm < $1.fwhm }.dropFirst(lines.count / 2).first
    angle = turned(max(height, width), middle?.twoTheta ?? 0)
    lineWidth = middle?.fwhm
    largest = middle.map { $0.fwhm * distance / (cos($0.twoTheta) * cos($0.twoTheta)) }
  }

  /// What is wrong with the stated footprint; nil where the lines can be as narrow as they are.
  var warning: String? {
    let stated = Self.text(height, width)
    let smear = String(
      format: "would smear the rings by %.3g x %.3g pixels (%.3g deg)", pixels.vertical, pixels.horizontal,
      angle * 180 / .pi)
    if let lineWidth, let largest {
      guard angle > lineWidth else { return nil }
      return
        "The stated beam of \(stated) (vertical x horizontal) \(smear) if it were not focused on the detector, but "
        + String(
          format: "the fitted lines are %.3g deg wide: the beam on the sample is at most %.3g mm wide, or focused. ",
          lineWidth * 180 / .pi, largest * 1e3)
        + "Line widths and places were taken as fitted; no footprint was taken out."
    }
    guard max(pixels.vertical, pixels.horizontal) > 1 else { return nil }
    return
      "The stated beam of \(stated) (vertical x horizontal) \(smear) if it is not focused on the detector; no line "
      + "was fitted that could tell. No footprint was taken out."
  }

  /// "10.1 mm x 2 mm".
  static func text(_ height: Double, _ width: Double) -> String {
    let unit = max(height, width) < 1e-4 ? (1e6, "um") : (1e3, "mm")
    return String(format: "%.4g %@ x %.4g %@", height * unit.0, unit.1, width * unit.0, unit.1)
  }
}
