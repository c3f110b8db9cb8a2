internal import ArrayMath
internal import CKernels

/// Sums for the voxels of some groups of sixteen slices, in tiles whose voxels have sixteen numbers each.
struct SliceTiles: Sendable {
  static let edge = Int(OPERANDO_TOMOGRAPHY_TILE)
  static let lanes = Int(OPERANDO_FOURIER_LANES)
  private static let tileSize = Int(OPERANDO_TOMOGRAPHY_TILE_VOXELS) * lanes

  let rows: Int
  let columns: Int
  let groups: Int
  private let memory: LaneMemory

  private static func tiles(_ extent: Int) -> Int { (extent + edge - 1) / edge }

  static func bytes(rows: Int, columns: Int, groups: Int) -> Int {
    groups * tiles(rows) * tiles(columns) * tileSize * MemoryLayout<Float>.stride
  }

  init(rows: Int, columns: Int, groups: Int) throws {
    (self.rows, self.columns, self.groups) = (rows, columns, groups)
    memory = try LaneMemory(
      count: Self.bytes(rows: rows, columns: columns, groups: groups) / MemoryLayout<Float>.stride)
  }

  func clear() { memory.clear() }

  /// Runs `body` for every tile: the group of slices, the first voxel and its sums.
  func forEach(
    threads: Int, _ body: @Sendable (_ group: Int, _ row: Int, _ column: Int, UnsafeMutablePointer<Float>) -> Void
  ) throws {
    let (down, across) = (Self.tiles(rows), Self.tiles(columns))
    let memory = memory
    try parallelFor(count: groups * down * across, threads: threads) { index in
      let (group, tile) = index.quotientAndRemainder(dividingBy: down * across)
      body(
        group, tile / across * Self.edge, tile % across * Self.edge, memory.start + index * Self.tileSize)
    }
  }

  /// Copies the first `count` slices of a group to slices one after the other.
  ///
  /// - Parameter circle: beyond the circle that fills the slice there is 0.
  func unpack(
    group: Int, lanes: Range<Int>, circle: Bool, to slices: SharedNumbers, threads: Int
  ) throws {
    let (down, across) = (Self.tiles(rows), Self.tiles(columns))
    let (memory, rows, columns) = (memory, rows, columns)
    try parallelFor(count: down, threads: threads) { row in
      operando_tomography_unpack(
        memory.start + (group * down + row) * across * Self.tileSize, row * Self.edge, rows, columns,
        circle ? 1 : 0, lanes.lowerBound, lanes.count, slices.start, rows * columns)
    }
  }
}
