internal import ArrayMath
internal import Foundation
internal import ImageAnalysis
internal import Quantities

extension ProjectionPreparation {
  /// Projections of frames of real numbers: unwrapped phases of either sign, absorption, or intensities with flats and darks.
  ///
  /// - Parameters:
  ///   - measured: with content and angles.
  ///   - sense: which way the sample turned.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where content or angles are not known, do not fit, or no pixel has a value; what the frames
  ///   throw.
  public func prepare(
    _ measured: MeasuredProjections, sense: RotationSense, threads: Int
  ) throws -> PreparedProjections {
    try settings.check()
    let frames = measured.frames
    let content = try content(of: measured)
    let reading = try angles(of: measured)
    let shape = frames.shape
    let light = content == .intensity ? try FlatField(measured) : nil
    var parts = try parallelMap(count: frames.count, threads: threads) { index in
      let frame = ScalarImage(try frames.floats(frame: index), shape: shape)
      return try part(frame, name: "projection \(index + 1)", content, light)
    }
    guard parts.contains(where: { $0.image.pixels.contains { $0.isFinite } }) else {
      throw TomographyError.invalid("\(measured.name): no pixel has a finite value")
    }
    var notes = measured.notes + reading.notes
    var warnings = measured.warnings + reading.warnings
    var sign = 1
    if content == .phase || content == .negativePhase {
      if settings.sign == .automatic {
        sign = decideSign(parts, &notes, &warnings)
        let stated = content == .phase ? -1 : 1
        if sign != stated {
          warnings.append(
            "\(measured.name) is said to hold \(content == .phase ? "phases" : "minus the phase"), in which matter is "
              + "\(stated < 0 ? "negative" : "positive"), but its projections show the opposite; what they show was taken"
          )
        }
      } else {
        sign = decideSign(parts, &notes, &warnings)
      }
    }
    if sign < 0 {
      for index in parts.indices {
        parts[index].image = parts[index].image.map { -$0 }
        parts[index].view.total.value = -parts[index].view.total.value
      }
    }
    let geometry = ProjectionGeometry(
      angles: reading.angles, axisColumn: measured.axisColumn ?? Double(shape.columns) / 2, sense: sense)
    let isPhase = content == .phase || content == .negativePhase
    let stack = try ProjectionStack(
      parts.flatMap(\.image.pixels), shape: shape, geometry: geometry, quantity: isPhase ? .phase : .absorption,
      weights: parts.flatMap(\.weights.pixels))
    notes += light?.notes ?? []
    notes.append("the sample turns \(sense.rawValue) with rising angle, seen from above")
    warnings += light?.warnings ?? []
    warnings += darkWarnings(parts.map(\.view), pixels: shape.count, content: content)
    warnings += Self.viewWarnings(parts.map(\.view))
    var prepared = PreparedProjections(
      stack: stack, views: parts.map(\.view), matterSign: isPhase ? sign : nil,
      kept: (0..<shape.rows, 0..<shape.columns), notes: notes, warnings: warnings)
    try prepared.checkTotals(threads: threads)
    return prepared
  }

  private func content(of measured: MeasuredProjections) throws -> MeasuredProjections.Content {
    guard measured.frames.count > 0, measured.frames.shape.count > 0 else {
      throw TomographyError.invalid("\(measured.name) holds no projection")
    }
    guard let content = measured.content else {
      let choices = MeasuredProjections.Content.allCases.map(\.rawValue).joined(separator: ", ")
      throw TomographyError.invalid("\(measured.name) does not tell what its frames hold; state one of \(choices)")
    }
    return content
  }

  private func angles(of measured: MeasuredProjections) throws -> AngleReading {
    guard let angles = measured.angles else {
      throw TomographyError.invalid(
        "\(measured.name) does not tell the angles of its \(measured.frames.count) projections; state them")
    }
    guard angles.count == measured.frames.count else {
      throw TomographyError.invalid(
        "\(measured.name) holds \(measured.frames.count) projections and \(angles.count) angles; give one angle for each"
      )
    }
    do {
      return try AngleReading(angles, unit: measured.angleUnitIsStated ? .radians : nil)
    } catch let error as TomographyError {
      throw TomographyError.invalid("\(measured.name): \(error)")
    }
  }

  /// One projection, phases in the sign that they came in.
  private func part(
    _ frame: ScalarImage, name: String, _ content: MeasuredProjections.Content, _ light: FlatField?
  ) throws -> Part {
    var image = frame.map { $0.isFinite ? $0 : .nan }
    var weights = image.map { $0.isFinite ? Float(1) : 0 }
    var replaced = 0
    if let light {
      (image, weights) = light.absorption(of: frame, least: Float(settings.leastTransmission))
      replaced = weights.pixels.count { $0 == 0 }
    }
    var view = PreparedView(
      name: name, ramp: nil, hasZero: true, airPart: 0, airDeviation: nil, noise: 0, residues: 0, discontinuities: 0,
      total: UncertainValue(0), unmeasured: image.pixels.count { !$0.isFinite }, replaced: replaced, notes: [])
    var air = Image(repeating: false, shape: image.shape)
    if settings.correction == .air {
      do {
        air = try AirMask.find(in: Self.wave(of: image, content), mask: weights.map { $0 > 0 }, rule: settings.air)
        var ramp = try PhaseRamp.fit(image, air: air)
        let rest = try RampCorrection.fromAir(of: ramp.removed(from: image), weights: weights, air: air)
        ramp.add(rest)
        image = ramp.removed(from: image)
        view.ramp = ramp
      } catch let error as ImageAnalysisError {
        view.hasZero = false
        view.notes.append("no air: \(error)")
      }
    }
    var result = Part(image: image, weights: weights, view: view)
    result.finish(air, hasAir: view.ramp != nil)
    if light != nil || content == .absorption { result.view.discontinuities = 0 }
    return result
  }

  /// A wave that has the projection as its phase; absorption is scaled to below a radian, so that none looks like none.
  private static func wave(of image: ScalarImage, _ content: MeasuredProjections.Content) -> ComplexImage {
    var scale: Float = 1
    if content == .intensity || content == .absorption {
      for pixel in image.pixels where pixel.isFinite { scale = max(scale, abs(pixel)) }
    }
    return image.map { $0.isFinite ? ComplexFloat(modulus: 1, phase: $0 / scale) : .zero }
  }

  private func darkWarnings(
    _ views: [PreparedView], pixels: Int, content: MeasuredProjections.Content
  ) -> [String] {
    guard content == .intensity else { return [] }
    let replaced = views.reduce(0) { $0 + $1.replaced }
    let part = Double(replaced) / Double(views.count * pixels)
    guard part > 1e-4 else { return [] }
    return [
      String(
        format:
          "%.2g %% of all pixels are dead or let less than %g of the light through; they were replaced and count nothing",
        100 * part, settings.leastTransmission)
    ]
  }
}
