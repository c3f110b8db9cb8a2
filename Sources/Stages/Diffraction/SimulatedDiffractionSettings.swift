public import Pipeline
public import Quantities

/// What the virtual experiment makes of a diffraction measurement: a line scan over a charging particle, or a charging
/// cell. Only `operando simulate` reads it.
public struct SimulatedDiffractionSettings: ExperimentDecodable {
  @Setting("what is in the beam: line-scan (one particle on a needle), or full-cell")
  public var sample: Sample
  @Setting("name of the electrochemistry measurement that charges it", example: "particle")
  public var charge: String
  @Setting("current that is held; left out, that of the measurement's protocol, or a tenth of its capacity an hour")
  public var current: Current?
  @Setting(
    "how long the current is held unless the voltage limit comes first; left out, that of the protocol, or 8 h",
    in: 1e-3 * .second...1e9 * .second)
  public var duration: TimeSpan?
  @Setting(
    "overvoltage under current; a large one ends the charge at the voltage limit before its time",
    default: Voltage(0, .volt), in: 0 * .volt...10 * .volt)
  public var overvoltage: Voltage
  @Setting(
    "open circuit between the record's start and the current's", default: 60 * .second, in: TimeSpan(0, .second)...)
  public var rest: TimeSpan
  @Setting("the record stops this long after its start, while the cell charges on", in: TimeSpan(0, .second)...)
  public var recordEnd: TimeSpan?
  @Setting("what the potentiostat's clock shows more than the detector's at the same instant", default: 0 * .second)
  public var clockOffset: TimeSpan
  @Setting(
    "mass of the material that takes part over the nominal one", default: Ratio(100, .percent),
    in: 1 * .percent...1000 * .percent)
  public var activeShare: Ratio
  @Setting("exposure of a frame", default: 20 * .second, in: 1e-3 * .second...1e5 * .second)
  public var exposure: TimeSpan
  @Setting("read-out from the end of an exposure to the next", default: 2 * .second, in: TimeSpan(0, .second)...)
  public var readOut: TimeSpan
  @Section("the scan, of a line-scan")
  public var scan: Scan
  @Section("the cell, of a full-cell")
  public var cell: Cell

  public init() {}

  public enum Sample: String, SettingChoice {
    /// One particle on a needle, scanned along a vertical line.
    case lineScan = "line-scan"
    /// A cell with carbon windows.
    case fullCell = "full-cell"
  }

  /// A line from the needle over the particle, again and again.
  public struct Scan: ExperimentDecodable {
    @Setting("positions of a pass", default: 13, in: 1...100_000)
    public var positions: Int
    @Setting("passes; they are spread evenly over the charge", default: 8, in: 1...100_000)
    public var passes: Int
    @Setting("first position, from the needle's lower end, negative on the needle", default: Length(-1, .micrometre))
    public var first: Length
    @Setting("from one position to the next", default: Length(1.5, .micrometre), in: Length(si: 1e-9)...Length(si: 1))
    public var step: Length
    @Setting("whether every second pass runs backwards", default: false)
    public var boustrophedon: Bool
    @Setting(
      "mean number of grains in the beam at the middle of the particle", default: 53, in: 0.1...1e6)
    public var grains: Double
    @Setting("mean photons of the whole 003 ring there", default: 2e4, in: 0...1e9)
    public var photons: Double
    @Setting("drift of the sample along the scan by the end of the charge", default: Length(0.3, .micrometre))
    public var drift: Length
    @Setting("state of charge of the free edge less that of the centre, over the mean", default: 0, in: -1...1)
    public var gradient: Double
    @Setting("state of charge of the surface less that of the centre, over the mean", default: 0, in: -2...1.6)
    public var radial: Double
    @Setting("share of grains that keep their first state", default: 0, in: 0...0.99)
    public var laggingShare: Double

    public init() {}
  }

  /// A cell with carbon windows in transmission.
  public struct Cell: ExperimentDecodable {
    @Setting("frames, spread evenly over the charge", default: 60, in: 1...1_000_000)
    public var frames: Int
    @Setting("mean photons of the whole 003 ring in a frame", default: 1e6, in: 0...1e12)
    public var photons: Double
    @Setting("height of the beam on the cell, full width at half maximum", default: Length(0.1, .millimetre))
    public var beamHeight: Length
    @Setting("width of the beam on the cell, full width at half maximum", default: Length(0.1, .millimetre))
    public var beamWidth: Length
    @Setting(
      "thickness of the cathode along the beam", default: Length(60, .micrometre),
      in: Length(si: 0)...Length(si: 0.01))
    public var thickness: Length
    @Setting("standard deviation of the state of charge across the electrode, over the mean", default: 0, in: 0...0.3)
    public var spread: Double

    public init() {}
  }
}
