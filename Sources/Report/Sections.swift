import Figures
import Foundation
import Pipeline

/// A section of the page with its place in the table of contents.
struct PageSection {
  var identifier: String
  var title: String
  var html: String
}

/// The parts of the report, each from the input alone.
struct Sections {
  let input: ReportInput
  let cards: FigureCards
  let bibliography: Bibliography

  var all: [PageSection] {
    var sections = [answer]
    sections += input.stages.indices.map(stage)
    sections += [claims, assumptions, conventions, methods, experiment, provenance]
    return sections.filter { !$0.html.isEmpty }
  }

  // MARK: - Answer

  private var answer: PageSection {
    let answers = input.stages.flatMap { $0.summary.headlines.filter(\.isAnswer) }
    var html = ""
    if answers.isEmpty {
      html = "<p>No stage of this run states an answer; the values are in the sections of the stages.</p>"
    } else {
      html = "<ul class=\"answers\">\(answers.map(Self.value).joined())</ul>"
    }
    return PageSection(identifier: "answer", title: "Answer", html: html + look)
  }

  private static func value(_ headline: HeadlineValue) -> String {
    let note =
      headline.uncertaintyNote.isEmpty ? "" : "<div class=\"note\">\(escapedXML(headline.uncertaintyNote))</div>"
    return """
      <li><div class="label">\(escapedXML(headline.label))</div>\
      <div class="value">\(escapedXML(headline.text))</div>\(note)</li>
      """
  }

  /// What to look at first: warnings, claims that differ, and how the page was made.
  private var look: String {
    var items = input.warnings.map(escapedXML)
    for (index, stage) in input.stages.enumerated() {
      for warning in stage.summary.warnings {
        items.append(
          "<a href=\"#\(Self.anchor(index))\">\(escapedXML(stage.summary.title))</a>: \(escapedXML(warning))")
      }
    }
    for claim in input.claims where claim.verdict == .differs {
      items.append(
        "<a href=\"#claims\">\(escapedXML(claim.subject))</a>: stated \(escapedXML(claim.stated)), recomputed "
          + "\(escapedXML(claim.recomputed)) (\(escapedXML(claim.difference)))")
    }
    items += cards.notes.map(escapedXML)
    let assumed = input.stages.reduce(0) { $0 + $1.summary.assumptions.count }
    if assumed > 0 {
      items.append(
        "\(assumed) value\(assumed == 1 ? " is" : "s are") assumed: <a href=\"#assumptions\">what they do to the answer</a>."
      )
    }
    if items.isEmpty {
      return
        "<div class=\"look fine\"><h3>What to look at first</h3><p>No warnings, and every stated value agrees with the recomputed one.</p></div>"
    }
    return """
      <div class="look"><h3>What to look at first</h3><ul>\(items.map { "<li>\($0)</li>" }.joined())</ul></div>
      """
  }

  // MARK: - Stages

  private static func anchor(_ index: Int) -> String { "stage-\(index + 1)" }

  private func stage(_ index: Int) -> PageSection {
    let summary = input.stages[index].summary
    var html = ""
    if !summary.headlines.isEmpty { html += "<ul class=\"answers\">\(summary.headlines.map(Self.value).joined())</ul>" }
    if !summary.warnings.isEmpty {
      html += "<div class=\"look\"><ul>\(summary.warnings.map { "<li>\(escapedXML($0))</li>" }.joined())</ul></div>"
    }
    html += cards.cards[index].joined()
    for table in summary.tables {
      html += "<h3>\(escapedXML(table.title))</h3>" + Tables.plain(columns: table.columns, rows: table.rows)
      if !table.caption.isEmpty { html += "<p class=\"note\">\(escapedXML(table.caption))</p>" }
    }
    if html.isEmpty { html = "<p class=\"muted\">This stage has nothing to show.</p>" }
    return PageSection(identifier: Self.anchor(index), title: summary.title, html: html)
  }

  // MARK: - Claims and assumptions

  private var claims: PageSection {
    guard !input.claims.isEmpty else {
      return PageSection(
        identifier: "claims", title: "Claims ledger",
        html:
          "<p class=\"muted\">The experiment file states no values to compare with (block <code>claims:</code>).</p>")
    }
    let words: [ReportClaim.Verdict: String] = [
      .agrees: "agrees", .differs: "differs", .notRecomputed: "not recomputed",
    ]
    let body = input.claims.map { claim in
      [
        ("", escapedXML(claim.subject)), ("number", escapedXML(claim.stated)), ("number", escapedXML(claim.recomputed)),
        ("number", escapedXML(claim.difference)),
        ("", "<span class=\"badge \(claim.verdict.rawValue)\">\(words[claim.verdict] ?? "")</span>"),
        ("wide", escapedXML(claim.comment)),
      ]
    }
    let head = [
      ("", "value"), ("number", "stated"), ("number", "recomputed"), ("number", "difference"), ("", "verdict"),
      ("", "comment"),
    ]
    return PageSection(
      identifier: "claims", title: "Claims ledger",
      html: "<p>Each stated value beside the one recomputed in this run.</p>" + Tables.html(head: head, body: body))
  }

