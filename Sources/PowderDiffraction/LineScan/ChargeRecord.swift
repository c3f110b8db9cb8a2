/// The state of charge of a cell against time, as a potentiostat's record gives it for an assumed mass of material.
public struct ChargeRecord: Sendable, Hashable {
  /// Seconds on the potentiostat's clock, not falling.
  public let time: [Double]
  /// Coulombic state of charge: charge passed over assumed mass times specific capacity.
  public let stateOfCharge: [Double]
  /// Standard uncertainty of each that comes from the charge.
  public let sigma: [Double]
  /// Relative standard uncertainty that all values share: mass and specific capacity.
  public let scaleSigma: Double

  /// - Parameters:
  ///   - time: in seconds; equal times are allowed where the record has them.
  ///   - stateOfCharge: as many.
  ///   - sigma: as many, zero or more; without the part that mass and capacity give.
  ///   - scaleSigma: relative, zero or more.
  /// - Throws: ``LineScanError`` for fewer than two samples, unequal lengths, numbers that are not finite, times that
  ///   fall.
  public init(
    time: [Double], stateOfCharge: [Double], sigma: [Double], scaleSigma: Double = 0
  ) throws(LineScanError) {
    guard time.count >= 2 else { throw .tooFew(what: "samples of the potentiostat", found: time.count, needed: 2) }
    guard stateOfCharge.count == time.count else {
      throw .lengths(what: "states of charge", found: stateOfCharge.count, expected: time.count)
    }
    try LineScanError.requireFinite(time, "time of sample")
    try LineScanError.requireFinite(stateOfCharge, "state of charge of sample")
    try LineScanError.requireUncertainties(sigma, "uncertainty of the state of charge", count: time.count)
    for index in time.indices.dropFirst() where time[index] < time[index - 1] {
      throw .notRising(what: "time of sample", index: index, from: time[index - 1], to: time[index])
    }
    guard time[time.count - 1] > time[0] else {
      throw .notRising(what: "time of sample", index: time.count - 1, from: time[0], to: time[time.count - 1])
    }
    guard scaleSigma >= 0, scaleSigma.isFinite else {
      throw .outOfRange(what: "relative uncertainty of mass and capacity", value: scaleSigma, expected: "zero or more")
    }
    self.time = time
    self.stateOfCharge = stateOfCharge
    self.sigma = sigma
    self.scaleSigma = scaleSigma
  }

  /// From the first to the last sample, in seconds.
  public var span: ClosedRange<Double> { time[0]...time[time.count - 1] }

  /// A moment of the record, by straight lines between its samples; the first or the last sample outside of it.
  func moment(_ seconds: Double) -> (stateOfCharge: Double, sigma: Double, rate: Double) {
    let last = time.count - 1
    if seconds <= time[0], seconds < time[1] { return (stateOfCharge[0], sigma[0], seconds < time[0] ? 0 : rate(0)) }
    if seconds >= time[last] { return (stateOfCharge[last], sigma[last], seconds > time[last] ? 0 : rate(last - 1)) }
    let index = sample(before: seconds)
    let width = time[index + 1] - time[index]
    let t = width > 0 ? (seconds - time[index]) / width : 0
    return (
      (1 - t) * stateOfCharge[index] + t * stateOfCharge[index + 1], (1 - t) * sigma[index] + t * sigma[index + 1],
      rate(index)
    )
  }

  private func rate(_ index: Int) -> Double {
    let width = time[index + 1] - time[index]
    return width > 0 ? (stateOfCharge[index + 1] - stateOfCharge[index]) / width : 0
  }

  /// The last sample at or before a time within the record.
  private func sample(before seconds: Double) -> Int {
    var (low, high) = (0, time.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if time[middle] <= seconds { low = middle } else { high = middle }
    }
    return low
  }

  /// The mean state of charge over an exposure, by straight lines between the samples.
  func mean(over start: Double, _ end: Double) -> Double {
    guard end > start else { return moment(start).stateOfCharge }
    var places = [start]
    if end > time[0], start < time[time.count - 1] {
      var index = start < time[0] ? 0 : sample(before: start) + 1
      while index < time.count, time[index] < end {
        if time[index] > start { places.append(time[index]) }
        index += 1
      }
    }
    places.append(end)
    var sum = 0.0
    var before = moment(start).stateOfCharge
    for (low, high) in zip(places, places.dropFirst()) {
      let after = moment(high).stateOfCharge
      sum += (before + after) / 2 * (high - low)
      before = after
    }
    return sum / (end - start)
  }
}
