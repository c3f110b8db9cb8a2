extension CyclingRun {
  func distance(_ segment: Segment, _ reading: CyclingReading) -> Double {
    segment.conditions.reduce(.infinity) { min($0, $1.distance(reading)) }
  }

  func ending(_ segment: Segment, _ reading: CyclingReading) -> CyclingStep.End? {
    segment.conditions.min { $0.distance(reading) < $1.distance(reading) }?.end
  }

  /// Finds the length of the step in time that meets the end, by the Illinois variant of the false position.
  ///
  /// M. Dowell and P. Jarratt, BIT 11, 168 (1971).
  mutating func locate(
    _ segment: Segment, before: CyclingReading, length: Double, after: Advance
  ) throws -> (length: Double, Advance) {
    var low = (length: 0.0, distance: distance(segment, before))
    var high = (length: length, distance: distance(segment, after.reading))
    var found = after
    var lastSide = 0
    for trial in 0..<100 {
      if found.reading.meanLithiation.isFinite, distance(segment, found.reading).magnitude <= 1 { break }
      let width = high.length - low.length
      guard width > 4 * Double.ulpOfOne * max(time, high.length) else { break }
      var next = low.length + width * low.distance / (low.distance - high.distance)
      if !(next > low.length && next < high.length) || trial % 8 == 7 { next = low.length + width / 2 }
      result.statistics.located += 1
      let step: Advance
      do {
        step = try transport.step(from: state, duration: next, control: segment.control)
      } catch {
        throw stuck(segment.index, segment.words, cause: "\(error)")
      }
      let distance = distance(segment, step.reading)
      if distance > 1 {
        low = (next, distance)
        if lastSide == -1 { high.distance /= 2 }
        lastSide = -1
      } else {
        found = step
        high = (next, distance)
        if lastSide == 1 { low.distance /= 2 }
        lastSide = 1
      }
    }
    return (high.length, found)
  }
}
