import Crystallography
import Foundation

/// Finding the lines when nothing is known but the cell they are near.
///
/// Parameters of position are tried one after the other on a grid fine against the width, background and intensities
/// being at their best for each trial; then the widths. Two rounds, since 104 depends on both edges of the cell.
extension PeakFitter {
  mutating func search() {
    let moving = layout.names.indices.filter {
      switch layout.names[$0] {
      case .position, .edge, .cellScale: !isFixed[$0]
      default: false
      }
    }
    // Parameters on which one line alone depends come first.
    let ordered = moving.sorted { order(of: $0) < order(of: $1) }
    var best = solveLinear()
    // Lines that are alone in their window and move by themselves are found in one round.
    let isSimple =
      layout.windows.allSatisfy { window in
        window.lines.count { line in isOwn(layout.lines[line]) } <= 1
      } && !layout.lines.contains { if case .cell = $0.position { true } else { false } }
    for round in 0..<(isSimple ? 1 : 2) {
      for parameter in ordered { best = scan(parameter, best: best) }
      if round == 0 { best = scanWidths(best: best) }
    }
    orderLines()
    solveLinear()
  }

  /// Lines of one phase in one window keep their order: of two that were exchanged, each takes the other's place.
  private mutating func orderLines() {
    for window in layout.windows {
      let own = window.lines.filter { isOwn(layout.lines[$0]) && !isSilent[$0] }
      for phase in Set(own.map { layout.lines[$0].phase }).sorted() {
        let lines = own.filter { layout.lines[$0].phase == phase }
          .sorted { layout.lines[$0].nominal < layout.lines[$1].nominal }
        let places = lines.compactMap { index -> Int? in
          if case .own(let place) = layout.lines[index].position { place } else { nil }
        }
        for (place, angle) in zip(places, places.map { p[$0] }.sorted()) {
          p[place] = min(max(angle, layout.lower[place]), layout.upper[place])
        }
      }
    }
  }

  /// The lines that depend on a parameter.
  private func dependents(of parameter: Int) -> [Int] {
    layout.lines.indices.filter { index in
      switch layout.lines[index].position {
      case .own(let place): return place == parameter
      case .cell(let edges):
        // An index of zero along an axis leaves the line unmoved by it.
        let h = layout.lines[index].indices
        return (edges[0] == parameter && h.h != 0) || (edges[1] == parameter && h.k != 0)
          || (edges[2] == parameter && h.l != 0)
      case .fixed: return false
      }
    }
  }

  /// How many parameters move the lines that this one moves.
  private func order(of parameter: Int) -> Int {
    dependents(of: parameter).map { index -> Int in
      guard case .cell = layout.lines[index].position else { return 1 }
      let h = layout.lines[index].indices
      return (h.h != 0 || h.k != 0 ? 1 : 0) + (h.l != 0 ? 1 : 0)
    }.min() ?? 9
  }

  private mutating func scan(_ parameter: Int, best start: Double) -> Double {
    let dependents = dependents(of: parameter)
    guard !dependents.isEmpty else { return start }
    let kept = p[parameter]
    // How far a line moves for a change of the parameter, in widths.
    var rate = 0.0
    for line in dependents {
      let state = equations.states[line]
      for place in 0..<state.positionChain.count where state.positionChain.index[place] == parameter {
        rate = max(rate, abs(state.positionChain.value[place]) / state.fwhm)
      }
    }
    guard rate > 0 else { return start }
    let step = 0.35 / rate
    let range = layout.upper[parameter] - layout.lower[parameter]
    let points = min(max(Int((range / step).rounded(.up)), 2), 2000)
    var (best, value) = (start, kept)
    var linear = p
    for point in 0...points {
      p = linear
      p[parameter] = layout.lower[parameter] + range * Double(point) / Double(points)
      let chiSquare = solveLinear()
      let positive = dependents.contains { layout.lines[$0].intensityFactor * p[layout.lines[$0].intensity] > 0 }
      if positive, chiSquare < best { (best, value) = (chiSquare, p[parameter]) }
    }
    linear[parameter] = value
    p = linear
    solveLinear()
    return best
  }

  /// Tries all free widths together, times a half, two and four.
  private mutating func scanWidths(best start: Double) -> Double {
    let widths = layout.names.indices.filter { if case .fwhm = layout.names[$0] { !isFixed[$0] } else { false } }
    guard !widths.isEmpty else { return start }
    let kept = p
    var (best, choice) = (start, kept)
    for factor in [0.5, 2, 4] {
      p = kept
      for index in widths { p[index] = min(max(kept[index] * factor, layout.lower[index]), layout.upper[index]) }
      let chiSquare = solveLinear()
      if chiSquare < best { (best, choice) = (chiSquare, p) }
    }
    p = choice
    solveLinear()
    return best
  }
}
