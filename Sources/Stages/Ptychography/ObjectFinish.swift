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
    let object = state.object.cropped(rows: box.rows, columns: box.columns)
    let least = Float(parameters.leastIllumination)
    let isValid = lit.map { $0 >= least }
    place(state, box, &facts)
    let phase = ScalarImage(
      zip(object.pixels, isValid.pixels).map { $1 ? $0.phase : .nan }, shape: object.shape)
    return PhaseProjection.Images(object: object, phase: phase, illumination: lit, probes: state.probes)
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
