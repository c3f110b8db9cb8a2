public import Pipeline

/// Everything a report is made of, as plain values: equal inputs give equal reports.
public struct ReportInput: Sendable {
  /// The name of the experiment.
  public var title: String
  /// Program and version, for example "operando 0.1.0".
  public var program: String
  /// When the run ended, as it shall be printed; empty for nothing.
  public var date: String
  /// The stages in the order they ran.
  public var stages: [ReportStage]
  /// Stated values beside recomputed ones.
  public var claims: [ReportClaim]
  /// Messages of the run that belong to no stage.
  public var warnings: [String]
  /// The name of the experiment file.
  public var experimentName: String
  /// The experiment file, verbatim.
  public var experimentText: String
  /// The experiment file with all defaults written out.
  public var resolvedText: String
  /// What the run cost.
  public var runRows: [ReportRunRow]
  /// Facts about the run as a whole: host, command, compiler.
  public var provenance: [ReportFact]
  /// The text of plotly.min.js; nil makes a report of static figures, which says so.
  public var plotlyScript: String?

  public init(
    title: String, program: String, date: String = "", stages: [ReportStage], claims: [ReportClaim] = [],
    warnings: [String] = [], experimentName: String = "experiment.yaml", experimentText: String = "",
    resolvedText: String = "", runRows: [ReportRunRow] = [], provenance: [ReportFact] = [], plotlyScript: String? = nil
  ) {
    self.title = title
    self.program = program
    self.date = date
    self.stages = stages
    self.claims = claims
    self.warnings = warnings
    self.experimentName = experimentName
    self.experimentText = experimentText
    self.resolvedText = resolvedText
    self.runRows = runRows
    self.provenance = provenance
    self.plotlyScript = plotlyScript
  }
}

/// A stage of the run: what it hands over and where it came from.
public struct ReportStage: Sendable {
  /// The name in the run folder, for example "state-of-charge".
  public var name: String
  /// The content key.
  public var key: String
  public var summary: StageSummary
  public var provenance: [ReportFact]

  public init(name: String, key: String, summary: StageSummary, provenance: [ReportFact] = []) {
    self.name = name
    self.key = key
    self.summary = summary
    self.provenance = provenance
  }
}

/// A line of a table of facts.
public struct ReportFact: Hashable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A stated value beside the recomputed one, already formatted with units.
public struct ReportClaim: Hashable, Sendable {
  public enum Verdict: String, Hashable, Sendable {
    /// The difference is within the rounding or the uncertainty of the stated value.
    case agrees
    case differs
    /// No stage computes this value.
    case notRecomputed
  }

  /// In words, for example "state of charge at the end".
  public var subject: String
  public var stated: String
  public var recomputed: String
  public var difference: String
  public var verdict: Verdict
  /// Where the difference comes from; empty for nothing.
  public var comment: String

  public init(
    subject: String, stated: String, recomputed: String, difference: String, verdict: Verdict, comment: String = ""
  ) {
    self.subject = subject
    self.stated = stated
    self.recomputed = recomputed
    self.difference = difference
    self.verdict = verdict
    self.comment = comment
  }
}

/// What one stage cost.
public struct ReportRunRow: Hashable, Sendable {
  public var stage: String
  /// Wall seconds; nil where unknown.
  public var seconds: Double?
  /// Peak memory in bytes; nil where unknown.
  public var memory: Double?
  /// Whether a complete file of an earlier run was used.
  public var skipped: Bool
  /// The stage file, relative to the run folder.
  public var file: String

  public init(stage: String, seconds: Double?, memory: Double?, skipped: Bool, file: String = "") {
    self.stage = stage
    self.seconds = seconds
    self.memory = memory
    self.skipped = skipped
    self.file = file
  }
}
