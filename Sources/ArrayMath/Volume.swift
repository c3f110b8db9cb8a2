/// The extent of a volume, in voxels.
public struct VolumeShape: Sendable, Hashable, Codable {
  /// Voxels along the slowest axis.
  public let slices: Int
  /// Voxels along the middle axis.
  public let rows: Int
  /// Voxels along the fastest axis.
  public let columns: Int

  /// - Precondition: none is negative.
  @inlinable public init(slices: Int, rows: Int, columns: Int) {
    precondition(slices >= 0 && rows >= 0 && columns >= 0, "a volume has no negative extent")
    self.slices = slices
    self.rows = rows
    self.columns = columns
  }

  /// The number of voxels.
  @inlinable public var count: Int { slices * rows * columns }
  /// The extent of a slice.
  @inlinable public var slice: FrameShape { FrameShape(rows: rows, columns: columns) }
}

/// A volume in memory: one value a voxel, in C order, (slice, row, column).
@frozen public struct Volume<Voxel: Sendable>: Sendable {
  /// The extent.
  public let shape: VolumeShape
  /// The voxels, slice after slice, row after row.
  public var voxels: [Voxel]

  /// - Precondition: there are `shape.count` voxels.
  @inlinable public init(_ voxels: [Voxel], shape: VolumeShape) {
    precondition(voxels.count == shape.count, "a volume has a value for every voxel")
    self.shape = shape
    self.voxels = voxels
  }

  /// A volume of one value.
  @inlinable public init(repeating value: Voxel, shape: VolumeShape) {
    self.init([Voxel](repeating: value, count: shape.count), shape: shape)
  }

  @inlinable public subscript(slice: Int, row: Int, column: Int) -> Voxel {
    get { voxels[(slice * shape.rows + row) * shape.columns + column] }
    set { voxels[(slice * shape.rows + row) * shape.columns + column] = newValue }
  }

  /// The volume of what `transform` makes of each voxel.
  @inlinable public func map<Other: Sendable>(_ transform: (Voxel) throws -> Other) rethrows -> Volume<Other> {
    Volume<Other>(try voxels.map(transform), shape: shape)
  }

  /// One slice, as an image of its own.
  ///
  /// - Precondition: there is a slice of that index.
  public func slice(_ index: Int) -> Image<Voxel> {
    let size = shape.slice.count
    return Image(Array(voxels[index * size..<(index + 1) * size]), shape: shape.slice)
  }
}

extension Volume: Equatable where Voxel: Equatable {}
extension Volume: Hashable where Voxel: Hashable {}

/// A volume of real numbers, such as a density.
public typealias ScalarVolume = Volume<Float>
