import Foundation

/// The spots of a phase, ready to be added to rows of an image.
struct SpotGroup: Sendable {
  private struct Placed: Sendable {
    let spot: DiffractionSpot
    let rows, columns: Range<Int>
    let rule: GaussLegendre
    let sine, cosine, tangent, height: Double
  }

  /// A spot is cut where it has fallen to 10⁻⁸ along the ring; what is lost is below the rounding of an image.
  private static let azimuthalReach = 2.6

  private let map: PlateMap
  private let placed: [Placed]

  init(_ spots: [DiffractionSpot], map: PlateMap, samplesPerEdge: Int?) throws(ForwardModelError) {
    self.map = map
    var placed: [Placed] = []
    for spot in spots {
      let pixel = map.pixelAngle(twoTheta: spot.twoTheta)
      guard spot.shape.fwhm > pixel / 10 else {
        throw .narrowLine(label: "of a spot", width: spot.shape.fwhm, pixel: pixel)
      }
      guard let box = Self.box(spot, map) else { continue }
      // Along the ring a pixel spans the angle pixel/sin 2θ, more or less (the plate is seen under 2θ).
      let along = spot.azimuthalWidth * sin(spot.twoTheta) * cos(spot.twoTheta)
      let width = min(spot.shape.fwhm, max(along, 1e-12)) / pixel
      placed.append(
        Placed(
          spot: spot, rows: box.rows, columns: box.columns,
          rule: GaussLegendre(samplesPerEdge ?? GaussLegendre.count(width: width)),
          sine: sin(spot.azimuth), cosine: cos(spot.azimuth), tangent: tan(spot.twoTheta / 2),
          height: spot.photons * (4 * log(2) / .pi).squareRoot() / spot.azimuthalWidth))
    }
    self.placed = placed
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
    // A pixel's width beyond the reach nothing is left; most of the box is skipped here.
    let spot = placed.spot
    let centre = PlateMap.halfTangent(t)
    let pixel = map.pixelAngle(twoTheta: 0)
    let offset = 2 * atan((centre - placed.tangent) / (1 + centre * placed.tangent))
    guard abs(offset) < spot.shape.reach + pixel else { return 0 }
    var sum = 0.0
    for (rowPoint, rowWeight) in zip(placed.rule.points, placed.rule.weights) {
      let line = t + rowPoint * map.rowStep
      for (columnPoint, columnWeight) in zip(placed.rule.points, placed.rule.weights) {
        sum += rowWeight * columnWeight * density(of: placed, at: line + columnPoint * map.columnStep, polarisation)
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
    let angle = atan2(t.x * placed.cosine - t.y * placed.sine, t.x * placed.sine + t.y * placed.cosine)
    let along = angle / spot.azimuthalWidth
    guard abs(along) < Self.azimuthalReach, radius > 0 else { return 0 }
    let profile = spot.shape(2 * atan(x)) * placed.height * exp(-4 * log(2) * along * along)
    let polarised = 0.5 + (t.z * t.z - polarisation * (t.y * t.y - t.x * t.x)) * (0.5 / square)
    // dΩ/dA over sin 2θ = radius / length.
    return profile * polarised * map.distance / (square * radius)
  }
}
