internal import ArrayMath
internal import Foundation
internal import ImageAnalysis
internal import Quantities

/// Makes projections that can be aligned and reconstructed of what was measured or reconstructed.
public struct ProjectionPreparation: Sendable, Hashable {
  public var settings: PreparationSettings

  public init(_ settings: PreparationSettings = PreparationSettings()) { self.settings = settings }

  /// Phase projections of complex ones.
  ///
  /// In each: what has too little light is left out; air is found and constant and ramp are taken off the complex numbers, so
  /// that fewer turns are left; the phase is unwrapped, unless it is given; turns and what is left of constant and ramp are
  /// taken off so that air is 0. The sign of matter is that which the sums of most projections have.
  ///
  /// - Parameters:
  ///   - sense: which way the sample turned.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where there is nothing to prepare, images do not fit together, or no light is shared.
  public func prepare(
    _ projections: [TransmissionProjection], sense: RotationSense, threads: Int
  ) throws -> PreparedProjections {
    let field = try checkedField(projections, threads: threads)
    let unwrapped = try parallelMap(count: projections.count, threads: threads) { view in
      try unwrap(projections[view], view: view, field: field)
    }
    var prepared = try assemble(unwrapped, field, geometry: geometry(projections, field, sense: sense))
    try prepared.checkTotals(threads: threads)
    return prepared
  }

  /// Phase projections that are not unwrapped, for ``DerivativeBackProjection``, which takes wrapped phases.
  ///
  /// As ``prepare(_:sense:threads:)`` in all but that: what is unwrapped is given wrapped. Sums are those of the projections that
  /// the differences d of neighbours make, −Σ x d(x), which holds where neighbours differ by less than half a turn and both ends
  /// of every row lie in air; ``PreparedProjections/total`` is nil.
  public func prepareWrapped(
    _ projections: [TransmissionProjection], sense: RotationSense, threads: Int
  ) throws -> PreparedProjections {
    let field = try checkedField(projections, threads: threads)
    let wrapped = try parallelMap(count: projections.count, threads: threads) { view in
      try flatten(projections[view], view: view, field: field)
    }
    return try assemble(wrapped, field, geometry: geometry(projections, field, sense: sense))
  }

  private func checkedField(_ projections: [TransmissionProjection], threads: Int) throws -> CommonField {
    try settings.check()
    guard !projections.isEmpty else {
      throw TomographyError.invalid("there is no projection; give at least one complex object with its angle")
    }
    for projection in projections { try projection.check() }
    return try CommonField(projections, least: settings.leastIllumination, threads: threads)
  }

  private func geometry(
    _ projections: [TransmissionProjection], _ field: CommonField, sense: RotationSense
  ) -> ProjectionGeometry {
    ProjectionGeometry(angles: projections.map(\.angle), axisColumn: field.middle, sense: sense)
  }

  /// One projection in the sign that it came in, NaN where it was not measured.
  struct Part: Sendable {
    var image: ScalarImage
    var weights: ScalarImage
    var view: PreparedView
  }

  private func unwrap(_ projection: TransmissionProjection, view: Int, field: CommonField) throws -> Part {
    let flat = try FlattenedView(projection, view: view, field: field, settings: settings)
    var phase: ScalarImage
    var ramp = flat.ramp
    var residues: Int
    if let given = projection.phase {
      phase = field.cut(given, of: view)
      residues = try PhaseResidues(flat.object.map(\.phase), mask: flat.isValid).count
      ramp = PhaseRamp(constant: 0, perRow: 0, perColumn: 0, shape: field.shape)
      for index in phase.pixels.indices where !flat.isValid.pixels[index] { phase.pixels[index] = .nan }
    } else {
      var unwrapped = try PhaseUnwrapping(settings.unwrapping)(
        flat.object.map(\.phase), mask: flat.isValid, weights: flat.weights)
      if flat.hasAir { unwrapped = try unwrapped.anchored(inAir: flat.air) }
      residues = unwrapped.residues.count
      phase = unwrapped.phase
    }
    var result = Part(
      image: phase, weights: flat.weights,
      view: PreparedView(name: projection.name, flat, residues: residues, hasCorrection: settings.correction != .none))
    if settings.correction != .none {
      let plane = try RampCorrection.fromAir(of: phase, weights: flat.weights, air: flat.air)
      result.image = plane.removed(from: phase)
      ramp.add(plane)
      result.view.ramp = ramp
    }
    result.finish(flat.air, hasAir: flat.hasAir && settings.correction != .none)
    return result
  }

