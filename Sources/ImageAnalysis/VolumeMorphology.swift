public import ArrayMath

/// Masks of volumes, grown, shrunk and filled. The structuring element is a ball.
extension Volume where Voxel == Bool {
  /// The number of voxels that are true.
  public var trueCount: Int { voxels.reduce(0) { $0 + ($1 ? 1 : 0) } }

  /// The mask and all voxels whose centres lie within a radius of one of its.
  ///
  /// - Parameters:
  ///   - radius: in voxels.
  ///   - threads: the result does not depend on it.
  public func dilated(by radius: Float, threads: Int) throws -> Volume<Bool> {
    let limit = radius * radius
    return try DistanceTransform.squared(to: self, threads: threads).map { $0 <= limit }
  }

  /// The voxels of the mask that lie farther than a radius from all that are not in it; what lies beyond the volume's
  /// faces counts as in it.
  ///
  /// - Parameters:
  ///   - radius: in voxels.
  ///   - threads: the result does not depend on it.
  public func eroded(by radius: Float, threads: Int) throws -> Volume<Bool> {
    let limit = radius * radius
    return try DistanceTransform.squared(to: map { !$0 }, threads: threads).map { $0 > limit }
  }

  /// The mask with all that a ball of that radius cannot reach from outside.
  ///
  /// - Parameters:
  ///   - radius: in voxels.
  ///   - threads: the result does not depend on it.
  public func closed(by radius: Float, threads: Int) throws -> Volume<Bool> {
    try dilated(by: radius, threads: threads).eroded(by: radius, threads: threads)
  }

  /// The mask with its holes: parts of the void, joined by faces, that do not reach a face of the volume.
  public func holesFilled() -> Volume<Bool> {
    let void = ConnectedComponents(map { !$0 }, connectivity: .faces)
    var filled = self
    void.visit { component, range in
      guard !void.touchesBorder[component] else { return }
      for index in range { filled.voxels[index] = true }
    }
    return filled
  }
}
