import PowderDiffraction
import Testing

@Suite struct LineScanTests {
  let plan: LineScanPlan

  init() throws {
    plan = try LineScanPlan(positions: (0..<10).map { 1e-6 * Double($0) }, exposure: 20, period: 22)
  }

  /// Stamps of whole passes, one way, as the plan has them.
  static func stamps(passes: Int, turnaround: Double = 0, positions: Bool = true) -> [ExposureStamp] {
    (0..<10 * passes).map { frame in
      ExposureStamp(
        start: 22 * Double(frame) + turnaround * Double(frame / 10),
        position: positions ? 1e-6 * Double(frame % 10) : nil)
    }
  }

  @Test func everyFrameKeepsItsTimeAndPlace() throws {
    let scan = try LineScan(Self.stamps(passes: 3), plan: plan)
    #expect(scan.passCount == 3)
    #expect(scan.statements.isEmpty)
    let frame = try #require(scan.frame(pass: 1, step: 4))
    #expect(frame.index == 14)
    #expect(frame.middle == 22 * 14 + 10)
    #expect(frame.end == 22 * 14 + 20)
    #expect(frame.position == 4e-6)
    #expect(scan.frame(pass: 3, step: 0) == nil)
    #expect(scan.frame(pass: 0, step: 10) == nil)
  }

  @Test(arguments: [true, false])
  func aMissingFrameLeavesAHoleAndMovesNoOther(positions: Bool) throws {
    var stamps = Self.stamps(passes: 3, positions: positions)
    stamps.remove(at: 14)
    let scan = try LineScan(stamps, plan: plan)
    #expect(scan.frame(pass: 1, step: 4) == nil)
    #expect(scan.frame(pass: 1, step: 5)?.index == 14)
    #expect(scan.frame(pass: 2, step: 9)?.index == 28)
    #expect(scan.statements == [.framesMissing(pass: 1, steps: [4])])
    #expect(scan.statements[0].description == "pass 1 has no frame at step 4; the rest of the pass is kept")
  }

  @Test func framesMissingAcrossATurnAreFound() throws {
    var stamps = Self.stamps(passes: 3, turnaround: 100)
    stamps.removeSubrange(8..<13)
    let scan = try LineScan(stamps, plan: plan)
    #expect(scan.passCount == 3)
    #expect(scan.statements == [.framesMissing(pass: 0, steps: [8, 9]), .framesMissing(pass: 1, steps: [0, 1, 2])])
    #expect(scan.frame(pass: 1, step: 3)?.index == 8)
  }

  @Test func anIncompleteLastPassIsStatedAndKept() throws {
    let scan = try LineScan(Array(Self.stamps(passes: 3).dropLast(4)), plan: plan)
    #expect(scan.passCount == 3)
    #expect(scan.statements == [.lastPassIncomplete(pass: 2, found: 6, expected: 10)])
    #expect(scan.frames.count == 26)
  }

  @Test func aRepeatedFrameIsLeftOut() throws {
    var stamps = Self.stamps(passes: 2)
    for index in 15..<20 { stamps[index].start += 22 }
    stamps.insert(ExposureStamp(start: 22 * 15, position: 4e-6), at: 15)
    let scan = try LineScan(stamps, plan: plan)
    #expect(scan.leftOut == [15])
    #expect(scan.frames.count == 20)
    #expect(scan.passCount == 2)
    #expect(scan.frame(pass: 1, step: 5)?.index == 16)
    #expect(scan.statements.map(\.description) == ["frame 15 is left out: it repeats the step before"])
  }

  @Test func aFrameBesideThePlanIsLeftOut() throws {
    var stamps = Self.stamps(passes: 2)
    stamps[7].position = 40e-6
    let scan = try LineScan(stamps, plan: plan)
    #expect(scan.leftOut == [7])
    #expect(scan.frames.count == 19)
    #expect(scan.statements.contains(.framesMissing(pass: 0, steps: [7])))
  }

  @Test func aFrameOutOfOrderStealsNoPass() throws {
    var stamps = Self.stamps(passes: 2)
    for index in 6..<20 { stamps[index].start += 22 }
    stamps.insert(ExposureStamp(start: 22 * 6, position: 2e-6), at: 6)
    let scan = try LineScan(stamps, plan: plan)
    #expect(scan.leftOut == [6])
    #expect(scan.passCount == 2)
    #expect(scan.frame(pass: 0, step: 6)?.index == 7)
  }

  @Test(arguments: [true, false])
  func goingUpAndDownCountsStepsFromTheNeedle(positions: Bool) throws {
    let plan = try LineScanPlan(
      positions: plan.positions, direction: .boustrophedon, exposure: 20, period: 22)
    let order = Array(0..<10) + Array((0..<10).reversed()) + Array(0..<10)
    var stamps = order.enumerated().map {
      ExposureStamp(start: 22 * Double($0.offset), position: positions ? 1e-6 * Double($0.element) : nil)
    }
    let whole = try LineScan(stamps, plan: plan)
    #expect(whole.statements.isEmpty)
    #expect(whole.frame(pass: 1, step: 9)?.index == 10)
    #expect(whole.frame(pass: 1, step: 0)?.index == 19)
    #expect(whole.frame(pass: 2, step: 0)?.index == 20)
    stamps.removeSubrange(9...10)
    let holed = try LineScan(stamps, plan: plan)
    #expect(holed.statements == [.framesMissing(pass: 0, steps: [9]), .framesMissing(pass: 1, steps: [9])])
    #expect(holed.frame(pass: 1, step: 8)?.index == 9)
  }

