public import ArrayMath
internal import Foundation

/// Filtered back-projection of differences of the phase in place of the phase, with the Hilbert filter: no unwrapping.
///
/// The filter takes differences over a whole pixel to the filtered phase exactly, so that the volume is that of
/// ``FourierReconstruction`` from the phase, wherever the phase is the same at both ends of every row. Where it is not,
/// half the difference is missing on either side. Comparing the two volumes shows whether the phase was unwrapped well.
/// Differences that are not known (NaN) count as 0.
///
/// F. Pfeiffer, C. Kottler, O. Bunk, C. David, Phys. Rev. Lett. 98 (2007) 108105; M. Guizar-Sicairos et al., Opt. Express 19
/// (2011) 21345.
public struct DerivativeBackProjection: Sendable, Hashable, Codable {
  public var filter: RampFilter
  /// Rows and columns of the slices; nil is the width of the projections. Beyond the circle that touches the edges, voxels
  /// are 0.
  public var size: Int?
  /// Whether each slice is moved so that air is 0: the median of the outermost tenth of the circle's radius. It takes out
  /// what unlike ends of rows leave, and brings in what few views leave in air; do not where the sample fills the circle.
  public var anchorsAir: Bool

  public init(_ filter: RampFilter = RampFilter(), size: Int? = nil, anchorsAir: Bool = false) {
    self.filter = filter
    self.size = size
    self.anchorsAir = anchorsAir
  }

  /// The volume from projections; a phase may be wrapped.
  ///
  /// - Throws: ``TomographyError`` where the geometry is not finite or a projection has a single column.
  public func callAsFunction(_ stack: ProjectionStack, threads: Int) throws -> ScalarVolume {
    try volume(
      differences: PhaseDifferences.of(stack, threads: threads), size: size ?? stack.shape.columns, threads: threads)
  }

  /// The volume from complex projections.
  ///
  /// - Parameters:
  ///   - projections: of one extent.
  ///   - geometry: of the projections, whose own angles do not count.
  ///   - ramp: how the ramp of each is found.
  /// - Throws: ``TomographyError`` where numbers or extents do not fit; ``ImageAnalysisError`` where no air is found.
  public func callAsFunction(
    _ projections: [TransmissionProjection], geometry: ProjectionGeometry, ramp: PhaseDifferences.Ramp = .air,
    threads: Int
  ) throws -> ScalarVolume {
    let differences = try PhaseDifferences.of(projections, geometry: geometry, ramp: ramp, threads: threads)
    return try volume(differences: differences, size: size ?? differences.shape.columns + 1, threads: threads)
  }

  private func volume(differences: ProjectionStack, size: Int, threads: Int) throws -> ScalarVolume {
    let length = FourierBackProjection.padded(differences.shape.columns)
    let hilbert = LineFilter.ramp(ofDifferences: filter, length: length)
    var volume = try FourierBackProjection(differences, filter: hilbert, size: size).volume(threads: threads)
    if anchorsAir { anchor(&volume) }
    return volume
  }

  private func anchor(_ volume: inout ScalarVolume) {
    let size = volume.shape.rows
    let radius = Double(size) / 2
    var (circle, rim): ([Int], [Int]) = ([], [])
    for row in 0..<size {
      for column in 0..<size {
        let distance = hypot(Double(row) + 0.5 - radius, Double(column) + 0.5 - radius)
        if distance <= radius { circle.append(row * size + column) }
        if distance <= radius, distance >= 0.9 * radius { rim.append(row * size + column) }
      }
    }
    guard !rim.isEmpty else { return }
    for slice in 0..<volume.shape.slices {
      let start = slice * size * size
      let air = rim.map { volume.voxels[start + $0] }.sorted()[rim.count / 2]
      for index in circle { volume.voxels[start + index] -= air }
    }
  }

  /// Bytes in use at once, the stack included.
  public func memory(views: Int, shape: FrameShape, threads: Int) -> Int {
    // The differences are held once by view and once joined.
    12 * views * shape.count
      + FourierBackProjection.memory(
        columns: shape.columns, rows: shape.rows, size: size ?? shape.columns, threads: threads)
  }
}
