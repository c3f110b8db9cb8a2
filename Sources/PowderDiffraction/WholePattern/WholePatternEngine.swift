import Crystallography
import Foundation

/// Calculates a pattern and its derivatives.
struct WholePatternEngine {
  let bins: PatternBins
  let layout: WholePatternLayout
  /// The background's polynomials and the humps, a column each.
  private let basis: [[Double]]
  /// All widths are multiplied by this; more than one while a start far from the answer is brought near.
  var widthFactor = 1.0

  /// The calculated intensities and background.
  private(set) var calculated, background: [Double]
  /// Residuals after whitening.
  private(set) var residuals: [Double]
  /// Derivatives after whitening, a column of all bins for each parameter.
  private(set) var columns: [Double]
  /// Where the columns are not zero.
  private(set) var supports: [Range<Int>]
  /// Profiles of unit intensity before whitening, where the intensities are to be shared out.
  private(set) var profiles: [[Double]] = []
  private(set) var profileStarts: [Int] = []
  /// Place and full width of the strongest line of each group, in radians; zero width where it does not exist.
  private(set) var places: [(position: Double, fwhm: Double)] = []
  private(set) var chiSquared = 0.0

  /// Profile, its derivatives with respect to place, width and shape, and the profile at another divergence.
  var buffers = [[Double]](repeating: [], count: 5)

  init(bins: PatternBins, layout: WholePatternLayout, model: WholePatternModel) {
    self.bins = bins
    self.layout = layout
    let count = bins.count
    let (first, last) = (bins.positions[0], bins.positions[count - 1])
    let coordinates = bins.positions.map { last > first ? (2 * $0 - first - last) / (last - first) : 0 }
    var basis: [[Double]] = []
    for term in 0..<model.backgroundTerms {
      switch term {
      case 0: basis.append([Double](repeating: 1, count: count))
      case 1: basis.append(coordinates)
      default: basis.append((0..<count).map { 2 * coordinates[$0] * basis[term - 1][$0] - basis[term - 2][$0] })
      }
    }
    for hump in model.humps {
      basis.append(bins.positions.map { exp(-4 * log(2) * pow(($0 - hump.twoTheta) / hump.fwhm, 2)) })
    }
    self.basis = basis
    calculated = [Double](repeating: 0, count: count)
    background = calculated
    residuals = calculated
    columns = [Double](repeating: 0, count: count * layout.count)
    supports = [Range<Int>](repeating: 0..<0, count: layout.count)
    for (term, column) in basis.enumerated() {
      let index = layout.background + term
      let bins = self.bins
      columns.withUnsafeMutableBufferPointer { all in
        guard let base = all.baseAddress else { return }
        for bin in 0..<count { base[index * count + bin] = column[bin] }
        _ = bins.whiten(base + index * count, from: 0, to: count)
      }
      supports[index] = 0..<count
    }
  }

  /// Calculates everything for a model and its linear parameters.
  ///
  /// - Parameters:
  ///   - model: the nonlinear parameters.
  ///   - parameters: all parameters; the linear ones are read.
  ///   - keepsProfiles: whether ``profiles`` are wanted.
  mutating func evaluate(_ model: WholePatternModel, _ parameters: [Double], keepsProfiles: Bool = false) {
    let count = bins.count
    for bin in 0..<count { background[bin] = 0 }
    for (term, column) in basis.enumerated() {
      let factor = parameters[layout.background + term]
      for bin in 0..<count { background[bin] += factor * column[bin] }
    }
    calculated = background
    for index in 0..<layout.background { clear(index) }
    for index in layout.intensities..<layout.count { clear(index) }
    places.removeAll(keepingCapacity: true)
    profiles.removeAll(keepingCapacity: true)
    profileStarts.removeAll(keepingCapacity: true)
    for (order, group) in layout.groups.enumerated() {
      add(group, order, intensity: parameters[layout.intensities + order], model)
      if keepsProfiles {
        let index = layout.intensities + order
        profileStarts.append(supports[index].lowerBound)
        profiles.append(
          Array(columns[supports[index].lowerBound + index * count..<supports[index].upperBound + index * count]))
      }
    }
    finish()
  }

  private mutating func clear(_ index: Int) {
    let start = index * bins.count
    for bin in supports[index] { columns[start + bin] = 0 }
    supports[index] = 0..<0
  }

  private mutating func finish() {
    let count = bins.count
    for bin in 0..<count { residuals[bin] = bins.intensities[bin] - calculated[bin] }
    let bins = self.bins
    let layout = self.layout
    residuals.withUnsafeMutableBufferPointer { all in
      if let base = all.baseAddress { _ = bins.whiten(base, from: 0, to: count) }
    }
    var supports = self.supports
    columns.withUnsafeMutableBufferPointer { all in
      guard let base = all.baseAddress else { return }
      for index in 0..<layout.count where index < layout.background || index >= layout.intensities {
        let range = supports[index]
        guard !range.isEmpty else { continue }
        let end = bins.whiten(base + index * count, from: range.lowerBound, to: range.upperBound)
        supports[index] = range.lowerBound..<end
      }
    }
    self.supports = supports
    chiSquared = residuals.reduce(0) { $0 + $1 * $1 }
  }

  /// A parameter that a line depends on: through its place, its width and its shape.
  private typealias Dependence = (index: Int, place: Double, fwhm: Double, mixing: Double)

