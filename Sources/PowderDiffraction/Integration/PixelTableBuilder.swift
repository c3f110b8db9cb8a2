import ArrayMath
import CKernels

/// Builds the table of a pattern's bins: which rows of the image lie where.
///
/// The work is divided into chunks of rows whose number does not depend on the threads, and sums are added in the order
/// of the chunks.
struct PixelTableBuilder {
  let rays: PixelRays
  let settings: IntegrationSettings
  let normalisation: PixelNormalisation
  let threads: Int

  private var columns: Int { rays.shape.columns }
  static let rowsInChunk = 128

  /// The bins: the range of the settings, or what the pixels in use cover.
  func axis() throws -> BinAxis {
    if let range = settings.range {
      return BinAxis(lower: range.lowerBound, largest: range.upperBound, count: settings.points)
    }
    let chunks = (rays.shape.rows + Self.rowsInChunk - 1) / Self.rowsInChunk
    let extents = try parallelMap(count: chunks, threads: threads) { chunk in
      var radii = RowRadii(rays: rays, unit: settings.unit, splitting: settings.splitting)
      var extent = (least: Double.infinity, most: -Double.infinity)
      let flags = flags
      for row in chunk * Self.rowsInChunk..<min((chunk + 1) * Self.rowsInChunk, rays.shape.rows) {
        radii.move(to: row)
        for column in 0..<columns where flags.isEmpty || flags[row * columns + column] == 0 {
          let (least, most) = radii.extent(column)
          extent = (min(extent.least, least), max(extent.most, most))
        }
      }
      return extent
    }
    let least = extents.reduce(Double.infinity) { min($0, $1.least) }
    let most = extents.reduce(-Double.infinity) { max($0, $1.most) }
    // Without a pixel in use any range will do.
    guard least <= most else { return BinAxis(lower: 0, largest: 1, count: settings.points) }
    return BinAxis(lower: max(least, 0), largest: most, count: settings.points)
  }

  /// The flags of the mask; empty without one.
  private var flags: [UInt8] { settings.mask?.flags ?? [] }

  func build(_ axis: BinAxis) throws -> (PixelTable, BinConstants) {
    let count = rays.shape.count
    var parts: [TablePart] = []
    let layout: PixelTable.Layout
    if settings.splitting == .none {
      layout = .whole(
        try [UInt16](unsafeUninitializedCapacity: count) { buffer, initialised in
          operando_prefer_large_pages(buffer.baseAddress, buffer.count * MemoryLayout.stride(ofValue: buffer[0]))
          nonisolated(unsafe) let buffer = buffer
          parts = try fill(axis) { pixel, shares in
            buffer[pixel] = UInt16(shares.count == 0 ? axis.count : shares.first)
            return true
          }
          initialised = count
        })
    } else {
      layout = .shared(
        try [UInt64](unsafeUninitializedCapacity: count) { buffer, initialised in
          operando_prefer_large_pages(buffer.baseAddress, buffer.count * MemoryLayout.stride(ofValue: buffer[0]))
          nonisolated(unsafe) let buffer = buffer
          parts = try fill(axis) { pixel, shares in
            let word = SharedWord(shares)
            buffer[pixel] = (word ?? .leftOut(bins: axis.count)).bits
            return word != nil
          }
          initialised = count
        })
    }
    return TablePart.joined(parts, layout: layout, bins: axis.count)
  }

  /// - Parameter store: packs a pixel's shares; false when there is no room for them.
  private func fill(
    _ axis: BinAxis, store: @Sendable (_ pixel: Int, _ shares: borrowing PixelShares) -> Bool
  ) throws -> [TablePart] {
    let chunks = max((rays.shape.rows + Self.rowsInChunk - 1) / Self.rowsInChunk, 1)
    return try parallelMap(count: chunks, threads: threads) { chunk in
      let constants = RunningConstants(bins: axis.count)
      var part = TablePart(constants: BinConstants(bins: 0, hasDark: false, hasDarkVariance: false))
      var radii = RowRadii(rays: rays, unit: settings.unit, splitting: settings.splitting)
      var shares = PixelShares(bins: axis.count)
      let flags = flags
      let dark = settings.dark ?? []
      let darkVariance = settings.darkVariance ?? []
      let weights = UnsafeMutableBufferPointer<Double>.allocate(capacity: columns)
      defer { weights.deallocate() }
      for row in chunk * Self.rowsInChunk..<min((chunk + 1) * Self.rowsInChunk, rays.shape.rows) {
        radii.move(to: row)
        normalisation.fill(row: row, into: weights)
        for column in 0..<columns {
          let pixel = row * columns + column
          let isUsed = flags.isEmpty || flags[pixel] == 0
          if isUsed, weights[column] > 0, isInBand(radii.centre(column)) {
            radii.share(column, on: axis, into: &shares)
          } else {
            shares.clear()
          }
          let fits = store(pixel, shares)
          guard shares.count > 0 else { continue }
          if !fits {
            let (first, quanta) = (shares.first, shares.quanta)
            part.wide.append(pixel: pixel, shares: (0..<shares.count).map { (first + $0, quanta[$0]) })
          }
          for place in 0..<shares.count {
            constants.add(
              bin: shares.first + place, quanta: shares.quanta[place], weight: weights[column],
              dark: dark.isEmpty ? 0 : Double(dark[pixel]),
              darkVariance: darkVariance.isEmpty ? 0 : Double(darkVariance[pixel]))
          }
          part.extendRun(to: pixel)
        }
      }
      part.constants = constants.finish(hasDark: settings.dark != nil, hasDarkVariance: settings.darkVariance != nil)
      return part
    }
  }

  func isInBand(_ radius: @autoclosure () -> Double) -> Bool {
    if settings.bands.isEmpty { return true }
    let radius = radius()
    return settings.bands.contains { $0.contains(radius) }
  }
}
