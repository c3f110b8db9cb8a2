import ArrayMath
import Foundation

/// Points on rings and the geometry that fits them, in turns: each finds the other better.
struct CalibrationRefinement {
  let rings: [CalibrationRing]
  let extractions: [RingExtraction]
  var fit: GeometryFit
  /// The line of each ring on each frame, once known, before pixels broaden it.
  private(set) var profiles: [[LineShape?]]
  private(set) var found: [[RingExtraction.RingPoints]] = []
  /// For each point of the fit: frame, ring's place in `found`, point's place in it.
  private(set) var origins: [(frame: Int, band: Int, point: Int)] = []

  init(
    rings: [CalibrationRing], extractions: [RingExtraction], plate: PlateModel, free: Set<CalibrationParameter>
  ) {
    self.rings = rings
    self.extractions = extractions
    fit = GeometryFit(
      plate: plate,
      frames: extractions.map { .init(wavelength: $0.frame.wavelength, distanceOffset: $0.frame.distanceOffset) },
      free: free, points: [])
    profiles = extractions.map { _ in rings.map { _ in nil } }
  }

  /// The whole refinement.
  ///
  /// - Parameters:
  ///   - reach: half the width of the first bands, in pixels.
  ///   - width: expected full width of a line, in pixels.
  mutating func run(reach: Double, width: Double) throws {
    // Wide bands and free widths until the geometry no longer moves by much of a band.
    var reach = reach
    for _ in 0..<6 {
      let before = fit.plate
      try pass(coarse: (reach, width))
      guard profiles.contains(where: { $0.contains { $0 != nil } }) else {
        throw CalibrationError(
          .ringPoints, found: "no ring shows a line in at least six sectors",
          advice: "check distance, pixel size and wavelength, or expose longer")
      }
      let moved = shift(from: before, to: fit.plate)
      if moved < 0.5 { break }
      reach = min(reach, max(3 * moved, 8))
    }
    // Narrow bands with the line's shape held.
    for _ in 0..<5 {
      let before = fit.plate
      try pass(coarse: nil)
      if shift(from: before, to: fit.plate) < 2e-4 { break }
    }
  }

  /// The largest shift of a point at the edge of the plate between two geometries, in pixels.
  private func shift(from: PlateModel, to: PlateModel) -> Double {
    let grid = extractions[0].grid
    var largest = 0.0
    for row in [0, 0.5, 1.0] {
      for column in [0, 0.5, 1.0] {
        let place = grid.position(
          row: row * Double(grid.shape.rows), column: column * Double(grid.shape.columns))
        let change = abs(from.twoTheta(place.axis1, place.axis2) - to.twoTheta(place.axis1, place.axis2))
        largest = max(largest, change * to.distance / min(grid.pixelHeight, grid.pixelWidth))
      }
    }
    return largest
  }

  /// Extent of a pixel along the radius in 2θ at a ring, in radians.
  private func pitch(_ twoTheta: Double, _ grid: DetectorGrid) -> Double {
    let cosine = cos(min(twoTheta, 1.3))
    return (grid.pixelHeight * grid.pixelWidth).squareRoot() * cosine * cosine / fit.plate.distance
  }

  /// One extraction and one fit; with lines of free width in bands of a given reach, or with the shape held.
  private mutating func pass(coarse: (reach: Double, width: Double)?) throws {
    var next: [[RingExtraction.RingPoints]] = []
    for (index, extraction) in extractions.enumerated() {
      let plans = plans(frame: index, coarse: coarse)
      let model = fit
      let bands = extraction.extract(plans, plate: fit.plate(of: index)) { ring in
        model.ringAngle(dSpacing: rings[ring].dSpacing, frame: index)
      }
      next.append(bands)
      for band in bands { if let profile = band.profile { profiles[index][band.plan.ring] = profile } }
    }
    found = next
    settleProfiles()
    gather()
    guard fit.points.count >= max(3 * fit.free.count, 12) else {
      throw CalibrationError(
        .ringPoints,
        found:
          "\(fit.points.count) usable points on \(Set(origins.map { $0.band }).count) rings for \(fit.free.count) parameters",
        advice: "expose longer, unmask more of the rings, or start closer to the true geometry")
    }
    guard fit.solve() else {
      throw CalibrationError(
        .leastSquares, found: "the points do not determine \(fit.free.map(\.description).joined(separator: ", "))",
        advice: "hold some parameters, or give frames at several distances to refine the wavelength")
    }
  }

  /// Rings whose own line is not known borrow that of the others; a line far from the rest is replaced too.
  private mutating func settleProfiles() {
    for index in profiles.indices {
      let known = profiles[index].compactMap(\.self)
      guard known.count >= 2 else { continue }
      let width = median(known.map(\.width))
      for ring in profiles[index].indices {
        guard let profile = profiles[index][ring] else { continue }
        if profile.width > 3 * width || profile.width < width / 3 { profiles[index][ring] = nil }
      }
    }
  }

