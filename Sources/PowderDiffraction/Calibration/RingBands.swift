import ArrayMath
import Foundation

/// The pixels around each ring, sorted into sectors of azimuth.
struct RingBands {
  /// A ring and the band around it.
  struct Band {
    /// Which ring of the calibrant.
    var ring: Int
    /// The scattering angle, in radians.
    var twoTheta: Double
    /// Half the width of the band in 2θ, in radians.
    var halfWidth: Double
    /// The number of sectors around the ring.
    var sectors: Int
    /// The number of the band's first sector among the sectors of all bands.
    var firstSector = 0
  }

  let bands: [Band]
  /// Where the pixels of each sector begin; one more than there are sectors.
  let starts: [Int]
  /// 2θ of the pixel's centre less that of the ring, in radians.
  let offset: [Float]
  /// Counts.
  let value: [Float]
  /// Azimuth on the plate about the beam, in radians.
  let azimuth: [Float]

  /// - Parameters:
  ///   - bands: in ascending 2θ, not overlapping.
  ///   - plate: where the detector stands.
  ///   - grid: its pixels.
  ///   - pixels: the counts, C order.
  ///   - flags: non-zero leaves a pixel out.
  init(
    bands given: [Band], plate: PlateModel, grid: DetectorGrid, pixels: UnsafeBufferPointer<Float>,
    flags: UnsafeBufferPointer<UInt8>
  ) {
    var bands = given
    var sectorCount = 0
    for index in bands.indices {
      bands[index].firstSector = sectorCount
      sectorCount += bands[index].sectors
    }
    let table = BandTable(bands)
    var keys: [Int32] = []
    var found: (offset: [Float], value: [Float], azimuth: [Float]) = ([], [], [])
    let columns = grid.shape.columns
    let origin = grid.position(row: 0.5, column: 0.5)
    let next = grid.position(row: 1.5, column: 1.5)
    let step1 = next.axis1 - origin.axis1
    let step2 = next.axis2 - origin.axis2
    let (d, u1, u2) = (plate.distance, plate.tilt1, plate.tilt2)
    var cells = [Int32](repeating: 0, count: columns)
    let scale = table.scale
    for row in 0..<grid.shape.rows {
      let x1 = origin.axis1 + Double(row) * step1 - plate.beam1
      let start2 = origin.axis2 - plate.beam2
      // sin θ from cos 2θ = t / |v| picks the cell of the table; the exact angle follows for the few pixels in a band.
      cells.withUnsafeMutableBufferPointer { cells in
        for column in 0..<columns {
          let x2 = start2 + Double(column) * step2
          let s = u1 * x1 + u2 * x2
          let cosine = (d + s) / (d * (d + 2 * s) + x1 * x1 + x2 * x2).squareRoot()
          cells[column] = Int32(truncatingIfNeeded: Int((0.5 * (1 - cosine)).squareRoot() * scale))
        }
      }
      for column in 0..<columns {
        let candidate = Int(table.band[min(max(Int(cells[column]), 0), table.band.count - 1)])
        guard candidate >= 0 else { continue }
        let index = row * columns + column
        guard flags[index] == 0 else { continue }
        let x2 = start2 + Double(column) * step2
        let s = u1 * x1 + u2 * x2
        let twoTheta = atan2(max(x1 * x1 + x2 * x2 - s * s, 0).squareRoot(), d + s)
        let band = bands[candidate]
        let offset = twoTheta - band.twoTheta
        guard abs(offset) <= band.halfWidth else { continue }
        let angle = atan2(x1, x2)
        let sector = Self.sector(angle, of: band.sectors)
        keys.append(Int32(band.firstSector + sector))
        found.offset.append(Float(offset))
        found.value.append(pixels[index])
        found.azimuth.append(Float(angle))
      }
    }
    // A counting sort keeps the order of the image within a sector.
    var starts = [Int](repeating: 0, count: sectorCount + 1)
    for key in keys { starts[Int(key) + 1] += 1 }
    for index in 0..<sectorCount { starts[index + 1] += starts[index] }
    var place = starts
    var sorted = found
    for (from, key) in keys.enumerated() {
      let to = place[Int(key)]
      place[Int(key)] += 1
      sorted.offset[to] = found.offset[from]
      sorted.value[to] = found.value[from]
      sorted.azimuth[to] = found.azimuth[from]
    }
    self.bands = bands
    self.starts = starts
    offset = sorted.offset
    value = sorted.value
    azimuth = sorted.azimuth
  }

  /// The sector of a full turn, counted from −π, in which an azimuth lies.
  static func sector(_ azimuth: Double, of count: Int) -> Int {
    min(max(Int((azimuth + .pi) / (2 * .pi) * Double(count)), 0), count - 1)
  }
}

/// Which band a pixel may lie in, looked up by sin θ.
private struct BandTable {
  static let cells = 1 << 16
  let scale = Double(Self.cells)
  var band = [Int16](repeating: -1, count: Self.cells + 2)

  init(_ bands: [RingBands.Band]) {
    for (index, item) in bands.enumerated() {
      let low = sin(max(item.twoTheta - item.halfWidth, 0) / 2) * scale
      let high = sin(min(item.twoTheta + item.halfWidth, .pi) / 2) * scale
      for cell in max(Int(low) - 1, 0)...min(Int(high) + 1, band.count - 1) { band[cell] = Int16(index) }
    }
  }
}
