public import Figures
import Foundation
import Pipeline

/// Writes a run as one page of HTML: no file beside it, no request to a network, readable with scripts off.
///
/// The order is that of a reader's questions: the answer, whether to trust it, the figures, what was claimed, what was
/// assumed, which conventions hold, the sentence for the methods section, and where everything came from.
///
/// - Parameters:
///   - gnuplot: draws the static figures; nil leaves them out and the page says so.
/// - Returns: the text of the page; equal inputs give equal pages.
/// - Throws: ``GnuplotError`` where gnuplot fails, ``PNGError`` where a map has no pixels.
public func renderReport(_ input: ReportInput, gnuplot: Gnuplot? = try? Gnuplot.find()) throws -> String {
  let cards = try FigureCards(input, gnuplot: gnuplot)
  let bibliography = Bibliography(input.stages.map(\.summary))
  let sections = Sections(input: input, cards: cards, bibliography: bibliography).all
  let contents = sections.map { "<li><a href=\"#\($0.identifier)\">\(escapedXML($0.title))</a></li>" }.joined()
  let body = sections.map { section in
    """
    <section id="\(section.identifier)" aria-labelledby="\(section.identifier)-title">
    <h2 id="\(section.identifier)-title">\(escapedXML(section.title))</h2>
    \(section.html)</section>

    """
  }.joined()
  let subtitle = [input.program, input.date].filter { !$0.isEmpty }.map(escapedXML).joined(separator: " · ")
  let policy =
    "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
  return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="\(policy)">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta name="generator" content="\(escapedXML(input.program))">
    <title>\(escapedXML(input.title))</title>
    <link rel="icon" href="data:,">
    <style>
    \(PageStyle.text)
    </style>
    <script>\(PageScript.early)</script>
    </head>
    <body>
    <a class="skip" href="#answer">Skip to the answer</a>
    <header class="top"><div><h1>\(escapedXML(input.title))</h1><div class="muted">\(subtitle)</div></div>
    <button id="theme" class="js-only" type="button" aria-label="Switch between light and dark">Dark</button></header>
    <div class="layout">
    <nav class="toc" aria-label="Contents"><ol>\(contents)</ol></nav>
    <main>
    \(body)</main>
    </div>
    <footer>Written by \(escapedXML(input.program)). This page is complete in itself and loads nothing from a network.</footer>
    \(input.plotlyScript.map { "<script>\(inlineScript($0))</script>" } ?? "")
    <script>
    \(PageScript.text)
    </script>
    </body>
    </html>

    """
}

/// A script as it may stand inside a `<script>` element: nothing in it ends the element or opens a comment.
private func inlineScript(_ script: String) -> String {
  script.replacing("</script", with: "<\\/script").replacing("<!--", with: "<\\!--")
}
