/// All that a report of a run is made from.
public struct RunSummary: Codable, Hashable, Sendable {
  /// A stage of the run: what it says and how it came to be.
  public struct Stage: Codable, Hashable, Sendable {
    public var name: String
    public var key: ContentKey
    public var summary: StageSummary
    public var provenance: Provenance

    public init(name: String, key: ContentKey, summary: StageSummary, provenance: Provenance) {
      self.name = name
      self.key = key
      self.summary = summary
      self.provenance = provenance
    }
  }

  public var title: String
  /// The experiment file as the user wrote it.
  public var experimentText: String
  /// The experiment file with every default written out.
  public var resolvedText: String
  /// The complete stages in the order of the plan.
  public var stages: [Stage]
  public var claims: [ClaimEntry]

  public init(title: String, experimentText: String, resolvedText: String, stages: [Stage], claims: [ClaimEntry]) {
    self.title = title
    self.experimentText = experimentText
    self.resolvedText = resolvedText
    self.stages = stages
    self.claims = claims
  }

  /// The headline values of all stages, in order.
  public var headlines: [HeadlineValue] { stages.flatMap(\.summary.headlines) }

  /// The works that any stage cites, each once, in the order of their first appearance.
  public var citations: [Citation] {
    var seen: Set<String> = []
    return stages.flatMap(\.summary.citations).filter { seen.insert($0.key).inserted }
  }
}
