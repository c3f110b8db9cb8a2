public import ArrayMath
internal import Foundation
internal import ImageAnalysis

extension SegmentedParticle {
  /// The volume of the box as it is needed for the particle's surface: smoothed, pores filled, other matter and the mount
  /// taken out. The surface lies at ``threshold``.
  ///
  /// The area of a surface grows without end as it follows ever finer noise; it is stated for a volume that was smoothed by a
  /// voxel at least.
  ///
  /// - Parameters:
  ///   - volume: what the particle was found in.
  ///   - threads: the result does not depend on it.
  public func surfaceField(_ volume: ScalarVolume, threads: Int = 1) throws -> ScalarVolume {
    var field = try box.cropped(volume).smoothed(deviation: max(smoothing, 1), threads: threads)
    let toOutside = try DistanceTransform.squared(to: envelope.map { !$0 }, threads: threads)
    let toEnvelope = try DistanceTransform.squared(to: envelope, threads: threads)
    let toForeign = try DistanceTransform.squared(to: foreign, threads: threads)
    let (void, matter) = (Float(lower), Float(upper))
    let kept = keptSlices
    let size = box.shape.slice.count
    for index in field.voxels.indices {
      let isNear = toEnvelope.voxels[index] <= 9
      if !kept.contains(index / size) || !isNear {
        field.voxels[index] = void
      } else if envelope.voxels[index] {
        // Beside other matter smoothing says nothing about the edge.
        if toOutside.voxels[index] >= 4 || toForeign.voxels[index] <= 9 {
          field.voxels[index] = max(field.voxels[index], matter)
        }
      } else if toForeign.voxels[index] <= 9 {
        field.voxels[index] = void
      }
    }
    return field
  }

  /// The surface of the envelope, in metres, in the frame of the whole volume.
  ///
  /// - Parameters:
  ///   - volume: what the particle was found in.
  ///   - voxel: edge of a voxel, in metres.
  ///   - binning: voxels along each axis that are taken together, for a coarser mesh.
  ///   - threads: the result does not depend on it.
  public func surface(
    of volume: ScalarVolume, voxel: Double, binning: Int = 1, threads: Int = 1
  ) throws -> SurfaceMesh {
    let field = try surfaceField(volume, threads: threads).binned(by: max(binning, 1))
    var mesh = try SurfaceMesh.isosurface(of: field, level: Float(threshold), voxel: voxel * Double(max(binning, 1)))
    let start = SIMD3(
      Double(box.columns.lowerBound), -Double(box.rows.lowerBound), -Double(box.slices.lowerBound))
    for index in mesh.vertices.indices { mesh.vertices[index] += voxel * start }
    return mesh
  }

  /// The outline of the envelope in a plane, in metres.
  ///
  /// - Parameters:
  ///   - volume: what the particle was found in.
  ///   - plane: in voxels of the whole volume; nil is the upright plane through the particle's middle along the columns.
  ///   - voxel: edge of a voxel, in metres.
  ///   - threads: the result does not depend on it.
  public func outline(
    of volume: ScalarVolume, plane: SectionOutline.Plane? = nil, voxel: Double, threads: Int = 1
  ) throws -> SectionOutline {
    let field = try surfaceField(volume, threads: threads)
    let local: SectionOutline.Plane
    var offset = SIMD2<Double>(0, -Double(box.slices.lowerBound))
    switch plane {
    case .horizontal(let slice):
      local = .horizontal(slice: slice - Double(box.slices.lowerBound))
      offset = SIMD2(Double(box.columns.lowerBound), -Double(box.rows.lowerBound))
    case .vertical(let row, let column, let azimuth):
      local = .vertical(
        row: row - Double(box.rows.lowerBound), column: column - Double(box.columns.lowerBound), azimuth: azimuth)
    case nil:
      let middle = centre
      local = .vertical(
        row: middle.y - Double(box.rows.lowerBound), column: middle.z - Double(box.columns.lowerBound), azimuth: 0)
    }
    let outline = SectionOutline.contours(of: field, level: Float(threshold), plane: local, voxel: voxel)
    return SectionOutline(polygons: outline.polygons.map { $0.map { $0 + voxel * offset } })
  }

  /// The middle of the envelope, in voxels of the whole volume: slice, row, column.
  public var centre: SIMD3<Double> {
    var (sum, count) = (SIMD3<Double>.zero, 0.0)
    let shape = box.shape
    for index in envelope.voxels.indices where envelope.voxels[index] {
      let line = index / shape.columns
      sum += SIMD3(Double(line / shape.rows), Double(line % shape.rows), Double(index % shape.columns))
      count += 1
    }
    let start = SIMD3(
      Double(box.slices.lowerBound), Double(box.rows.lowerBound), Double(box.columns.lowerBound))
    return sum / max(count, 1) + start + 0.5
  }
}

extension Volume where Voxel == Float {
  /// The means of cubes of voxels; what does not fill a cube at the ends is filled up with the last voxels.
  fileprivate func binned(by step: Int) -> ScalarVolume {
    guard step > 1 else { return self }
    let coarse = VolumeShape(
      slices: (shape.slices + step - 1) / step, rows: (shape.rows + step - 1) / step,
      columns: (shape.columns + step - 1) / step)
    var result = ScalarVolume(repeating: 0, shape: coarse)
    let factor = 1 / Float(step * step * step)
    for slice in 0..<coarse.slices * step {
      for row in 0..<coarse.rows * step {
        let source = (min(slice, shape.slices - 1) * shape.rows + min(row, shape.rows - 1)) * shape.columns
        let target = (slice / step * coarse.rows + row / step) * coarse.columns
        for column in 0..<coarse.columns * step {
          result.voxels[target + column / step] += factor * voxels[source + min(column, shape.columns - 1)]
        }
      }
    }
    return result
  }
}
