public import Tomography

/// A section of a particle as polygons, one region or several that meet: what a mesher is given.
///
/// Regions that meet share their corners; a corner of one on a side of another is taken as a corner of both.
public struct SectionGeometry: Sendable, Hashable {
  public struct Region: Sendable, Hashable {
    public var name: String?
    /// Corners in metres, the last joined to the first. Those around matter run counterclockwise, those around holes
    /// clockwise, as in `SectionOutline`.
    public var polygons: [[SIMD2<Double>]]

    public init(name: String? = nil, polygons: [[SIMD2<Double>]]) {
      self.name = name
      self.polygons = polygons
    }
  }

  /// In the order of the mesh's regions.
  public var regions: [Region]

  public init(regions: [Region]) { self.regions = regions }

  /// The section of a particle of one region.
  public init(_ outline: SectionOutline, name: String? = "particle") {
    self.init(regions: [Region(name: name, polygons: outline.polygons)])
  }

  /// Grains without holes, each a polygon that may run either way round.
  public init(grains: [[SIMD2<Double>]]) {
    self.init(
      regions: grains.map { polygon in
        Region(polygons: [SectionOutline.signedArea(polygon) < 0 ? polygon.reversed() : polygon])
      })
  }

  /// The area of all regions, in m².
  public var area: Double {
    regions.reduce(0) { $0 + SectionOutline(polygons: $1.polygons).area }
  }

  /// The boundary between two regions.
  public static let interfaceName = "grain-boundary"
}
