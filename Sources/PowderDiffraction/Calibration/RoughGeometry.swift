import Foundation

/// A geometry good enough for the first bands, from the image alone or from a rough start.
struct RoughGeometry {
  /// One assignment of the rings that were seen to those of the calibrant.
  struct Hypothesis {
    var plate: PlateModel
    /// Correlation of the frame with the rings, −1...1.
    var correlation: Double
  }

  let correlation: RingCorrelation
  /// Best first.
  private(set) var hypotheses: [Hypothesis] = []
  /// Those that explain less than 0.6 of what the best one does.
  private(set) var rejected: [Hypothesis] = []

  /// What may vary in the search.
  struct Freedom {
    var distance = true
    var tilt = true
  }

  /// Searches the centre, then the distance, then both and the tilt together.
  ///
  /// - Parameter distance: in metres, with a relative tolerance; `nil` for any.
  init(
    _ frame: ReducedFrame, correlation: RingCorrelation, distance: (value: Double, tolerance: Double)?,
    freedom: Freedom
  ) throws {
    self.correlation = correlation
    guard frame.shareAbove > 0.002 else {
      throw CalibrationError(
        .centre,
        found: String(format: "no ridges: %.2g %% of the frame stand above their surroundings", 100 * frame.shareAbove),
        advice: "expose longer, sum frames, or check that this is a frame of a powder calibrant")
    }
    let side = Double(frame.side)
    var centres: [(row: Double, column: Double, contrast: Double)] = []
    for candidate in CentreVote(frame).candidates.prefix(4) {
      let place = [candidate.row * side, candidate.column * side]
      let best = nelderMead(
        from: correlation.isTransposed ? place.reversed() : place, steps: [4 * side, 4 * side], evaluations: 80
      ) { -correlation.contrast(row: $0[0], column: $0[1]) }
      centres.append((best.point[0], best.point[1], -best.value))
    }
    centres.sort { $0.contrast > $1.contrast }
    guard let first = centres.first, first.contrast > 0.02 else {
      throw CalibrationError(
        .centre,
        found: String(
          format: "no centre about which the ridges are rings (the best explains %.1f %% of the signal)",
          100 * (centres.first?.contrast ?? 0)), advice: "give a rough geometry, or check the frame")
    }
    for centre in centres where centre.contrast > 0.6 * first.contrast {
      hypotheses += distances(centre: (centre.row, centre.column), given: distance)
    }
    hypotheses.sort { $0.correlation > $1.correlation }
    let wide = Self.distinct(hypotheses, cell: correlation.cell).prefix(5).map {
      refined($0, freedom, spreads: [(3.0, 100, 7), (1.5, 120, 5)])
    }.sorted { $0.correlation > $1.correlation }
    let most = wide.first?.correlation ?? 0
    hypotheses = wide.filter { $0.correlation > 0.6 * most }.map { refined($0, freedom, spreads: [(0.8, 200, 1)]) }
    hypotheses.sort { $0.correlation > $1.correlation }
    rejected = wide.filter { $0.correlation <= 0.6 * most }
    hypotheses = Self.distinct(hypotheses, cell: correlation.cell)
  }

  /// Starts at a rough geometry.
  init(start: PlateModel, correlation: RingCorrelation, freedom: Freedom) {
    self.correlation = correlation
    hypotheses = [
      refined(
        Hypothesis(plate: start, correlation: 0), freedom, spreads: [(3.0, 150, 3), (1.5, 150, 3), (0.8, 200, 1)])
    ]
  }

