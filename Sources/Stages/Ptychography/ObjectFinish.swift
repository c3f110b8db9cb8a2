import ArrayMath
import Foundation
import ImageAnalysis
import Ptychography

/// What is made of a reconstructed object: the part that had light, without constant and ramp, its phase unwrapped.
struct ObjectFinish {
  let prepared: ScanWindows
  let parameters: PhaseParameters

  init(_ prepared: ScanWindows, _ parameters: PhaseParameters) {
    self.prepared = prepared
    self.parameters = parameters
  }

  /// - Parameter facts: is told ramp, residues, places and extents.
  func callAsFunction(
    _ state: Reconstruction, _ facts: inout PhaseProjection.Facts
  ) throws -> PhaseProjection.Images {
    let light = illumination(state)
    guard let box = bounds(light) else {
      throw PtychographyError.invalid("no pixel of the object had light; look at probe and positions")
    }
    let lit = light.cropped(rows: box.rows, columns: box.columns)
    let least = Float(parameters.leastIllumination)
    let isValid = lit.map { $0 >= least }
    place(state, box, &facts)
    let raw = state.object.cropped(rows: box.rows, columns: box.columns)
    let (flat, air, isFound) = try withoutRamp(raw, isValid, &facts)
    // Air transmits all: the factor that object and probe share is put where it belongs.
    let scale = isFound ? meanModulus(flat, air) : 1
    let object = flat.map { 1 / scale * $0 }
    let unwrapped = try PhaseUnwrapping(parameters.unwrapping.technique)(
      object.map(\.phase), mask: isValid, weights: lit
    ).anchored(inAir: air)
    facts.residues = unwrapped.residues.count
    let phase = unwrapped.phase
    return PhaseProjection.Images(object: object, phase: phase, illumination: lit,
      probes: state.probes.map { $0.map { scale * $0 } })
  }

  /// The object without constant and ramp, and where there is air.
  ///
  /// An object that fills the field has no air that could be found; its mean phase becomes 0 then, and this is told.
  private func withoutRamp(
    _ object: ComplexImage, _ isValid: Image<Bool>, _ facts: inout PhaseProjection.Facts
  ) throws -> (object: ComplexImage, air: Image<Bool>, isFound: Bool) {
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
    return (ramp.removed(from: object), air, isFound)
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

  /// The light that each pixel of the object has received, over that of the brightest.
  private func illumination(_ state: Reconstruction) -> ScalarImage {
    let window = prepared.data.window
    var probe = [Float](repeating: 0, count: window.count)
    for mode in state.probes { for (pixel, value) in mode.pixels.enumerated() { probe[pixel] += value.squaredModulus } }
    var sum = ScalarImage(repeating: 0, shape: state.object.shape)
    for position in state.positions {
      let (top, left) = position.rounded
      for row in 0..<window.rows {
        let start = (top + row) * sum.columns + left
        for column in 0..<window.columns { sum.pixels[start + column] += probe[row * window.columns + column] }
      }
    }
    let peak = sum.pixels.max() ?? 0
    return peak > 0 ? sum.map { $0 / peak } : sum
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
  fileprivate var technique: PhaseUnwrapping.Method {
    switch self {
    case .reliability: .reliabilitySorted
    case .leastSquares: .leastSquares
    case .branchCuts: .branchCuts
    }
  }
}
