import Foundation

extension WholePatternEngine {
  /// Fills the buffers with the mean of the profile of unit area over each bin and its derivatives with respect to
  /// place, width and shape.
  mutating func profile(
    _ points: [(shift: Double, weight: Double)], from start: Int, to end: Int, at position: Double,
    _ width: ThompsonCoxHastings
  ) {
    let size = end - start
    let (inverse, mixing) = (1 / width.fwhm, width.mixing)
    var (values, places, widths, shapes) = (buffers[0], buffers[1], buffers[2], buffers[3])
    for index in 0..<4 { buffers[index] = [] }
    for bin in 0..<size { (values[bin], places[bin], widths[bin], shapes[bin]) = (0, 0, 0, 0) }
    let bins = self.bins
    let (lower, upper) = (bins.lower.span, bins.upper.span)
    var valueSpan = values.mutableSpan
    var placeSpan = places.mutableSpan
    var widthSpan = widths.mutableSpan
    var shapeSpan = shapes.mutableSpan
    for (shift, weight) in points {
      let centre = position + shift
      var known: PeakEdge?
      for bin in 0..<size {
        let (from, to) = (lower[start + bin], upper[start + bin])
        let middle = ((from + to) / 2 - centre) * inverse
        if abs(middle) > 8 {
          // Only the Lorentzian is left, and it is smooth: its value in the middle is its mean.
          let tail = 1 / (1 + 4 * middle * middle)
          let lorentzian = 2 / Double.pi * inverse * tail
          let value = mixing * lorentzian
          valueSpan[bin] += weight * value
          placeSpan[bin] += weight * value * 8 * middle * tail * inverse
          widthSpan[bin] += weight * value * (8 * middle * middle * tail - 1) * inverse
          shapeSpan[bin] += weight * lorentzian
          known = nil
          continue
        }
        let z = (from - centre) * inverse
        let first =
          known.flatMap { abs($0.reduced - z) < 1e-12 ? $0 : nil }
          ?? PeakEdge(reduced: z, inverseWidth: inverse, mixing: mixing)
        let second = PeakEdge(reduced: (to - centre) * inverse, inverseWidth: inverse, mixing: mixing)
        let factor = weight / (to - from)
        let lorentzian = second.lorentzianShare - first.lorentzianShare
        let gaussian = second.gaussianShare - first.gaussianShare
        valueSpan[bin] += factor * (gaussian + mixing * (lorentzian - gaussian))
        placeSpan[bin] += factor * (first.density - second.density)
        widthSpan[bin] += factor * (first.density * first.reduced - second.density * second.reduced)
        shapeSpan[bin] += factor * (lorentzian - gaussian)
        known = second
      }
    }
    for (index, buffer) in [values, places, widths, shapes].enumerated() { buffers[index] = buffer }
  }
}
