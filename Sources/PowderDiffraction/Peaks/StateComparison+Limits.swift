import Foundation

/// What the pattern could have shown, from expectations in place of data.
extension StateComparison {
  /// The limits at the noise of the data that were compared.
  ///
  /// The expectation of the truth under test is put in place of the data, its total intensity, background and place those
  /// of the pattern, and the lesser candidate is fitted to it.
  func limits(bins: Int) -> StateLimits {
    let width = broad.layout.lines[0].nominalWidth
    guard case .own(let position) = broad.layout.lines[0].position else {
      return StateLimits(
        separation: .init(missed: .nan, seen: .nan), spread: .init(missed: .nan, seen: .nan),
        share: .init(missed: .nan, seen: .nan))
    }
    let slope = 2 * tan(broad.p[position] / 2)
    let step = log(Double(max(bins, 2)))
    let threshold = (StateAnalysis.leastGain + step).squareRoot()
    func limit(_ range: ClosedRange<Double>, _ scale: Double, _ root: (Double) -> Double) -> StateLimits.Limit {
      StateLimits.Limit(
        missed: Self.crossing(range, root, at: threshold - StateAnalysis.power) * scale,
        seen: Self.crossing(range, root, at: threshold + StateAnalysis.power) * scale)
    }
    return StateLimits(
      separation: limit(0.02 * width...4 * width, 1 / slope) { separation in
        var probe = self
        return probe.contrast(separation: separation, share: 0.5)
      },
      spread: limit(0.005 * width...2 * width, 1 / slope) { deviation in
        var probe = self
        return probe.broadening(deviation: deviation)
      },
      share: limit(1e-5...0.5, 1) { share in
        var probe = self
        return probe.contrast(separation: width, share: share)
      })
  }

  /// Where a rising function crosses a level, by bisection in the logarithm; NaN where it does not within the range.
  private static func crossing(_ range: ClosedRange<Double>, _ root: (Double) -> Double, at level: Double) -> Double {
    guard root(range.upperBound) > level else { return .nan }
    guard root(range.lowerBound) < level else { return range.lowerBound }
    var (low, high) = (log(range.lowerBound), log(range.upperBound))
    for _ in 0..<14 {
      let middle = (low + high) / 2
      if root(exp(middle)) < level { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }

  /// √λ of two sharp states against one broadened line, or less where the weaker state would be below its limit.
  private mutating func contrast(separation: Double, share: Double) -> Double {
    var truth = double.p
    let (first, second) = (double.layout.lines[0], double.layout.lines[1])
    guard case .own(let a) = first.position, case .own(let b) = second.position,
      case .own(let own) = broad.layout.lines[0].position
    else { return 0 }
    let centre = broad.p[own]
    let total = broad.p[broad.layout.lines[0].intensity]
    truth[a] = centre - separation * share
    truth[b] = centre + separation * (1 - share)
    truth[first.intensity] = total * (1 - share)
    truth[second.intensity] = total * share
    double.equations.evaluate(double.layout, double.data, truth, silent: double.silentAngles, held: double.isWidthHeld)
    let strength = Self.strength(double, truth, second.intensity)
    broad.data.values = double.equations.model
    let chiSquare = broad.descendFreely(from: broad.p)
    // The weaker line must stand four sigmas high as well, with a scatter of one sigma.
    let root = chiSquare.squareRoot()
    let excess = strength - StateAnalysis.leastStrength
    let threshold = (StateAnalysis.leastGain + log(Double(max(broad.data.values.count, 2)))).squareRoot()
    return min(root, threshold + excess)
  }

  /// An intensity over its sigma at given parameters.
  private static func strength(_ fitter: PeakFitter, _ point: [Double], _ intensity: Int) -> Double {
    var system = PeakSystem(order: fitter.layout.parameterCount)
    system.factorise(fitter.equations.normal, isFixed: [Bool](repeating: false, count: fitter.layout.parameterCount))
    guard system.isFree[intensity] else { return 0 }
    let inverse = system.inverse()
    return point[intensity] / inverse[intensity * fitter.layout.parameterCount + intensity].squareRoot()
  }

  /// √λ of a broadened line against a sharp one.
  private mutating func broadening(deviation: Double) -> Double {
    guard case .instrument(_, _, let excess?, _) = broad.layout.lines[0].width else { return 0 }
    var truth = broad.p
    truth[excess] = 5.545177444479562 * deviation * deviation
    broad.equations.evaluate(broad.layout, broad.data, truth, silent: broad.silentAngles, held: broad.isWidthHeld)
    sharp.data.values = broad.equations.model
    return sharp.descendFreely(from: sharp.p).squareRoot()
  }
}
