public import ArrayMath

/// How the beam's true positions differ from those that a file states.
public struct PositionError: Sendable, Hashable, Codable {
  /// Root mean square of the random error along each axis, in metres.
  public var random: Double
  /// The linear map of stated positions (y, x) to true ones, row by row: scale, rotation and shear of the stage.
  public var matrix: [Double]

  /// - Precondition: the matrix has four elements.
  public init(random: Double = 0, matrix: [Double] = [1, 0, 0, 1]) {
    precondition(matrix.count == 4, "the map of a plane has four elements")
    self.random = random
    self.matrix = matrix
  }

  /// The positions of the file are the true ones.
  public static let none = PositionError()

  /// The true position of a stated one.
  public func applied(to position: ScanPosition, using generator: inout SeededGenerator) -> ScanPosition {
    let mapped = ScanPosition(
      y: matrix[0] * position.y + matrix[1] * position.x, x: matrix[2] * position.y + matrix[3] * position.x)
    guard random > 0 else { return mapped }
    let y = random * generator.normal()
    return ScanPosition(y: mapped.y + y, x: mapped.x + random * generator.normal())
  }
}
