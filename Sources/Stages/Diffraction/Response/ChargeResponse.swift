import Foundation
import PowderDiffraction

/// A diffraction series on the clock of the potentiostat, and what its lattices say about the charge.
struct ChargeResponse {
  /// The local state of charge of an exposure.
  struct Local {
    var value: Double
    /// From counting, grains, the reference and the curve; the instrument too where lattices are absolute.
    var sigma: Double
    var status: Status
    /// Whether the exposure is one that the others at its position are compared with.
    var isReference: Bool

    /// What ``LocalStateOfCharge/Status`` says, or why there is none.
    enum Status: Hashable {
      case curve(LocalStateOfCharge.Status)
      case reference, noLattice, noReference, excluded, outside

      var text: String {
        switch self {
        case .curve(.single): "determined"
        case .curve(.severalBranches): "several branches"
        case .curve(.undetermined): "undetermined"
        case .curve(.beforeCurve): "before the curve"
        case .curve(.beyondCurve): "beyond the curve"
        case .curve(.notOnCurve): "not on the curve"
        case .reference: "reference"
        case .noLattice: "no lattice"
        case .noReference: "no reference"
        case .excluded: "excluded"
        case .outside: "outside of the particle"
        }
      }
    }

    var isUsable: Bool {
      switch status {
      case .curve(let status): [.single, .beforeCurve, .beyondCurve].contains(status)
      case .reference: true
      default: false
      }
    }
  }

  /// How the material at one position follows the charge.
  struct Position {
    var step: Int
    /// Mean place on the particle, from 0 at the needle to 1 at the free edge; NaN where the edges are not known.
    var fraction: Double
    /// Local over coulombic state of charge.
    var factor, sigma: Double
  }

  /// The lattice of a whole cell near special states of charge.
  struct CellCurve {
    var curve: LatticeCurve
    /// State of charge at which c is largest; fit and scale are two parts of its uncertainty.
    var turn: (state: Double, fitSigma: Double, scaleSigma: Double, c: Double, sigmaC: Double)?
    /// d ln a/dSoC and d ln c/dSoC at zero.
    var slopes: (a: (value: Double, sigma: Double), c: (value: Double, sigma: Double))?
    /// Exposures that make the curve.
    var frames: [Int]
  }

  var lattices: [MeasuredLattices.Lattice?]
  var exposures: [Exposure]
  var record: ChargeRecord
  /// From the detector's time since the first exposure to the record's time.
  var clock: ExperimentClock
  /// What the recorded start times alone give for that offset; nil where they are not known.
  var recordedOffset: Double?
  /// Whether the offset was fitted, and with what scatter.
  var clockFit: ClockFit?
  var charged: ChargedSeries
  var scan: LineScan?
  var edges: [PassEdges] = []
  var drift: ScanDrift?
  var reference: ChargeResponseStage.Reference
  /// The curve on the scale of the charge since the record's start.
  var curve: LatticeCurve?
  var locals: [Local?] = []
  var activeMass: ActiveMass?
  /// How the positions scatter beyond their own uncertainties.
  var heterogeneity: Heterogeneity?
  var positions: [Position] = []
  var cell: CellCurve?
  var statements: [SeriesStatement] = []
  var warnings: [String] = []

  /// The pass and the step of each exposure; nil without a scan or outside of it.
  var places: [(pass: Int, step: Int, frame: Int)?] {
    var places = [(pass: Int, step: Int, frame: Int)?](repeating: nil, count: exposures.count)
    for (number, frame) in (scan?.frames ?? []).enumerated() { places[frame.index] = (frame.pass, frame.step, number) }
    return places
  }

  /// Middle of an exposure on the record's clock, in seconds.
  func time(_ index: Int) -> Double { exposures[index].start + exposures[index].length / 2 + clock.offset }

  /// What the potentiostat's clock shows more than the detector's; the whole offset where start times are not known.
  var clockDifference: Double { clock.offset - (recordedOffset ?? 0) }

  /// The last exposure that has a state of charge.
  var lastCharge: FrameCharge? {
    charged.frames.compactMap(\.self).max { $0.time < $1.time }
  }
}
