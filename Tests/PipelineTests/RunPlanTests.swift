import Foundation
import Testing

@testable import Pipeline

@Suite struct RunPlanTests {
  func names(_ stages: [PlannedStage]) throws -> [String] { try RunPlan(stages).stages.map(\.name) }

  @Test func ordersStagesAndKeepsTheGivenOrderWhereItCan() throws {
    #expect(try names([fakeStage("b"), fakeStage("a")]) == ["b", "a"])
    let stages = [
      fakeStage("report", upstream: ["model", "charge"]), fakeStage("model", upstream: ["charge"]),
      fakeStage("texture"), fakeStage("charge"),
    ]
    #expect(try names(stages) == ["texture", "charge", "model", "report"])
  }

  @Test func refusesWhatIsNoPlan() {
    #expect(throws: RunPlanError.empty) { try RunPlan([]) }
    #expect(throws: RunPlanError.duplicate("a")) { try RunPlan([fakeStage("a"), fakeStage("b"), fakeStage("a")]) }
    #expect(throws: RunPlanError.unknownUpstream(stage: "b", upstream: "c", known: ["a", "b"])) {
      try RunPlan([fakeStage("a"), fakeStage("b", upstream: ["c"])])
    }
    #expect(throws: RunPlanError.cycle(["a"])) { try RunPlan([fakeStage("a", upstream: ["a"])]) }
    #expect(throws: RunPlanError.cycle(["b", "d", "c"])) {
      try RunPlan([
        fakeStage("a", upstream: ["b"]), fakeStage("b", upstream: ["d"]), fakeStage("c", upstream: ["b"]),
        fakeStage("d", upstream: ["e", "c"]), fakeStage("e"),
      ])
    }
  }

  @Test(arguments: ["", "A", "a b", "a/b", "-a", "a-", "ä", ".."])
  func refusesNamesThatNoFileShouldHave(name: String) {
    #expect(throws: RunPlanError.unfitName(name)) { try RunPlan([fakeStage(name)]) }
  }

  @Test func saysWhatIsWrong() {
    #expect(
      RunPlanError.cycle(["a", "b"]).description == "stages wait for each other: a reads from b reads from a")
    #expect(
      RunPlanError.unknownUpstream(stage: "b", upstream: "c", known: ["a", "b"]).description
        == "stage b reads from c, which is not a stage of this experiment; there are: a, b")
  }

  @Test func keysFollowContentAndNotPlaces() throws {
    let folder = TemporaryFolder()
    let one = try folder.file("one", "content")
    let two = try folder.file("two", "content")
    let three = try folder.file("three", "other")
    func keys(_ path: String, parameters: String = "p = 1") throws -> [String: ContentKey] {
      try RunPlan([
        fakeStage("first", parameters: parameters, inputs: [path]), fakeStage("second", upstream: ["first"]),
        fakeStage("third"),
      ]).keys()
    }
    #expect(try keys(one) == keys(two))
    #expect(try keys(one)["first"] != keys(three)["first"] && keys(one)["second"] != keys(three)["second"])
    #expect(try keys(one)["third"] == keys(three)["third"])
    #expect(try keys(one)["second"] != keys(one, parameters: "p = 2")["second"])
    #expect(throws: FileError(.open, "/nowhere", code: ENOENT)) { try keys("/nowhere") }
  }

  @Test func selects() throws {
    let plan = try RunPlan([fakeStage("a"), fakeStage("b", upstream: ["a"]), fakeStage("c", upstream: ["b"])])
    #expect(try RunSelection.all.range(in: plan) == 0..<3)
    #expect(try RunSelection(only: "b").range(in: plan) == 1..<2)
    #expect(try RunSelection(from: "b").range(in: plan) == 1..<3)
    #expect(try RunSelection(to: "b").range(in: plan) == 0..<2)
    #expect(try RunSelection(from: "b", to: "b").range(in: plan) == 1..<2)
    #expect(throws: RunSelectionError.unknown("d", known: ["a", "b", "c"])) {
      try RunSelection(to: "d").range(in: plan)
    }
    #expect(throws: RunSelectionError.reversed(from: "c", to: "a")) {
      try RunSelection(from: "c", to: "a").range(in: plan)
    }
    #expect(throws: RunSelectionError.onlyWithRange) { try RunSelection(only: "a", to: "b").range(in: plan) }
  }
}
