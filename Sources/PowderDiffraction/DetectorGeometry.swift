/// A calibrated detector: where it stands, its pixels, and the wavelength.
public struct DetectorGeometry: Sendable, Hashable, Codable {
  /// Where the plate stands.
  public var poni: PoniGeometry
  /// Its pixels.
  public var grid: DetectorGrid
  /// Wavelength of the beam, in metres; `nil` where a file does not state it.
  public var wavelength: Double?
  /// Whether the stored image is transposed before ``DetectorGrid/orientation`` applies: rows of the file are columns of
  /// the grid. PONI files cannot state it, so a file beside them does.
  public var isTransposed: Bool

  public init(poni: PoniGeometry, grid: DetectorGrid, wavelength: Double?, isTransposed: Bool = false) {
    self.poni = poni
    self.grid = grid
    self.wavelength = wavelength
    self.isTransposed = isTransposed
  }

  /// The scattering angle 2θ at a point of the image, in radians; the centre of pixel (i, j) is (i + 1/2, j + 1/2).
  public func twoTheta(row: Double, column: Double) -> Double {
    let place = grid.position(row: row, column: column)
    return poni.twoTheta(axis1: place.axis1, axis2: place.axis2)
  }

  /// The azimuth χ at a point of the image, in radians; the centre of pixel (i, j) is (i + 1/2, j + 1/2).
  public func azimuth(row: Double, column: Double) -> Double {
    let place = grid.position(row: row, column: column)
    return poni.azimuth(axis1: place.axis1, axis2: place.axis2)
  }
}
