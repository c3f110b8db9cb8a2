import Figures
import Foundation
import Testing

@Suite struct GnuplotTests {
  let figure = Figure(
    identifier: "test", title: "A <b>title</b>", caption: "How to read",
    panels: [
      Panel(
        x: Axis("time", unit: "s"), y: Axis("voltage", unit: "V"),
        marks: [
          .line(Curve(name: "it's <one> -10%", x: [0, 1, 2, 3], y: [1, .nan, 3, 2])),
          .points(Curve(name: "two", x: [0, 1, 2], y: [1, 2, 3], yUncertainty: [0.1, 0.2, 0.3])),
          .verticalLine(at: 1.5, label: "limit"),
        ])
    ])

  private var gnuplot: Gnuplot? {
    let found = try? Gnuplot.find()
    if found == nil { print("skipped: gnuplot is absent") }
    return found
  }

  @Test func svgHasAxesWithUnitsAndALegend() throws {
    guard let gnuplot else { return }
    let svg = try #require(try gnuplot.inlineSVG([FigureView(figure)]).first)
    for text in [
      "<text>time / s</text>", "<text>voltage / V</text>", "it's &lt;one> -10%", "<text>two</text>", "limit",
    ] {
      #expect(svg.contains(text), "\(text)")
    }
    #expect(svg.contains("role=\"img\"") && svg.contains("A &lt;b&gt;title&lt;/b&gt;"))
    #expect(!svg.contains("\"black\"") && svg.contains("currentColor"))
    #expect(!svg.contains("<rect x=\"0\" y=\"0\""))
    let parser = XMLDocumentCheck(svg)
    #expect(parser.isWellFormed)
  }

  @Test func identifiersOfTwoDrawingsDiffer() throws {
    guard let gnuplot else { return }
    var other = figure
    other.identifier = "other"
    let drawings = try gnuplot.inlineSVG([FigureView(figure), FigureView(other)])
    let identifiers = drawings.map { drawing in Set(drawing.matches(of: #/id=['"]([^'"]+)['"]/#).map { String($0.1) }) }
    #expect(!identifiers[0].isEmpty && identifiers[0].isDisjoint(with: identifiers[1]))
  }

  @Test func aHostileLabelStaysText() throws {
    guard let gnuplot else { return }
    var hostile = figure
    let file = FileManager.default.temporaryDirectory.appending(path: "operando-hostile-\(UUID().uuidString)")
    hostile.panels[0].x.label = "'; system('touch \(file.path)'); #\n`touch \(file.path)`"
    let svg = try #require(try gnuplot.inlineSVG([FigureView(hostile)]).first)
    #expect(svg.contains("<text>'; system('touch"))
    #expect(!FileManager.default.fileExists(atPath: file.path))
  }

  @Test func pdfIsAPDF() throws {
    guard let gnuplot else { return }
    let pdf = try #require(try gnuplot.draw([FigureView(figure)], format: .pdf).first)
    #expect(pdf.starts(with: Data("%PDF".utf8)))
  }

  @Test func anAbsentProgramIsNamed() {
    #expect(throws: GnuplotError.absent) { try Gnuplot.find(path: "/nowhere") }
  }
}

/// Whether a text is well-formed, as far as tags go.
private struct XMLDocumentCheck {
  let isWellFormed: Bool

  init(_ text: String) {
    var open: [Substring] = []
    var fine = true
    for tag in text.matches(of: #/<(/?)([A-Za-z]+)[^<>]*?(/?)>/#) {
      if !tag.1.isEmpty {
        fine = fine && open.popLast() == tag.2
      } else if tag.3.isEmpty {
        open.append(tag.2)
      }
    }
    isWellFormed = fine && open.isEmpty
  }
}
