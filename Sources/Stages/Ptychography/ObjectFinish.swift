import ArrayMath
import Foundation
import ImageAnalysis
import Ptychography

/// What is made of a reconstructed object: the part that had light, without constant and ramp, its phase unwrapped.
struct ObjectFinish {
  let prepared: PreparedScan
  let parameters: PhaseParameters

  init(_ prepared: PreparedScan, _ parameters: PhaseParameters) {
    self.prepared = prepared
    self.parameters = parameters
  }

  /// - Parameter facts: is told ramp, residues, places and extents.
  func callAsFunction(
    _ state: Reconstruction, _ facts: inout PhaseProjection.Facts
  ) throws -> PhaseProjection.Images {
    var light = state.illumination()
    let peak = light.pixels.max() ?? 0
    if peak > 0 { light = light.map { $0 / peak } }
    guard let box = bounds(light) else {
      throw PtychographyError.invalid("no pixel of the object had light; look at probe and positions")
    }
    let lit = light.cropped(rows: box.rows, columns: box.columns)
    let least = Float(parameters.leastIllumination)
    let isValid = lit.map { $0 >= least }
    place(state, box, &facts)
    let raw = state.object.cropped(rows: box.rows, columns: box.columns)
    let (ramp, air, isFound) = try findRamp(raw, isValid, &facts)
    let flat = ramp.removed(from: raw)
    // Air transmits all: the factor that object and probe share is put where it belongs.
    let scale = isFound ? meanModulus(flat, air) : 1
    let object = flat.map { 1 / scale * $0 }
    let unwrapped = try PhaseUnwrapping(parameters.unwrapping.technique)(
      object.map(\.phase), mask: isValid, weights: lit
    ).anchored(inAir: air)
    facts.residues = unwrapped.residues.count
    let phase = unwrapped.phase
    if isFound {
      let matter = Image(zip(isValid.pixels, air.pixels).map { $0 && !$1 }, shape: object.shape)
      let electrons = try ElectronDensityThickness(wavelength: facts.wavelength).electrons(
        in: phase, area: matter, pixelArea: facts.pixelHeight * facts.pixelWidth, ramp: ramp)
      (facts.electrons, facts.electronsUncertainty) = (electrons.value, electrons.uncertainty)
      facts.airDeviation = ramp.airDeviation
    }
    return PhaseProjection.Images(
      object: object, phase: phase, illumination: lit, probes: state.probes.map { tilted($0, by: ramp, scale) })
  }

  /// Constant and ramp of the phase, and where there is air.
  ///
  /// An object that fills the field has no air that could be found; its mean phase becomes 0 then, and this is told.
  private func findRamp(
    _ object: ComplexImage, _ isValid: Image<Bool>, _ facts: inout PhaseProjection.Facts
  ) throws -> (ramp: PhaseRamp, air: Image<Bool>, isFound: Bool) {
    var air = isValid
    var isFound = parameters.rule != nil
    do {
      if let rule = parameters.rule { air = try AirMask.find(in: object, mask: isValid, rule: rule) }
    } catch let error as ImageAnalysisError {
      isFound = false
      facts.warnings.append("Constant and ramp of the phase come from all of the scanned region: \(error)")
    }
    let ramp = try PhaseRamp.estimate(object, air: air, mask: isValid)
    facts.ramp.row = ramp.perRow
    facts.ramp.column = ramp.perColumn
    facts.ramp.constant = ramp.phase(row: 0, column: 0)
    return (ramp, air, isFound)
  }

  /// The probe that goes with an object whose ramp was taken off and whose modulus was divided by `scale`.
  private func tilted(_ probe: ComplexImage, by ramp: PhaseRamp, _ scale: Float) -> ComplexImage {
    var probe = probe
    for row in 0..<probe.rows {
      for column in 0..<probe.columns {
        let phase = Float(ramp.perRow * Double(row) + ramp.perColumn * Double(column))
        probe[row, column] *= ComplexFloat(modulus: scale, phase: phase)
      }
    }
    return probe
  }

  private func meanModulus(_ object: ComplexImage, _ air: Image<Bool>) -> Float {
    var sum = 0.0
    var count = 0.0
    for (value, isAir) in zip(object.pixels, air.pixels) where isAir {
      sum += Double(value.modulus)
      count += 1
    }
    return count > 0 && sum > 0 ? Float(sum / count) : 1
  }

  /// The rectangle about the pixels that had enough light.
  private func bounds(_ light: ScalarImage) -> (rows: Range<Int>, columns: Range<Int>)? {
    let least = Float(parameters.leastIllumination)
    var (top, bottom, left, right) = (Int.max, -1, Int.max, -1)
    for row in 0..<light.rows {
      for column in 0..<light.columns where light[row, column] >= least {
        (top, bottom) = (min(top, row), row)
        (left, right) = (min(left, column), max(right, column))
      }
    }
    return bottom >= 0 ? (top..<bottom + 1, left..<right + 1) : nil
  }

  /// Tells where the kept images and the beams lie in the frame of the scan's positions.
  private func place(
    _ state: Reconstruction, _ box: (rows: Range<Int>, columns: Range<Int>), _ facts: inout PhaseProjection.Facts
  ) {
    let window = prepared.data.window
    let pixel = prepared.pixel
    (facts.pixelHeight, facts.pixelWidth) = pixel
    guard let first = prepared.positions.first, let laid = prepared.layout.positions.first else { return }
    // The beam's middle is the pixel n/2 of its window.
    func y(_ row: Double) -> Double { first.y + (row - laid.row) * pixel.height }
    func x(_ column: Double) -> Double { first.x + (column - laid.column) * pixel.width }
    facts.origin = ScanPosition(
      y: y(Double(box.rows.lowerBound - window.rows / 2)), x: x(Double(box.columns.lowerBound - window.columns / 2)))
    facts.statedPositions = prepared.positions
    facts.positions = state.positions.map { ScanPosition(y: y($0.row), x: x($0.column)) }
  }
}

extension PhaseParameters {
  /// How air is told; nil where all counts as air.
  fileprivate var rule: AirMask.Rule? {
    switch air {
    case .automatic: .automatic
    case .sides: .strips(airWidth)
    case .corners: .corners(airWidth)
    case .everywhere: nil
    }
  }
}

extension UnwrappingChoice {
  var technique: PhaseUnwrapping.Method {
    switch self {
    case .reliability: .reliabilitySorted
    case .leastSquares: .leastSquares
    case .branchCuts: .branchCuts
    }
  }
}