  @Test func aPauseIsNoPass() throws {
    var stamps = Self.stamps(passes: 4)
    for index in 20..<40 { stamps[index].start += 36_000 }
    let scan = try LineScan(stamps, plan: plan)
    #expect(scan.passCount == 4)
    #expect(scan.frames.count == 40)
    #expect(scan.statements.contains(.pause(before: 20, seconds: 36_022)))
    #expect(scan.frame(pass: 2, step: 0)?.index == 20)
  }

  @Test func onePositionIsAPassAFrame() throws {
    let plan = try LineScanPlan(positions: [3e-6], exposure: 20)
    let scan = try LineScan((0..<5).map { ExposureStamp(start: 20 * Double($0), position: 3e-6) }, plan: plan)
    #expect(scan.passCount == 5)
    #expect(scan.statements.isEmpty)
  }

  @Test func aPlanIsReadFromPositions() throws {
    let up = (0..<8).map { 0.5e-6 * Double($0) }
    let oneWay = try LineScanPlan.inferred(from: up + up + [.nan] + up, exposure: 20, tolerance: 0.1e-6)
    #expect(oneWay.direction == .oneWay)
    #expect(oneWay.stepCount == 8)
    let both = try LineScanPlan.inferred(from: up + up.reversed() + up, exposure: 20, tolerance: 0.1e-6)
    #expect(both.direction == .boustrophedon)
    #expect(throws: LineScanError.self) {
      try LineScanPlan.inferred(from: [.nan, .nan], exposure: 20, tolerance: 1e-7)
    }
  }

  @Test func mapsHoldPassesAndSteps() throws {
    var stamps = Self.stamps(passes: 2)
    stamps.remove(at: 3)
    let scan = try LineScan(stamps, plan: plan)
    let map = try scan.map((0..<19).map(Double.init))
    #expect(map.count == 20)
    #expect(map[3].isNaN)
    #expect(map[4] == 3)
    #expect(map[19] == 18)
    #expect(throws: LineScanError.lengths(what: "values", found: 3, expected: 19)) { try scan.map([1, 2, 3]) }
  }

  @Test func badInputIsRefused() {
    #expect(throws: LineScanError.tooFew(what: "frames", found: 0, needed: 1)) { try LineScan([], plan: plan) }
    #expect(throws: LineScanError.notFinite(what: "time of frame", index: 1)) {
      try LineScan([ExposureStamp(start: 0), ExposureStamp(start: .nan)], plan: plan)
    }
    #expect(throws: LineScanError.notRising(what: "time of frame", index: 1, from: 5, to: 4)) {
      try LineScan([ExposureStamp(start: 5), ExposureStamp(start: 4)], plan: plan)
    }
    #expect(throws: LineScanError.notRising(what: "position", index: 1, from: 1, to: 1)) {
      try LineScanPlan(positions: [1, 1], exposure: 20)
    }
    #expect(throws: LineScanError.self) { try LineScanPlan(positions: [], exposure: 20) }
    #expect(throws: LineScanError.self) { try LineScanPlan(positions: [0, .infinity], exposure: 20) }
    #expect(throws: LineScanError.self) { try LineScanPlan(positions: [0, 1], exposure: 0) }
    #expect(throws: LineScanError.self) { try LineScanPlan(positions: [0, 1], exposure: 20, period: 10) }
    #expect(throws: LineScanError.self) { try LineScanPlan(positions: [0, 1], exposure: 20, turnaround: -1) }
  }

  @Test func positionsThatAreNotNumbersFallBackOnTheTime() throws {
    var stamps = Self.stamps(passes: 2)
    for index in [3, 4, 11] { stamps[index].position = .nan }
    let scan = try LineScan(stamps, plan: plan)
    #expect(scan.statements.isEmpty)
    #expect(scan.frame(pass: 0, step: 4)?.position == 4e-6)
  }

  @Test func randomLossesAreAllFound() throws {
    // A quarter of the frames at random, against a plain twin that keeps the place beside the stamp.
    for seed in 1...40 {
      var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
      let all = Self.stamps(passes: 6, turnaround: 60)
      var kept: [(place: Int, stamp: ExposureStamp)] = []
      for (place, stamp) in all.enumerated() {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        if state >> 62 != 0 || place == 0 { kept.append((place, stamp)) }
      }
      let plan = try LineScanPlan(positions: plan.positions, exposure: 20, period: 22, turnaround: 60)
      let scan = try LineScan(kept.map(\.stamp), plan: plan)
      #expect(scan.leftOut.isEmpty)
      #expect(zip(scan.frames, kept).allSatisfy { $0.pass * 10 + $0.step == $1.place })
    }
  }
}
