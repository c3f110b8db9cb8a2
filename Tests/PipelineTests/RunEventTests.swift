import Foundation
import Pipeline
import Testing

@Suite struct RunEventTests {
  /// A run as it may happen, with the seconds at which it does.
  let run: [(RunEvent, Double)] = [
    (.planStarted(stages: ["charge", "particle"]), 0),
    (.stageSkipped(stage: "charge"), 0.5),
    (.stageStarted(stage: "particle"), 1),
    (.progress(stage: "particle", done: 1, total: 8, secondsLeft: nil), 1.1),
    (.progress(stage: "particle", done: 2, total: 8, secondsLeft: 75), 1.2),
    (.progress(stage: "particle", done: 3, total: 8, secondsLeft: 60), 12),
    (.warning(stage: "particle", message: "slow"), 13),
    (.progress(stage: "particle", done: 8, total: 8, secondsLeft: 0), 20),
    (.stageFinished(stage: "particle", seconds: 19.26, peakMemory: 1_100_000_000), 20.26),
    (.runFinished(seconds: 20.3), 20.3),
  ]

  func render(_ renderer: any RunEventRenderer, _ events: [(RunEvent, Double)]) -> [String] {
    var renderer = renderer
    return events.map { renderer.render($0.0, at: $0.1) }
  }

  @Test func survivesCoding() throws {
    let events: [RunEvent] =
      run.map(\.0) + [
        .interrupted(stage: "a"), .interrupted(stage: nil), .failed(stage: nil, message: "m"),
        .failed(stage: "a", message: "m"), .warning(stage: nil, message: "m"),
      ]
    #expect(try JSONDecoder().decode([RunEvent].self, from: JSONEncoder().encode(events)) == events)
    for text in [#"{"event":"other"}"#, #"{"event":"stageStarted"}"#, #"{"event":"progress","stage":"a","done":1}"#] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(RunEvent.self, from: Data(text.utf8)) }
    }
  }

