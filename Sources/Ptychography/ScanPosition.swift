/// Where the beam met the sample: the offset of the illumination in the object's frame.
public struct ScanPosition: Sendable, Hashable, Codable {
  /// Along the rows' direction (down), in metres.
  public var y: Double
  /// Along the columns' direction (right), in metres.
  public var x: Double

  public init(y: Double, x: Double) {
    self.y = y
    self.x = x
  }
}
