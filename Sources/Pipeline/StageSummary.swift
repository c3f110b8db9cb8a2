public import Figures

/// What a stage hands over for people to read: its answer, its figures, and what stands behind them.
///
/// A summary is stored in the stage's file, so that a report can be rendered again without running anything.
public struct StageSummary: Codable, Hashable, Sendable {
  /// The stage in words, for example "State of charge".
  public var title: String
  public var headlines: [HeadlineValue]
  public var figures: [Figure]
  public var tables: [Table]
  public var assumptions: [Assumption]
  /// Named conventions in force: (what, which), for example ("current sign", "positive while lithium leaves the cathode").
  public var conventions: [Convention]
  public var warnings: [String]
  /// A paragraph ready for a methods section, with the numbers of this run.
  public var methods: String
  public var citations: [Citation]

  public init(
    title: String, headlines: [HeadlineValue] = [], figures: [Figure] = [], tables: [Table] = [],
    assumptions: [Assumption] = [], conventions: [Convention] = [], warnings: [String] = [], methods: String = "",
    citations: [Citation] = []
  ) {
    self.title = title
    self.headlines = headlines
    self.figures = figures
    self.tables = tables
    self.assumptions = assumptions
    self.conventions = conventions
    self.warnings = warnings
    self.methods = methods
    self.citations = citations
  }
}

/// A number a stage answers with.
public struct HeadlineValue: Codable, Hashable, Sendable {
  /// Unique within the run, the name a claim refers to, for example "state_of_charge".
  public var key: String
  /// In words, for example "state of charge at the end".
  public var label: String
  /// In `unit`.
  public var value: Double
  /// Standard uncertainty in `unit`; nil where none can be stated, and then `uncertaintyNote` says why.
  public var uncertainty: Double?
  public var uncertaintyNote: String
  public var unit: String
  /// Whether the value belongs into the answer at the top of the report.
  public var isAnswer: Bool

  public init(
    key: String, label: String, value: Double, uncertainty: Double? = nil, uncertaintyNote: String = "", unit: String,
    isAnswer: Bool = false
  ) {
    self.key = key
    self.label = label
    self.value = value
    self.uncertainty = uncertainty
    self.uncertaintyNote = uncertaintyNote
    self.unit = unit
    self.isAnswer = isAnswer
  }
}

/// A table of the report.
public struct Table: Codable, Hashable, Sendable {
  public var title: String
  /// Column titles with units, "name / unit".
  public var columns: [String]
  /// Cells already formatted.
  public var rows: [[String]]
  public var caption: String

  public init(title: String, columns: [String], rows: [[String]], caption: String = "") {
    self.title = title
    self.columns = columns
    self.rows = rows
    self.caption = caption
  }
}

/// Something the program had to assume, because neither the experiment file nor the source says it.
public struct Assumption: Codable, Hashable, Sendable {
  /// What is assumed, with its value and unit, for example "Young's modulus 140 GPa".
  public var statement: String
  /// Where the value comes from.
  public var source: String
  /// The range found in the literature, with its unit.
  public var range: String
  /// What it does to the headline values.
  public var effect: String

  public init(statement: String, source: String, range: String, effect: String) {
    self.statement = statement
    self.source = source
    self.range = range
    self.effect = effect
  }
}

/// A convention in force, by its name.
public struct Convention: Codable, Hashable, Sendable {
  public var subject: String
  public var choice: String

  public init(subject: String, choice: String) {
    self.subject = subject
    self.choice = choice
  }
}

/// A work to cite.
public struct Citation: Codable, Hashable, Sendable {
  /// The BibTeX key, for example "kondrakov2017".
  public var key: String
  /// The reference in words: authors, title, journal, volume, page, year.
  public var text: String
  /// Empty where there is none.
  public var doi: String

  public init(key: String, text: String, doi: String = "") {
    self.key = key
    self.text = text
    self.doi = doi
  }
}
