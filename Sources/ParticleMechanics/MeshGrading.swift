import Foundation

/// How finely a particle is meshed. Lengths in metres, or relative to the radius where named so.
public struct MeshResolution: Sendable, Hashable {
  /// Elements along the arc of 90 degrees, at least 1.
  public var angularElements: Int
  /// Elements across the transition from core to shell, at least 1. The default of 6 resolves the quintic step.
  public var transitionElements: Int
  /// Depth of the outermost element over the radius: 0.02 µm at 10 µm. The surface's jump starts in this layer.
  public var relativeSurfaceElement: Double
  /// Largest depth of an element over the radius.
  public var relativeLargestElement: Double
  /// By how much an element may be deeper than its neighbour on the side of the surface.
  public var surfaceGrowth: Double
  /// By how much an element may be deeper than its neighbour on the side of the transition.
  public var transitionGrowth: Double

  public init(
    angularElements: Int = 8, transitionElements: Int = 6, relativeSurfaceElement: Double = 0.002,
    relativeLargestElement: Double = 0.04, surfaceGrowth: Double = 1.15, transitionGrowth: Double = 1.25
  ) {
    self.angularElements = angularElements
    self.transitionElements = transitionElements
    self.relativeSurfaceElement = relativeSurfaceElement
    self.relativeLargestElement = relativeLargestElement
    self.surfaceGrowth = surfaceGrowth
    self.transitionGrowth = transitionGrowth
  }

  /// The same grading with elements a factor smaller along both directions.
  ///
  /// - Parameter factor: 2 halves every element.
  public func refined(by factor: Int) -> MeshResolution {
    let f = Double(factor)
    return MeshResolution(
      angularElements: angularElements * factor, transitionElements: transitionElements * factor,
      relativeSurfaceElement: relativeSurfaceElement / f, relativeLargestElement: relativeLargestElement / f,
      surfaceGrowth: pow(surfaceGrowth, 1 / f), transitionGrowth: pow(transitionGrowth, 1 / f))
  }

  func validate() throws(ParticleModelError) {
    try ParticleModel.require(
      (1...10_000).contains(angularElements), "the number of elements along the arc", Double(angularElements),
      "1 to 10000")
    try ParticleModel.require(
      (1...10_000).contains(transitionElements), "the number of elements across the transition",
      Double(transitionElements), "1 to 10000")
    for (name, value) in [
      ("the relative size of the surface element", relativeSurfaceElement),
      ("the relative size of the largest element", relativeLargestElement),
    ] {
      try ParticleModel.require(value > 1e-6 && value <= 1, name, value, "more than 1e-6, at most 1")
    }
    for (name, value) in [
      ("the growth from the surface", surfaceGrowth), ("the growth from the transition", transitionGrowth),
    ] {
      try ParticleModel.require(value > 1 && value <= 10, name, value, "more than 1, at most 10")
    }
  }
}

/// The radii between which elements lie: fine at the surface and across the transition, growing away from both.
struct MeshGrading {
  /// Ascending, from 0 to the particle's radius, in metres.
  let radii: [Double]
  /// The number of the first ring outside a sharp transition, or nil where everything is continuous.
  let firstShellRing: Int?

  init(model: ParticleModel, resolution: MeshResolution) {
    let radius = model.radius
    let smallest = resolution.relativeSurfaceElement * radius
    let largest = max(resolution.relativeLargestElement * radius, smallest)
    var fine: (low: Double, high: Double, size: Double)?
    var sharpRadius: Double?
    if case .coreShell(let step) = model.structure {
      let low = max(step.position - step.width / 2, 0)
      let high = min(step.position + step.width / 2, radius)
      if step.kind == .sharp || step.width == 0 {
        sharpRadius = step.position > 0 && step.position < radius ? step.position : nil
      } else {
        fine = (low, high, min((high - low) / Double(resolution.transitionElements), largest))
      }
    }
    let growth = resolution.surfaceGrowth - 1
    let spread = resolution.transitionGrowth - 1
    let isSingular = model.structure == .allShell
    // The depth wanted at a radius: each fine place lets it grow in proportion to the distance from it.
    func size(_ r: Double) -> Double {
      var size = min(largest, smallest + growth * (radius - r))
      if let fine { size = min(size, fine.size + spread * max(fine.low - r, r - fine.high, 0)) }
      if isSingular { size = min(size, smallest + growth * r) }
      return size
    }
    var stops = [0, radius]
    if let fine { stops += [fine.low, fine.high] }
    if let sharpRadius { stops.append(sharpRadius) }
    stops = stops.sorted().reduce(into: []) { kept, stop in
      if kept.last.map({ stop - $0 > 1e-9 * radius }) ?? true { kept.append(stop) }
    }
    var radii = [0.0]
    for (low, high) in zip(stops, stops.dropFirst()) {
      radii += Self.division(from: low, to: high, size: size)
    }
    self.radii = radii
    firstShellRing = sharpRadius.flatMap { sharp in radii.firstIndex { abs($0 - sharp) <= 1e-9 * radius } }
  }

  /// The ends of the elements that fill an interval, each of about the depth wanted where it lies; `low` left out.
  private static func division(from low: Double, to high: Double, size: (Double) -> Double) -> [Double] {
    // The integral of 1 / size counts elements; equal shares of it place them.
    let samples = 2000
    var counts = [0.0]
    let width = (high - low) / Double(samples)
    for sample in 0..<samples {
      counts.append(counts[sample] + width / size(low + (Double(sample) + 0.5) * width))
    }
    let elements = max(1, Int((counts[samples] - 1e-6).rounded(.up)))
    var ends: [Double] = []
    var sample = 0
    for element in 1..<max(elements, 1) {
      let wanted = counts[samples] * Double(element) / Double(elements)
      while counts[sample + 1] < wanted { sample += 1 }
      let part = (wanted - counts[sample]) / (counts[sample + 1] - counts[sample])
      ends.append(low + (Double(sample) + part) * width)
    }
    ends.append(high)
    return ends
  }
}