  /// Distances at which the rings of the calibrant fall on those seen about a centre.
  private func distances(
    centre: (row: Double, column: Double), given: (value: Double, tolerance: Double)?
  ) -> [Hypothesis] {
    let (mean, number) = correlation.profile(row: centre.row, column: centre.column)
    let place = correlation.grid.position(row: centre.row, column: centre.column)
    let extent = correlation.cell * Double(number.lastIndex { $0 > 0 } ?? 1)
    // "Within 20 %" is taken both ways, a fifth too far and a fifth too near, with a little to spare.
    let low = given.map { $0.value / (1 + 1.2 * $0.tolerance) * 0.99 } ?? 0.1 * extent
    let high = given.map { $0.value / max(1 - 1.2 * $0.tolerance, 0.05) * 1.01 } ?? 60 * extent
    let angles = correlation.rings.compactMap { ring -> (tan: Double, weight: Double)? in
      ring.twoTheta(wavelength: correlation.wavelength).flatMap {
        $0 < 1.4 ? (tan($0), RingCorrelation.weight(ring)) : nil
      }
    }
    let step = 0.0015
    let count = max(Int((log(high / low)) / step), 1)
    var scores: [Double] = []
    for index in 0...count {
      let distance = low * exp(Double(index) * step)
      var template = [Double](repeating: 0, count: mean.count)
      for angle in angles {
        let radius = distance * angle.tan / correlation.cell - 0.5
        guard radius < Double(mean.count + 4) else { continue }
        for bin in max(Int(radius) - 4, 0)...max(min(Int(radius) + 5, mean.count - 1), 0) {
          let z = (Double(bin) - radius) / 1.2
          template[bin] = max(template[bin], angle.weight * exp(-0.5 * z * z))
        }
      }
      scores.append(Self.correlate(mean, template, number))
    }
    var found: [Hypothesis] = []
    for index in scores.indices
    where scores[index] > 0.1 && (index == 0 || scores[index] >= scores[index - 1])
      && (index == count || scores[index] > scores[index + 1])
    {
      let plate = PlateModel(
        distance: low * exp(Double(index) * step), beam1: place.axis1, beam2: place.axis2, tilt1: 0, tilt2: 0)
      found.append(Hypothesis(plate: plate, correlation: scores[index]))
    }
    return Array(found.sorted { $0.correlation > $1.correlation }.prefix(6))
  }

  /// Weighted correlation of two profiles.
  private static func correlate(_ a: [Double], _ b: [Double], _ weight: [Double]) -> Double {
    var (n, sa, sb, saa, sbb, sab) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for index in a.indices {
      let w = weight[index].squareRoot()
      n += w
      sa += w * a[index]
      sb += w * b[index]
      saa += w * a[index] * a[index]
      sbb += w * b[index] * b[index]
      sab += w * a[index] * b[index]
    }
    let variance = (saa - sa * sa / n) * (sbb - sb * sb / n)
    return n > 0 && variance > 0 ? (sab - sa * sb / n) / variance.squareRoot() : -1
  }

  /// Climbs the correlation over distance, centre and tilt with ever narrower rings.
  ///
  /// - Parameter spreads: width of the rings in cells, evaluations, and which share of the cells to look at (one in so
  ///   many), one entry after the other.
  private func refined(
    _ hypothesis: Hypothesis, _ freedom: Freedom, spreads: [(spread: Double, evaluations: Int, every: Int)]
  ) -> Hypothesis {
    var best = hypothesis
    let cell = correlation.cell
    for (spread, evaluations, every) in spreads {
      let start = best.plate
      let size = spread * cell
      let reach = max(PlateRange(start, correlation.grid).most, 0.05)
      // Steps that move the outermost ring by about one spread.
      let scale = [size / tan(min(reach, 1.2)), size, size, size / (start.distance * tan(min(reach, 1.2)))]
      func plate(_ x: [Double]) -> PlateModel {
        var plate = start
        plate.beam1 += x[0] * scale[1]
        plate.beam2 += x[1] * scale[2]
        var next = 2
        if freedom.distance {
          plate.distance += x[next] * scale[0]
          next += 1
        }
        if freedom.tilt {
          plate.tilt1 = min(max(plate.tilt1 + x[next] * scale[3], -0.9), 0.9)
          plate.tilt2 = min(max(plate.tilt2 + x[next + 1] * scale[3], -0.9), 0.9)
        }
        return plate
      }
      let order = 2 + (freedom.distance ? 1 : 0) + (freedom.tilt ? 2 : 0)
      let result = nelderMead(
        from: [Double](repeating: 0, count: order), steps: [Double](repeating: 1, count: order),
        evaluations: evaluations
      ) { -correlation(plate($0), spread: size, every: every) }
      best = Hypothesis(plate: plate(result.point), correlation: -result.value)
    }
    return best
  }

  /// Leaves out what lies within a hundredth in distance and three cells in the centre of a better one.
  private static func distinct(_ hypotheses: [Hypothesis], cell: Double) -> [Hypothesis] {
    var kept: [Hypothesis] = []
    for item in hypotheses {
      let near = kept.contains {
        abs(log($0.plate.distance / item.plate.distance)) < 0.01
          && abs($0.plate.beam1 - item.plate.beam1) < 3 * cell && abs($0.plate.beam2 - item.plate.beam2) < 3 * cell
      }
      if !near { kept.append(item) }
    }
    return kept
  }
}
