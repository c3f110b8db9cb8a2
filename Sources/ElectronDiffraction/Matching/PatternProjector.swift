import ArrayMath
import CKernels
public import Crystallography
import Foundation

/// Patterns of a master pattern on a screen, with their derivatives.
///
/// The pixel at row r and column q looks along d = (X − x W/H, y − Y, z) in the detector's frame, in heights of the screen,
/// with X = (q + ½)/H, Y = (r + ½)/H and the pattern centre (x, y, z) of a screen H rows high and W columns wide. The
/// crystal sees it along v = g D d, D being ``KikuchiGeometry/detectorToSample``.
///
/// **A stretched cell.** A cell whose c/a is e^s times that of the master's maps a point of the lattice by
/// F = diag(1, 1, e^s), so the normal n of a plane by F⁻ᵀ, and v lies in the plane where n · F⁻¹v = 0: the master is read
/// at F⁻¹v = (v_x, v_y, e^(−s) v_z). The middle of every band is then exact. The width of a band is not: the master
/// gives sin θ = (λ/2d₀) |F⁻¹v|/|F⁻ᵀn| instead of (λ/2d₀) |F⁻ᵀn|, a relative error of at most about 2s that is even about
/// the middle and so hardly moves it; intensities stay those of the master's cell. It needs c along z: cells with α = β =
/// 90°.
public struct PatternProjector: Sendable {
  /// The intensities.
  public let master: MasterPattern
  /// The screen. Its pattern centre is only the default.
  public let geometry: KikuchiGeometry
  /// The pixels that are projected.
  public let mask: PatternMask

  // Both hemispheres less the mean of all values, which keeps sums of products exact in single precision.
  private let grids: [Float]
  private let mean: Float
  // Places of the pixels on the screen, from the upper left corner, in heights of the screen.
  private let x, y: [Float]

  /// - Parameters:
  ///   - mask: the pixels that take part; all where nil.
  /// - Precondition: the mask has the extent of the screen.
  public init(master: MasterPattern, geometry: KikuchiGeometry, mask: PatternMask? = nil) {
    let mask = mask ?? .all(geometry.shape)
    precondition(mask.shape == geometry.shape, "a mask has the extent of the screen")
    (self.master, self.geometry, self.mask) = (master, geometry, mask)
    let values = master.north + master.south
    let mean = Float(values.reduce(0.0) { $0 + Double($1) } / Double(values.count))
    self.mean = mean
    grids = values.map { $0 - mean }
    let (rows, columns) = (Float(geometry.shape.rows), geometry.shape.columns)
    x = mask.pixels.map { (Float($0 % columns) + 0.5) / rows }
    y = mask.pixels.map { (Float($0 / columns) + 0.5) / rows }
  }

  /// The number of pixels that are projected.
  public var count: Int { mask.pixels.count }

  /// Columns over rows.
  private var aspect: Double { Double(geometry.shape.columns) / Double(geometry.shape.rows) }

  /// The pattern of an orientation at the pattern centre of the geometry, at the pixels of the mask.
  public func pattern(_ orientation: Rotation) -> [Float] { pattern(CrystalPose(orientation, in: geometry)) }

  /// The pattern of a pose at the pixels of the mask.
  public func pattern(_ pose: CrystalPose) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      project(pose, into: buffer)
      for index in 0..<count { buffer[index] += mean }
      initialized = count
    }
  }

  /// Writes the pattern of a pose, less the mean of the master, into a buffer.
  ///
  /// - Precondition: the buffer holds ``count`` values.
  func project(_ pose: CrystalPose, into buffer: UnsafeMutableBufferPointer<Float>) {
    precondition(buffer.count >= count, "a pattern fits its buffer")
    guard let base = buffer.baseAddress else { return }
    var view = view(pose)
    operando_kikuchi_project(grids, Int32(master.size), &view, x, y, count, base)
  }

  /// Intensities and derivatives of some of the pixels of the mask: planes of `stride` values.
  ///
  /// Plane 0 is the intensity less the mean of the master; then come the derivatives by the three components of a turn in the crystal's frame
  /// applied after the orientation (per radian), by the pattern centre's x, y, z, and by ``CrystalPose/logAxialRatio``.
  func derivatives(_ pose: CrystalPose, pixels: Range<Int>, into planes: UnsafeMutablePointer<Float>, stride: Int) {
    precondition(
      pixels.lowerBound >= 0 && pixels.upperBound <= count && stride >= pixels.count, "planes hold the pixels")
    var view = view(pose)
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        guard let firstX = x.baseAddress, let firstY = y.baseAddress else { return }
        operando_kikuchi_derivatives(
          grids, Int32(master.size), &view, firstX + pixels.lowerBound, firstY + pixels.lowerBound, pixels.count,
          planes, stride)
      }
    }
    // The kernel counts the centre's x in heights of the screen, Bruker in widths.
    let widths = Float(aspect)
    for index in 4 * stride..<4 * stride + pixels.count { planes[index] *= widths }
  }

  /// The number of planes of ``derivatives(_:pixels:into:stride:)``.
  static let planes = Int(OPERANDO_KIKUCHI_PLANES)

  private func view(_ pose: CrystalPose) -> operando_kikuchi_view {
    let m = (pose.orientation * geometry.detectorToSample).matrix
    let centre = pose.patternCentre
    return operando_kikuchi_view(
      matrix: (
        Float(m.row1.x), Float(m.row1.y), Float(m.row1.z), Float(m.row2.x), Float(m.row2.y), Float(m.row2.z),
        Float(m.row3.x), Float(m.row3.y), Float(m.row3.z)
      ),
      centre: (Float(centre.x * aspect), Float(centre.y), Float(centre.z)), axial: Float(exp(-pose.logAxialRatio)))
  }
}
