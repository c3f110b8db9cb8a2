import Crystallography
import Foundation

/// Where the free parameters of a model lie in a vector, what bounds them, and which bins the windows hold.
///
/// Edges of cells are held as factors on their start, everything else in SI units.
struct PeakLayout: Sendable {
  /// A window on the bins of a pattern.
  struct Window: Sendable {
    /// The bins of the pattern.
    var bins: Range<Int>
    /// Where its bins begin among those of all windows.
    var offset: Int
    /// Edges of the bins, one more than bins, in radians.
    var edges: [Double]
    /// The first parameter of the background, and how many there are.
    var background: Int
    var terms: Int
    /// Chebyshev polynomials, bins x terms.
    var polynomials: [Double]
    /// The lines in it.
    var lines: [Int]
  }

  /// What is known of a parameter beforehand.
  struct Restraint: Sendable {
    var parameter: Int
    var value, sigma: Double
  }

  var names: [PeakParameter] = []
  var start: [Double] = []
  var lower: [Double] = []
  var upper: [Double] = []
  /// Whether the model is linear in the parameter.
  var isLinear: [Bool] = []
  var lines: [PeakLine] = []
  var windows: [Window] = []
  var restraints: [Restraint] = []
  /// In metres; NaN where it is not known.
  var wavelength = Double.nan
  var displacement: Int?
  var shift = 0.0

  /// Bins of all windows.
  var binCount: Int { windows.reduce(0) { $0 + $1.bins.count } }
  var parameterCount: Int { names.count }

  mutating func add(
    _ name: PeakParameter, start value: Double, within range: ClosedRange<Double>, isLinear linear: Bool = false
  ) -> Int {
    names.append(name)
    start.append(value)
    lower.append(range.lowerBound)
    upper.append(range.upperBound)
    isLinear.append(linear)
    return names.count - 1
  }

  /// - Parameters:
  ///   - edges: of all bins of the pattern, in radians of 2θ.
  ///   - wavelength: of the pattern, in metres.
  init(_ model: PeakModel, _ settings: PeakFitSettings, edges: [Double], wavelength: Double?) throws(PeakFitError) {
    try settings.check()
    self.wavelength = model.wavelength ?? wavelength ?? .nan
    guard !model.windows.isEmpty else { throw .noWindow }
    try addWindows(model.windows, edges: edges)
    switch model.displacement {
    case .none: break
    case .fixed(let value): shift = value
    case .free: displacement = add(.displacement, start: 0, within: -0.1...0.1)
    case .restrained(let value, let sigma):
      let index = add(.displacement, start: value, within: -0.1...0.1)
      displacement = index
      restraints.append(Restraint(parameter: index, value: value, sigma: sigma))
    }
    for index in model.phases.indices { try addPhase(model, index, settings) }
    guard !lines.isEmpty else { throw .noReflection }
    boundStrains()
    for index in windows.indices {
      let lines = windows[index].lines.count
      let needed = windows[index].terms + 3 * lines + 1
      guard windows[index].bins.count >= needed else {
        throw .fewBins(window: index, found: windows[index].bins.count, expected: needed)
      }
    }
  }

  private mutating func addWindows(_ asked: [PeakWindow], edges: [Double]) throws(PeakFitError) {
    var offset = 0
    for (index, window) in asked.enumerated() {
      guard 0...8 ~= window.backgroundOrder else {
        throw .backgroundOrder(window: index, found: window.backgroundOrder)
      }
      // A bin belongs to the window that holds its centre.
      let centres = edges.indices.dropLast().filter { window.range.contains((edges[$0] + edges[$0 + 1]) / 2) }
      guard let first = centres.first, let last = centres.last else {
        throw .fewBins(window: index, found: 0, expected: window.backgroundOrder + 4)
      }
      let bins = first..<last + 1
      for (other, before) in windows.enumerated() where before.bins.overlaps(bins) {
        throw .overlappingWindows(first: other, second: index)
      }
      let own = Array(edges[first...last + 1])
      let terms = window.backgroundOrder + 1
      var polynomials: [Double] = []
      let (middle, half) = ((own[0] + own[own.count - 1]) / 2, (own[own.count - 1] - own[0]) / 2)
      for bin in 0..<bins.count {
        let u = ((own[bin] + own[bin + 1]) / 2 - middle) / half
        var (before, value) = (1.0, u)
        for order in 0..<terms {
          polynomials.append(order == 0 ? 1 : value)
          if order > 0 { (before, value) = (value, 2 * u * value - before) }
        }
      }
      var background = 0
      for order in 0..<terms {
        let place = add(
          .background(window: index, order: order), start: 0, within: -Double.infinity...Double.infinity, isLinear: true
        )
        if order == 0 { background = place }
      }
      windows.append(
        Window(
          bins: bins, offset: offset, edges: own, background: background, terms: terms, polynomials: polynomials,
          lines: []))
      offset += bins.count
    }
  }

