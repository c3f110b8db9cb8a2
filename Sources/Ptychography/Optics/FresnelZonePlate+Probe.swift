public import ArrayMath
internal import Foundation

extension FresnelZonePlate {
  /// Two ways to the same probe.
  public enum Route: String, Sendable, Hashable, Codable, CaseIterable {
    /// To the focus by one transform of the pupil, and on from there through the Fresnel kernel.
    case pupil
    /// From the zone plate straight to the sample by the Fresnel integral as one transform.
    case fresnel
  }

  /// The first order at the sample.
  ///
  /// With A the pupil, the pupil route computes
  ///
  ///     ψ_f(r) = exp(iπ r²/(λ f)) F⁻¹[A(λ f q)],   P = F⁻¹[F[ψ_f] exp(−iπ λ Δz q²)],
  ///
  /// the Fresnel route, with z = f + Δz,
  ///
  ///     P(r) = exp(iπ r²/(λ z)) F⁻¹[A(λ z q) exp(−iπ λ Δz q² z/f)].
  ///
  /// Both are the paraxial field and differ by rounding and by what wraps round the edges of the grid, which is held
  /// small by a grid several times as large as the window. Without the curvature exp(iπ r²/(λ f)) of the focal field,
  /// which descriptions of the pupil route often leave away, the two would differ by about a tenth. J. W. Goodman,
  /// Introduction to Fourier Optics, 3rd edition, sections 4.2 and 5.2.
  ///
  /// - Parameters:
  ///   - wavelength: in metres.
  ///   - defocus: Δz, from the focus to the sample, positive downstream, in metres.
  ///   - pixel: of the object, in metres.
  ///   - window: of the probe, whose axis is at (rows/2, columns/2).
  ///   - photons: Σ |P|².
  ///   - route: the way.
  /// - Throws: ``PtychographyError`` where ``checkedSampling(wavelength:defocus:pixel:window:)`` does.
  public func probe(
    wavelength: Double, defocus: Double, pixel: (height: Double, width: Double), window: FrameShape,
    photons: Double = 1, route: Route = .pupil
  ) throws -> ComplexImage {
    _ = try checkedSampling(wavelength: wavelength, defocus: defocus, pixel: pixel, window: window)
    let factor = max(1, min(4, 4096 / max(window.rows, window.columns)))
    let grid = FrameShape(rows: factor * window.rows, columns: factor * window.columns)
    let focal = focalLength(wavelength: wavelength)
    let distance = focal + defocus
    let extent = max(pixel.height * Double(window.rows), pixel.width * Double(window.columns))
    let edge = wavelength * focal / extent
    let transform = FourierTransform2D(grid)

    /// The coordinates of a grid whose origin is at the corner: lengths, or frequencies.
    func axis(_ count: Int, _ step: Double) -> [Double] {
      (0..<count).map { Double($0 < (count + 1) / 2 ? $0 : $0 - count) * step }
    }
    let y = axis(grid.rows, pixel.height)
    let x = axis(grid.columns, pixel.width)
    let v = axis(grid.rows, 1 / (Double(grid.rows) * pixel.height))
    let u = axis(grid.columns, 1 / (Double(grid.columns) * pixel.width))
    func fill(_ rows: [Double], _ columns: [Double], _ value: (Double, Double) -> ComplexFloat) -> ComplexImage {
      var field = ComplexImage(repeating: .zero, shape: grid)
      field.pixels.withUnsafeMutableBufferPointer { pixels in
        for row in 0..<grid.rows {
          for column in 0..<grid.columns { pixels[row * grid.columns + column] = value(rows[row], columns[column]) }
        }
      }
      return field
    }
    func multiply(_ field: inout ComplexImage, _ rows: [Double], _ columns: [Double], curvature: Double) {
      // exp(i c (y² + x²)) is a product of a factor for the row and one for the column.
      let down = rows.map { ComplexFloat(Float(cos(curvature * $0 * $0)), Float(sin(curvature * $0 * $0))) }
      let right = columns.map { ComplexFloat(Float(cos(curvature * $0 * $0)), Float(sin(curvature * $0 * $0))) }
      field.pixels.withUnsafeMutableBufferPointer { pixels in
        for row in 0..<grid.rows {
          let start = row * grid.columns
          for column in 0..<grid.columns { pixels[start + column] *= down[row] * right[column] }
        }
      }
    }

    let reach = route == .pupil ? wavelength * focal : wavelength * distance
    var field = fill(v, u) { ComplexFloat(Float(pupil(y: reach * $0, x: reach * $1, edge: edge))) }
    switch route {
    case .pupil:
      transform.backward(&field)
      multiply(&field, y, x, curvature: .pi / (wavelength * focal))
      transform.forward(&field)
      multiply(&field, v, u, curvature: -.pi * wavelength * defocus)
      transform.backward(&field)
    case .fresnel:
      multiply(&field, v, u, curvature: -.pi * wavelength * defocus * distance / focal)
      transform.backward(&field)
      multiply(&field, y, x, curvature: .pi / (wavelength * distance))
    }
    let probe = field.rolled(rows: window.rows / 2, columns: window.columns / 2)
      .cropped(rows: 0..<window.rows, columns: 0..<window.columns)
    return probe.scaled(toPhotons: photons)
  }

  /// The first order at the sample, on the pixels of a scan.
  ///
  /// - Parameter window: the extent of the cropped patterns.
  public func probe(
    for geometry: ScanGeometry, window: FrameShape, defocus: Double, photons: Double = 1, route: Route = .pupil
  ) throws -> ComplexImage {
    try probe(
      wavelength: geometry.wavelength, defocus: defocus, pixel: geometry.objectPixel(for: window), window: window,
      photons: photons, route: route)
  }
}
