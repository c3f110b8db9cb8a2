import ArrayMath
import ParticleMechanics
import Testing

@Suite struct CyclingProtocolTests {
  static let capacity = ParticleCapacity(mass: 4.69e-12)

  private static func charge(_ rate: Double, _ ends: CyclingStep.End...) -> CyclingStep {
    CyclingStep(.current(.rate(rate)), until: ends)
  }
  private static func hold(_ voltage: Double, _ ends: CyclingStep.End...) -> CyclingStep {
    CyclingStep(.voltage(voltage), until: ends)
  }
  private static let cycle = [
    charge(0.5, .voltage(4.4)), hold(4.4, .current(.rate(0.05))), charge(-0.5, .voltage(3.4)),
  ]

  static let sentences: [(String, [CyclingStep], Int)] = [
    ("charge at 0.5 C until 4.4 V, hold until C/20, discharge at 0.5 C until 3.4 V, repeat 3 times", cycle, 3),
    ("Charge at 0.5C to 4.4V; CV until C/20; discharge at 0.5C to 3.4V; 3 cycles", cycle, 3),
    (
      "charge with C/2 up to 4400 mV then hold at 4.4 V until 0.05 C and then discharge at 1/2 C down to 3.4 V. Repeat three times.",
      cycle, 3
    ),
    ("(CC-CV charge at C/2 to 4.4 V until C/20\ndischarge at C/2 to 3.4 V) x 3", cycle, 3),
    (
      "CCCV charge at C/2 until 4.4 V or until the current falls below C/20, discharge at C/2 until the voltage drops below 3.4 V, for 3 cycles in all",
      cycle, 3
    ),
    (
      "charge at C/2 to 4.3 V; rest 1 h; discharge at 0.5C to 3.0 V",
      [charge(0.5, .voltage(4.3)), .rest(3600), charge(-0.5, .voltage(3))], 1
    ),
    ("hold at 4.4 V until C/20", [hold(4.4, .current(.rate(0.05)))], 1),
    ("Hold at 4.4 V for 30 minutes or until C/20", [hold(4.4, .duration(1800), .current(.rate(0.05)))], 1),
    ("charge to 4.3 V at 1C/3", [charge(1.0 / 3, .voltage(4.3))], 1),
    ("charge at a rate of C/10 for 2 hours, or until 4.2 V", [charge(0.1, .duration(7200), .voltage(4.2))], 1),
    ("charge at C for 90 min", [charge(1, .duration(5400))], 1),
    ("charge at 2e-2 C for 1.5 d", [charge(0.02, .duration(129_600))], 1),
    ("charge at 30 pA for 15500 s", [CyclingStep(.current(.amperes(30e-12)), until: [.duration(15500)])], 1),
    ("discharge at 0.3 nA until 3 V", [CyclingStep(.current(.amperes(-0.3e-9)), until: [.voltage(3)])], 1),
    ("charge at 27.55 mA/g by 100 mAh/g", [CyclingStep(.current(.specific(27.55)), until: [.change(100 / 275.5)])], 1),
    ("charge at C/10 until 30 % lithiation", [charge(0.1, .lithiation(0.3))], 1),
    ("charge at C/10 until lithiation 0.3 or u = 0.2", [charge(0.1, .lithiation(0.3), .lithiation(0.2))], 1),
    ("charge at C/10 by 25 % lithiation", [charge(0.1, .change(0.25))], 1),
    (
      "hold the surface at lithiation 0.2 for 10000 s, hold the surface at 100 % lithiation until C/50",
      [
        CyclingStep(.lithiation(0.2), until: [.duration(10000)]),
        CyclingStep(.lithiation(1), until: [.current(.rate(0.02))]),
      ], 1
    ),
    ("rest for 30 min", [.rest(1800)], 1),
    ("rest until 3.9 V or 10 h", [CyclingStep(.rest, until: [.voltage(3.9), .duration(36000)])], 1),
    ("0.5C charge to 4.4 V vs. Li/Li+, 4.4 V hold until C/20, C/2 discharge to 3.4 V vs Li. 3 cycles", cycle, 3),
    ("1 h rest, 2 C constant current charge to 4.2 V", [.rest(3600), charge(2, .voltage(4.2))], 1),
    ("discharge at C/5 to 3 V, CV for 1 h", [charge(-0.2, .voltage(3)), hold(3, .duration(3600))], 1),
  ]

