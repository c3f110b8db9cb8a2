import Figures
import Foundation
import Pipeline

/// All figures of a run, drawn: static pictures in one pass of gnuplot, and the data of the interactive ones within a
/// budget of bytes.
struct FigureCards {
  /// The card of each figure by its place: stage, then figure.
  private(set) var cards: [[String]] = []
  /// What the reader must know about how the figures were made.
  private(set) var notes: [String] = []

  /// Maps wider or higher than this are drawn coarser in the static picture, where a pixel of theirs is none of ours.
  private static let staticMapLimit = 400
  /// Bytes that interactive data may take at most; the whole report stays under 10 MB with Plotly and static figures.
  private static let totalLimit = 9_300_000

  /// - Throws: an error of gnuplot other than its absence, which becomes a note.
  init(_ input: ReportInput, gnuplot: Gnuplot?) throws {
    // Identifiers are unique within a run by contract; the stage in front makes it certain on the page.
    let figures = input.stages.enumerated().map { stageIndex, stage in
      stage.summary.figures.enumerated().map { index, figure in
        var figure = figure
        figure.identifier = "\(stageIndex + 1)-\(index + 1)-\(figure.identifier)"
        return figure
      }
    }
    let stills = try Self.stills(figures.joined(), gnuplot: gnuplot)
    if gnuplot == nil {
      notes.append(
        "Static pictures are missing: gnuplot was not found when the report was written (package gnuplot-nox).")
    }
    var data: [String: String] = [:]
    if let plotly = input.plotlyScript {
      let taken = plotly.utf8.count + stills.values.reduce(0) { $0 + $1.utf8.count }
      let (texts, coarsest) = try Self.interactive(Array(figures.joined()), budget: Self.totalLimit - taken)
      data = texts
      if coarsest > 1 {
        notes.append(
          "To keep this file small, interactive maps show the mean of up to \(coarsest) × \(coarsest) pixels; the stage files hold them all."
        )
      }
    } else if !figures.joined().isEmpty {
      notes.append(
        "Figures are static: the Plotly bundle was not found when the report was written. `Tools/fetch-plotly` fetches it; `operando report` then writes this page again."
      )
    }
    cards = figures.map { $0.map { Self.card($0, stills: stills[$0.identifier], data: data[$0.identifier]) } }
  }

  // MARK: - Static

  /// The static pictures of each figure by its identifier.
  private static func stills(_ figures: some Sequence<Figure>, gnuplot: Gnuplot?) throws -> [String: String] {
    guard let gnuplot else { return [:] }
    var views: [FigureView] = []
    for figure in figures {
      for (index, panel) in figure.panels.enumerated() {
        var single = figure
        single.identifier = "\(figure.identifier)-p\(index + 1)"
        single.panels = [panel.forStaticPicture(limit: staticMapLimit)]
        if !panel.isAnimated { single.frames = nil }
        for frame in panel.isAnimated ? figure.representativeFrames : [0] {
          views.append(FigureView(single, frame: frame))
        }
      }
    }
    var drawings = try gnuplot.inlineSVG(views)[...]
    var result: [String: String] = [:]
    for figure in figures {
      var (moving, fixed): ([String], [String]) = ([], [])
      for panel in figure.panels {
        guard panel.isAnimated else {
          fixed.append(drawings.removeFirst())
          continue
        }
        let cells = figure.representativeFrames.map { frame in
          "<div class=\"still\"><p>\(escapedXML(figure.frameText(frame)))</p>\(drawings.removeFirst())</div>"
        }
        moving.append("<div class=\"stills\">\(cells.joined())</div>")
      }
      var text = moving.joined()
      if !fixed.isEmpty { text += "<div class=\"panels\(fixed.count == 1 ? " single" : "")\">\(fixed.joined())</div>" }
      result[figure.identifier] = text
    }
    return result
  }

  // MARK: - Interactive

  /// The JSON of each figure by its identifier, with maps coarsened until all fit.
  private static func interactive(_ figures: [Figure], budget: Int) throws -> (texts: [String: String], coarsest: Int) {
    var texts: [String: String] = [:]
    var coarsest = 1
    func write(_ figure: Figure, factor: Int) throws -> Int {
      var figure = figure
      figure.panels = figure.panels.map { $0.coarsened(by: factor) }
      let text = try figure.plotlyJSON(maps: .packed).text
      texts[figure.identifier] = text
      return text.utf8.count
    }
    for factor in 1...16 {
      var total = 0
      for figure in figures { total += try write(figure, factor: factor) }
      coarsest = factor
      if total <= budget { break }
    }
    return (texts, coarsest)
  }

  // MARK: - Cards

  private static func card(_ figure: Figure, stills: String?, data: String?) -> String {
    let identifier = identifierText(figure.identifier)
    var html = "<figure class=\"card\" id=\"\(identifier)\"><h4>\(escapedXML(figure.title))</h4>"
    html += "<div class=\"static\">\(stills ?? "<p class=\"note\">No static picture: gnuplot was not found.</p>")</div>"
    if data != nil { html += "<div class=\"interactive\" data-figure=\"\(identifier)-data\" hidden></div>" }
    html += "<figcaption>\(escapedXML(figure.caption))</figcaption>"
    if let data { html += "<script type=\"application/json\" id=\"\(identifier)-data\">\(data)</script>" }
    return html + "</figure>\n"
  }
}

extension Panel {
  /// The panel with its maps coarsened by a factor.
  fileprivate func coarsened(by factor: Int) -> Panel {
    var panel = self
    panel.marks = marks.map { mark in
      guard case .map(let map) = mark else { return mark }
      return .map(map.coarsened(by: factor))
    }
    return panel
  }

  fileprivate func forStaticPicture(limit: Int) -> Panel {
    var panel = self
    panel.marks = marks.map { mark in
      guard case .map(let map) = mark else { return mark }
      return .map(map.coarsened(by: (max(map.rows, map.columns) + limit - 1) / limit))
    }
    return panel
  }
}
