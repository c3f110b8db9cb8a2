import Foundation

/// Where a frame lies on the particle.
public struct RelativePosition: Sendable, Hashable {
  /// Distance from the edge between needle and particle, positive towards the free edge, in metres.
  public let fromNeedle: Double
  /// Distance from the free edge, positive into the particle, in metres; NaN when the particle's length is not known.
  public let fromFreeEdge: Double
  /// Standard uncertainty of ``fromNeedle``, of the drift alone, in metres.
  public let sigma: Double
  /// Position as a fraction of the particle's length, from 0 at the needle to 1 at the free edge.
  public let fraction: Double

  /// Whether it lies between the edges.
  public var isOnParticle: Bool { fraction >= 0 && fraction <= 1 }
}

/// How the particle moved during a line scan, from its edges in every pass.
///
/// The edge at the needle walks at random between passes, p(t), and the particle's length L does not change:
///
///     e₁ = p(t₁) + noise,   e₂ = p(t₂) + L + noise,
///
/// where each edge has the time at which the scan went by it. The strength of the walk is the most likely one. Positions
/// follow by the smoother of Rauch, Tung & Striebel, for the middle of each exposure; where an edge is not seen, or a
/// pass shows none, the uncertainty grows.
public struct ScanDrift: Sendable, Hashable {
  /// One for each frame of the scan.
  public let positions: [RelativePosition]
  /// Position of the edge at the needle on the scan's axis for each frame, in metres, and its standard uncertainty.
  public let edge, edgeSigma: [Double]
  /// The particle's length along the scan and its standard uncertainty, in metres.
  public let length, lengthSigma: Double
  /// Standard deviation of the walk after one second, in metres; zero when nothing moved.
  public let walk: Double
  public let statements: [SeriesStatement]

  /// - Parameters:
  ///   - scan: whose frames are placed.
  ///   - edges: of its passes, in any order; passes may be missing.
  /// - Throws: ``LineScanError/tooFew(what:found:needed:)`` when no pass shows the edge at the needle, or none the free
  ///   edge.
  public init(_ scan: LineScan, edges: [PassEdges]) throws(LineScanError) {
    let needles = edges.compactMap(\.needle)
    let frees = edges.compactMap(\.free)
    guard !needles.isEmpty else { throw .tooFew(what: "edges between needle and particle", found: 0, needed: 1) }
    guard !frees.isEmpty else { throw .tooFew(what: "free edges", found: 0, needed: 1) }
    let frames = scan.frames
    let seen =
      needles.map { ($0, SIMD2<Double>(1, 0)) } + frees.map { ($0, SIMD2<Double>(1, 1)) }
    // Lengths in units of the scan's extent; the edges of a pass are taken as independent, their covariance comes from
    // the shared level of the particle and is small.
    let origin = scan.plan.positions[0]
    let scale = max(scan.plan.positions[scan.plan.stepCount - 1] - origin, needles[0].sigma, 1e-12)
    typealias Event = TwoStateSmoother.Event
    let observations = seen.map { edge, weights in
      Event(
        time: edge.time, weights: weights,
        observed: ((edge.position - origin) / scale, max(edge.sigma / scale, 1e-9) * max(edge.sigma / scale, 1e-9)))
    }.sorted { $0.time < $1.time }
    let wishes = frames.map { Event(time: $0.middle, observed: nil) }
    let unordered = observations + wishes
    let order = unordered.indices.sorted { (unordered[$0].time, $0) < (unordered[$1].time, $1) }
    let events = order.map { unordered[$0] }
    var smoother = TwoStateSmoother(
      motion: .walk, strength: 0, prior: .init(mean: SIMD2(0.5, 0.5), covariance: Matrix2(100, 0, 0, 100)))
    let isFollowed = seen.count >= 4
    let duration = max((frames.last?.middle ?? 0) - (frames.first?.middle ?? 0), 1e-9)
    if isFollowed { smoother.chooseStrength(observations, in: 1e-12 / duration...1 / duration) }
    let states = smoother.smooth(events)
    var edge = [Double](repeating: 0, count: frames.count)
    var edgeSigma = edge
    for (place, index) in order.enumerated() where index >= observations.count {
      edge[index - observations.count] = origin + scale * states[place].mean.x
      edgeSigma[index - observations.count] = scale * max(states[place].covariance.m00, 0).squareRoot()
    }
    let length = scale * (states.last?.mean.y ?? .nan)
    self.edge = edge
    self.edgeSigma = edgeSigma
    self.length = length
    lengthSigma = scale * max(states.last?.covariance.m11 ?? 0, 0).squareRoot()
    walk = scale * smoother.strength.squareRoot()
    positions = frames.indices.map { index in
      let from = frames[index].position - edge[index]
      return RelativePosition(
        fromNeedle: from, fromFreeEdge: length - from, sigma: edgeSigma[index], fraction: from / length)
    }
    statements =
      edges.flatMap(\.statements) + (isFollowed ? [] : [.driftNotFollowed(edges: seen.count)])
  }
}
