import ArrayMath

/// The pixels of one frame sorted by bin: for what needs all pixels of a bin at once.
struct BinEntries {
  /// Where the entries of each bin start; one element more than bins.
  private(set) var starts: [Int]
  /// s / n of each entry, and its weight c n.
  private(set) var values, weights: [Double]
  /// The variance of raw counts, c² max(raw, 0), of each entry.
  private(set) var counts: [Double]

  init(_ reducer: FrameReducer, _ source: some FrameSource, frame: Int, scratch: inout IntegrationScratch) throws {
    let bins = reducer.table.bins
    var ends = [Int](repeating: 0, count: bins + 1)
    try reducer.forEachPixel(of: source, frame: frame, scratch: &scratch) { pixel, _, _ in
      reducer.table.forEachShare(of: pixel) { bin, _ in ends[bin + 1] += 1 }
    }
    for bin in 0..<bins { ends[bin + 1] += ends[bin] }
    starts = ends
    let zero = [Double](repeating: 0, count: ends[bins])
    var (values, weights, counts) = (zero, zero, zero)
    let unit = 1 / Double(PixelShares.unit)
    let dark = reducer.settings.dark ?? []
    try reducer.forEachPixel(of: source, frame: frame, scratch: &scratch) { pixel, signal, weight in
      reducer.table.forEachShare(of: pixel) { bin, quanta in
        let share = Double(quanta) * unit
        values[ends[bin]] = signal / weight
        weights[ends[bin]] = share * weight
        counts[ends[bin]] = share * share * max(signal + (dark.isEmpty ? 0 : Double(dark[pixel])), 0)
        ends[bin] += 1
      }
    }
    (self.values, self.weights, self.counts) = (values, weights, counts)
  }
}
