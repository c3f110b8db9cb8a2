import ArrayMath
import Foundation

/// Finds where each ring crosses each sector of a frame.
struct RingExtraction {
  let frame: CalibrationFrame
  let grid: DetectorGrid
  let flags: [UInt8]
  let rings: [CalibrationRing]
  /// Degree of linear polarisation along axis 2, for the slope of the response across a line; `nil` for none.
  var polarisation: Double?
  /// Whether pixels farther from the PONI see less of the sphere, and a line's power is spread along its cone.
  var solidAngle = true

  /// What is known of a ring before its sectors are fitted.
  struct Plan {
    var ring: Int
    var halfWidth: Double
    var sectors: Int
    /// The line before pixels broaden it.
    var profile: LineShape
    var freeWidth: Bool
    /// Whether the line is searched in the whole band or expected at the ring.
    var search: Bool
  }

  /// The line of one ring in one sector.
  struct SectorPoint {
    var ring: Int
    var fit: SectorFit
    /// Place on the plate, in metres.
    var axis1, axis2: Double
    /// Variance of 2θ over a pixel, in square radians.
    var pixelVariance: Double
  }

  /// All lines of one ring, the pixels they come from, and the line that they share.
  struct RingPoints {
    var plan: Plan
    var points: [SectorPoint]
    /// Sectors with enough pixels to look for a line.
    var sectorsSeen: Int
    /// The shared line, before pixels broaden it, when there are enough points.
    var profile: LineShape?
  }

  /// - Parameters:
  ///   - plans: in ascending 2θ.
  ///   - plate: as it stands for this frame.
  ///   - angle: the angle of a ring, in radians.
  func extract(_ plans: [Plan], plate: PlateModel, angle: (Int) -> Double) -> [RingPoints] {
    let bands = frame.pixels.withUnsafeBufferPointer { pixels in
      flags.withUnsafeBufferPointer { flags in
        RingBands(
          bands: plans.map {
            .init(ring: $0.ring, twoTheta: angle($0.ring), halfWidth: $0.halfWidth, sectors: $0.sectors)
          }, plate: plate, grid: grid, pixels: pixels, flags: flags)
      }
    }
    return zip(plans, bands.bands).map { plan, band in points(plan, band, bands, plate) }
  }

  private func points(_ plan: Plan, _ band: RingBands.Band, _ bands: RingBands, _ plate: PlateModel) -> RingPoints {
    var found: [SectorPoint] = []
    var seen = 0
    var stack = ProfileStack(halfWidth: plan.halfWidth)
    var meanVariance = 0.0
    bands.offset.withUnsafeBufferPointer { offset in
      bands.value.withUnsafeBufferPointer { value in
        bands.azimuth.withUnsafeBufferPointer { azimuth in
          for sector in 0..<band.sectors {
            let range = bands.starts[band.firstSector + sector]..<bands.starts[band.firstSector + sector + 1]
            guard range.count >= 24 else { continue }
            let middle = (Double(sector) + 0.5) / Double(band.sectors) * 2 * .pi - .pi
            guard let local = LocalResponse(plate, band.twoTheta, middle, grid, polarisation, solidAngle) else {
              continue
            }
            seen += 1
            let profile = plan.profile.broadened(by: local.pixelVariance)
            // A response that changes across the line moves its mean before the pixels broaden it: by κ times the variance
            // of the line, not of what the pixels see.
            let share = plan.profile.width * plan.profile.width / (profile.width * profile.width)
            let pixels = SectorFit.Pixels(
              offset: .init(rebasing: offset[range]), value: .init(rebasing: value[range]),
              azimuth: .init(rebasing: azimuth[range]), halfWidth: plan.halfWidth,
              correction: local.meanCorrection, response: local.slope * share)
            guard
              let fit = SectorFit.fit(
                pixels, profile: profile, start: plan.search ? nil : 0,
                freeWidth: plan.freeWidth),
              let radius = plate.radius(twoTheta: band.twoTheta + fit.shift, azimuth: fit.azimuth)
            else { continue }
            let point = SectorPoint(
              ring: plan.ring, fit: fit, axis1: plate.beam1 + radius * sin(fit.azimuth),
              axis2: plate.beam2 + radius * cos(fit.azimuth), pixelVariance: local.pixelVariance)
            found.append(point)
            if fit.height > 4 * fit.heightSigma {
              stack.add(pixels, fit)
              meanVariance += local.pixelVariance
            }
          }
        }
      }
    }
    var result = RingPoints(plan: plan, points: found, sectorsSeen: seen, profile: nil)
    if stack.lines >= 6 {
      let width = median(found.filter { $0.fit.height > 4 * $0.fit.heightSigma }.map(\.fit.width))
      result.profile = stack.profile(width: width)?.sharpened(by: meanVariance / Double(stack.lines))
    }
    return result
  }
}

/// How pixels see a ring at one azimuth.
struct LocalResponse {
  /// Variance of 2θ over a pixel, in square radians.
  let pixelVariance: Double
  /// The mean of 2θ over a pixel less its value at the centre, in radians.
  let meanCorrection: Double
  /// Relative change of the response with 2θ, in 1/radian.
  let slope: Double

  /// `nil` where the ring does not meet the plate at this azimuth.
  init?(
    _ plate: PlateModel, _ twoTheta: Double, _ azimuth: Double, _ grid: DetectorGrid, _ polarisation: Double?,
    _ solidAngle: Bool
  ) {
    guard let radius = plate.radius(twoTheta: twoTheta, azimuth: azimuth), radius > 0 else { return nil }
    let (e1, e2) = (sin(azimuth), cos(azimuth))
    let axis1 = plate.beam1 + radius * e1
    let axis2 = plate.beam2 + radius * e2
    let derivatives = plate.twoThetaAndDerivatives(axis1, axis2).derivatives
    let (height, width) = (grid.pixelHeight, grid.pixelWidth)
    let (a, b) = (derivatives[1] * height, derivatives[2] * width)
    pixelVariance = (a * a + b * b) / 12
    // The second derivatives of an untilted plate: along the radius f″, across it f′ / r, f = atan(r / D).
    let square = plate.distance * plate.distance + radius * radius
    let first = plate.distance / square / radius
    let second = -2 * radius * plate.distance / (square * square)
    meanCorrection =
      (height * height * (second * e1 * e1 + first * e2 * e2) + width * width * (second * e2 * e2 + first * e1 * e1))
      / 24
    var slope = 0.0
    let cosine = cos(twoTheta)
    if let polarisation {
      let t = plate.poni().laboratoryPosition(axis1: axis1, axis2: axis2)
      let chi = atan2(t.x, t.y)
      let factor = 0.5 * (1 + cosine * cosine - polarisation * cos(2 * chi) * (1 - cosine * cosine))
      slope -= sin(twoTheta) * cosine * (1 + polarisation * cos(2 * chi)) / factor
    }
    if solidAngle {
      // C ∝ |v|⁻³ with v = D u + (x1, x2, 0); dρ/d2θ from the derivatives along the radius.
      let along = plate.tilt1 * e1 + plate.tilt2 * e2
      let vv = plate.distance * plate.distance + 2 * plate.distance * radius * along + radius * radius
      let gradient = -(derivatives[1] * e1 + derivatives[2] * e2)
      slope -= 3 * (plate.distance * along + radius) / vv / gradient
      // The power of a line is spread along its cone: within its width counts go as 1 / sin 2θ.
      slope -= cosine / sin(twoTheta)
    }
    self.slope = slope
  }
}
