import Foundation

/// The spots of a phase, ready to be added to rows of an image.
struct SpotGroup: Sendable {
  /// Nothing of a spot; the flank of its profile; its middle.
  private enum Reach { case nothing, tail, core }

  private struct Placed: Sendable {
    let spot: DiffractionSpot
    let rows, columns: Range<Int>
    let rule: GaussLegendre
    let sine, cosine, tangent, height: Double
    /// Distance across the ring beyond which a pixel's centre stands for the pixel, in radians.
    let tail: Double
    /// Whether that holds along the ring as well: the flank of a spot wider than a pixel is then off by at most 10⁻³ of
    /// the height at single pixels, and by nothing in their sum.
    let isWide: Bool

    /// How much of the spot can be within a pixel about a place; `pixel` is the largest angle a pixel spans from the
    /// sample.
    @inline(__always)
    func reach(_ t: SIMD3<Double>, pixel: Double) -> Reach {
      let square = t.x * t.x + t.y * t.y
      let radius = square.squareRoot()
      let length = (square + t.z * t.z).squareRoot()
      let halfTangent = radius / (length + t.z)
      let offset = 2 * (halfTangent - tangent) / (1 + halfTangent * tangent)
      // An arc tangent is smaller than its argument, a sine smaller than its angle.
      guard abs(offset) < 1.1 * (spot.shape.reach + pixel) else { return .nothing }
      let aside = t.x * cosine - t.y * sine
      guard abs(aside) < radius * SpotGroup.azimuthalReach * spot.azimuthalWidth + pixel * length else {
        return .nothing
      }
      return abs(offset) < tail ? .core : .tail
    }
  }

  /// A spot is cut where it has fallen to 10⁻⁸ along the ring; what is lost is below the rounding of an image.
  fileprivate static let azimuthalReach = 2.6

  private let map: PlateMap
  private let placed: [Placed]
  private let pixel: Double

  init(_ spots: [DiffractionSpot], map: PlateMap, samplesPerEdge: Int?) throws(ForwardModelError) {
    self.map = map
    pixel = 1.5 * map.pixelAngle(twoTheta: 0)
    var placed: [Placed] = []
    for spot in spots {
      let pixel = map.pixelAngle(twoTheta: spot.twoTheta)
      guard spot.shape.fwhm > pixel / 10 else {
        throw .narrowLine(label: "of a spot", width: spot.shape.fwhm, pixel: pixel)
      }
      guard let box = Self.box(spot, map) else { continue }
      // Along the ring a pixel spans the angle pixel/sin 2θ, more or less (the plate is seen under 2θ).
      let along = spot.azimuthalWidth * abs(sin(spot.twoTheta) * cos(spot.twoTheta))
      guard along > pixel / 10 else {
        throw .narrowLine(label: "of a spot, along the ring,", width: along, pixel: pixel)
      }
      let width = min(spot.shape.fwhm, along) / pixel
      placed.append(
        Placed(
          spot: spot, rows: box.rows, columns: box.columns,
          rule: GaussLegendre(samplesPerEdge ?? GaussLegendre.count(width: width)),
          sine: sin(spot.azimuth), cosine: cos(spot.azimuth), tangent: tan(spot.twoTheta / 2),
          height: spot.photons * (4 * log(2) / .pi).squareRoot() / spot.azimuthalWidth,
          tail: Self.tail(spot.shape, pixel: pixel), isWide: samplesPerEdge == nil && along > pixel))
    }
    self.placed = placed
  }

  /// Where a Lorentzian tail is as good as straight within a pixel, as in a ``RadialTable``.
  private static func tail(_ shape: RingShape, pixel: Double) -> Double {
    let width = shape.fwhm / pixel
    return max(3, pow(shape.mixing / (16 * width * width * 5e-5), 0.25)) * shape.fwhm + 2 * pixel
  }

