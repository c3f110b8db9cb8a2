import ArrayMath
import CKernels

/// Builds the table of a cake's bins.
struct CakeTableBuilder {
  let radial: PixelTableBuilder
  let azimuthalPoints: Int
  let azimuthalRange: ClosedRange<Double>?

  private var rays: PixelRays { radial.rays }
  private var settings: IntegrationSettings { radial.settings }
  private var columns: Int { rays.shape.columns }

  /// π rounded to single precision, which is how far pyFAI lets azimuths go.
  private static let halfTurn = Double(Float(3.1415927))

  func axes() throws -> (radial: BinAxis, azimuthal: BinAxis) {
    let radialAxis = try radial.axis()
    if let range = azimuthalRange {
      return (radialAxis, BinAxis(lower: range.lowerBound, largest: range.upperBound, count: azimuthalPoints))
    }
    let flags = settings.mask?.flags ?? []
    let chunks = (rays.shape.rows + PixelTableBuilder.rowsInChunk - 1) / PixelTableBuilder.rowsInChunk
    let extents = try parallelMap(count: chunks, threads: radial.threads) { chunk in
      var row = RowAzimuths(rays: rays, splitting: settings.splitting)
      var extent = (least: Double.infinity, most: -Double.infinity)
      for index in rows(of: chunk) {
        row.move(to: index)
        for column in 0..<columns where flags.isEmpty || flags[index * columns + column] == 0 {
          let (least, most) = row.extent(column)
          extent = (min(extent.least, least), max(extent.most, most))
        }
      }
      return extent
    }
    let least = extents.reduce(Double.infinity) { min($0, $1.least) }
    let most = extents.reduce(-Double.infinity) { max($0, $1.most) }
    guard least <= most else { return (radialAxis, BinAxis(lower: -.pi, largest: .pi, count: azimuthalPoints)) }
    let axis = BinAxis(
      lower: max(least, -Self.halfTurn), largest: min(most, Self.halfTurn), count: azimuthalPoints)
    return (radialAxis, axis)
  }

  private func rows(of chunk: Int) -> Range<Int> {
    let size = PixelTableBuilder.rowsInChunk
    return chunk * size..<min((chunk + 1) * size, rays.shape.rows)
  }

  func build(_ axis: BinAxis, _ azimuthal: BinAxis) throws -> (PixelTable, BinConstants) {
    let count = rays.shape.count
    let bins = axis.count * azimuthal.count
    var parts: [TablePart] = []
    let layout: PixelTable.Layout
    if settings.splitting == .none {
      layout = .wholeWide(
        try [UInt32](unsafeUninitializedCapacity: count) { buffer, initialised in
          operando_prefer_large_pages(buffer.baseAddress, 4 * buffer.count)
          nonisolated(unsafe) let buffer = buffer
          parts = try fill(axis, azimuthal) { pixel, shares in
            buffer[pixel] = UInt32(shares.count == 0 ? bins : shares[0].bin)
            return true
          }
          initialised = count
        })
    } else {
      layout = .paired(
        try [UInt64](unsafeUninitializedCapacity: count) { buffer, initialised in
          operando_prefer_large_pages(buffer.baseAddress, 8 * buffer.count)
          nonisolated(unsafe) let buffer = buffer
          parts = try fill(axis, azimuthal) { pixel, shares in
            let isPair = shares.count == 2 && shares[1].bin == shares[0].bin + 1
            guard shares.count == 1 || isPair else {
              buffer[pixel] = UInt64(bins)
              return shares.isEmpty
            }
            buffer[pixel] = UInt64(shares[0].bin) | (isPair ? UInt64(shares[1].quanta) << 32 : 0)
            return true
          }
          initialised = count
        })
    }
    return TablePart.joined(parts, layout: layout, bins: bins)
  }

  private func fill(
    _ axis: BinAxis, _ azimuthal: BinAxis,
    store: @Sendable (_ pixel: Int, _ shares: [(bin: Int, quanta: Int)]) -> Bool
  ) throws -> [TablePart] {
    // Large arrays of sums: few of them.
    let chunks = min(max(rays.shape.rows, 1), 4)
    let size = (rays.shape.rows + chunks - 1) / chunks
    return try parallelMap(count: chunks, threads: radial.threads) { chunk in
      let constants = RunningConstants(bins: axis.count * azimuthal.count)
      var part = TablePart(constants: BinConstants(bins: 0, hasDark: false, hasDarkVariance: false))
      var radii = RowRadii(rays: rays, unit: settings.unit, splitting: settings.splitting)
      var azimuths = RowAzimuths(rays: rays, splitting: settings.splitting)
      var cutter = CakeShares(radialBins: axis.count, azimuthalBins: azimuthal.count)
      let flags = settings.mask?.flags ?? []
      let dark = settings.dark ?? []
      let darkVariance = settings.darkVariance ?? []
      let weights = UnsafeMutableBufferPointer<Double>.allocate(capacity: columns)
      defer { weights.deallocate() }
      for row in chunk * size..<max(min((chunk + 1) * size, rays.shape.rows), chunk * size) {
        radii.move(to: row)
        azimuths.move(to: row)
        radial.normalisation.fill(row: row, into: weights)
        for column in 0..<columns {
          let pixel = row * columns + column
          let isUsed = (flags.isEmpty || flags[pixel] == 0) && weights[column] > 0
          if isUsed, radial.isInBand(radii.centre(column)) {
            cutter.share(radii, azimuths, column, axis, azimuthal, settings.splitting)
          } else {
            cutter.clear()
          }
          let fits = store(pixel, cutter.shares)
          guard !cutter.shares.isEmpty else { continue }
          if !fits { part.wide.append(pixel: pixel, shares: cutter.shares) }
          for share in cutter.shares {
            constants.add(
              bin: share.bin, quanta: share.quanta, weight: weights[column],
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
}