  @Test func rendersJSON() {
    #expect(
      render(JSONEventRenderer(), run) == [
        #"{"at":0,"event":"planStarted","stages":["charge","particle"]}"# + "\n",
        #"{"at":0.5,"event":"stageSkipped","stage":"charge"}"# + "\n",
        #"{"at":1,"event":"stageStarted","stage":"particle"}"# + "\n",
        #"{"at":1.1,"done":1,"event":"progress","stage":"particle","total":8}"# + "\n",
        #"{"at":1.2,"done":2,"event":"progress","secondsLeft":75,"stage":"particle","total":8}"# + "\n",
        #"{"at":12,"done":3,"event":"progress","secondsLeft":60,"stage":"particle","total":8}"# + "\n",
        #"{"at":13,"event":"warning","message":"slow","stage":"particle"}"# + "\n",
        #"{"at":20,"done":8,"event":"progress","secondsLeft":0,"stage":"particle","total":8}"# + "\n",
        #"{"at":20.26,"event":"stageFinished","peakMemory":1100000000,"seconds":19.26,"stage":"particle"}"# + "\n",
        #"{"at":20.3,"event":"runFinished","seconds":20.3}"# + "\n",
      ])
    // A line stays a line.
    #expect(
      render(JSONEventRenderer(), [(.failed(stage: nil, message: "one\n\"two\""), 1)]) == [
        #"{"at":1,"event":"failed","message":"one\n\"two\""}"# + "\n"
      ])
    #expect(
      render(JSONEventRenderer(), [(.runFinished(seconds: .infinity), 1)]) == [
        #"{"at":1,"event":"runFinished","seconds":"inf"}"# + "\n"
      ])
  }

  @Test func rendersPlainLines() {
    #expect(
      render(PlainLineRenderer(), run) == [
        "run: charge, particle\n", "charge: complete from an earlier run\n", "particle: started\n", "", "",
        "particle: 3 of 8, 1 min 00 s left\n", "particle: warning: slow\n", "",
        "particle: finished in 19 s, peak memory 1.1 GB\n", "finished in 20 s\n",
      ])
    #expect(
      render(
        PlainLineRenderer(), [(.interrupted(stage: "particle"), 1), (.failed(stage: "particle", message: "no"), 2)])
        == ["interrupted in particle; give the same command again to go on\n", "particle: failed: no\n"])
  }

  @Test func plainProgressComesEveryTenSeconds() {
    let events = (0...350).map {
      (RunEvent.progress(stage: "a", done: $0, total: 1000, secondsLeft: nil), Double($0) / 10)
    }
    let lines = render(PlainLineRenderer(), events).filter { !$0.isEmpty }
    #expect(lines == ["a: 100 of 1000\n", "a: 200 of 1000\n", "a: 300 of 1000\n"])
  }

  @Test func rendersATerminal() {
    let erase = "\r\u{1B}[2K"
    #expect(
      render(TerminalProgressRenderer(columns: 80), run) == [
        "",
        " ✔ charge    complete from an earlier run\n",
        "\(erase) ▸ particle",
        "\(erase) ▸ particle  ━━──────────────────   12 %  1/8",
        "",
        "\(erase) ▸ particle  ━━━━━━━─────────────   37 %  3/8  1 min 00 s left",
        "\(erase) ▲ particle: warning: slow\n",
        "\(erase) ▸ particle  ━━━━━━━━━━━━━━━━━━━━  100 %  8/8  0.0 s left",
        "\(erase) ✔ particle  8/8  19 s  peak 1.1 GB\n",
        " finished in 20 s\n",
      ])
    #expect(
      render(
        TerminalProgressRenderer(), [(.stageStarted(stage: "a"), 0), (.failed(stage: "a", message: "no"), 2)])
        == ["\(erase) ▸ a", "\(erase) ✘ a: failed: no\n"])
  }

  @Test func aNarrowTerminalNeverWraps() {
    let texts = render(
      TerminalProgressRenderer(columns: 30),
      [
        (.stageStarted(stage: "azimuthal-integration-of-all-frames"), 0),
        (.progress(stage: "azimuthal-integration", done: 1, total: 2, secondsLeft: 100), 1),
      ])
    for text in texts { #expect(text.dropFirst("\r\u{1B}[2K".count).count < 30 && text.hasSuffix("…")) }
  }

  @Test func theLastColumnStaysFree() {
    let erase = "\r\u{1B}[2K"
    let names = [String(repeating: "n", count: 26), String(repeating: "n", count: 27)]
    #expect(
      render(TerminalProgressRenderer(columns: 30), names.map { (.stageStarted(stage: $0), 0) }) == [
        "\(erase) ▸ \(names[0])", "\(erase) ▸ \(names[1].dropLast(2))…",
      ])
  }

  @Test func aBarNeverBreaks() {
    for (done, total) in [(0, 0), (5, 0), (-1, 4), (9, 4)] {
      let text = render(
        TerminalProgressRenderer(), [(.progress(stage: "a", done: done, total: total, secondsLeft: nil), 1)])
      #expect(text[0].filter { "━─".contains($0) }.count == 20)
    }
  }

  @Test func saysTimesAndSizesAsPeopleDo() {
    let times: [(Double, String)] = [
      (0, "0.0 s"), (0.44, "0.4 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 00 s"),
      (3599.6, "1 h 00 min"), (7620, "2 h 07 min"), (-1, "0.0 s"), (.nan, "unknown"), (.infinity, "unknown"),
    ]
    for (seconds, text) in times { #expect(durationText(seconds) == text) }
    let sizes: [(Double, String)] = [
      (0, "0 B"), (812, "812 B"), (3.4e6, "3.4 MB"), (1.2e10, "12 GB"), (999_600, "1.0 MB"), (-1, "unknown"),
    ]
    for (bytes, text) in sizes { #expect(byteText(bytes) == text) }
  }
}

@Suite struct TimeLeftEstimatorTests {
  @Test func isTheMeanOfTheItemsSoFar() {
    var estimator = TimeLeftEstimator(start: 10)
    #expect(estimator.secondsLeft(done: 0, total: 10, at: 10, tookOver: false) == nil)
    #expect(estimator.secondsLeft(done: 2, total: 10, at: 14, tookOver: false) == 16)
    #expect(estimator.secondsLeft(done: 5, total: 10, at: 30, tookOver: false) == 20)
    #expect(estimator.secondsLeft(done: 10, total: 10, at: 40, tookOver: false) == 0)
  }

  @Test func itemsTakenOverDoNotCount() {
    var estimator = TimeLeftEstimator(start: 0)
    for done in 1...90 {
      #expect(estimator.secondsLeft(done: done, total: 100, at: Double(done) * 1e-3, tookOver: true) == nil)
    }
    // 5 s for each of the remaining ten, although ninety took a tenth of a second.
    let left = estimator.secondsLeft(done: 91, total: 100, at: 5.09, tookOver: false)
    #expect(abs((left ?? 0) - 45) < 1e-9)
  }

  @Test func startsAnewWhenTheCountDoes() {
    var estimator = TimeLeftEstimator(start: 0)
    _ = estimator.secondsLeft(done: 5, total: 10, at: 5, tookOver: true)
    #expect(estimator.secondsLeft(done: 1, total: 10, at: 6, tookOver: false) == nil)
    #expect(estimator.secondsLeft(done: 2, total: 10, at: 8, tookOver: false) == 16)
  }
}