  /// The pixels that a spot can reach; `nil` when it misses the plate.
  private static func box(_ spot: DiffractionSpot, _ map: PlateMap) -> (rows: Range<Int>, columns: Range<Int>)? {
    var rows = (Double.infinity, -Double.infinity)
    var columns = rows
    let reach = azimuthalReach * spot.azimuthalWidth
    for step in -8...8 {
      for side in [-1.0, 0, 1] {
        let twoTheta = max(spot.twoTheta + side * spot.shape.reach, 0)
        guard let point = map.imagePoint(twoTheta: twoTheta, azimuth: spot.azimuth + reach * Double(step) / 8) else {
          return nil
        }
        rows = (min(rows.0, point.row), max(rows.1, point.row))
        columns = (min(columns.0, point.column), max(columns.1, point.column))
      }
    }
    // Between the points the arc may bulge by its sagitta, r (reach/8)² / 8.
    let radius = max(rows.1 - rows.0, columns.1 - columns.0)
    let margin = 2 + radius * reach / 32
    let firstRow = max(rows.0 - margin, 0)
    let lastRow = min(rows.1 + margin, Double(map.rows))
    let firstColumn = max(columns.0 - margin, 0)
    let lastColumn = min(columns.1 + margin, Double(map.columns))
    guard firstRow < lastRow, firstColumn < lastColumn else { return nil }
    return (Int(firstRow)..<Int(lastRow.rounded(.up)), Int(firstColumn)..<Int(lastColumn.rounded(.up)))
  }

  /// Adds the spots to some rows, in the order of the spots.
  func add(
    rows: Range<Int>, columns: Int, polarisation: Double, efficiency: SensorEfficiency?,
    to image: UnsafeMutableBufferPointer<Float>
  ) {
    for spot in placed {
      for row in rows.clamped(to: spot.rows) {
        for column in spot.columns {
          let t = map.position(row: Double(row) + 0.5, column: Double(column) + 0.5)
          let value = mean(of: spot, about: t, polarisation)
          guard value > 0 else { continue }
          let factor = efficiency.map { $0(cosine: map.distance / (t * t).sum().squareRoot()) } ?? 1
          image[row * columns + column] += Float(value * factor * map.pixelArea)
        }
      }
    }
  }

  /// Photons per square metre, mean over a pixel.
  @inline(__always)
  private func mean(of placed: Placed, about t: SIMD3<Double>, _ polarisation: Double) -> Double {
    // Most of the box is farther than a pixel from the spot: there nothing is left.
    switch placed.reach(t, pixel: pixel) {
    case .nothing: return 0
    case .tail where placed.isWide: return density(of: placed, at: t, polarisation)
    case .tail, .core: break
    }
    let rule = placed.rule
    var sum = 0.0
    for i in rule.points.indices {
      let line = t + rule.points[i] * map.rowStep
      for j in rule.points.indices {
        sum +=
          rule.weights[i] * rule.weights[j]
          * density(of: placed, at: line + rule.points[j] * map.columnStep, polarisation)
      }
    }
    return sum
  }

  /// Photons per square metre at a place of the plate.
  @inline(__always)
  private func density(of placed: Placed, at t: SIMD3<Double>, _ polarisation: Double) -> Double {
    let spot = placed.spot
    let across = t.x * t.x + t.y * t.y
    let square = across + t.z * t.z
    let length = square.squareRoot()
    let radius = across.squareRoot()
    let halfTangent = radius / (length + t.z)
    let x = (halfTangent - placed.tangent) / (1 + halfTangent * placed.tangent)
    // The azimuth from the spot, from the vector turned by the spot's own.
    let along =
      Self.arcTangent(t.x * placed.cosine - t.y * placed.sine, t.x * placed.sine + t.y * placed.cosine)
      / spot.azimuthalWidth
    guard abs(along) < Self.azimuthalReach, radius > 0 else { return 0 }
    let profile = spot.shape(2 * Self.arcTangent(x, 1)) * placed.height * exp(-4 * log(2) * along * along)
    let polarised = 0.5 + (t.z * t.z - polarisation * (t.y * t.y - t.x * t.x)) * (0.5 / square)
    // dΩ/dA over sin 2θ = radius / length.
    return profile * polarised * map.distance / (square * radius)
  }

  /// atan2, by its series where that is exact to 10⁻¹².
  @inline(__always)
  private static func arcTangent(_ y: Double, _ x: Double) -> Double {
    let ratio = y / x
    let square = ratio * ratio
    guard x > 0, square < 1e-3 else { return atan2(y, x) }
    return ratio * (1 - square * (1.0 / 3 - square * (0.2 - square * (1.0 / 7))))
  }
}
