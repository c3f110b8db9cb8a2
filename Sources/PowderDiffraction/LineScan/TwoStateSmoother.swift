import Foundation

/// A 2 x 2 matrix, row by row.
struct Matrix2: Sendable, Hashable {
  var m00, m01, m10, m11: Double

  init(_ m00: Double, _ m01: Double, _ m10: Double, _ m11: Double) {
    (self.m00, self.m01, self.m10, self.m11) = (m00, m01, m10, m11)
  }

  static let identity = Matrix2(1, 0, 0, 1)

  var transposed: Matrix2 { Matrix2(m00, m10, m01, m11) }
  var determinant: Double { m00 * m11 - m01 * m10 }
  var symmetrised: Matrix2 { Matrix2(m00, (m01 + m10) / 2, (m01 + m10) / 2, m11) }

  /// The inverse; `nil` where the determinant vanishes to working precision.
  var inverse: Matrix2? {
    let determinant = determinant
    guard abs(determinant) > 1e-14 * (abs(m00 * m11) + abs(m01 * m10)), determinant.isFinite else { return nil }
    return Matrix2(m11 / determinant, -m01 / determinant, -m10 / determinant, m00 / determinant)
  }

  static func * (a: Matrix2, b: Matrix2) -> Matrix2 {
    Matrix2(
      a.m00 * b.m00 + a.m01 * b.m10, a.m00 * b.m01 + a.m01 * b.m11, a.m10 * b.m00 + a.m11 * b.m10,
      a.m10 * b.m01 + a.m11 * b.m11)
  }

  static func * (a: Matrix2, x: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(a.m00 * x.x + a.m01 * x.y, a.m10 * x.x + a.m11 * x.y)
  }

  static func + (a: Matrix2, b: Matrix2) -> Matrix2 {
    Matrix2(a.m00 + b.m00, a.m01 + b.m01, a.m10 + b.m10, a.m11 + b.m11)
  }

  static func - (a: Matrix2, b: Matrix2) -> Matrix2 {
    Matrix2(a.m00 - b.m00, a.m01 - b.m01, a.m10 - b.m10, a.m11 - b.m11)
  }
}

/// The filter of Kalman (1960) and the smoother of Rauch, Tung & Striebel (AIAA J. 3, 1445 (1965)) for a state of two
/// numbers, each observation being one number:
///
///     x(t + Δt) = F(Δt) x(t) + w,  w ~ N(0, Q(Δt));   y = h · x + v,  v ~ N(0, σ²).
///
/// The prior is wide: the filter's likelihood leaves the first two observations out.
struct TwoStateSmoother {
  enum Motion {
    /// The first number walks at random, Q = q Δt; the second stands still.
    case walk
    /// The second number is the slope of the first and walks at random: the smoothing cubic spline (Wahba, J. R. Stat.
    /// Soc. B 40, 364 (1978)). Q = q (Δt³/3, Δt²/2; Δt²/2, Δt).
    case spline
  }

  /// Something that happens at a time: an observation, or only a wish to know the state then.
  struct Event {
    var time: Double
    var weights = SIMD2<Double>(1, 0)
    /// Value and variance; `nil` where nothing is observed.
    var observed: (value: Double, variance: Double)?
  }

  struct State {
    var mean: SIMD2<Double>
    var covariance: Matrix2
  }

  let motion: Motion
  /// Strength q of the walk.
  var strength: Double
  let prior: State

  private func step(_ interval: Double) -> (transition: Matrix2, noise: Matrix2) {
    switch motion {
    case .walk: return (.identity, Matrix2(strength * interval, 0, 0, 0))
    case .spline:
      let square = interval * interval / 2
      return (
        Matrix2(1, interval, 0, 1),
        Matrix2(strength * square * interval * 2 / 3, strength * square, strength * square, strength * interval)
      )
    }
  }

  private struct Filtered {
    var predicted, updated: [State]
    var logLikelihood = 0.0
  }

