internal import ArrayMath
internal import ImageAnalysis

/// How a projection lies relative to its re-projection.
struct ViewRegistration: Sendable {
  /// Of the projection from its re-projection, in pixels of the level.
  var shift = ImageShift(rows: 0, columns: 0)
  /// In the projection's unit; slopes a pixel of the level.
  var ramp = ProjectionRamp()
  /// Σ w (∂S/∂y)² and Σ w (∂S/∂x)².
  var information = ImageShift(rows: 0, columns: 0)
  /// What odd bands say less what even bands say, over 2: bands of rows for the shift to the right, of columns for that down.
  ///
  /// Along the shift a band would cut the sample, and its share of a blur would look like a shift.
  var disagreement = ImageShift(rows: 0, columns: 0)
  /// Weighted mean of (P − S)².
  var misfit = 0.0
  /// Condition of the normal equations, their diagonal scaled to 1.
  var condition = 1.0
  /// There was something to compare.
  var isDetermined = false

  /// Rows of a band.
  static let band = 4

  /// - Parameters:
  ///   - rows, columns: what each row and column counts.
  init(
    _ measured: ProjectionStack, _ simulated: ProjectionStack, view: Int, rows: [Float], columns: [Float],
    fitsRamp: Bool
  ) {
    let shape = simulated.shape
    guard shape.rows > 2, shape.columns > 2 else { return }
    let start = view * shape.count
    var quarters = [FlowSums](repeating: FlowSums(), count: 4)
    measured.pixels.withUnsafeBufferPointer { pixels in
      simulated.pixels.withUnsafeBufferPointer { model in
        columns.withUnsafeBufferPointer { columns in
          guard let pixels = pixels.baseAddress, let model = model.baseAddress, let weights = columns.baseAddress
          else { return }
          func visit(_ counts: UnsafePointer<Float>?) {
            for row in 1..<shape.rows - 1 where rows[row] > 0 {
              let line = start + row * shape.columns
              let height = Double(row) + 0.5 - Double(shape.rows) / 2
              let count = counts.map { $0 + line }
              for parity in 0..<2 {
                quarters[2 * (row / Self.band % 2) + parity].add(
                  model: model + line, measured: pixels + line, weights: weights, counts: count, columns: shape.columns,
                  parity: parity, rowWeight: rows[row], height: height, fitsRamp: fitsRamp)
              }
            }
          }
          if let counts = measured.weights {
            counts.withUnsafeBufferPointer { visit($0.baseAddress) }
          } else {
            visit(nil)
          }
        }
      }
    }
    let sums = quarters[0] + quarters[1] + quarters[2] + quarters[3]
    misfit = sums.weight > 0 ? sums.square / sums.weight : 0
    information = ImageShift(rows: sums.down, columns: sums.across)
    guard let solution = sums.equations(withRamp: fitsRamp).solved(), solution.values.allSatisfy(\.isFinite) else {
      return
    }
    isDetermined = true
    condition = solution.condition
    shift = ImageShift(rows: solution.values[1], columns: solution.values[0])
    if fitsRamp {
      ramp = ProjectionRamp(constant: solution.values[2], across: solution.values[3], down: solution.values[4])
    }
    func part(_ half: FlowSums) -> ImageShift {
      guard let values = half.equations(withRamp: fitsRamp).solved()?.values else {
        return ImageShift(rows: .infinity, columns: .infinity)
      }
      return ImageShift(rows: values[1], columns: values[0])
    }
    disagreement = ImageShift(
      rows: (part(quarters[1] + quarters[3]).rows - part(quarters[0] + quarters[2]).rows) / 2,
      columns: (part(quarters[2] + quarters[3]).columns - part(quarters[0] + quarters[1]).columns) / 2)
  }
}
