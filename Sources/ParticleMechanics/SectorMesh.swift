import Foundation

/// A structured mesh of a quarter of a disc: rings of nine-node quadrilaterals with curved sides, graded along the
/// radius. The innermost ring is collapsed to the centre.
///
/// The straight edges lie on the axes: y = 0 (θ = 0) and x = 0 (θ = 90 degrees); y points up. Node 0 is the centre;
/// the others are numbered ring by ring from the inside, anticlockwise in each. Every second radius and angle is that
/// of an element's middle.
public struct SectorMesh: Sendable, Hashable {
  /// Radius of the arc, in metres.
  public let radius: Double
  /// The radii between the rings of elements, from 0 to ``radius``, in metres.
  public let ringRadii: [Double]
  /// Number of elements along the arc.
  public let angularElements: Int
  /// Number of the first ring outside a sharp transition, across which stress may jump; nil where it is continuous.
  public let firstShellRing: Int?
  /// Coordinates of the nodes, in metres.
  public let x: [Double]
  public let y: [Double]
  /// Nine nodes an element, in the order of VTK's biquadratic quadrilateral (type 28); elements of a ring follow each
  /// other anticlockwise, rings from the inside. In the innermost ring nodes 0, 3 and 7 are the centre.
  public let elements: [Int32]

  /// Number of nodes.
  public var nodeCount: Int { x.count }
  /// Number of elements.
  public var elementCount: Int { elements.count / 9 }
  /// Number of rings of elements.
  public var ringCount: Int { ringRadii.count - 1 }
  /// Nodes on one circle: 2 × elements + 1.
  var nodesPerCircle: Int { 2 * angularElements + 1 }

  /// Nodes on the arc, anticlockwise.
  public var arcNodes: Range<Int> { nodeCount - nodesPerCircle..<nodeCount }
  /// Nodes on y = 0, from the centre outward.
  public var bottomNodes: [Int] { (0...2 * ringCount).map { node(circle: $0, angle: 0) } }
  /// Nodes on x = 0, from the centre outward.
  public var leftNodes: [Int] { (0...2 * ringCount).map { node(circle: $0, angle: 2 * angularElements) } }

  /// The mesh for a model: fine at the surface and across the transition from core to shell.
  ///
  /// - Throws: ``ParticleModelError`` where the model or the resolution is out of range.
  public init(model: ParticleModel, resolution: MeshResolution = MeshResolution()) throws(ParticleModelError) {
    try model.validate()
    try resolution.validate()
    let grading = MeshGrading(model: model, resolution: resolution)
    self.init(
      ringRadii: grading.radii, angularElements: resolution.angularElements, firstShellRing: grading.firstShellRing)
  }

  /// A mesh with given rings.
  ///
  /// - Parameters:
  ///   - ringRadii: radii between the rings of elements, from 0 to that of the arc, in metres.
  ///   - angularElements: elements along the arc.
  ///   - firstShellRing: the first ring outside a sharp transition, if there is one.
  /// - Precondition: `ringRadii` ascends from 0 and holds two radii or more; `angularElements >= 1`.
  public init(ringRadii: [Double], angularElements: Int, firstShellRing: Int? = nil) {
    precondition(ringRadii.count >= 2 && ringRadii[0] == 0 && angularElements >= 1, "rings around the centre")
    radius = ringRadii[ringRadii.count - 1]
    self.ringRadii = ringRadii
    self.angularElements = angularElements
    self.firstShellRing = firstShellRing
    let rings = ringRadii.count - 1
    let perCircle = 2 * angularElements + 1
    var x = [0.0]
    var y = [0.0]
    for circle in 1...2 * rings {
      let r = circle % 2 == 0 ? ringRadii[circle / 2] : (ringRadii[circle / 2] + ringRadii[circle / 2 + 1]) / 2
      for angle in 0..<perCircle {
        let part = Double(angle) / Double(perCircle - 1)
        // The ends are put exactly on the axes.
        x.append(angle == perCircle - 1 ? 0 : r * cos(part * .pi / 2))
        y.append(angle == 0 ? 0 : r * sin(part * .pi / 2))
      }
    }
    var elements: [Int32] = []
    elements.reserveCapacity(9 * rings * angularElements)
    for ring in 0..<rings {
      for sector in 0..<angularElements {
        for place in BiquadraticElement.places {
          let circle = 2 * ring + place.xi
          let angle = 2 * sector + place.eta
          elements.append(Int32(circle == 0 ? 0 : 1 + (circle - 1) * perCircle + angle))
        }
      }
    }
    self.x = x
    self.y = y
    self.elements = elements
  }

  /// The node at a circle (0 the centre, even ones between rings) and an angle (0 on y = 0).
  func node(circle: Int, angle: Int) -> Int {
    circle == 0 ? 0 : 1 + (circle - 1) * nodesPerCircle + angle
  }

  /// Where a point lies in the mesh.
  ///
  /// - Parameters:
  ///   - radius: distance from the centre, in metres; beyond the arc the arc is taken.
  ///   - angle: from the x axis, in radians, 0...π/2; outside, the nearer edge is taken.
  /// - Returns: the element and the local coordinates −1...1 in it. On the circle between two rings the outer one.
  func locate(radius r: Double, angle: Double) -> (element: Int, xi: Double, eta: Double) {
    let part = min(max(angle / (.pi / 2), 0), 1) * Double(angularElements)
    let sector = min(Int(part), angularElements - 1)
    let halfAngle = .pi / 4 / Double(angularElements)
    // Along η a side runs on the parabola through three points of the circle, (p + q η²) along its middle direction
    // and s η across it, with p = 1, q = cos a − 1, s = sin a. Newton's method finds η from the direction.
    let (q, s) = (cos(halfAngle) - 1, sin(halfAngle))
    let offset = 2 * (part - Double(sector)) - 1
    let slope = tan(offset * halfAngle)
    var eta = offset
    for _ in 0..<4 {
      eta -= (s * eta - slope * (1 + q * eta * eta)) / (s - 2 * slope * q * eta)
    }
    let along = 1 + q * eta * eta
    let stretch = (along * along + s * s * eta * eta).squareRoot()
    let scaled = r / stretch
    var (low, high) = (0, ringCount - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      // The tolerance sends a point meant to lie on a circle outward whatever the rounding.
      if ringRadii[middle] <= scaled + 1e-12 * radius { low = middle } else { high = middle - 1 }
    }
    let xi = 2 * (scaled - ringRadii[low]) / (ringRadii[low + 1] - ringRadii[low]) - 1
    return (element: low * angularElements + sector, xi: min(max(xi, -1), 1), eta: min(max(eta, -1), 1))
  }
}
