/// A displacement in pixels.
public struct PixelShift: Sendable, Hashable, Codable {
  /// Along the rows' direction, down.
  public var row: Double
  /// Along the columns' direction, right.
  public var column: Double

  public init(row: Double, column: Double) {
    self.row = row
    self.column = column
  }

  /// Its length.
  public var length: Double { (row * row + column * column).squareRoot() }

  /// The same direction, at most `limit` long.
  func limited(to limit: Double) -> PixelShift {
    guard length > limit else { return self }
    return PixelShift(row: row * limit / length, column: column * limit / length)
  }
}

/// Where a reconstruction stands after a pass.
public struct ReconstructionProgress: Sendable {
  /// Passes done, from 1.
  public let pass: Int
  /// Passes of the whole plan.
  public let passes: Int
  /// E of the pass.
  public let error: Double
  /// What happened in the pass: positions corrected, steps taken back, one sentence each.
  public let events: [String]
  private let state: Reconstruction

  init(pass: Int, passes: Int, error: Double, events: [String], state: Reconstruction) {
    self.pass = pass
    self.passes = passes
    self.error = error
    self.events = events
    self.state = state
  }

  /// Object, probes and positions as they are, for a preview. Keep it no longer than needed: the next pass copies what
  /// is still held.
  public func snapshot() -> Reconstruction { state }
}

/// What a reconstruction came to.
public struct ReconstructionResult: Sendable {
  public var state: Reconstruction
  /// E of the last pass.
  public var error: Double
  /// How far the probe's centre of mass moved from where it started, in pixels, what was moved back included.
  public var drift: PixelShift
  /// What happened on the way, one sentence each.
  public var events: [String]
  /// How the corrected positions lie to the ones given; `nil` where none were corrected.
  public var affine: AffineReport?
}
