import Crystallography
import Foundation

/// Reflections of one phase that coincide exactly, and share one intensity.
struct ReflectionGroup {
  var phase: Int
  /// Families, the first of which gives the place.
  var families: [Reflection]
  var multiplicity: Double { families.reduce(0) { $0 + Double($1.multiplicity) } }
}

/// Which entry of the parameter vector is what.
///
/// Order: cells, shifts, widths of the instrument, widths of the phases, axial divergence; then the linear ones:
/// background, humps, intensities.
struct WholePatternLayout {
  let systems: [CellSystem]
  let groups: [ReflectionGroup]
  /// First parameter of the cell of each phase; nil where it is kept.
  let cells: [Int?]
  /// The parameter of each shift; nil where it is kept.
  let shifts: [Int?]
  let profile: [(parameter: WidthParameter, index: Int)]
  let broadening: [(phase: Int, parameter: WidthParameter, index: Int)]
  let axial: Int?
  let background, humps, intensities: Int
  let count: Int
  let names: [String]

  /// The largest number of reflections.
  static let limit = 400

  init(_ model: WholePatternModel, bins: PatternBins) throws(WholePatternError) {
    systems = model.phases.map(\.system)
    guard let first = bins.positions.first, let last = bins.positions.last else {
      throw .tooFewBins(found: 0, needed: 1)
    }
    groups = try Self.groups(model, from: first, to: last)
    guard !groups.isEmpty else { throw .noReflection(from: first, to: last) }
    guard groups.count <= Self.limit else { throw .tooManyReflections(found: groups.count, limit: Self.limit) }
    var names: [String] = []
    var cells: [Int?] = []
    for (number, (phase, system)) in zip(model.phases, systems).enumerated() {
      let isSeen = groups.contains { $0.phase == number }
      cells.append(phase.refinesCell && isSeen ? names.count : nil)
      if phase.refinesCell, isSeen { names += system.parameters.map { "\(phase.name) \($0.rawValue)" } }
    }
    var shifts: [Int?] = []
    for shift in model.shifts {
      shifts.append(shift.isRefined ? names.count : nil)
      if shift.isRefined { names.append(shift.kind.name) }
    }
    var profile: [(parameter: WidthParameter, index: Int)] = []
    for parameter in WidthParameter.allCases where model.refinedProfile.contains(parameter) {
      profile.append((parameter, names.count))
      names.append("\(parameter)")
    }
    var broadening: [(phase: Int, parameter: WidthParameter, index: Int)] = []
    for (index, phase) in model.phases.enumerated() {
      for parameter in [WidthParameter.u, .x, .y] where phase.refinedBroadening.contains(parameter) {
        broadening.append((index, parameter, names.count))
        names.append("\(phase.name) \(parameter)")
      }
    }
    axial = model.refinesAxialDivergence ? names.count : nil
    if model.refinesAxialDivergence { names.append("axial divergence") }
    background = names.count
    names += (0..<model.backgroundTerms).map { "background \($0)" }
    humps = names.count
    names += model.humps.indices.map { "hump \($0 + 1)" }
    intensities = names.count
    names += groups.map { "\(model.phases[$0.phase].name) \($0.families[0].indices)" }
    (self.cells, self.shifts, self.profile, self.broadening) = (cells, shifts, profile, broadening)
    (self.names, count) = (names, names.count)
    guard bins.count > count else { throw .tooFewBins(found: bins.count, needed: count + 1) }
  }

  private static func groups(
    _ model: WholePatternModel, from first: Double, to last: Double
  ) throws(WholePatternError) -> [ReflectionGroup] {
    let wavelength = model.radiation.lines[0].wavelength
    var groups: [ReflectionGroup] = []
    for (index, phase) in model.phases.enumerated() {
      let reflections: [Reflection]
      do {
        reflections = try phase.spaceGroup.reflections(
          cell: phase.cell, minimumSpacing: wavelength / (2 * sin(min(last, 3.1) / 2)))
      } catch { throw .phase(name: phase.name, reason: "\(error)") }
      for families in SpaceGroup.groupedBySpacing(reflections) {
        let wanted = families.filter { phase.only?.contains($0.indices) ?? true }
        guard let family = wanted.first, wavelength < 2 * family.dSpacing else { continue }
        let place = model.shifts.reduce(2 * asin(wavelength / (2 * family.dSpacing))) {
          $1.kind($0, $1.amount).position
        }
        if place >= first, place <= last { groups.append(ReflectionGroup(phase: index, families: wanted)) }
      }
    }
    return groups
  }

  /// The parameters of a model; the linear ones are zero.
  func parameters(of model: WholePatternModel) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    for (phase, start) in cells.enumerated() {
      guard let start else { continue }
      for (offset, value) in systems[phase].values(of: model.phases[phase].cell).enumerated() {
        values[start + offset] = value
      }
    }
    for (shift, index) in zip(model.shifts, shifts) { if let index { values[index] = shift.amount } }
    for (parameter, index) in profile { values[index] = model.profile[parameter] }
    for (phase, parameter, index) in broadening { values[index] = model.phases[phase].broadening[parameter] }
    if let axial { values[axial] = model.axialDivergence.aperture }
    return values
  }

  /// The model with refined values; nil where a cell encloses no volume or the axial divergence leaves its range.
  func model(_ start: WholePatternModel, with values: [Double]) -> WholePatternModel? {
    var model = start
    for (phase, first) in cells.enumerated() {
      guard let first else { continue }
      guard let cell = systems[phase].cell(Array(values[first..<first + systems[phase].count])) else { return nil }
      model.phases[phase].cell = cell
    }
    for (position, index) in shifts.enumerated() { if let index { model.shifts[position].amount = values[index] } }
    for (parameter, index) in profile { model.profile[parameter] = values[index] }
    for (phase, parameter, index) in broadening { model.phases[phase].broadening[parameter] = values[index] }
    if let axial {
      model.axialDivergence = start.axialDivergence.scaled(by: values[axial] / start.axialDivergence.aperture)
      guard model.axialDivergence.isPossible else { return nil }
    }
    return model
  }
}
