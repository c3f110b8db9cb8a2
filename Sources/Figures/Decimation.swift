/// The points of a long curve that are worth drawing: in each of equal bins along the index the lowest, the highest and
/// the first that is not finite, so that peaks and gaps stay.
///
/// - Parameters:
///   - values: any values; NaN marks a gap.
///   - limit: about the largest number of points kept; at least 8.
/// - Returns: ascending places in `values`, the first and the last among them.
func decimatedIndices(_ values: [Double], limit: Int) -> [Int] {
  guard values.count > max(limit, 8) else { return Array(values.indices) }
  let bins = max(limit, 8) / 2
  var kept: Set<Int> = [0, values.count - 1]
  for bin in 0..<bins {
    let range = (bin * values.count / bins)..<((bin + 1) * values.count / bins)
    let finite = range.filter { values[$0].isFinite }
    if let low = finite.min(by: { values[$0] < values[$1] }) { kept.insert(low) }
    if let high = finite.max(by: { values[$0] < values[$1] }) { kept.insert(high) }
    if let gap = range.first(where: { !values[$0].isFinite }) { kept.insert(gap) }
  }
  return kept.sorted()
}