  private func plans(frame: Int, coarse: (reach: Double, width: Double)?) -> [RingExtraction.Plan] {
    let grid = extractions[frame].grid
    let plate = fit.plate(of: frame)
    let angles: [(ring: Int, angle: Double)] = rings.indices.compactMap { ring in
      rings[ring].twoTheta(wavelength: fit.wavelengthScale * fit.frames[frame].wavelength).map { (ring, $0) }
    }.sorted { $0.angle < $1.angle }
    let range = PlateRange(plate, grid)
    let knownWidths = profiles[frame].compactMap(\.self)
    let common =
      knownWidths.isEmpty
      ? nil : LineShape(width: median(knownWidths.map(\.width)), lorentzian: median(knownWidths.map(\.lorentzian)))
    var plans: [RingExtraction.Plan] = []
    for (place, item) in angles.enumerated() {
      let step = pitch(item.angle, grid)
      guard item.angle > range.least - 5 * step, item.angle < range.most + 5 * step else { continue }
      let below = place > 0 ? item.angle - angles[place - 1].angle : item.angle
      let above = place + 1 < angles.count ? angles[place + 1].angle - item.angle : .infinity
      let gap = min(below, above)
      let radius = plate.distance * tan(min(item.angle, 1.3)) / min(grid.pixelHeight, grid.pixelWidth)
      let share = visibleShare(item.angle, plate, grid)
      guard share > 0 else { continue }
      let most = min(max(Int(2 * .pi * radius / 12), 24), Int(360 / share))
      if let coarse {
        let halfWidth = min(0.4 * gap, coarse.reach * step)
        guard halfWidth > 3 * step else { continue }
        let profile = profiles[frame][item.ring] ?? LineShape(width: coarse.width * step, lorentzian: 0)
        plans.append(
          .init(
            ring: item.ring, halfWidth: halfWidth, sectors: min(most, Int(72 / share)), profile: profile,
            freeWidth: true,
            search: true))
      } else {
        guard let profile = profiles[frame][item.ring] ?? common else { continue }
        let width = profile.broadened(by: step * step / 12).width
        let wanted = max((profile.lorentzian > 0.3 ? 4 : 3) * width, 4 * step)
        let halfWidth = min(0.45 * gap, wanted)
        guard halfWidth > 1.2 * width, halfWidth > 2.5 * step else { continue }
        plans.append(
          .init(
            ring: item.ring, halfWidth: halfWidth, sectors: sectors(frame: frame, ring: item.ring, most: most),
            profile: profile, freeWidth: false, search: false))
      }
    }
    return plans
  }

  /// The share of a ring's azimuths that fall on the plate.
  private func visibleShare(_ twoTheta: Double, _ plate: PlateModel, _ grid: DetectorGrid) -> Double {
    let steps = 720
    var seen = 0
    for step in 0..<steps {
      let azimuth = (Double(step) + 0.5) / Double(steps) * 2 * .pi - .pi
      guard let radius = plate.radius(twoTheta: twoTheta, azimuth: azimuth) else { continue }
      let place = grid.pixel(
        axis1: plate.beam1 + radius * sin(azimuth), axis2: plate.beam2 + radius * cos(azimuth))
      if place.row > -2, place.column > -2, place.row < Double(grid.shape.rows + 2),
        place.column < Double(grid.shape.columns + 2)
      {
        seen += 1
      }
    }
    return Double(seen) / Double(steps)
  }

  /// As many sectors as leave each a line of ten sigma, by what the last pass saw.
  private func sectors(frame: Int, ring: Int, most: Int) -> Int {
    guard let last = found.indices.contains(frame) ? found[frame].first(where: { $0.plan.ring == ring }) : nil,
      !last.points.isEmpty
    else { return 36 }
    let signal = median(last.points.map { $0.fit.height / $0.fit.heightSigma })
    let wanted = Double(last.plan.sectors) * (signal / 10) * (signal / 10)
    return min(max(Int(min(wanted, 1e5)), 24), most)
  }

  /// The usable lines of the last extraction as points of the fit.
  private mutating func gather() {
    var points: [GeometryFit.Point] = []
    origins = []
    for (frame, bands) in found.enumerated() {
      for (band, ring) in bands.enumerated() {
        let usable = ring.points.indices.filter { Self.isUsable(ring.points[$0].fit) }
        guard usable.count >= 4, 6 * usable.count >= ring.sectorsSeen else { continue }
        let fits = ring.points.map(\.fit)
        let asymmetry = median(usable.map { fits[$0].asymmetry / fits[$0].height })
        let width = median(usable.map { fits[$0].width })
        for index in usable {
          let item = fits[index]
          let lopsided = item.asymmetry / item.height - asymmetry
          guard abs(lopsided) < max(0.35, 4 * item.asymmetrySigma / item.height) else { continue }
          guard item.width > 0.5 * width, item.width < 2 * width else { continue }
          guard abs(item.widthPull) < max(log(2), 4 * item.widthPullSigma) else { continue }
          points.append(
            .init(
              frame: frame, dSpacing: rings[ring.plan.ring].dSpacing, axis1: ring.points[index].axis1,
              axis2: ring.points[index].axis2, sigma: item.shiftSigma))
          origins.append((frame, band, index))
        }
      }
    }
    fit.points = points
    fit.weights = [Double](repeating: 1, count: points.count)
  }

  private static func isUsable(_ fit: SectorFit) -> Bool {
    fit.height > 4 * fit.heightSigma && fit.shiftSigma.isFinite && fit.shiftSigma > 0
      && fit.shiftSigma < 0.5 * fit.width
  }
}

/// The least and largest scattering angles on a plate.
struct PlateRange {
  let least: Double
  let most: Double

  init(_ plate: PlateModel, _ grid: DetectorGrid) {
    var angles: [Double] = []
    let steps = 64
    for step in 0...steps {
      let part = Double(step) / Double(steps)
      let (rows, columns) = (Double(grid.shape.rows), Double(grid.shape.columns))
      for (row, column) in [(part * rows, 0), (part * rows, columns), (0, part * columns), (rows, part * columns)] {
        let place = grid.position(row: row, column: column)
        angles.append(plate.twoTheta(place.axis1, place.axis2))
      }
    }
    let beam = grid.pixel(axis1: plate.beam1, axis2: plate.beam2)
    let inside =
      beam.row > 0 && beam.row < Double(grid.shape.rows) && beam.column > 0
      && beam.column < Double(grid.shape.columns)
    least = inside ? 0 : angles.min() ?? 0
    most = angles.max() ?? 0
  }
}
