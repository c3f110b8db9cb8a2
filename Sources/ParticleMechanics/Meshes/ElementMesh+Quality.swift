import Foundation

extension ElementMesh {
  /// The smallest angle between the straight lines through the corners of the elements of a section, in radians.
  public var smallestAngle: Double {
    var smallest = Double.pi
    let count = shape.nodeCount
    let corners = shape == .quadrilateral9 ? 4 : 3
    for element in 0..<elementCount {
      for corner in 0..<corners {
        let p = position(Int(elements[count * element + corner]))
        let u = position(Int(elements[count * element + (corner + 1) % corners])) - p
        let v = position(Int(elements[count * element + (corner + corners - 1) % corners])) - p
        smallest = min(smallest, acos((u * v).sum() / ((u * u).sum() * (v * v).sum()).squareRoot()))
      }
    }
    return smallest
  }
}