  private mutating func add(_ group: ReflectionGroup, _ order: Int, intensity: Double, _ model: WholePatternModel) {
    let phase = model.phases[group.phase]
    let (square, slopes) = layout.systems[group.phase].inverseSquareSpacing(group.families[0].indices, cell: phase.cell)
    var strongest = (position: 0.0, fwhm: 0.0)
    for (number, line) in model.radiation.lines.enumerated() {
      let sine = line.wavelength * square.squareRoot() / 2
      guard sine < 1 else { continue }
      let twoTheta = 2 * asin(sine)
      let perSquare = sine / (square * (1 - sine * sine).squareRoot())
      var dependences: [Dependence] = []
      if let first = layout.cells[group.phase] {
        for (offset, slope) in slopes.enumerated() { dependences.append((first + offset, slope * perSquare, 0, 0)) }
      }
      var position = twoTheta
      for (shift, index) in zip(model.shifts, layout.shifts) {
        let moved = shift.kind(position, shift.amount)
        for earlier in dependences.indices { dependences[earlier].place *= moved.slope }
        if let index { dependences.append((index, moved.perAmount, 0, 0)) }
        position = moved.position
      }
      let joined = width(phase, model, line, group.phase, twoTheta: twoTheta, &dependences)
      if number == 0 { strongest = (position, joined.fwhm) }
      addLine(
        at: position, twoTheta: twoTheta, joined, share: line.share, intensity: intensity,
        column: layout.intensities + order, dependences, model)
    }
    places.append(strongest)
  }

  private func width(
    _ phase: WholePatternPhase, _ model: WholePatternModel, _ line: Radiation.Line, _ number: Int, twoTheta: Double,
    _ dependences: inout [Dependence]
  ) -> ThompsonCoxHastings {
    let (t, c) = (tan(twoTheta / 2), cos(twoTheta / 2))
    let (instrument, sample) = (model.profile, phase.broadening)
    let square = (instrument.u + sample.u) * t * t + instrument.v * t + instrument.w
    let gaussian = max(square, 1e-14).squareRoot() * widthFactor
    let raw = (instrument.x + sample.x + 2 * line.relativeWidth) * t + (instrument.y + sample.y) / c
    let lorentzian = max(raw, 0) * widthFactor
    let joined = ThompsonCoxHastings(gaussian: gaussian, lorentzian: lorentzian)
    func depend(_ parameter: WidthParameter, _ index: Int) {
      switch parameter {
      case .u, .v, .w:
        let change = parameter == .u ? t * t : parameter == .v ? t : 1
        let slope = square > 1e-14 ? change * widthFactor * widthFactor / (2 * gaussian) : 0
        dependences.append((index, 0, joined.fwhmByGaussian * slope, joined.mixingByGaussian * slope))
      case .x, .y:
        // At the bound a parameter may grow again, not fall.
        let slope = (parameter == .x ? t : 1 / c) * widthFactor * (raw >= 0 ? 1 : 0)
        dependences.append((index, 0, joined.fwhmByLorentzian * slope, joined.mixingByLorentzian * slope))
      }
    }
    for (parameter, index) in layout.profile { depend(parameter, index) }
    for (owner, parameter, index) in layout.broadening where owner == number { depend(parameter, index) }
    return joined
  }

  private mutating func addLine(
    at position: Double, twoTheta: Double, _ joined: ThompsonCoxHastings, share: Double, intensity: Double, column: Int,
    _ dependences: [Dependence], _ model: WholePatternModel
  ) {
    let points = model.axialDivergence.points(twoTheta: twoTheta, width: joined.fwhm)
    let reach = model.reach * joined.fwhm
    let shifts = points.map(\.shift)
    let start = bins.firstIndex(from: position + (shifts.min() ?? 0) - reach)
    let end = bins.firstIndex(from: position + (shifts.max() ?? 0) + reach)
    guard start < end else { return }
    let size = end - start
    for index in buffers.indices {
      if buffers[index].count < size { buffers[index] = [Double](repeating: 0, count: bins.count) }
    }
    profile(points, from: start, to: end, at: position, joined)
    if let axial = layout.axial {
      let step = 1e-3
      let moved = model.axialDivergence.scaled(by: 1 + step)
      buffers[4].withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
      buffers.swapAt(0, 4)
      let kept = Array(buffers[1...3])
      profile(moved.points(twoTheta: twoTheta, width: joined.fwhm), from: start, to: end, at: position, joined)
      for (index, buffer) in kept.enumerated() { buffers[index + 1] = buffer }
      buffers.swapAt(0, 4)
      let factor = share * intensity / (step * model.axialDivergence.aperture)
      for bin in 0..<size {
        columns[axial * bins.count + start + bin] += factor * (buffers[4][bin] - buffers[0][bin])
      }
      supports[axial] = self.joined(supports[axial], start..<end)
    }
    for bin in 0..<size {
      let value = share * buffers[0][bin]
      columns[column * bins.count + start + bin] += value
      calculated[start + bin] += intensity * value
    }
    supports[column] = self.joined(supports[column], start..<end)
    for dependence in dependences {
      let base = dependence.index * bins.count + start
      let factor = share * intensity
      if dependence.place != 0 {
        let slope = factor * dependence.place
        for bin in 0..<size { columns[base + bin] += slope * buffers[1][bin] }
      } else {
        let (wide, mixed) = (factor * dependence.fwhm, factor * dependence.mixing)
        for bin in 0..<size { columns[base + bin] += wide * buffers[2][bin] + mixed * buffers[3][bin] }
      }
      supports[dependence.index] = self.joined(supports[dependence.index], start..<end)
    }
  }

  private func joined(_ first: Range<Int>, _ second: Range<Int>) -> Range<Int> {
    first.isEmpty
      ? second : min(first.lowerBound, second.lowerBound)..<max(first.upperBound, second.upperBound)
  }
}
