public import Crystallography

/// A measured line with its indices, of the sample or of an internal standard.
public struct LatticeLine: Sendable, Hashable {
  /// The indices; where several families coincide, one of them.
  public var indices: MillerIndices
  /// The position, on the axis of the fit: radians, 1/m or metres.
  public var position: Double
  /// The known cell of an internal standard (W of the needle, Al of its coating); nil for the sample.
  ///
  /// An uncertain cell belongs into the covariance matrix of the positions: it moves all lines of the standard together.
  public var standard: UnitCell?
  /// Where the standard stands along the beam relative to the sample, in metres, positive towards the detector. Its
  /// uncertainty belongs into the covariance matrix too; with another shift than of the sample's place it is ignored.
  public var place: Double

  public init(_ indices: MillerIndices, at position: Double, standard: UnitCell? = nil, place: Double = 0) {
    self.indices = indices
    self.position = position
    self.standard = standard
    self.place = place
  }
}

/// A shift that the fit refines beside the cell.
public struct LatticeShift: Sendable, Hashable {
  public var kind: GeometryShift
  /// What is expected, in radians or metres.
  public var expected: Double
  /// The standard uncertainty of the expectation; nil lets the lines alone decide.
  public var sigma: Double?

  public init(_ kind: GeometryShift, expected: Double = 0, sigma: Double? = nil) {
    self.kind = kind
    self.expected = expected
    self.sigma = sigma
  }
}