  private func filter(_ events: [Event]) -> Filtered {
    var result = Filtered(predicted: [], updated: [])
    var state = prior
    var observations = 0
    for (index, event) in events.enumerated() {
      if index > 0 {
        let (transition, noise) = step(event.time - events[index - 1].time)
        state.mean = transition * state.mean
        state.covariance = (transition * state.covariance * transition.transposed + noise).symmetrised
      }
      result.predicted.append(state)
      if let (value, variance) = event.observed {
        let h = event.weights
        let spread = state.covariance * h
        let innovation = value - (h * state.mean).sum()
        let total = (h * spread).sum() + variance
        let gain = spread / total
        state.mean += gain * innovation
        // Joseph's form keeps the covariance positive.
        let keep = Matrix2(1 - gain.x * h.x, -gain.x * h.y, -gain.y * h.x, 1 - gain.y * h.y)
        let added = Matrix2(gain.x * gain.x, gain.x * gain.y, gain.x * gain.y, gain.y * gain.y)
        state.covariance = keep * state.covariance * keep.transposed
        state.covariance =
          Matrix2(
            state.covariance.m00 + variance * added.m00, state.covariance.m01 + variance * added.m01,
            state.covariance.m10 + variance * added.m10, state.covariance.m11 + variance * added.m11
          ).symmetrised
        observations += 1
        if observations > 2 { result.logLikelihood -= (innovation * innovation / total + log(total)) / 2 }
      }
      result.updated.append(state)
    }
    return result
  }

  /// The likelihood of the observations given the strength of the walk, up to a constant.
  ///
  /// - Parameter events: in order of time.
  func logLikelihood(_ events: [Event]) -> Double { filter(events).logLikelihood }

  /// The state at each event given all observations.
  ///
  /// - Parameter events: in order of time.
  func smooth(_ events: [Event]) -> [State] {
    let filtered = filter(events)
    var states = filtered.updated
    for index in states.indices.dropLast().reversed() {
      let (transition, _) = step(events[index + 1].time - events[index].time)
      guard events[index + 1].time > events[index].time,
        let inverse = filtered.predicted[index + 1].covariance.inverse
      else {
        states[index] = states[index + 1]
        continue
      }
      let gain = filtered.updated[index].covariance * transition.transposed * inverse
      let ahead = filtered.predicted[index + 1]
      states[index].mean = filtered.updated[index].mean + gain * (states[index + 1].mean - ahead.mean)
      states[index].covariance =
        (filtered.updated[index].covariance
        + gain * (states[index + 1].covariance - ahead.covariance) * gain.transposed).symmetrised
    }
    return states
  }

  /// Sets the strength of the walk to its most likely value; zero when standing still is as likely.
  ///
  /// - Parameters:
  ///   - events: in order of time.
  ///   - range: between what strengths to look.
  mutating func chooseStrength(_ events: [Event], in range: ClosedRange<Double>) {
    var candidate = self
    func likelihood(_ exponent: Double) -> Double {
      candidate.strength = exp(exponent)
      return candidate.logLikelihood(events)
    }
    let steps = 24
    let (low, high) = (log(range.lowerBound), log(range.upperBound))
    let width = (high - low) / Double(steps)
    guard let best = (0...steps).map({ low + width * Double($0) }).max(by: { likelihood($0) < likelihood($1) }) else {
      return
    }
    let exponent = goldenSection(best - width...best + width) { -likelihood($0) }
    candidate.strength = 0
    let still = candidate.logLikelihood(events)
    strength = likelihood(exponent) > still + 1e-3 ? exp(exponent) : 0
  }
}

/// Where a function with one valley is lowest.
func goldenSection(_ range: ClosedRange<Double>, steps: Int = 40, _ function: (Double) -> Double) -> Double {
  let ratio = (5.0.squareRoot() - 1) / 2
  var (low, high) = (range.lowerBound, range.upperBound)
  var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
  var (atLeft, atRight) = (function(left), function(right))
  for _ in 0..<steps {
    if atLeft < atRight {
      (high, right, atRight) = (right, left, atLeft)
      left = high - ratio * (high - low)
      atLeft = function(left)
    } else {
      (low, left, atLeft) = (left, right, atRight)
      right = low + ratio * (high - low)
      atRight = function(right)
    }
  }
  return (low + high) / 2
}