  private func flatten(_ projection: TransmissionProjection, view: Int, field: CommonField) throws -> Part {
    let flat = try FlattenedView(projection, view: view, field: field, settings: settings)
    let residues = try PhaseResidues(flat.object.map(\.phase), mask: flat.isValid).count
    var phase = flat.object.map(\.phase)
    for index in phase.pixels.indices where !flat.isValid.pixels[index] { phase.pixels[index] = .nan }
    var part = Part(
      image: phase, weights: flat.weights,
      view: PreparedView(name: projection.name, flat, residues: residues, hasCorrection: settings.correction != .none))
    part.finishWrapped(flat.air, hasAir: flat.hasAir && settings.correction != .none)
    return part
  }

  /// Decides the sign and joins the projections.
  private func assemble(
    _ parts: [Part], _ field: CommonField, geometry: ProjectionGeometry
  ) throws -> PreparedProjections {
    var (notes, warnings): ([String], [String]) = ([], [])
    let sign = decideSign(parts, &notes, &warnings)
    var views = parts.map(\.view)
    for index in views.indices { views[index].total.value *= Double(sign) }
    let shape = parts[0].image.shape
    var pixels: [Float] = []
    var weights: [Float] = []
    pixels.reserveCapacity(parts.count * shape.count)
    weights.reserveCapacity(parts.count * shape.count)
    for part in parts {
      pixels += part.image.pixels.map { Float(sign) * $0 }
      weights += part.weights.pixels
    }
    let stack = try ProjectionStack(pixels, shape: shape, geometry: geometry, weights: weights)
    notes.append(
      "the field that the projections share has \(field.shape.rows) x \(field.shape.columns) pixels: rows "
        + "\(field.kept.rows.lowerBound)..<\(field.kept.rows.upperBound) and columns "
        + "\(field.kept.columns.lowerBound)..<\(field.kept.columns.upperBound) of the smallest")
    notes.append("the sample turns \(geometry.sense.rawValue) with rising angle, seen from above")
    warnings += Self.viewWarnings(views)
    return PreparedProjections(
      stack: stack, views: views, matterSign: sign, kept: field.kept, notes: notes, warnings: warnings)
  }

  /// −1 or 1: by what the sums of phases are multiplied to be positive.
  func decideSign(_ parts: [Part], _ notes: inout [String], _ warnings: inout [String]) -> Int {
    switch settings.sign {
    case .matterNegative:
      notes.append("the phase of matter is negative, as given")
      return -1
    case .matterPositive:
      notes.append("the phase of matter is positive, as given")
      return 1
    case .automatic: break
    }
    let known = parts.filter { $0.view.hasZero && $0.view.total.value != 0 }
    let positive = known.count { $0.view.total.value > 0 }
    let negative = known.count - positive
    guard known.count > 0, positive != negative else {
      warnings.append(
        "the projections do not show which sign the phase of matter has; it is taken to be negative, as everywhere in this program"
      )
      return -1
    }
    let sign = positive > negative ? 1 : -1
    let share = Double(max(positive, negative)) / Double(known.count)
    notes.append(
      "the phase of matter is \(sign > 0 ? "positive" : "negative") in \(max(positive, negative)) of \(known.count) projections"
        + (sign > 0 ? ", against the convention of this program, and was turned round" : ""))
    if share < 0.9 {
      warnings.append(
        "the sign of the phase of matter differs between projections (\(positive) positive, \(negative) negative); "
          + "look at their ramps, or give the sign")
    }
    return sign
  }

  static func viewWarnings(_ views: [PreparedView]) -> [String] {
    var lines: [String] = []
    let lost = views.filter { !$0.hasZero }
    if !lost.isEmpty {
      lines.append(
        "no air was found in \(lost.count) of \(views.count) projections (\(lost.list)): their constant and ramp are those of the "
          + "whole field; fit them to simulated projections")
    }
    let torn = views.filter { $0.discontinuities > 0 }
    if !torn.isEmpty {
      let most = torn.map(\.residues).max() ?? 0
      lines.append(
        "unwrapping had to choose in \(torn.count) of \(views.count) projections (\(torn.list); up to \(most) residues)"
      )
    }
    return lines
  }
}

extension [PreparedView] {
  /// The names of the first ones.
  fileprivate var list: String {
    prefix(5).map(\.name).joined(separator: ", ") + (count > 5 ? " and \(count - 5) more" : "")
  }
}
