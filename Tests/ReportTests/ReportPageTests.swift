import Figures
import Foundation
import Pipeline
import Report
import TestSupport
import Testing

@Suite struct ReportPageTests {
  private static let page = Result { try renderReport(ExampleRun.input(mapSize: 60)) }

  @Test func hasEverySection() throws {
    let page = try Self.page.get()
    for title in [
      "Answer", "State of charge", "Particle model", "Claims ledger", "Assumptions", "Conventions", "Methods",
      "Experiment file", "Provenance",
    ] { #expect(page.contains("-title\">\(title)</h2>"), "\(title)") }
    for text in [
      "10.00 ± 0.52 %", "27.54 mAh/g", "What to look at first", "10.1021/acs.jpcc.6b12885", "28.3 mAh/g", "assumed",
      "Plotly bundle was not found", "# from the volume and a density", "σ<tspan",
    ] { #expect(page.contains(text), "\(text)") }
  }

  @Test func isTheSameForTheSameRun() throws {
    #expect(try renderReport(ExampleRun.input(mapSize: 60)) == Self.page.get())
  }

  @Test func loadsNothing() throws {
    let page = try renderReport(ExampleRun.input(mapSize: 60, plotly: "var Plotly;"))
    let loads = page.matches(of: #/(?:src|xlink:href|data|action|poster)\s*=\s*["'](https?:|\/\/)/#)
    #expect(loads.isEmpty)
    #expect(page.matches(of: #/url\(\s*['"]?(https?:|\/\/)/#).isEmpty)
    #expect(page.matches(of: #/<link [^>]*href="(?!data:)/#).isEmpty)
    #expect(page.contains("default-src 'none'"))
    #expect(page.utf8.count < 10_000_000)
  }

  @Test func escapesEverything() throws {
    let evil = "<script>alert(1)</script>\"'&"
    var input = ExampleRun.input(mapSize: 20, plotly: "var a = '</script><!--';")
    input.title = evil
    input.program = evil
    input.date = evil
    input.experimentText = evil
    input.resolvedText = evil
    input.experimentName = evil
    input.warnings = [evil]
    input.provenance = [ReportFact(evil, evil)]
    input.claims = [
      ReportClaim(subject: evil, stated: evil, recomputed: evil, difference: evil, verdict: .differs, comment: evil)
    ]
    input.runRows = [ReportRunRow(stage: evil, seconds: nil, memory: nil, skipped: false, file: evil)]
    var figure = ExampleRun.profileFigure
    (figure.identifier, figure.title, figure.caption) = (evil, evil, evil)
    figure.panels[0].x.label = evil
    figure.panels[0].title = evil
    let summary = StageSummary(
      title: evil,
      headlines: [HeadlineValue(key: evil, label: evil, value: 1, uncertaintyNote: evil, unit: evil, isAnswer: true)],
      figures: [figure], tables: [Table(title: evil, columns: [evil], rows: [[evil]], caption: evil)],
      assumptions: [Assumption(statement: evil, source: evil, range: evil, effect: evil)],
      conventions: [Convention(subject: evil, choice: evil)], warnings: [evil], methods: evil,
      citations: [Citation(key: evil, text: evil, doi: evil)])
    input.stages = [ReportStage(name: evil, key: evil, summary: summary, provenance: [ReportFact(evil, evil)])]
    let page = try renderReport(input)
    #expect(!page.contains("<script>alert"))
    // Two scripts of the page, the data of one figure and the bundle: nothing else opens or ends one.
    #expect(page.matches(of: #/<script/#).count == 4 && page.matches(of: #/<\/script>/#).count == 4)
  }

  @Test func anEmptyRunIsAPageToo() throws {
    let page = try renderReport(ReportInput(title: "nothing", program: "operando", stages: []), gnuplot: nil)
    #expect(page.contains("No stage of this run states an answer") && page.contains("</html>"))
  }

  @Test func valuesAreRoundedByTheirUncertainty() {
    #expect(ValueText.text(27.5389, uncertainty: 1.38, unit: "mAh/g") == "27.5 ± 1.4 mAh/g")
    #expect(ValueText.text(2.13e-15, uncertainty: 4.4e-17, unit: "m³") == "(2.130 ± 0.044) × 10⁻¹⁵ m³")
    #expect(ValueText.text(-169.8, uncertainty: nil, unit: "nm") == "−169.8 nm")
    #expect(ValueText.text(.nan, uncertainty: 1, unit: "") == "not available")
    #expect(ValueText.text(1, uncertainty: 0.0997, unit: "") == "1.00 ± 0.10")
  }

  @Test func aBibliographyListsEachWorkOnce() {
    let work = Citation(key: "a2020", text: "A & B, 50 % {x}", doi: "10.1/x_y")
    let text = bibliographyText([work, work])
    #expect(text == "@misc{a2020,\n  note = {A \\& B, 50 \\% \\{x\\}},\n  doi = {10.1/x_y},\n}\n")
  }

  /// Opens the page in headless Chromium at 1400 and 400 pixels, scripts on and off; see Tools/check-report.
  ///
  /// With `OPERANDO_SHARE` the page is interactive, and with `OPERANDO_REPORT_OUT` it is kept in that folder.
  @Test func holdsItsPromisesInABrowser() throws {
    let environment = ProcessInfo.processInfo.environment
    let plotly = environment["OPERANDO_SHARE"].flatMap {
      try? String(contentsOfFile: $0 + "/plotly.min.js", encoding: .utf8)
    }
    let page = try renderReport(ExampleRun.input(mapSize: plotly == nil ? 60 : 300, plotly: plotly))
    #expect(page.utf8.count < 10_000_000)
    let folder = environment["OPERANDO_REPORT_OUT"].map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
    let file = folder.appending(path: "report-\(UUID().uuidString).html")
    try Data(page.utf8).write(to: file)
    defer { if environment["OPERANDO_REPORT_OUT"] == nil { try? FileManager.default.removeItem(at: file) } }
    let browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    guard browsers.contains(where: FileManager.default.isExecutableFile) else {
      print("skipped: Chromium is absent")
      return
    }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", SharedData.checkout.appending(path: "Tools/check-report").path, file.path]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
