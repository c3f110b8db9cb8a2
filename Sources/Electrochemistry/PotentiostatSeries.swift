/// What a potentiostat recorded in one run: one row a sample, one array a quantity, as the file states it.
///
/// Units are SI. Current is positive while lithium leaves the cathode (charge), whatever the instrument's own sign.
/// All per-sample arrays have the same count. Nothing here is derived: charges by integration, half cycles by sign of
/// the current and steps with their ends are the business of the analysis.
public struct PotentiostatSeries: Sendable, Hashable {
  /// How the instrument drove the cell at a sample.
  public enum Mode: Int, Sendable, Hashable, CaseIterable {
    /// The current is held.
    case galvanostatic = 1
    /// The potential is held.
    case potentiostatic = 2
    /// No current is forced; the cell relaxes.
    case rest = 3
  }

  /// A recorded quantity that has no property of its own, by the name and unit of the file.
  public struct Column: Sendable, Hashable {
    /// The name without its unit, as the file spells it, for example "Energy charge".
    public var name: String
    /// The unit of `values` as the file spells it, for example "W.h"; empty for a pure number.
    public var unit: String
    /// One value a sample, in `unit`, not converted.
    public var values: [Double]

    public init(name: String, unit: String, values: [Double]) {
      self.name = name
      self.unit = unit
      self.values = values
    }
  }

  /// The technique as the file names it, for example "GCPL"; empty when the file does not say.
  public var technique: String
  /// When the run started, ISO 8601 without a zone ("2017-11-22T16:57:41.236"), the instrument's local time; nil when
  /// the file does not say.
  public var startDate: String?
  /// Time since the start of the run, [sample], in seconds. A file may repeat or reverse a time: not sorted here.
  public var time: [Double]
  /// Current, [sample], in amperes, positive = charge. Where the instrument recorded only charge increments, each
  /// value is increment / time step, `currentIsAverage` is true and `warnings` says so.
  public var current: [Double]
  /// Whether each current is the mean over the interval that ends at its sample: then the charge is the sum of
  /// `current[i] × (time[i] − time[i − 1])` from i = 1 on. Otherwise currents are instantaneous (trapezoids).
  public var currentIsAverage: Bool
  /// Voltage of the cell or the working electrode, [sample], in volts.
  public var voltage: [Double]
  /// The number of the step in the instrument's sequence, [sample]; `Ns` of BioLogic. Zero where not recorded.
  public var step: [Int]
  /// The instrument's count of half cycles, [sample]; nil when not recorded.
  public var halfCycle: [Int]?
  /// The way of control, [sample]; nil when not recorded.
  public var mode: [Mode]?
  /// The charge passed since the start by the instrument's own counter, [sample], in coulombs, positive = charge:
  /// `(Q-Qo)` or the sum of `dq`; nil when the file has neither.
  public var instrumentCounterCharge: [Double]?
  /// Everything else that was recorded.
  public var otherColumns: [Column]
  /// The mass of active material typed in by the operator, in kilograms; nil when absent or the instrument's
  /// default (0.001 mg).
  public var recordedMass: Double?
  /// What a reader of the data should know, in full sentences: skipped columns, derived currents, cut files.
  public var warnings: [String]

  /// - Precondition: all per-sample arrays have as many values as `time`.
  public init(
    technique: String = "", startDate: String? = nil, time: [Double], current: [Double], voltage: [Double],
    step: [Int]? = nil, halfCycle: [Int]? = nil, mode: [Mode]? = nil, instrumentCounterCharge: [Double]? = nil,
    otherColumns: [Column] = [], recordedMass: Double? = nil, warnings: [String] = [],
    currentIsAverage: Bool = false
  ) {
    let count = time.count
    precondition(current.count == count && voltage.count == count, "one current and one voltage a time")
    precondition(step.map { $0.count == count } ?? true, "one step number a time")
    precondition(halfCycle.map { $0.count == count } ?? true, "one half cycle a time")
    precondition(mode.map { $0.count == count } ?? true, "one mode a time")
    precondition(instrumentCounterCharge.map { $0.count == count } ?? true, "one counter charge a time")
    precondition(otherColumns.allSatisfy { $0.values.count == count }, "one value a time in every other column")
    self.technique = technique
    self.startDate = startDate
    self.time = time
    self.current = current
    self.voltage = voltage
    self.step = step ?? [Int](repeating: 0, count: count)
    self.halfCycle = halfCycle
    self.mode = mode
    self.instrumentCounterCharge = instrumentCounterCharge
    self.otherColumns = otherColumns
    self.recordedMass = recordedMass
    self.warnings = warnings
    self.currentIsAverage = currentIsAverage
  }

  /// The number of samples.
  public var count: Int { time.count }
}
