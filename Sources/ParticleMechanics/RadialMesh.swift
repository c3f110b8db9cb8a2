/// Elements along the radius of a particle of unit radius: fine where the solution changes fast.
///
/// Element edges lie on both ends and the middle of the transition; elements grow from there, from the surface (where
/// the Dirichlet value jumps) and, with the logarithmic singularity, from the centre.
struct RadialMesh {
  /// Edges of the elements, ascending from 0 to 1.
  let edges: [Double]

  /// How long an element may be per distance from a feature. The front that a jump sends inwards meets elements of
  /// this part of its depth until it reaches the even ones.
  private static let surfaceGrading = 0.25
  private static let grading = 0.5
  private static let elementsAcrossHalfTransition = 4.0

  /// - Parameters:
  ///   - structure: the particle's build.
  ///   - radius: the particle's radius in metres.
  ///   - count: elements along the radius away from every feature.
  ///   - centreLength: length of the innermost element with a singular centre, per radius; nil without.
  ///   - surfaceLength: length of the outermost element, per radius.
  init(
    structure: ParticleModel.Structure, radius: Double, count: Int, centreLength: Double?,
    surfaceLength: Double = 1e-5
  ) {
    var features = [(range: 1.0...1.0, length: surfaceLength, grading: Self.surfaceGrading)]
    if let centreLength { features.append((0.0...0.0, centreLength, Self.grading)) }
    var corners = [0.0, 1.0]
    if case .coreShell(let step) = structure {
      let middle = step.position / radius
      var half = step.kind == .sharp ? 0 : step.width / radius / 2
      corners += [middle - half, middle, middle + half]
      if half > 0 {
        let length = half / Self.elementsAcrossHalfTransition
        // The tails of the two transcendental kinds fade below rounding within seven half widths.
        if step.kind == .tanh || step.kind == .logistic { half *= 7 }
        features.append(((middle - half)...(middle + half), length, Self.grading))
      }
    }
    func longest(_ left: Double, _ right: Double) -> Double {
      features.reduce(1 / Double(count)) { longest, feature in
        let distance = max(0, feature.range.lowerBound - right, left - feature.range.upperBound)
        return min(longest, feature.length + feature.grading * distance)
      }
    }
    func split(_ left: Double, _ right: Double) -> [Double] {
      // An element that only touches a feature needs the feature's length there: nudge both ends inwards.
      let nudge = 1e-9 * (right - left)
      let middle = (left + right) / 2
      guard right - left > longest(left + nudge, right - nudge) * (1 + 1e-9), left < middle, middle < right else {
        return [right]
      }
      return split(left, middle) + split(middle, right)
    }
    let tolerance = 1e-12
    var sorted = [0.0]
    for corner in corners.filter({ $0 > tolerance && $0 < 1 - tolerance }).sorted() + [1]
    where corner - sorted[sorted.count - 1] > tolerance {
      sorted.append(corner)
    }
    edges = [0] + zip(sorted, sorted.dropFirst()).flatMap { split($0, $1) }
  }

  var elementCount: Int { edges.count - 1 }

  /// The element that holds a radius in 0...1; of two that share it, the outer one.
  func element(at radius: Double) -> Int {
    var low = 0
    var high = elementCount
    while high - low > 1 {
      let middle = (low + high) / 2
      if edges[middle] <= radius { low = middle } else { high = middle }
    }
    return low
  }

  /// The position of a radius within an element, −1...1.
  func local(_ radius: Double, in element: Int) -> Double {
    min(max((2 * radius - edges[element] - edges[element + 1]) / (edges[element + 1] - edges[element]), -1), 1)
  }
}
