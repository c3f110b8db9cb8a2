import Foundation
public import Pipeline
public import PowderDiffraction

/// Puts a diffraction series on the clock of the potentiostat and answers with state of charge, local state of charge
/// and active mass.
public enum ChargeResponseStage: Stage {
  public static let name = "charge-response"
  public static let version = 1
  public static let citations = [Citation.york2004, .hartungKnapp2001, .wahba1978]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    public var lattice: LatticeTable
    public var charge: ChargeTable
    /// Intensities for the edges of a line scan; nil leaves them out.
    public var peaks: PeakTable?
    public var scan: LineScanSettings?
    /// Lattice parameters against state of charge, theoretical scale, 0 for full lithiation; nil where none is given.
    public var curve: GivenCurve?
    /// What the setup figure and the check of the footprint need.
    public var setup: DiffractionSetup?

    public init(lattice: LatticeTable, charge: ChargeTable) {
      self.lattice = lattice
      self.charge = charge
    }
  }

  /// A curve and where it comes from.
  public struct GivenCurve: Sendable, Hashable {
    /// Of each row, on the scale on which full lithiation is zero.
    public var stateOfCharge: [Double]
    /// In metres.
    public var a, c: [Double]
    /// Standard uncertainties in metres; nil where none are stated.
    public var sigmaA, sigmaC: [Double]?
    public var smoothing: LatticeCurve.Smoothing
    /// In words.
    public var source: String

    /// - Parameter smoothing: through every row of a formula, between the rows of a measurement.
    public init(
      stateOfCharge: [Double], a: [Double], c: [Double], sigmaA: [Double]? = nil, sigmaC: [Double]? = nil,
      smoothing: LatticeCurve.Smoothing = .maximumLikelihood, source: String
    ) {
      self.stateOfCharge = stateOfCharge
      (self.a, self.c) = (a, c)
      (self.sigmaA, self.sigmaC) = (sigmaA, sigmaC)
      self.smoothing = smoothing
      self.source = source
    }

    /// The formula that stands in for a measured curve of NMC811; see `LatticeAgainstCharge.nmc811`.
    public static let assumed: GivenCurve = {
      let states = (0...88).map { 0.01 * Double($0) }
      let lattices = states.map { LatticeAgainstCharge.nmc811($0) }
      return GivenCurve(
        stateOfCharge: states, a: lattices.map(\.a), c: lattices.map(\.c), smoothing: .interpolating,
        source: "the built-in formula")
    }()

    /// The curve on a scale that begins at another lithiation.
    ///
    /// - Parameter initial: the state of charge on this curve's scale at which the other scale is zero.
    /// - Throws: `LineScanError`.
    func curve(from initial: Double) throws -> LatticeCurve {
      try LatticeCurve(
        stateOfCharge: stateOfCharge.map { $0 - initial }, a: a, c: c, sigmaA: sigmaA, sigmaC: sigmaC,
        smoothing: smoothing)
    }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    ResourceEstimate(seconds: 2, memory: 1e8, disk: 2e6)
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<ChargeResponseTable> {
    let response = try ChargeResponse(input, parameters)
    context.progress(1, 1)
    let value = ChargeResponseTable(response, initialState: response.initialState(input))
    let summary = ChargeResponseSummary(response: response, input: input, parameters: parameters).summary
    return StageResult(value: value, summary: summary)
  }
}