  @Test(arguments: sentences.indices) func readsWhatIsUsuallyTyped(index: Int) throws {
    let (words, steps, cycles) = Self.sentences[index]
    let found = try CyclingProtocol(words: words, capacity: Self.capacity)
    #expect(found == CyclingProtocol(steps: steps, cycles: cycles, capacity: Self.capacity), "\(words) -> \(found)")
    let again = try CyclingProtocol(words: found.description, capacity: Self.capacity)
    #expect(again == found, "\(found)")
  }

  @Test func aRepeatTakesInWhatFollowsTheRepeatBefore() throws {
    let found = try CyclingProtocol(
      words:
        "charge at 1 C for 1 h, discharge at 1 C for 1 h, repeat 2 times; rest 1 h; (rest 2 h, (rest 3 h) 4 times) 5 times"
    )
    #expect(found.elements.count == 3)
    #expect(found.sequence.count == 4 + 1 + 25)
    #expect(found.sequence[3].cycle == 2 && found.sequence[9].cycle == 4)
  }

  @Test(arguments: [
    ("charge at 0.5 D until 4.4 V", "D", 15, "unit"), ("chrage at 0.5 C until 4.4 V", "chrage", 1, "charge, discharge"),
    ("charge at 0.5 C until 4.4 V, jump", "jump", 30, "charge, discharge"),
    ("charge at 0,5 C until 4.4 V", "0,5", 11, "0.5"),
    ("charge at 0.5 C until C/20", "C", 23, "other than a current"), ("rest at C/2", "C", 9, "time"),
    ("charge at -1 C for 1 h", "-1", 11, "positive"),
    ("charge until 4.4 V, rest 1 h", ",", 19, "current"), ("charge at C/0 for 1 h", "0", 13, "positive"),
    ("charge at C/10 until 50 % SoC", "SoC", 27, "lithiation"), ("repeat 3 times", "repeat", 1, "steps"),
    ("hold at 4 V for 1 h, repeat 1.5 times", "1.5", 29, "whole"),
    ("charge at 1 C for 1 h)", ")", 22, "charge, discharge"),
    ("charge at C/10 until 130 % lithiation", "130", 22, "0 to 1"),
    ("charge at 1 C at 4.2 V", "4.2", 18, "end such as"),
    ("charge at 1 W until 4 V", "W", 13, "unit"), ("charge at 5 A/l until 4 V", "l", 15, "g or kg"),
    ("hold until C/20, rest 1 h", ",", 16, "voltage to hold"), ("() 3 times", ")", 2, "step inside"),
    ("charge at 1 C to 4 V vs graphite", "graphite", 25, "Li"), ("4.2 V charge at 1 C for 1 h", "4.2", 1, "current"),
    ("charge at 1 C $ 4 V", "$", 15, "end such as"),
  ])
  func namesTheWordThatDoesNotFit(words: String, word: String, column: Int, expected: String) {
    #expect {
      try CyclingProtocol(words: words, capacity: Self.capacity)
    } throws: { error in
      guard case .unexpectedWord(let found, let place, let wanted) = error as? CyclingProtocolError else {
        Issue.record("\(words): \(error)")
        return false
      }
      if found != word || place != column || !wanted.contains(expected) { Issue.record("\(words): \(error)") }
      return true
    }
  }

  @Test(arguments: [
    ("", "no step"), ("charge at 0.5 C until", "too early"), ("charge at", "too early"), ("hold", "too early"),
    ("charge at 5", "unit"),
    ("rest", "time"), ("(rest 1 h", "parenthesis"), ("charge at C/", "slash"), ("repeat", "in all"),
    ("rest 1 h, repeat", "in all"),
    ("hold at 4 V until 3 V", "an end such as"), ("rest until lithiation 0.2", "time"),
    ("hold at 40 V for 1 h", "-10 to 10"),
    ("rest 0 s", "positive"), ("(rest 1 h) 1000000 times, rest 2 h, (rest 1 h) 1000000 times", "more than"),
  ])
  func saysWhatIsMissing(words: String, expected: String) {
    #expect {
      try CyclingProtocol(words: words)
    } throws: { error in
      if !"\(error)".contains(expected) { Issue.record("\(words): \(error)") }
      return error is CyclingProtocolError
    }
  }

  @Test func amperesNeedACapacity() {
    for words in [
      "charge at 30 pA for 1 h", "charge at 10 mA/g for 1 h", "charge at 1 C by 20 mAh/g", "hold at 4 V until 2 pA",
    ] {
      #expect {
        try CyclingProtocol(words: words)
      } throws: {
        "\($0)".contains("mass")
      }
    }
    #expect(throws: CyclingProtocolError.self) {
      try CyclingProtocol(words: "charge at 1 pA for 1 h", capacity: ParticleCapacity(mass: 0))
    }
  }

  @Test func theSeedsCurrentIsACurrentOfItsMass() throws {
    // 30 pA in 4.69 ng at 275.5 mAh/g: 0.02322 per hour.
    let rate = try AppliedCurrent.amperes(30e-12).lithiationRate(span: 1, capacity: Self.capacity) * 3600
    #expect(abs(rate + 30e-12 * 3600 / (4.69e-12 * 275.5 * 3600)) < 1e-12)
    #expect(abs(rate + 0.02322) < 1e-5)
    #expect(try AppliedCurrent.rate(0.5).lithiationRate(span: 0.8, capacity: nil) == -0.5 * 0.8 / 3600)
  }

  /// Any protocol comes back from its own description.
  @Test func descriptionsReadBack() throws {
    for seed in 1...400 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let made = CyclingProtocol(elements: Self.elements(depth: 0, &generator), capacity: Self.capacity)
      do {
        try made.validate()
      } catch {
        Issue.record("\(seed): \(error)")
        continue
      }
      let words = made.description
      let again = try CyclingProtocol(words: words, capacity: Self.capacity)
      #expect(again == made, "\(seed): \(words) -> \(again)")
    }
  }

  private static func elements(depth: Int, _ generator: inout SeededGenerator) -> [CyclingProtocol.Element] {
    (0..<Int.random(in: 1...3, using: &generator)).map { _ in
      if depth < 3, Int.random(in: 0...3, using: &generator) == 0 {
        .cycle(count: .random(in: 1...5, using: &generator), elements(depth: depth + 1, &generator))
      } else {
        .step(step(&generator))
      }
    }
  }

  private static func step(_ generator: inout SeededGenerator) -> CyclingStep {
    func number(_ range: ClosedRange<Double>) -> Double {
      let value = Double.random(in: range, using: &generator)
      return Bool.random(using: &generator) ? value : (value * 100).rounded() / 100 + 0.01
    }
    func current() -> AppliedCurrent {
      switch Int.random(in: 0...2, using: &generator) {
      case 0: .rate(number(0.01...3))
      case 1: .amperes(number(0.01...3) * 1e-10)
      default: .specific(number(1...300))
      }
    }
    let duration = CyclingStep.End.duration(number(1...1e5) * (Bool.random(using: &generator) ? 1 : 60))
    switch Int.random(in: 0...4, using: &generator) {
    case 0: return CyclingStep(.rest, until: [duration])
    case 1: return CyclingStep(.voltage(number(3...4.5)), until: [.current(current()), duration])
    case 2: return CyclingStep(.lithiation(number(0...0.98)), until: [duration, .lithiation(number(0...0.98))])
    case 3: return CyclingStep(.current(current()), until: [.voltage(number(3...4.5)), .change(number(0.01...0.98))])
    default:
      guard case .rate(let rate) = AppliedCurrent.rate(-number(0.01...3)) else { return .rest(1) }
      return CyclingStep(.current(.rate(rate)), until: [.voltage(number(2.5...3.5)), duration])
    }
  }

  @Test func damagedWordsNeverCrash() throws {
    let words = Self.sentences.map { Array($0.0) }
    var read = 0
    for seed in 1...3000 {
      var generator = SeededGenerator(seed: UInt64(seed))
      var text = words[seed % words.count]
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !text.isEmpty {
        let place = Int.random(in: 0..<text.count, using: &generator)
        switch Int.random(in: 0...2, using: &generator) {
        case 0: text.remove(at: place)
        case 1: text.insert(Array("0.5/(),;%-C€ 9e")[Int.random(in: 0..<15, using: &generator)], at: place)
        default: text.swapAt(place, Int.random(in: 0..<text.count, using: &generator))
        }
      }
      if let found = try? CyclingProtocol(words: String(text), capacity: Self.capacity) {
        read += 1
        #expect(throws: Never.self) { try found.validate() }
      }
    }
    #expect(read > 0)
    let nested = String(repeating: "(", count: 100_000)
    #expect(throws: CyclingProtocolError.self) { try CyclingProtocol(words: nested + "rest 1 h") }
  }
}
