public import ArrayMath
internal import ImageAnalysis

/// A particle found in a volume, with what does not belong to it told apart.
///
/// All masks are of the box about the particle; what lies in its slices beyond ``cut`` is none of the particle's.
public struct SegmentedParticle: Sendable {
  /// A part of a volume.
  public struct Box: Sendable, Hashable {
    public var slices: Range<Int>
    public var rows: Range<Int>
    public var columns: Range<Int>

    public var shape: VolumeShape { VolumeShape(slices: slices.count, rows: rows.count, columns: columns.count) }

    /// That part of a volume.
    public func cropped(_ volume: ScalarVolume) -> ScalarVolume {
      var voxels: [Float] = []
      voxels.reserveCapacity(shape.count)
      for slice in slices {
        for row in rows {
          let start = (slice * volume.shape.rows + row) * volume.shape.columns
          voxels += volume.voxels[start + columns.lowerBound..<start + columns.upperBound]
        }
      }
      return ScalarVolume(voxels, shape: shape)
    }
  }

  /// The extent of the whole volume.
  public let volumeShape: VolumeShape
  /// The part of it about the particle.
  public let box: Box
  /// Matter of the particle: voxels above the threshold, pores left out.
  public let solid: Volume<Bool>
  /// The particle with its pores and with cracks that a ball of ``closingRadius`` cannot enter.
  public let envelope: Volume<Bool>
  /// Matter above the threshold, or denser or lighter than the particle, that is not the particle's: mount, deposit, droplet.
  public let foreign: Volume<Bool>
  /// The classes about the particle, in the volume's unit.
  public let lower: Double
  public let upper: Double
  /// Half-way between them.
  public let threshold: Double
  /// Otsu's threshold, for comparison, and the particle's voxels above it.
  public let otsu: Double
  public let otsuCount: Int
  /// The Gaussian by which the volume was smoothed before it was parted, in voxels: masks were made from the smoothed volume,
  /// nothing else.
  public let smoothing: Double
  /// In voxels.
  public let closingRadius: Float
  public let cut: MountCut?
  /// Whether the particle reaches a face of the volume other than where it was cut.
  public let isTruncated: Bool
  /// What was found, in words a report can print.
  public let notes: [String]

  /// Voxels of the solid.
  public var solidCount: Int { solid.trueCount }
  /// Voxels of the envelope.
  public var envelopeCount: Int { envelope.trueCount }

  /// The particle's slices within the box.
  public var keptSlices: Range<Int> {
    guard let cut else { return 0..<box.slices.count }
    let lower = max(cut.kept.lowerBound - box.slices.lowerBound, 0)
    return lower..<max(min(cut.kept.upperBound - box.slices.lowerBound, box.slices.count), lower)
  }
}
