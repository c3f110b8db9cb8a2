import Foundation

/// Bins of equal width over 0...π/2 with what random axes put into each.
public struct AngleBins: Sendable, Hashable {
  public let kind: RadialAngleKind
  /// Edges in radians, ascending, one more than bins.
  public let edges: [Double]
  /// The share of random axes in each bin: cos θ₁ − cos θ₂ in space, (θ₂ − θ₁) 2/π in the section.
  public let expectation: [Double]
  /// cos² of the edges, descending.
  private let thresholds: [Double]
  /// The first bin that an interval of cos² can fall into.
  private let first: [Int32]

  public init(count: Int, kind: RadialAngleKind) throws(TextureError) {
    guard (2...180).contains(count) else {
      throw .invalidParameter(name: "number of bins", value: Double(count), expected: "2 to 180")
    }
    let edges = (0...count).map { Double.pi / 2 * Double($0) / Double(count) }
    self.kind = kind
    self.edges = edges
    expectation = (0..<count).map { bin in
      kind == .inSpace ? cos(edges[bin]) - (bin + 1 == count ? 0 : cos(edges[bin + 1])) : 1 / Double(count)
    }
    var thresholds = edges.map { cos($0) * cos($0) }
    thresholds[count] = -1
    self.thresholds = thresholds
    first = (0..<Self.cells).map { cell in
      let upper = Double(cell + 1) / Double(Self.cells)
      return Int32((0..<count).first { thresholds[$0 + 1] < upper } ?? count - 1)
    }
  }

  private static let cells = 1024

  public var count: Int { expectation.count }

  /// The bin of a squared cosine 0...1.
  @inline(__always)
  func bin(squaredCosine q: Double) -> Int {
    var bin = Int(first[min(Int(q * Double(Self.cells)), Self.cells - 1)])
    // An angle on an edge belongs to the bin above it.
    while q <= thresholds[bin + 1] { bin += 1 }
    return bin
  }
}
