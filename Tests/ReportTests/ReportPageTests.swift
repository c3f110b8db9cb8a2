import Figures
import Foundation
import Pipeline
import Report
import Testing

@Suite struct ReportPageTests {
  @Test func writesTheExampleForTheEye() throws {
    guard let folder = ProcessInfo.processInfo.environment["OPERANDO_REPORT_OUT"] else { return }
    let plotly = try? String(contentsOfFile: folder + "/plotly.min.js", encoding: .utf8)
    let page = try renderReport(ExampleRun.input(plotly: plotly))
    try page.write(toFile: folder + "/report.html", atomically: true, encoding: .utf8)
    print("bytes", page.utf8.count)
  }
}
