public import Crystallography

/// The points of a scan.
public struct MapGrid: Sendable, Hashable, Codable {
  /// How the points of neighbouring rows lie.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Below each other: a point has four nearest neighbours.
    case square
    /// Every second row is moved by half a step: a point has six. Rows that are a point shorter end in one that was
    /// not measured.
    case hexagonal
    /// Anywhere; the grid is one row, and its neighbours are none of each other.
    case scattered
  }

  /// Points along y and along x.
  public var rows, columns: Int
  /// Distances of neighbours along x and y, in metres; 0 where the points are scattered.
  public var stepX, stepY: Double
  public var kind: Kind

  /// - Precondition: neither count is negative.
  public init(rows: Int, columns: Int, stepX: Double, stepY: Double, kind: Kind = .square) {
    precondition(rows >= 0 && columns >= 0, "a map has no negative extent")
    (self.rows, self.columns, self.stepX, self.stepY, self.kind) = (rows, columns, stepX, stepY, kind)
  }

  /// The number of points.
  public var count: Int { rows * columns }
}

/// What a map says of a phase.
public struct MapPhase: Sendable, Hashable {
  public var name: String
  /// The unit cell, where the file states one.
  public var cell: UnitCell?
  /// The Laue class.
  public var laueClass: LaueClass

  public init(name: String, cell: UnitCell?, laueClass: LaueClass) {
    (self.name, self.cell, self.laueClass) = (name, cell, laueClass)
  }
}

/// How a point came to its orientation.
public enum IndexingStatus: UInt8, Sendable, Hashable, Codable, CaseIterable {
  /// No orientation was found.
  case notIndexed = 0
  /// One orientation fits the pattern.
  case indexed = 1
  /// The orientation is one of several pseudo-symmetric ones that the pattern does not tell apart.
  case undecided = 2
}

/// One point of a map.
public struct MapPoint: Sendable, Hashable {
  /// Position in the map's frame, in metres.
  public var x, y: Double
  /// Index into ``OrientationMap/phases``; meaningless where nothing was indexed.
  public var phase: Int
  /// From the sample's (Euler) frame to the crystal's, x along a.
  public var orientation: Rotation
  public var status: IndexingStatus
  /// Mean angle between the measured bands and those of the orientation, in radians; NaN where not known.
  public var fit: Double
  /// Confidence of the indexing by the measure of whoever indexed, 0...1; NaN where not known.
  public var confidence: Double
  /// Quality (contrast) of the pattern in any unit; NaN where not known.
  public var quality: Double
  /// Bands that the orientation explains.
  public var bands: Int
  /// Standard uncertainty of the direction of the c axis, in radians; NaN where not known.
  public var axisUncertainty: Double

  public init(
    x: Double, y: Double, phase: Int, orientation: Rotation, status: IndexingStatus, fit: Double = .nan,
    confidence: Double = .nan, quality: Double = .nan, bands: Int = 0, axisUncertainty: Double = .nan
  ) {
    (self.x, self.y, self.phase, self.orientation, self.status) = (x, y, phase, orientation, status)
    (self.fit, self.confidence, self.quality, self.bands) = (fit, confidence, quality, bands)
    self.axisUncertainty = axisUncertainty
  }
}

/// Orientations measured point by point.
///
/// The map's frame: x along a row of points, y from row to row (downwards where the map is drawn with row 0 at the top),
/// z completes a right-handed set and points into the drawing.
public struct OrientationMap: Sendable, Hashable {
  public var grid: MapGrid
  public var phases: [MapPhase]
  /// The points in C order: row by row, x ascending.
  public var points: [MapPoint]
  /// From the map's frame to the sample's frame in which the Euler angles are given.
  public var mapToSample: Rotation

  /// - Precondition: there are as many points as the grid has.
  public init(grid: MapGrid, phases: [MapPhase], points: [MapPoint], mapToSample: Rotation) {
    precondition(points.count == grid.count, "a map has a point at each place of its grid")
    (self.grid, self.phases, self.points, self.mapToSample) = (grid, phases, points, mapToSample)
  }

  /// The c axis (direction 001 of the crystal's Cartesian frame) of a point, in the map's frame.
  public func cAxis(at index: Int) -> SIMD3<Double> {
    mapToSample.inverse(points[index].orientation.inverse(SIMD3(0, 0, 1)))
  }
}
