/// The grain of each point of a map.
public struct GrainLabels: Sendable, Hashable {
  /// One label a point in the map's order; negative where the point is in no grain.
  public let labels: [Int]
  /// One more than the largest label.
  public let count: Int

  public init(_ labels: [Int]) {
    self.labels = labels
    count = (labels.max() ?? -1) + 1
  }
}
