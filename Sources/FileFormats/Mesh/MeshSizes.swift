/// How long the sides of elements are.
public struct MeshSizes: Sendable, Hashable {
  /// At the surface of the section, in metres.
  public var surface: Double
  /// Deep inside, in metres.
  public var interior: Double
  /// The distance from the surface over which one goes over into the other, in metres.
  public var transition: Double

  public init(surface: Double, interior: Double, transition: Double) {
    self.surface = surface
    self.interior = interior
    self.transition = transition
  }

  /// The same size everywhere.
  public init(uniform size: Double) { self.init(surface: size, interior: size, transition: size) }

  var smallest: Double { min(surface, interior) }
}
