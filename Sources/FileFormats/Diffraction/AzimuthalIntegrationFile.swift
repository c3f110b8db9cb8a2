public import PowderDiffraction

/// A NeXus file of azimuthally integrated frames after the application definitions NXazint1d (patterns over the whole
/// azimuth) and NXazint2d (cakes): the patterns, and what the definitions demand beside them.
///
/// Angles are in degrees, q in 1/angstrom and the wavelength in angstrom in the file. The definitions know 2θ and q
/// only.
public struct AzimuthalIntegrationFile: Sendable, Hashable {
  /// The patterns.
  public var series: PowderPatternSeries
  /// Where they come from.
  public var record: Record

  public init(series: PowderPatternSeries, record: Record) {
    self.series = series
    self.record = record
  }

  /// What NXazint1d and NXazint2d demand about the instrument and the reduction.
  public struct Record: Sendable, Hashable {
    /// What the entry holds, in words.
    public var title: String
    /// The beamline or diffractometer.
    public var instrumentName: String
    /// The laboratory, for example a synchrotron.
    public var sourceName: String
    /// The kind of source, for example "Synchrotron X-ray Source".
    public var sourceType: String
    /// The kind of radiation.
    public var probe: String
    /// Whether intensities are corrected for the solid angle of the pixels.
    public var solidAngleApplied: Bool
    /// Whether intensities are corrected for polarisation.
    public var polarisationApplied: Bool
    /// Whether intensities are divided by the effective number of pixels.
    public var normalisationApplied: Bool
    /// Whether intensities are divided by a monitor or exposure time; `nil` where it is not known.
    public var monitorApplied: Bool?
    /// The reading of the monitor in each frame; `nil` where there is none.
    public var monitor: [Double]?
    /// The program that integrated, and its version.
    public var program, programVersion: String
    /// When, ISO 8601.
    public var date: String
    /// Citations for the algorithm.
    public var reference: String
    /// What is needed to interpret the data, such as where azimuths begin.
    public var note: String?
    /// The parameters of the integration, by name.
    public var parameters: [String: NeXusDataset]

    public init(
      title: String, instrumentName: String, sourceName: String, sourceType: String = "Synchrotron X-ray Source",
      probe: String = "x-ray", solidAngleApplied: Bool, polarisationApplied: Bool, normalisationApplied: Bool,
      monitorApplied: Bool? = nil, monitor: [Double]? = nil, program: String, programVersion: String, date: String,
      reference: String, note: String? = nil, parameters: [String: NeXusDataset] = [:]
    ) {
      self.title = title
      self.instrumentName = instrumentName
      self.sourceName = sourceName
      self.sourceType = sourceType
      self.probe = probe
      self.solidAngleApplied = solidAngleApplied
      self.polarisationApplied = polarisationApplied
      self.normalisationApplied = normalisationApplied
      self.monitorApplied = monitorApplied
      self.monitor = monitor
      self.program = program
      self.programVersion = programVersion
      self.date = date
      self.reference = reference
      self.note = note
      self.parameters = parameters
    }
  }
}
