import ArrayMath
import CKernels

/// The places of a stored image's pixels in the laboratory, an affine function of row and column.
struct PixelRays: Sendable {
  /// The outer corner of the first stored pixel, in metres.
  let origin: SIMD3<Double>
  /// From one stored row, or column, to the next.
  let rowStep, columnStep: SIMD3<Double>
  /// The extent of the stored image.
  let shape: FrameShape
  /// From the sample to the plane of the detector, in metres.
  let distance: Double
  let wavelength: Double?

  init(_ geometry: DetectorGeometry) {
    let grid = geometry.grid
    let corner = grid.position(row: 0, column: 0)
    let rotation = geometry.poni.rotation
    let alongRows = rotation(SIMD3(grid.orientation.flipsRows ? -grid.pixelHeight : grid.pixelHeight, 0, 0))
    let alongColumns = rotation(SIMD3(0, grid.orientation.flipsColumns ? -grid.pixelWidth : grid.pixelWidth, 0))
    origin = geometry.poni.laboratoryPosition(axis1: corner.axis1, axis2: corner.axis2)
    rowStep = geometry.isTransposed ? alongColumns : alongRows
    columnStep = geometry.isTransposed ? alongRows : alongColumns
    shape =
      geometry.isTransposed ? FrameShape(rows: grid.shape.columns, columns: grid.shape.rows) : grid.shape
    distance = geometry.poni.distance
    wavelength = geometry.wavelength
  }

  /// Whether rows, columns and the beam are right-handed as in an image that is not flipped.
  var isMirrored: Bool { rowStep.x * columnStep.y - rowStep.y * columnStep.x < 0 }

  /// The place of a point of the image; pixel centres lie at halves.
  func place(row: Double, column: Double) -> SIMD3<Double> { origin + row * rowStep + column * columnStep }

  /// The radii of points one column apart, in the SI unit of `unit`.
  func radii(row: Double, column: Double, unit: RadialUnit, into values: UnsafeMutableBufferPointer<Double>) {
    let start = place(row: row, column: column)
    withCoordinates(start, columnStep) { start, step in
      switch unit {
      case .twoTheta: operando_polar_angles(start, step, values.count, values.baseAddress)
      case .scatteringVector, .dSpacing: operando_half_sines(start, step, values.count, values.baseAddress)
      }
    }
    let wavelength = wavelength ?? .nan
    switch unit {
    case .twoTheta: break
    case .scatteringVector:
      let factor = 4 * Double.pi / wavelength
      for index in values.indices { values[index] *= factor }
    case .dSpacing: for index in values.indices { values[index] = wavelength / (2 * values[index]) }
    }
  }

  /// The azimuths χ of points one column apart, in radians from −π to π.
  func azimuths(row: Double, column: Double, into values: UnsafeMutableBufferPointer<Double>) {
    withCoordinates(place(row: row, column: column), columnStep) { start, step in
      operando_azimuths(start, step, values.count, values.baseAddress)
    }
  }

  private func withCoordinates(
    _ start: SIMD3<Double>, _ step: SIMD3<Double>,
    _ body: (UnsafePointer<Double>, UnsafePointer<Double>) -> Void
  ) {
    // A vector of three lies in memory as its coordinates do.
    withUnsafePointer(to: start) { start in
      withUnsafePointer(to: step) { step in
        UnsafeRawPointer(start).withMemoryRebound(to: Double.self, capacity: 3) { start in
          UnsafeRawPointer(step).withMemoryRebound(to: Double.self, capacity: 3) { step in body(start, step) }
        }
      }
    }
  }
}
