/// The value below which a share of sorted values lies, interpolated between them.
func quantile(_ sorted: [Double], _ share: Double) -> Double {
  guard let first = sorted.first, let last = sorted.last else { return .nan }
  let place = share * Double(sorted.count + 1) - 1
  if place <= 0 { return first }
  if place >= Double(sorted.count - 1) { return last }
  let index = Int(place)
  return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
}