  private mutating func addPhase(
    _ model: PeakModel, _ index: Int, _ settings: PeakFitSettings
  ) throws(PeakFitError) {
    let phase = model.phases[index]
    let count = phase.reflections.count
    switch phase.intensities {
    case .free: break
    case .relative(let values):
      guard values.count == count else {
        throw .count(phase: phase.name, what: "relative intensities", found: values.count, expected: count)
      }
    case .restrained(let values):
      guard values.count == count else {
        throw .count(phase: phase.name, what: "restrained intensities", found: values.count, expected: count)
      }
    }
    guard wavelength.isFinite else { throw .needsWavelength }
    let metric = phase.cell.reciprocalMetric
    var present: [(reflection: Int, window: Int, twoTheta: Double)] = []
    for (reflection, indices) in phase.reflections.enumerated() {
      let sine = wavelength * metric.form(indices.vector).squareRoot() / 2
      guard sine > 0, sine < 1 else { continue }
      let shift = displacement.map { start[$0] } ?? shift
      let twoTheta = PeakLine.displaced(2 * asin(sine), by: shift).value
      guard
        let window = windows.firstIndex(where: { $0.edges[0] <= twoTheta && twoTheta <= $0.edges[$0.edges.count - 1] })
      else { continue }
      present.append((reflection, window, twoTheta))
    }
    guard !present.isEmpty else { return }
    let edges = cellParameters(phase, index, settings)
    var scale: Int?
    if case .relative = phase.intensities {
      scale = add(
        .intensityScale(phase: index), start: 0, within: -Double.infinity...Double.infinity, isLinear: true)
    }
    var mixing: Int?
    if case .free(nil) = phase.widths { mixing = add(.mixing(phase: index), start: 0.3, within: 0...1) }
    var strain: Int?
    if case .strained = phase.widths { strain = add(.strain(phase: index), start: 0, within: -1e-4...1e-4) }
    for (reflection, window, twoTheta) in present {
      let indices = phase.reflections[reflection]
      let extent = windows[window].edges[windows[window].edges.count - 1] - windows[window].edges[0]
      let bin = extent / Double(windows[window].bins.count)
      let instrument = model.instrument?.profile(twoTheta: twoTheta)
      let position: PeakLine.Position
      switch phase.positions {
      case .free:
        let reach = settings.searchRange * 2 * tan(twoTheta / 2)
        let low = max(twoTheta - reach, windows[window].edges[0])
        let high = min(twoTheta + reach, windows[window].edges[windows[window].edges.count - 1])
        position = .own(add(.position(phase: index, reflection: reflection), start: twoTheta, within: low...high))
      case .cell, .scale: position = .cell(edges: edges)
      case .fixed: position = .fixed
      }
      let width = try width(
        phase, index, reflection, model.instrument, twoTheta: twoTheta, bin: bin, extent: extent, mixing: mixing,
        strain: strain)
      var place = scale
      var factor = 1.0
      if case .relative(let values) = phase.intensities { factor = values[reflection] }
      if place == nil {
        place = add(
          .intensity(phase: index, reflection: reflection), start: 0, within: -Double.infinity...Double.infinity,
          isLinear: true)
        if case .restrained(let values) = phase.intensities, let known = values[reflection], let place {
          restraints.append(Restraint(parameter: place, value: known.value, sigma: known.sigma))
        }
      }
      let (h, k, l) = (Double(indices.h), Double(indices.k), Double(indices.l))
      windows[window].lines.append(lines.count)
      var nominalWidth = instrument?.fwhm ?? 3 * bin
      if case .fixed(let profile) = width { nominalWidth = profile.fwhm }
      lines.append(
        PeakLine(
          phase: index, reflection: reflection, indices: indices, window: window, nominal: twoTheta,
          nominalWidth: nominalWidth, intensity: place ?? 0, intensityFactor: factor, position: position, width: width,
          quadratic: [
            h * h * metric.xx, k * k * metric.yy, l * l * metric.zz, 2 * k * l * metric.yz, 2 * h * l * metric.xz,
            2 * h * k * metric.xy,
          ], edges: [phase.cell.a, phase.cell.b, phase.cell.c]))
    }
  }