  private var assumptions: PageSection {
    let rows = input.stages.flatMap { stage in
      stage.summary.assumptions.map { assumption in
        [
          ("", "<span class=\"badge assumed\">assumed</span>"), ("wide", escapedXML(assumption.statement)),
          ("wide", escapedXML(assumption.source)), (Tables.kind(assumption.range), escapedXML(assumption.range)),
          ("wide", escapedXML(assumption.effect)), ("", escapedXML(stage.summary.title)),
        ]
      }
    }
    guard !rows.isEmpty else {
      return PageSection(
        identifier: "assumptions", title: "Assumptions", html: "<p class=\"muted\">Nothing was assumed.</p>")
    }
    let head = ["", "what", "source", "range", "effect on the answer", "stage"].map { ("", $0) }
    return PageSection(
      identifier: "assumptions", title: "Assumptions",
      html: "<p>Neither the experiment file nor the source of the data states these; the program had to choose.</p>"
        + Tables.html(head: head, body: rows))
  }

  // MARK: - Conventions

  private var conventions: PageSection {
    var seen: Set<Convention> = []
    let all = input.stages.flatMap(\.summary.conventions).filter { seen.insert($0).inserted }
    guard !all.isEmpty else { return PageSection(identifier: "conventions", title: "Conventions", html: "") }
    let drawings = ConventionDrawings.elements(for: all)
    var html = drawings.isEmpty ? "" : "<div class=\"drawings\">\(drawings.joined())</div>"
    html += Tables.plain(columns: ["convention", "in force"], rows: all.map { [$0.subject, $0.choice] })
    return PageSection(identifier: "conventions", title: "Conventions", html: html)
  }

  // MARK: - Methods

  private var methods: PageSection {
    var html = ""
    for stage in input.stages where !stage.summary.methods.isEmpty {
      html += "<h3>\(escapedXML(stage.summary.title))</h3>"
      let paragraphs = stage.summary.methods.components(separatedBy: "\n\n")
      for (index, paragraph) in paragraphs.enumerated() {
        let last = index == paragraphs.count - 1
        html += "<p>\(cited(paragraph, trailing: last ? unmentioned(stage.summary) : []))</p>"
      }
    }
    if !bibliography.citations.isEmpty {
      let items = bibliography.citations.enumerated().map { index, citation in
        let address = citation.doi.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? ""
        let link =
          citation.doi.isEmpty
          ? ""
          : " <a href=\"https://doi.org/\(escapedXML(address))\" rel=\"noreferrer\">doi:\(escapedXML(citation.doi))</a>"
        return "<li id=\"reference-\(index + 1)\">\(escapedXML(citation.text))\(link)</li>"
      }
      html += "<h3>References</h3><ol class=\"references\">\(items.joined())</ol>"
      html += "<p class=\"note\">The same references as BibTeX are in <code>citations.bib</code> beside this page.</p>"
    }
    return PageSection(identifier: "methods", title: "Methods", html: html)
  }

  /// A paragraph with `[@key]` replaced by the number of the work, and the numbers of further works at its end.
  private func cited(_ paragraph: String, trailing: [Int]) -> String {
    var text = escapedXML(paragraph)
    for (index, citation) in bibliography.citations.enumerated() {
      text.replace(escapedXML("[@\(citation.key)]"), with: reference([index + 1]))
    }
    return trailing.isEmpty ? text : "\(text) \(reference(trailing))"
  }

  private func reference(_ numbers: [Int]) -> String {
    "[" + numbers.map { "<a href=\"#reference-\($0)\">\($0)</a>" }.joined(separator: ", ") + "]"
  }

  private func unmentioned(_ summary: StageSummary) -> [Int] {
    summary.citations.filter { !summary.methods.contains("[@\($0.key)]") }.compactMap { bibliography.number($0.key) }
      .sorted()
  }

  // MARK: - Experiment and run

  private var experiment: PageSection {
    var html = ""
    if !input.experimentText.isEmpty {
      html += "<p>Verbatim, <code>\(escapedXML(input.experimentName))</code>:</p>"
      html += "<pre tabindex=\"0\"><code>\(escapedXML(input.experimentText))</code></pre>"
    }
    if !input.resolvedText.isEmpty {
      html += "<details><summary>With every default written out</summary>"
      html += "<pre tabindex=\"0\"><code>\(escapedXML(input.resolvedText))</code></pre></details>"
    }
    return PageSection(identifier: "experiment", title: "Experiment file", html: html)
  }

  private var provenance: PageSection {
    var html = ""
    if !input.runRows.isEmpty {
      html += "<h3>Run</h3>"
      html += Tables.plain(
        columns: ["stage", "time / s", "memory / MB", "run", "file"],
        rows: input.runRows.map { row in
          [
            row.stage, row.seconds.map { String(format: "%.2f", $0) } ?? "–",
            row.memory.map { String(format: "%.0f", $0 / 1e6) } ?? "–",
            row.skipped ? "kept from an earlier run" : "computed", row.file,
          ]
        })
    }
    let facts = [ReportFact("program", input.program)] + (input.date.isEmpty ? [] : [ReportFact("date", input.date)])
    html += Self.facts(facts + input.provenance)
    for stage in input.stages {
      html += "<details><summary>\(escapedXML(stage.summary.title))</summary>"
      html +=
        Self.facts([ReportFact("stage", stage.name), ReportFact("key", stage.key)] + stage.provenance) + "</details>"
    }
    return PageSection(identifier: "provenance", title: "Provenance", html: html)
  }

  private static func facts(_ facts: [ReportFact]) -> String {
    Tables.html(
      head: [], body: facts.map { [("", escapedXML($0.name)), ("wide", "<code>\(escapedXML($0.value))</code>")] })
  }
}