  /// No line may become narrower than a seventh of the instrument's Gaussian.
  private mutating func boundStrains() {
    for line in lines {
      guard case .instrument(let gaussian, _, let excess?, let factor) = line.width, case .strain = names[excess]
      else { continue }
      lower[excess] = max(lower[excess], -0.98 * gaussian * gaussian / factor)
    }
  }

  /// The parameters of the three edges of a phase's cell.
  private mutating func cellParameters(
    _ phase: PeakPhase, _ index: Int, _ settings: PeakFitSettings
  ) -> [3 of Int?] {
    let range = 1 - settings.searchRange...1 + settings.searchRange
    switch phase.positions {
    case .free, .fixed: return [nil, nil, nil]
    case .scale:
      let scale = add(.cellScale(phase: index), start: 1, within: range)
      return [scale, scale, scale]
    case .cell:
      let (a, b, c) = (phase.cell.a, phase.cell.b, phase.cell.c)
      let first = add(.edge(phase: index, axis: 0), start: 1, within: range)
      let second = b == a ? first : add(.edge(phase: index, axis: 1), start: 1, within: range)
      let third = c == a ? first : c == b ? second : add(.edge(phase: index, axis: 2), start: 1, within: range)
      return [first, second, third]
    }
  }

  private mutating func width(
    _ phase: PeakPhase, _ index: Int, _ reflection: Int, _ instrument: InstrumentProfile?, twoTheta: Double,
    bin: Double, extent: Double, mixing: Int?, strain: Int?
  ) throws(PeakFitError) -> PeakLine.Width {
    let sharp = instrument?.profile(twoTheta: twoTheta)
    switch phase.widths {
    case .fixed(let profile): return .fixed(profile)
    case .free(let value):
      let fwhm = add(
        .fwhm(phase: index, reflection: reflection), start: min(sharp?.fwhm ?? 4 * bin, extent / 3),
        within: 0.3 * bin...max(extent / 2, bin))
      return .own(fwhm: fwhm, mixing: mixing, value: value ?? 0)
    case .instrument, .strained, .broadened:
      guard let instrument, sharp != nil else { throw .needsInstrument(phase: phase.name) }
      let gaussian = instrument.gaussian(twoTheta: twoTheta)
      let lorentzian = instrument.lorentzian(twoTheta: twoTheta)
      if case .strained = phase.widths {
        let slope = 4 * tan(twoTheta / 2)
        return .instrument(gaussian: gaussian, lorentzian: lorentzian, excess: strain, factor: slope * slope)
      }
      guard case .broadened = phase.widths else {
        return .instrument(gaussian: gaussian, lorentzian: lorentzian, excess: nil, factor: 0)
      }
      let excess = add(
        .broadening(phase: index, reflection: reflection), start: 0,
        within: -0.98 * gaussian * gaussian...extent * extent / 4)
      return .instrument(gaussian: gaussian, lorentzian: lorentzian, excess: excess, factor: 1)
    }
  }
}

extension PeakFitSettings {
  func check() throws(PeakFitError) {
    guard searchRange > 0, searchRange < 0.5 else {
      throw .setting(name: "the search range", value: searchRange, expected: "more than 0 and less than 0.5")
    }
    guard falseAlarm > 0, falseAlarm < 0.5 else {
      throw .setting(name: "the false alarm", value: falseAlarm, expected: "more than 0 and less than 0.5")
    }
    guard largestWidthRatio > 1 else {
      throw .setting(name: "the largest width ratio", value: largestWidthRatio, expected: "more than 1")
    }
    guard iterations > 0 else {
      throw .setting(name: "the number of steps", value: Double(iterations), expected: "1 or more")
    }
  }
}
